"""Somebody else than the peer, who can be heard while a wire waits."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture
def bell() -> Iterator[int]:
    descriptor = os.eventfd(0, os.EFD_NONBLOCK)
    yield descriptor
    os.close(descriptor)
