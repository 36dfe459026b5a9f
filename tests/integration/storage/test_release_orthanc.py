"""A release of real images in a real Orthanc: bytes as they were stored, whole or not at all."""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine

from storage.errors import ImageMissingError, ImageStoreUnavailableError
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.orthanc import instance_id
from storage.orthanc_connections import OrthancConnections
from storage.releases.archive import ArchiveFormat, archive
from storage.releases.building import Builder
from storage.releases.content import ReleaseContent
from storage.releases.errors import VanishedObjectError
from storage.releases.files import ReleaseFiles
from storage.releases.made import MadeFiles
from storage.releases.records import FileKind
from storage.releases.store import Releases
from tests.builders.archive import ARCHIVED, Archived, fill
from tests.builders.ledger import stored_object
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.services.orthanc import OrthancServer

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancServer]:
    made = OrthancServer(tmp_path_factory.mktemp("orthanc"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def builder(engine: Engine, server: OrthancServer, tmp_path: Path) -> Builder:
    client = server.client()
    fill(client, ARCHIVED)
    Ledger(engine).record(objects=[row(number, each) for number, each in enumerate(ARCHIVED)])
    return Builder(engine, MadeFiles(tmp_path / "releases"), cohorts=LedgerSeries(engine), images=client)


def row(number: int, each: Archived) -> StoredObject:
    return stored_object(
        study_instance_uid=each.study,
        series_instance_uid=each.series,
        sop_instance_uid=each.instance,
        pseudonym=f"OST-{number}",
        orthanc_id=each.orthanc_id,
        size=len(each.file),
        sha256=hashlib.sha256(each.file).hexdigest(),
    )


def test_the_archive_of_a_release_holds_the_images_of_orthanc_and_passes_every_check(
    engine: Engine, builder: Builder, server: OrthancServer, tmp_path: Path
) -> None:
    release = builder.build(Releases(engine).begin(new_release()).number, Foreground())
    files = ReleaseFiles(engine)
    client = server.client()
    content = ReleaseContent(client, MadeFiles(tmp_path / "releases"))
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive(release, ArchiveFormat.TAR, files, content)))) as opened:
        opened.extractall(tmp_path / "out", filter="data")
    client.close()

    bag = tmp_path / "out" / "osteon-release-1"
    images = [each for each in files.every(release.number) if each.kind is FileKind.DICOM]
    assert {each.sop_instance_uid for each in images} == {each.instance for each in ARCHIVED}
    for image in images:
        (wanted,) = [each for each in ARCHIVED if each.instance == image.sop_instance_uid]
        assert (bag / image.path).read_bytes() == wanted.file
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=bag, check=False)
        assert done.returncode == 0


def test_an_image_that_is_gone_from_orthanc_is_named(engine: Engine, builder: Builder, server: OrthancServer) -> None:
    victim = ARCHIVED[0]
    user, password = server.environment().values()
    gone = requests.delete(f"{server.url}/instances/{victim.orthanc_id}", auth=(user, password), timeout=10)
    assert gone.status_code == 200
    with pytest.raises(VanishedObjectError, match=victim.instance):
        builder.build(Releases(engine).begin(new_release()).number, Foreground())


@pytest.mark.usefixtures("builder")
def test_whole_files_come_as_they_are_over_one_connection(server: OrthancServer) -> None:
    client = server.client()
    assert [client.whole(each.orthanc_id) for each in ARCHIVED] == [each.file for each in ARCHIVED]
    with pytest.raises(ImageMissingError):
        client.whole(instance_id("a", "b", "c", "d"))
    assert client.whole(ARCHIVED[0].orthanc_id) == ARCHIVED[0].file
    client.close()


@pytest.mark.usefixtures("engine")
def test_an_orthanc_that_is_not_there_or_refuses_us_is_unavailable(server: OrthancServer) -> None:
    with pytest.raises(ImageStoreUnavailableError, match="does not answer"):
        OrthancConnections("http://127.0.0.1:9", "user", "password", 2).whole("x")
    stranger = OrthancConnections(server.url, "osteon", "wrong", 2)
    with pytest.raises(ImageStoreUnavailableError, match="401"):
        stranger.whole("x")
    stranger.close()
