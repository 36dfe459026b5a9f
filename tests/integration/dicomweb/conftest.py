"""DICOMweb as it is served, in front of a real Orthanc with real images, or of programs that are none."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from api.app import create_app
from api.dicomweb.archive import Archive
from storage.database import open_database
from storage.ledger import Ledger
from storage.orthanc_dicomweb import OrthancDicomWeb
from storage.tokens import Tokens
from tests.builders.archive import ARCHIVED, HIDDEN, fill, record
from tests.builders.images import FakeImages
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

Serve = Callable[..., httpx.Client]
SECRET = "the-password-of-orthanc"


@pytest.fixture(scope="package")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancServer]:
    """It holds real images, and one that is of no study of the ledger."""
    server = OrthancServer(tmp_path_factory.mktemp("orthanc"))
    server.start()
    fill(server.client(), (*ARCHIVED, HIDDEN))
    yield server
    server.stop()


@pytest.fixture(scope="package")
def registry(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """It knows all but the hidden image; nothing here writes to it."""
    file = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    engine = open_database(f"sqlite:///{file}")
    record(Ledger(engine), ARCHIVED)
    yield engine
    engine.dispose()


@pytest.fixture(scope="package")
def headers(registry: Engine) -> dict[str, str]:
    return {"Authorization": f"Bearer {Tokens(registry).create('tests')}"}


@pytest.fixture(scope="package")
def client(registry: Engine, headers: dict[str, str], orthanc: OrthancServer) -> Iterator[httpx.Client]:
    """In front of the real Orthanc."""
    user, password = orthanc.environment().values()
    source = OrthancDicomWeb(orthanc.url, "/dicom-web", user, password)
    with (
        serving(create_app(engine=registry, images=FakeImages(), archive=Archive(source, 4))) as url,
        httpx.Client(base_url=f"{url}/dicom-web", headers=headers) as client,
    ):
        yield client


@pytest.fixture
def serve(registry: Engine, headers: dict[str, str]) -> Iterator[Serve]:
    """Serves the API in front of whatever is at a URL; a client with a token."""
    with ExitStack() as stack:

        def start(url: str, *, timeout: float = 20.0, streams: int = 4) -> httpx.Client:
            archive = Archive(OrthancDicomWeb(url, "/dicom-web", "user", SECRET, timeout), streams, wait_seconds=0.2)
            address = stack.enter_context(serving(create_app(engine=registry, images=FakeImages(), archive=archive)))
            return stack.enter_context(httpx.Client(base_url=f"{address}/dicom-web", headers=headers, timeout=20))

        yield start
