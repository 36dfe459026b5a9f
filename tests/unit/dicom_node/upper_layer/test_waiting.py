"""Waiting for the peer and for somebody else at once."""

import os
import socket
from collections.abc import Iterator

import pytest

from dicom_node.upper_layer.wire import ClosedError, Heard, Wire


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as peer:
        wire = Wire(server.accept()[0])
        yield wire, peer
        wire.close()


def test_nobody_is_heard_within_the_time(pair: tuple[Wire, socket.socket], bell: int) -> None:
    assert pair[0].wait(bell, 0.01) is Heard.NOBODY


def test_the_other_is_heard_while_the_peer_is_silent(pair: tuple[Wire, socket.socket], bell: int) -> None:
    os.eventfd_write(bell, 1)
    assert pair[0].wait(bell, 5) is Heard.OTHER


def test_the_peer_comes_first(pair: tuple[Wire, socket.socket], bell: int) -> None:
    wire, peer = pair
    peer.sendall(b"x")
    assert wire.wait(bell, 5) is Heard.PEER
    os.eventfd_write(bell, 1)
    assert wire.wait(bell, 5) is Heard.PEER


def test_the_end_of_the_connection_is_the_peers_word(pair: tuple[Wire, socket.socket], bell: int) -> None:
    wire, peer = pair
    peer.close()
    assert wire.wait(bell, 5) is Heard.PEER


def test_an_interrupted_connection_is_heard(pair: tuple[Wire, socket.socket], bell: int) -> None:
    wire, _ = pair
    wire.interrupt()
    assert wire.wait(bell, 5) is Heard.PEER


def test_one_that_was_closed_by_another_thread_is_over(pair: tuple[Wire, socket.socket], bell: int) -> None:
    wire, _ = pair
    wire.close()
    with pytest.raises(ClosedError):
        wire.wait(bell, 5)
