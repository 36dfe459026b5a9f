"""The API as it is served: a real HTTP server over a registry and images in memory."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from api.dicomweb.archive import Archive
from api.release_parts import ReleaseParts
from storage.ledger import Ledger
from storage.orthanc_dicomweb import OrthancDicomWeb
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.made import MadeFiles
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.intakes import FakeIntake
from tests.builders.releases import VERSIONS, NoBuilds
from tests.services.http import serving

PATIENCE_SECONDS = 60.0
"""A busy machine is slow, and no failure."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing is encrypted on the way to oneself; to read the certificates of all authorities takes 25 ms a client."""


@pytest.fixture
def images() -> FakeImages:
    return FakeImages()


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def archive() -> Archive:
    """One that is not there; tests of DICOMweb bring their own."""
    return Archive(OrthancDicomWeb("http://127.0.0.1:9/", "/dicom-web", "user", "password"), 2)


@pytest.fixture
def releases(engine: Engine, tmp_path: Path) -> ReleaseParts:
    return ReleaseParts(
        made=MadeFiles(tmp_path / "releases"),
        versions=lambda: VERSIONS,
        cohorts=ReleaseCohorts(engine),
        builds=NoBuilds(),
    )


@pytest.fixture
def app(engine: Engine, images: FakeImages, intake: FakeIntake, archive: Archive, releases: ReleaseParts) -> FastAPI:
    return create_app(
        engine=engine, images=images, intake=intake, uploads_at_a_time=2, archive=archive, releases=releases
    )


@pytest.fixture
def url(app: FastAPI) -> Iterator[str]:
    """Where the application is served."""
    with serving(app) as address:
        yield address


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests")


@pytest.fixture
def anonymous(url: str) -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def client(url: str, token: str) -> Iterator[httpx.Client]:
    """A client with a token; paths are given whole."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS, verify=NO_TLS) as client:
        yield client
