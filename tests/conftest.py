"""Databases for the tests: a SQLite file and a real PostgreSQL server, each fresh for every test."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import migrate_registry, open_database
from tests.builders.programs import missing
from tests.services.postgres import PostgresServer, PostgresUnavailableError, running_postgres

DATABASES = ("sqlite", "postgresql")

# Thirteen thousand tests and what they import live to the end: Python need not look through them for garbage.
gc.disable()


WITH_FOREIGN_CLOCKS = ("browser", "e2e", "faults")
"""Tests with a browser or with processes whose pace nobody holds: one that fails is tried once more, and named."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in WITH_FOREIGN_CLOCKS:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the session; tests that need it are skipped, with the reason, where it cannot run."""
    try:
        context = running_postgres()
        server = context.__enter__()
    except PostgresUnavailableError as error:
        missing(str(error))
    try:
        yield server
    finally:
        context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy: migrating once is quicker than once per test."""
    file = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    migrate_registry(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> str:
    """The name of a database to copy."""
    name = postgres.create()
    migrate_registry(postgres.url(name))
    return name


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, once for each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'registry.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated registry without rows, once for each kind of database."""
    if request.param == "sqlite":
        file = tmp_path / "registry.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        opened = open_database(f"sqlite:///{file}")
        yield opened
        opened.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(template=request.getfixturevalue("migrated_postgres"))
    opened = open_database(server.url(name))
    yield opened
    opened.dispose()
    server.drop(name)
