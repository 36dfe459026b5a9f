"""A listener on a door of the test's own, a node moved on by hand, and a disk that need not be waited for."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.peers import PeerAddress
from storage.database import open_database
from tests.builders.door import Parts, parts_in
from tests.builders.peer import listening
from tests.builders.study_station import Station


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that are not about what survives a power cut."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path)


@pytest.fixture
def port(parts: Parts) -> Iterator[int]:
    with listening(parts.door, parts.journal) as port:
        yield port


@pytest.fixture
def registry(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Engine]:
    """A migrated one, on SQLite."""
    file = tmp_path / "registry.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    opened = open_database(f"sqlite:///{file}")
    yield opened
    opened.dispose()


@pytest.fixture
def peers() -> dict[str, PeerAddress]:
    """Who can be asked, by AE title: nobody, until a test says so."""
    return {}


@pytest.fixture
def station(tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]) -> Station:
    """A node whose door, forwarder and study clock the test moves on."""
    return Station(tmp_path / "node", registry, peers)
