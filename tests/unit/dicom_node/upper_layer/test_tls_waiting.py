"""Waiting for the peer under TLS: what was taken from the network with an earlier read has been heard, too."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.tls import Clients, TlsFiles, server_context
from dicom_node.upper_layer.tls_wire import TlsWire
from dicom_node.upper_layer.wire import Heard
from tests.builders.certificates import Authority


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[TlsWire, ssl.SSLSocket]]:
    """After the handshake, with one byte read."""
    held = Authority(tmp_path).vouch_for("door")
    files = TlsFiles(certificate=held.certificate, key=held.key, authorities=None, clients=Clients.NONE)
    trusting = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as plain:
        wire = TlsWire(server.accept()[0], server_context(files))
        reading = threading.Thread(target=wire.read, args=(1,))
        reading.start()
        with trusting.wrap_socket(plain, server_hostname="localhost") as peer:
            peer.sendall(b"x")
            reading.join(10)
            yield wire, peer
            wire.close()


def test_nobody_is_heard_when_everything_was_read(pair: tuple[TlsWire, ssl.SSLSocket], bell: int) -> None:
    assert pair[0].wait(bell, 0.01) is Heard.NOBODY


def test_what_comes_is_heard(pair: tuple[TlsWire, ssl.SSLSocket], bell: int) -> None:
    wire, peer = pair
    peer.sendall(b"y")
    assert wire.wait(bell, 5) is Heard.PEER


def test_the_rest_of_a_record_is_heard(pair: tuple[TlsWire, ssl.SSLSocket], bell: int) -> None:
    wire, peer = pair
    peer.sendall(b"yz")
    assert wire.read(1) == b"y"
    assert wire.wait(bell, 0.01) is Heard.PEER
    assert wire.read(1) == b"z"
    assert wire.wait(bell, 0.01) is Heard.NOBODY


def test_records_that_came_together_are_heard(pair: tuple[TlsWire, ssl.SSLSocket], bell: int) -> None:
    wire, peer = pair
    heard = []
    peer.sendall(b"a")
    wire.wait(bell, 5)
    for _ in range(20):
        peer.sendall(b"b")
    for _ in range(21):
        heard.append(wire.wait(bell, 5))
        wire.read(1)
    assert set(heard) == {Heard.PEER}
    assert wire.wait(bell, 0.01) is Heard.NOBODY
