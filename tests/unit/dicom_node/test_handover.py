"""Connections that are handed over, when the process that takes them has no file descriptors left."""

import socket
import threading
from collections.abc import Iterator

import pytest

from dicom_node import handover
from dicom_node.handover import ENDED, STOP, Giver, Handed, Taker
from tests.builders.descriptors import none_left


@pytest.fixture
def ends() -> Iterator[tuple[Giver, Taker]]:
    giver, theirs = handover.handover()
    with theirs:
        yield giver, Taker(theirs)
    giver.close()


def give(giver: Giver) -> socket.socket:
    """The peer's end of the connection."""
    peer, connection = socket.socketpair()
    peer.settimeout(5)
    assert giver.give(connection, "192.0.2.1", is_secured=False)
    return peer


def test_a_connection_waits_until_there_is_a_descriptor_for_it(ends: tuple[Giver, Taker]) -> None:
    giver, taker = ends
    with give(giver) as peer:
        with none_left():
            threading.Timer(0.2, peer.send, [b"hello"]).start()
            taken: list[Handed | None] = []
            thread = threading.Thread(target=lambda: taken.append(taker.take()))
            thread.start()
            thread.join(0.3)
            assert taken == []
        thread.join(5)
        (handed,) = taken
        assert handed is not None
        with handed.connection:
            assert handed.connection.recv(5) == b"hello"
    assert giver.news() is None


def test_one_that_waits_too_long_is_closed_and_the_next_is_taken(
    ends: tuple[Giver, Taker], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(handover, "LONGEST_SHORTAGE_SECONDS", 0.1)
    giver, taker = ends
    with give(giver) as first:
        taken: list[Handed | None] = []
        thread = threading.Thread(target=lambda: taken.append(taker.take()))
        with none_left():
            thread.start()
            assert first.recv(1) == b"", "it is closed"
        assert not taker.is_orphaned
        with give(giver):
            thread.join(5)
            (handed,) = taken
            assert handed is not None
            handed.connection.close()
    assert (giver.news(), giver.news()) == (ENDED, None)
    assert "no file descriptor" in caplog.text


def test_an_order_to_stop_is_heard_without_a_descriptor(
    ends: tuple[Giver, Taker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LONGEST_SHORTAGE_SECONDS", 0.1)
    giver, taker = ends
    giver.order(STOP)
    with none_left():
        assert taker.take() is None
    assert not taker.is_orphaned
