"""A vault of the test's own, on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import migrate, open_database
from storage.keys import KeyRing
from storage.vault import Vault
from storage.vault_custody import Custodian
from storage.vault_tables import VAULT
from tests.conftest import DATABASES
from tests.services.postgres import PostgresServer

KEYS = KeyRing(b"k" * 32)


@pytest.fixture(scope="session")
def vault_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy: migrating once is quicker than once per test."""
    file = tmp_path_factory.mktemp("vault") / "vault.sqlite"
    migrate(f"sqlite:///{file}", VAULT)
    return file


@pytest.fixture(scope="session")
def vault_template(postgres: PostgresServer) -> str:
    """The name of a database to copy."""
    name = postgres.create()
    migrate(postgres.url(name), VAULT)
    return name


@pytest.fixture(params=DATABASES)
def vault_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a migrated vault that was never used, once for each kind of database."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("vault_file"), tmp_path / "vault.sqlite")
        yield f"sqlite:///{tmp_path / 'vault.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(template=request.getfixturevalue("vault_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def vault_engine(vault_url: str) -> Iterator[Engine]:
    engine = open_database(vault_url)
    yield engine
    engine.dispose()


@pytest.fixture
def vault(vault_engine: Engine) -> Vault:
    return Vault(vault_engine, KEYS)


@pytest.fixture
def custodian(vault_engine: Engine) -> Custodian:
    return Custodian(vault_engine, KEYS)
