"""A listener on a door of the test's own, and a disk that need not be waited for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.door import Parts, parts_in
from tests.builders.peer import listening


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
