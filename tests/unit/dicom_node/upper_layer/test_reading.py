"""What a wire reads ahead is given to whoever asks next, in order, and none of it is lost."""

import os
import socket
from collections.abc import Iterator

import pytest

from dicom_node.upper_layer.wire import ClosedError, Heard, SilentError, Wire


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as peer:
        wire = Wire(server.accept()[0])
        wire.wait_at_most(5)
        yield wire, peer
        wire.close()


@pytest.mark.parametrize("size", [1, 6, 511, 512, 513, 5000])
def test_bytes_come_in_their_order_however_they_are_asked_for(pair: tuple[Wire, socket.socket], size: int) -> None:
    wire, peer = pair
    sent = os.urandom(20_000)
    peer.sendall(sent)
    peer.shutdown(socket.SHUT_WR)
    got = b"".join(wire.read(size) for _ in range(len(sent) // size))
    assert got == sent[: len(got)]
    assert len(sent) - len(got) < size


def test_what_was_read_ahead_is_the_peers_word_though_nothing_more_comes(
    pair: tuple[Wire, socket.socket], bell: int
) -> None:
    wire, peer = pair
    peer.sendall(b"headernext")
    assert wire.wait(bell, 5) is Heard.PEER
    wire.read(6)
    os.eventfd_write(bell, 1)
    assert wire.wait(bell, 5) is Heard.PEER
    assert wire.read(4) == b"next"
    assert wire.wait(bell, 5) is Heard.OTHER


def test_what_was_read_ahead_of_the_end_comes_before_the_end(pair: tuple[Wire, socket.socket]) -> None:
    wire, peer = pair
    peer.sendall(b"headerlast")
    peer.close()
    assert (wire.read(6), wire.read(4)) == (b"header", b"last")
    with pytest.raises(ClosedError):
        wire.read(1)


def test_what_lies_ahead_is_no_word_of_a_peer_that_owes_more(pair: tuple[Wire, socket.socket]) -> None:
    wire, peer = pair
    peer.sendall(b"headerhalf")
    wire.read(6)
    wire.wait_at_most(0.01)
    with pytest.raises(SilentError):
        wire.read(8)
