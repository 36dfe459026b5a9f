"""Waiting for the peer and for somebody else at once."""

import os
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dicom_node.upper_layer.wire import ClosedError, Heard, Wire


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as peer:
        wire = Wire(server.accept()[0])
        yield wire, peer
        wire.close()


@pytest.fixture
def bell() -> Iterator[int]:
    descriptor = os.eventfd(0, os.EFD_NONBLOCK)
    yield descriptor
    os.close(descriptor)


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


def certified(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def say(port: int, words: bytes) -> None:
    """Connect by TLS, say something in one record, and wait for the end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=15) as plain, context.wrap_socket(plain) as secure:
        secure.sendall(words)
        secure.recv(1)


def test_what_tls_has_read_ahead_is_the_peers_word(bell: int, tmp_path: Path) -> None:
    """Nothing of it is left in the network, which is all that the kernel knows of."""
    context = certified(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        said = pool.submit(say, server.getsockname()[1], b"ab")
        wire = Wire(context.wrap_socket(server.accept()[0], server_side=True))
        assert wire.read(1) == b"a"
        assert wire.wait(bell, 0.2) is Heard.PEER
        assert wire.read(1) == b"b"
        assert wire.wait(bell, 0.01) is Heard.NOBODY
        wire.close()
        said.result()
