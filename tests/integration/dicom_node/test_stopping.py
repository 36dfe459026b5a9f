"""Stopping: what is in hand is answered, the rest is aborted by the provider, all within one bound."""

import threading
import time
from collections.abc import Iterator

import pytest

from dicom_node.entrances import Reception
from dicom_node.listener import Listener
from tests.builders.door import Parts, ct
from tests.builders.peer import ABORT, Pdu, Peer, data_set_of, message, store_rq, sums
from tests.services.processes import answers, wait_for

UID = "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322"
BY_PROVIDER = Pdu(ABORT, bytes((0, 0, 2, 0)))
"""A-ABORT, source: service provider, no reason (PS3.8 Table 9-26)."""

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def listener(parts: Parts) -> Iterator[Listener]:
    made = Listener(door=parts.door, journal=parts.journal, ae_title="OSTEON", host="127.0.0.1", port=0)
    yield made
    made.stop(1.0)


@pytest.fixture
def port(listener: Listener) -> int:
    return listener.start()


@pytest.fixture
def other(parts: Parts) -> Iterator[Listener]:
    """Of the same worker, on another port."""
    made = Listener(door=parts.door, journal=parts.journal, ae_title="OSTEON", host="127.0.0.1", port=0)
    yield made
    made.stop(1.0)


class Stop:
    """A stop that is under way in another thread."""

    def __init__(self, listener: Listener | Reception, seconds: float) -> None:
        self.began = time.monotonic()
        self._took: list[float] = []
        self._thread = threading.Thread(target=self._run, args=(listener, seconds))
        self._thread.start()

    def took(self) -> float:
        self._thread.join()
        return self._took[0]

    def _run(self, listener: Listener | Reception, seconds: float) -> None:
        listener.stop(seconds)
        self._took.append(time.monotonic() - self.began)


def pieces() -> list[bytes]:
    return message(store_rq(UID), data_set_of(ct()))


def half_sent(port: int) -> Peer:
    peer = Peer(port)
    peer.associate()
    peer.send(*pieces()[:2])
    return peer


def test_who_is_idle_is_aborted_by_the_provider_at_once(port: int, listener: Listener) -> None:
    with Peer(port) as peer:
        peer.associate()
        stop = Stop(listener, 10)
        assert peer.receive() == BY_PROVIDER
        assert stop.took() < 3


def test_an_object_that_is_half_here_is_taken_to_its_end_answered_and_then_the_rest_aborted(
    port: int, listener: Listener, parts: Parts
) -> None:
    with half_sent(port) as peer:
        echo = Peer(port)
        echo.associate()
        wait_for(lambda: listener.is_busy, "the half is read", 10)
        stop = Stop(listener, 10)
        assert echo.receive() == BY_PROVIDER  # it is stopping
        peer.send(*pieces()[2:])
        assert peer.reply().status == 0x0000
        assert parts.outbox.depth() == 1
        assert peer.receive() == BY_PROVIDER
        peer.close()
        assert stop.took() < 5
        echo.close()
    assert sums(parts.journal) == {("aborted", 1, 1, 0, 0, 0): 1, ("aborted", 0, 0, 0, 0, 0): 1}


def test_many_that_hang_half_way_through_an_object_take_no_longer_than_one(
    port: int, listener: Listener, parts: Parts
) -> None:
    peers = [half_sent(port) for _ in range(20)]
    wait_for(lambda: listener.is_busy, "a half is read", 10)
    stop = Stop(listener, 2)
    assert [peer.receive() for peer in peers] == [BY_PROVIDER] * len(peers)
    assert stop.took() < 3
    assert parts.outbox.depth() == 0
    for peer in peers:
        peer.close()


def test_all_listeners_of_a_worker_hear_of_it_at_once_and_share_the_time(
    port: int, listener: Listener, other: Listener, parts: Parts
) -> None:
    other_port = other.start()
    with half_sent(port) as one, half_sent(other_port) as another, Peer(other_port) as idle:
        idle.associate()
        wait_for(lambda: listener.is_busy and other.is_busy, "the halves are read", 10)
        stop = Stop(Reception(listener, other), 5)
        assert idle.receive() == BY_PROVIDER
        assert time.monotonic() - stop.began < 2
        assert one.receive() == BY_PROVIDER
        assert another.receive() == BY_PROVIDER
        assert stop.took() < 6
    assert parts.outbox.depth() == 0


def test_who_comes_while_it_stops_is_not_taken(port: int, listener: Listener) -> None:
    with half_sent(port):
        wait_for(lambda: listener.is_busy, "the half is read", 10)
        stop = Stop(listener, 2)
        wait_for(lambda: not answers(port), "nobody is taken", 1)
        assert listener.is_busy
        stop.took()


def test_who_has_connected_and_said_nothing_holds_nothing_up(port: int, listener: Listener) -> None:
    with Peer(port) as peer:
        wait_for(lambda: listener.open_connections == 1, "it is taken", 10)
        stop = Stop(listener, 10)
        assert peer.receive() is None
        assert stop.took() < 3
