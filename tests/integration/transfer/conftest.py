"""An archive server with five objects and a reading."""

from collections.abc import Iterator

import pytest

from tests.integration.transfer.archive_server import Archive, serving
from tests.integration.transfer.pulling import READING, UIDS


@pytest.fixture
def archive() -> Iterator[Archive]:
    held = Archive(readings=[READING])
    for number, uid in enumerate(UIDS):
        held.add(uid, bytes([number]) * (200_000 + number))
    with serving(held):
        yield held
