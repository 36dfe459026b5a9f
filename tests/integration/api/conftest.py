"""The API as it is served: a real HTTP server over a registry and images in memory."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from api.dicomweb.archive import Archive
from storage.ledger import Ledger
from storage.orthanc_dicomweb import OrthancDicomWeb
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.intakes import FakeIntake
from tests.services.http import serving


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
def app(engine: Engine, images: FakeImages, intake: FakeIntake, archive: Archive) -> FastAPI:
    return create_app(engine=engine, images=images, intake=intake, uploads_at_a_time=2, archive=archive)


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
    with httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def client(url: str, token: str) -> Iterator[httpx.Client]:
    """A client with a token; paths are given whole."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client
