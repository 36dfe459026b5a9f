"""A release as an image store of its own: by a client that others made (dicomweb-client), to a real Orthanc."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pydicom
import pytest
import requests
from dicomweb_client import DICOMwebClient
from pydicom.uid import UID
from sqlalchemy import Engine

from annotation.audit import Action, AuditFilter, Entry, Kind
from annotation.roles import Role
from api.app import create_app
from api.dicomweb.archive import Archive
from api.release_parts import ReleaseParts
from storage.audit_log import AuditLog
from storage.database import open_database
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.orthanc import Orthanc, instance_id
from storage.orthanc_dicomweb import OrthancDicomWeb
from storage.releases.building import Builder
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.erasing import Eraser
from storage.releases.grants import Grants
from storage.releases.made import MadeFiles
from storage.releases.records import ErasureReason
from storage.releases.store import Releases
from storage.tokens import Tokens
from tests.builders.archive import ARCHIVED, CT, JPEG_2000, MULTI_FRAME
from tests.builders.ledger import stored_object
from tests.builders.releases import VERSIONS, Foreground, LedgerSeries, NoBuilds, new_release
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

AS_STORED = (("application/dicom", "*"),)
LATER = UID("1.2.3.99")


def later_file() -> bytes:
    """Another object of the CT's series, that came after the release was made."""
    dataset = pydicom.dcmread(BytesIO(CT.file))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = LATER
    kept = BytesIO()
    dataset.save_as(kept)
    return kept.getvalue()


def row(number: int) -> StoredObject:
    one = ARCHIVED[number]
    return stored_object(
        study_instance_uid=one.study,
        series_instance_uid=one.series,
        sop_instance_uid=one.instance,
        pseudonym=f"OST-{number}",
        modality=str(one.dataset.Modality),
        orthanc_id=one.orthanc_id,
        size=len(one.file),
        sha256=hashlib.sha256(one.file).hexdigest(),
    )


@pytest.fixture(scope="module")
def known(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("scope") / "registry.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    engine = open_database(f"sqlite:///{file}")
    Ledger(engine).record(objects=[row(number) for number in range(len(ARCHIVED))])
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def store(orthanc: OrthancServer) -> Iterator[Orthanc]:
    client = orthanc.client()
    late = instance_id(str(CT.dataset.PatientID), CT.study, CT.series, LATER)
    yield client
    if late in set(client.instance_ids()):
        client.remove(late)
    client.close()


@pytest.fixture(scope="module")
def parts(known: Engine, store: Orthanc, tmp_path_factory: pytest.TempPathFactory) -> ReleaseParts:
    """Release 1 is of the CT and of the multi-frame study, release 2 of all; afterwards one more slice came."""
    made = ReleaseParts(
        made=MadeFiles(tmp_path_factory.mktemp("releases")),
        versions=lambda: VERSIONS,
        cohorts=ReleaseCohorts(known),
        builds=NoBuilds(),
    )
    for pseudonyms in (["OST-0", "OST-2"], ["OST-0", "OST-1", "OST-2"]):
        begun = Releases(known).begin(new_release(query={"pseudonyms": pseudonyms}))
        Builder(known, made.made, cohorts=LedgerSeries(known), images=store).build(begun.number, Foreground())
    late = instance_id(str(CT.dataset.PatientID), CT.study, CT.series, LATER)
    store.store(later_file(), late)
    Ledger(known).record(
        objects=[replace(row(0), sop_instance_uid=LATER, orthanc_id=late, stored_at=datetime.now(UTC))]
    )
    return made


@pytest.fixture(scope="module")
def url(known: Engine, store: Orthanc, parts: ReleaseParts, orthanc: OrthancServer) -> Iterator[str]:
    user, password = orthanc.environment().values()
    source = OrthancDicomWeb(orthanc.url, "/dicom-web", user, password)
    with serving(create_app(engine=known, images=store, archive=Archive(source, 4), releases=parts)) as address:
        yield address


@pytest.fixture(scope="module")
def researcher(known: Engine, parts: ReleaseParts) -> dict[str, str]:
    assert parts
    token = Tokens(known).create("researcher", roles=[Role.RESEARCHER])
    for number in (1, 2):
        Grants(known).grant(number, "researcher", datetime.now(UTC) + timedelta(days=1))
    return {"Authorization": f"Bearer {token}"}


def client_of(url: str, number: int, headers: dict[str, str]) -> DICOMwebClient:
    session = requests.Session()
    session.headers.update(headers)
    return DICOMwebClient(f"{url}/dicom-web/releases/{number}", session=session)


@pytest.fixture
def foreign(url: str, researcher: dict[str, str]) -> DICOMwebClient:
    return client_of(url, 1, researcher)


@pytest.fixture
def plain(url: str, researcher: dict[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{url}/dicom-web/releases", headers=researcher, timeout=30) as client:
        yield client


def values(items: list[dict[str, dict[str, object]]], attribute: str) -> list[object]:
    return sorted(value for item in items for value in item[attribute]["Value"])  # type: ignore[attr-defined]


def test_studies_series_and_objects_of_the_release_are_found_and_no_others(foreign: DICOMwebClient) -> None:
    inside = (CT, MULTI_FRAME)
    assert values(foreign.search_for_studies(), "0020000D") == sorted(one.study for one in inside)
    assert values(foreign.search_for_series(), "0020000E") == sorted(one.series for one in inside)
    assert values(foreign.search_for_instances(), "00080018") == sorted(one.instance for one in inside)
    assert values(foreign.search_for_series(CT.study), "0020000E") == [CT.series]
    assert values(foreign.search_for_instances(CT.study), "00080018") == [CT.instance]
    assert values(foreign.search_for_instances(CT.study, CT.series), "00080018") == [CT.instance]


def test_counts_are_of_the_release_and_not_of_what_came_later(foreign: DICOMwebClient) -> None:
    (study,) = foreign.search_for_studies(search_filters={"StudyInstanceUID": CT.study})
    assert (study["00201206"]["Value"], study["00201208"]["Value"]) == ([1], [1])
    assert study["00080061"]["Value"] == ["CT"]
    (series,) = foreign.search_for_series(CT.study)
    assert series["00201209"]["Value"] == [1]


def test_searches_match_and_page_within_the_release(foreign: DICOMwebClient) -> None:
    assert values(foreign.search_for_studies(search_filters={"PatientID": "1CT1"}), "0020000D") == [CT.study]
    assert foreign.search_for_studies(search_filters={"StudyInstanceUID": JPEG_2000.study}) == []
    pages = [foreign.search_for_studies(limit=1, offset=offset) for offset in range(3)]
    assert [len(page) for page in pages] == [1, 1, 0]
    assert values([*pages[0], *pages[1]], "0020000D") == sorted([CT.study, MULTI_FRAME.study])


def test_a_study_is_retrieved_as_it_is_in_the_release(foreign: DICOMwebClient, plain: httpx.Client) -> None:
    (found,) = foreign.retrieve_study(CT.study, media_types=AS_STORED)
    assert found.SOPInstanceUID == CT.instance
    (again,) = foreign.retrieve_series(CT.study, CT.series, media_types=AS_STORED)
    assert again.PixelData == CT.dataset.PixelData
    accept = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
    assert CT.file in plain.get(f"/1/studies/{CT.study}", headers=accept).content


def test_an_object_its_metadata_and_its_frames_are_retrieved_within_the_release(foreign: DICOMwebClient) -> None:
    uids = (CT.study, CT.series, CT.instance)
    assert foreign.retrieve_instance(*uids, media_types=AS_STORED).SOPInstanceUID == CT.instance
    assert foreign.retrieve_instance_metadata(*uids)["00080018"]["Value"] == [CT.instance]
    (frame,) = foreign.retrieve_instance_frames(*uids, [1], media_types=("application/octet-stream",))
    assert frame == CT.dataset.PixelData
    for described in (foreign.retrieve_study_metadata(CT.study), foreign.retrieve_series_metadata(CT.study, CT.series)):
        assert values(described, "00080018") == [CT.instance]


def test_addresses_in_answers_lead_back_into_the_release(plain: httpx.Client, url: str) -> None:
    items = plain.get("/1/instances").json()
    addresses = [item["00081190"]["Value"][0] for item in items if "00081190" in item]
    assert addresses
    assert all(each.startswith(f"{url}/dicom-web/releases/1/studies/") for each in addresses)


@pytest.mark.parametrize(
    "path",
    [
        f"/1/studies/{JPEG_2000.study}",
        f"/1/studies/{JPEG_2000.study}/series",
        f"/1/studies/{JPEG_2000.study}/metadata",
        f"/1{JPEG_2000.path}",
        f"/1{JPEG_2000.path}/frames/1",
        f"/1/studies/{CT.study}/series/{CT.series}/instances/{LATER}",
        f"/1/studies/{CT.study}/series/{CT.series}/instances/{LATER}/metadata",
        f"/1/studies/{CT.study}/series/{MULTI_FRAME.series}",
        f"/9/studies/{CT.study}",
    ],
)
def test_what_is_not_in_the_release_is_not_there(plain: httpx.Client, path: str) -> None:
    assert plain.get(path).status_code == 404


def test_a_release_that_was_not_granted_or_not_any_more_gives_nothing(
    url: str, known: Engine, researcher: dict[str, str]
) -> None:
    other = {"Authorization": f"Bearer {Tokens(known).create('another', roles=[Role.RESEARCHER])}"}
    paths = [
        f"{url}/dicom-web/releases/2{path}"
        for path in ("/studies", f"/studies/{CT.study}", CT.path, f"{CT.path}/metadata", "/instances")
    ]
    assert researcher
    assert {httpx.get(path, headers=other).status_code for path in paths} == {403}
    Grants(known).grant(2, "another", datetime.now(UTC) + timedelta(days=1))
    assert httpx.get(paths[0], headers=other).status_code == 200
    Grants(known).revoke(2, "another")
    assert {httpx.get(path, headers=other).status_code for path in paths} == {403}


def test_forms_that_are_not_stored_are_refused_for_several_objects(plain: httpx.Client) -> None:
    path = f"/1/studies/{CT.study}"
    for accept in ("application/json", 'multipart/related; type="image/jpeg"'):
        assert plain.get(path, headers={"Accept": accept}).status_code == 406


def test_what_is_fetched_is_noted_with_release_patient_and_study(plain: httpx.Client, known: Engine) -> None:
    def newest() -> Entry:
        return AuditLog(known).newest(AuditFilter(), limit=1)[0]

    assert plain.get(f"/1{CT.path}").status_code == 200
    fetched = newest().note
    assert (fetched.action, fetched.kind, fetched.object_id) == (Action.EXPORTED, Kind.RELEASE, f"1/{CT.instance}")
    assert (fetched.pseudonym, fetched.study_instance_uid) == ("OST-0", CT.study)
    assert plain.get(f"/1/studies/{CT.study}/series/{CT.series}").status_code == 200
    assert (newest().note.action, newest().note.object_id) == (Action.EXPORTED, f"1/{CT.series}")
    assert plain.get(f"/1/studies/{CT.study}/series").status_code == 200
    assert newest().note.action is Action.LISTED


def test_a_patient_who_was_erased_is_gone_from_lists_and_said_to_be_gone(
    url: str, plain: httpx.Client, known: Engine, parts: ReleaseParts, researcher: dict[str, str]
) -> None:
    assert plain.get(f"/2/studies/{JPEG_2000.study}/series").status_code == 200
    Eraser(known, parts.made).erase(2, "OST-1", ErasureReason.OBJECTION)
    found = client_of(url, 2, researcher).search_for_studies()
    assert values(found, "0020000D") == sorted([CT.study, MULTI_FRAME.study])
    for path in ("", "/series", "/metadata"):
        assert plain.get(f"/2/studies/{JPEG_2000.study}{path}").status_code == 410
    assert plain.get(f"/2{JPEG_2000.path}").status_code == 410
