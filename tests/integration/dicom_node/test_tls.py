"""The door under TLS: DCMTK, pynetdicom and OpenSSL come through it, and whoever should not does not."""

import logging
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydicom import dcmread
from pynetdicom import AE

from dicom_node.access import Access
from dicom_node.journal import Journal
from dicom_node.peers import Peer as KnownPeer
from dicom_node.peers import Peers
from dicom_node.tls import Clients, TlsFiles, server_context
from dicom_node.upper_layer.service import Limits
from osteon.commands.send import command as send
from tests.builders.certificates import Authority, Held
from tests.builders.door import Parts, ct
from tests.builders.peer import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    EXPLICIT,
    KeepingDoor,
    Pdu,
    Peer,
    associate_rq,
    cut,
    data_set_of,
    listening,
    message,
    store_rq,
    sums,
    tiny_ct,
)
from tests.builders.programs import program
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")

CT = "1.2.840.10008.5.1.4.1.1.2"
TINY = data_set_of(tiny_ct())
SECONDS = 1.0
NOT_RECOGNISED = Pdu(ASSOCIATE_RJ, bytes((0, 1, 1, 3)))


@dataclass(frozen=True)
class Trust:
    """An authority that the door trusts with its own certificate and a client's, and another with a client's."""

    authority: Authority
    door: Held
    client: Held
    stranger: Held

    def context(self, clients: Clients = Clients.REQUIRED, authorities: Path | None = None) -> ssl.SSLContext:
        return server_context(
            TlsFiles(
                certificate=self.door.certificate,
                key=self.door.key,
                authorities=authorities or self.authority.file,
                clients=clients,
            )
        )


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("certificates")
    authority, other = Authority(folder), Authority(folder, "another")
    return Trust(
        authority,
        authority.vouch_for("door"),
        authority.vouch_for("PACS", names=["pacs.example"]),
        other.vouch_for("stranger"),
    )


@pytest.fixture
def secured(parts: Parts, trust: Trust) -> Iterator[int]:
    """The port of a door that wants certificates."""
    with listening(parts.door, parts.journal, tls=trust.context()) as port:
        yield port


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ct.dcm"
    path.write_bytes(ct())
    return path


def shown(held: Held) -> tuple[str, ...]:
    """DCMTK's options for a certificate."""
    return "+tls", str(held.key), str(held.certificate)


def client_context(trust: Trust, held: Held | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=trust.authority.file)
    if held is not None:
        context.load_cert_chain(held.certificate, held.key)
    return context


class SecuredPeer(Peer):
    """A raw peer under TLS."""

    def __init__(self, port: int, context: ssl.SSLContext, *, is_strict: bool = False) -> None:
        """`is_strict`: an end without a close_notify is an error."""
        super().__init__(port)
        try:
            self.socket = context.wrap_socket(
                self.socket, server_hostname="localhost", suppress_ragged_eofs=not is_strict
            )
        except OSError:
            self.close()
            raise


# Foreign clients


@pytest.mark.parametrize("profile", ["+py", "+px", "+pz"])
def test_storescu_comes_through_with_every_profile_that_is_not_retired(
    secured: int, parts: Parts, trust: Trust, file: Path, profile: str
) -> None:
    sent = storescu(secured, [file], *shown(trust.client), "+cf", str(trust.authority.file), profile)
    assert sent.returncode == 0, sent.stderr
    wait_for(lambda: ("released", 1, 1, 0, 0, 0) in sums(parts.journal), "the summary is written")


@pytest.mark.parametrize(
    "suite",
    ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
)
def test_storescu_comes_through_with_every_suite_of_the_profile(
    secured: int, trust: Trust, file: Path, suite: str
) -> None:
    sent = storescu(secured, [file], *shown(trust.client), "+cf", str(trust.authority.file), "+cs", suite)
    assert sent.returncode == 0, sent.stderr


def test_echoscu_is_answered(secured: int, trust: Trust) -> None:
    command = [
        program("echoscu"),
        "-v",
        "-aec",
        "OSTEON",
        *shown(trust.client),
        "+cf",
        str(trust.authority.file),
    ]
    answer = subprocess.run([*command, "127.0.0.1", str(secured)], capture_output=True, text=True, check=False)
    assert "Received Echo Response (Success)" in answer.stdout + answer.stderr


@pytest.fixture
def secured_by_rsa(parts: Parts, trust: Trust) -> Iterator[int]:
    """The port of a door whose certificate goes with every cipher that there was."""
    held = trust.authority.vouch_for("rsa", rsa_bits=2048)
    files = TlsFiles(certificate=held.certificate, key=held.key, authorities=trust.authority.file)
    with listening(parts.door, parts.journal, tls=server_context(files)) as port:
        yield port


@pytest.mark.parametrize(
    ("options", "comes_through"),
    [
        pytest.param(["+py"], True, id="BCP 195, non-downgrading"),
        pytest.param(["+cs", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], True, id="a suite of the profile"),
        pytest.param(["+cs", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"], True, id="another"),
        pytest.param(["+pa"], False, id="AES in CBC mode"),
        pytest.param(["+pn"], False, id="nothing but a signature"),
    ],
)
def test_retired_profiles_are_refused(
    secured_by_rsa: int, parts: Parts, trust: Trust, file: Path, options: list[str], *, comes_through: bool
) -> None:
    sent = storescu(secured_by_rsa, [file], *shown(trust.client), "+cf", str(trust.authority.file), *options)
    assert (sent.returncode == 0) is comes_through, sent.stderr
    assert parts.outbox.depth() == comes_through


@pytest.mark.parametrize("cipher", ["AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES256-GCM-SHA384"])
def test_ciphers_without_ephemeral_elliptic_keys_or_authentication_are_refused(
    secured_by_rsa: int, trust: Trust, cipher: str
) -> None:
    context = client_context(trust, trust.client)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
        SecuredPeer(secured_by_rsa, context)


def test_who_shows_no_certificate_is_refused(secured: int, parts: Parts, trust: Trust, file: Path) -> None:
    sent = storescu(secured, [file], "+tla", "+cf", str(trust.authority.file))
    assert sent.returncode != 0
    assert parts.outbox.depth() == 0


def test_a_certificate_of_another_authority_is_refused(secured: int, parts: Parts, trust: Trust, file: Path) -> None:
    sent = storescu(secured, [file], *shown(trust.stranger), "+cf", str(trust.authority.file))
    assert sent.returncode != 0
    assert parts.outbox.depth() == 0


def test_a_sender_that_trusts_another_authority_does_not_send(
    secured: int, parts: Parts, trust: Trust, file: Path
) -> None:
    other = trust.authority.file.with_name("another.pem")
    sent = storescu(secured, [file], *shown(trust.client), "+cf", str(other))
    assert sent.returncode != 0
    assert parts.outbox.depth() == 0


def test_a_certificate_that_has_ended_is_refused(secured: int, trust: Trust, file: Path) -> None:
    ended = trust.authority.vouch_for("ended", lasts=timedelta(days=-1))
    assert storescu(secured, [file], *shown(ended), "+cf", str(trust.authority.file)).returncode != 0


def test_a_revoked_certificate_is_refused(parts: Parts, trust: Trust, file: Path) -> None:
    lost = trust.authority.vouch_for("lost")
    context = trust.context(authorities=trust.authority.revoke(lost))
    with listening(parts.door, parts.journal, tls=context) as port:
        assert storescu(port, [file], *shown(lost), "+cf", str(trust.authority.file)).returncode != 0
        assert storescu(port, [file], *shown(trust.client), "+cf", str(trust.authority.file)).returncode == 0


@pytest.mark.parametrize("clients", [Clients.OPTIONAL, Clients.NONE])
def test_certificates_may_be_left_to_the_clients(parts: Parts, trust: Trust, file: Path, clients: Clients) -> None:
    with listening(parts.door, parts.journal, tls=trust.context(clients)) as port:
        assert storescu(port, [file], "+tla", "+cf", str(trust.authority.file)).returncode == 0
        of_a_stranger = storescu(port, [file], *shown(trust.stranger), "+cf", str(trust.authority.file))
        assert (of_a_stranger.returncode == 0) is (clients is Clients.NONE)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_pynetdicom_comes_through(
    secured: int, parts: Parts, trust: Trust, file: Path, version: ssl.TLSVersion
) -> None:
    context = client_context(trust, trust.client)
    context.minimum_version = context.maximum_version = version
    entity = AE("PACS")
    entity.add_requested_context(CT, EXPLICIT)
    association = entity.associate(
        "127.0.0.1", secured, ae_title="OSTEON", tls_args=(context, "localhost"), max_pdu=131_072
    )
    assert association.is_established
    assert association.send_c_store(dcmread(file)).Status == 0
    association.release()
    wait_for(lambda: ("released", 1, 1, 0, 0, 0) in sums(parts.journal), "the summary is written")


def test_our_own_sender_comes_through(secured: int, parts: Parts, trust: Trust, file: Path) -> None:
    arguments = [
        str(file),
        "--to",
        f"OSTEON@127.0.0.1:{secured}",
        "--tls",
        "--tls-ca",
        str(trust.authority.file),
    ]
    mine = ["--tls-cert", str(trust.client.certificate), "--tls-key", str(trust.client.key)]
    sent = CliRunner().invoke(send, [*arguments, *mine])
    assert sent.exit_code == 0, sent.output
    assert parts.outbox.depth() == 1
    assert CliRunner().invoke(send, [*arguments, "--again"]).exit_code != 0


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_older_versions_are_refused(secured: int, version: str) -> None:
    """With a client that would: OpenSSL at its lowest security level."""
    answer = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{secured}", version, "-cipher", "ALL:@SECLEVEL=0"],
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert "Cipher is (NONE)" in answer.stdout
    assert "alert protocol version" in answer.stderr


def test_the_handshake_of_openssl_is_what_the_profile_asks_for(secured: int, trust: Trust) -> None:
    for version, names in (
        (ssl.TLSVersion.TLSv1_3, {"TLS_AES_256_GCM_SHA384"}),
        (ssl.TLSVersion.TLSv1_2, {"ECDHE-ECDSA-AES256-GCM-SHA384"}),
    ):
        context = client_context(trust, trust.client)
        context.maximum_version = version
        with SecuredPeer(secured, context) as peer:
            assert isinstance(peer.socket, ssl.SSLSocket)
            cipher = peer.socket.cipher()
            assert cipher is not None
            assert cipher[0] in names


# Bytes


@pytest.mark.parametrize("size", [1, 7, 1000, 50_000])
def test_any_cut_of_the_stream_into_records_is_understood(trust: Trust, tmp_path: Path, size: int) -> None:
    door = KeepingDoor()
    with (
        listening(door, Journal(tmp_path / "journal"), tls=trust.context()) as port,
        SecuredPeer(port, client_context(trust, trust.client)) as peer,
    ):
        peer.associate()
        data_set = TINY if size == 1 else TINY + bytes(200_000)
        peer.send(*cut(b"".join(message(store_rq("1.2.3.4"), data_set)), size))
        assert peer.reply().status == 0
        assert peer.echo().status == 0
        assert peer.release()
    assert door.data_sets() == [data_set]


def test_a_large_object_is_taken_whole(trust: Trust, tmp_path: Path) -> None:
    door = KeepingDoor()
    data_set = bytes(range(256)) * 80_000
    with (
        listening(door, Journal(tmp_path / "journal"), tls=trust.context()) as port,
        SecuredPeer(port, client_context(trust, trust.client)) as peer,
    ):
        peer.associate()
        peer.send(*message(store_rq("1.2.3.4"), data_set, size=131_066))
        assert peer.reply().status == 0
    assert door.data_sets() == [data_set]


def test_what_was_said_last_arrives_before_the_end(secured: int, trust: Trust) -> None:
    """A rejection, and then the end of the stream as TLS has it."""
    with SecuredPeer(secured, client_context(trust, trust.client), is_strict=True) as peer:
        assert peer.associate(associate_rq(called="SOMEONE")) == Pdu(ASSOCIATE_RJ, bytes((0, 1, 1, 7)))
        assert isinstance(peer.socket, ssl.SSLSocket)
        assert peer.socket.recv(10) == b"", "closed by a close_notify"


# Silence and nonsense


@pytest.fixture
def impatient(parts: Parts, trust: Trust) -> Iterator[int]:
    limits = Limits(negotiation_seconds=SECONDS, idle_seconds=SECONDS)
    with listening(parts.door, parts.journal, limits, tls=trust.context()) as port:
        yield port


def half_a_handshake(trust: Trust) -> bytes:
    """The ClientHello of a client that knows the door."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context(trust).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("part", [0.0, 0.02, 0.5, 1.0])
def test_half_a_handshake_and_then_silence_ends_in_time(impatient: int, trust: Trust, part: float) -> None:
    hello = half_a_handshake(trust)
    with Peer(impatient) as peer:
        began = time.monotonic()
        peer.send(hello[: int(len(hello) * part)])
        while peer.socket.recv(4096):
            pass
        assert SECONDS / 2 < time.monotonic() - began < SECONDS + 3


def test_a_handshake_byte_by_byte_ends_in_time(impatient: int, trust: Trust) -> None:
    hello = half_a_handshake(trust)
    with Peer(impatient) as peer:
        began = time.monotonic()
        peer.socket.settimeout(SECONDS / 10)
        try:
            for at in range(len(hello)):
                peer.send(hello[at : at + 1])
                try:
                    if not peer.socket.recv(1):
                        break
                except TimeoutError:
                    continue
        except ConnectionError:
            pass
        assert time.monotonic() - began < SECONDS + 3


def test_a_client_that_is_silent_after_the_handshake_is_left(impatient: int, trust: Trust) -> None:
    with SecuredPeer(impatient, client_context(trust, trust.client)) as peer:
        began = time.monotonic()
        assert peer.receive() is None
        assert time.monotonic() - began < SECONDS + 3


def test_an_idle_association_is_aborted(impatient: int, trust: Trust) -> None:
    with SecuredPeer(impatient, client_context(trust, trust.client)) as peer:
        peer.associate()
        assert peer.receive() == Pdu(ABORT, bytes((0, 0, 2, 0)))


@pytest.mark.parametrize(
    "said",
    [associate_rq(), b"GET / HTTP/1.1\r\n\r\n", bytes(100), b"\x16\x03\x01\xff\xff" + bytes(1000)],
    ids=["DICOM in clear", "HTTP", "zeros", "a record that is too long"],
)
def test_who_speaks_no_tls_is_turned_away_and_hurts_nobody(
    secured: int, trust: Trust, file: Path, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(secured) as peer, caplog.at_level(logging.WARNING, "osteon"):
        peer.send(said)
        while peer.socket.recv(4096):
            pass
        wait_for(lambda: any("no TLS with it" in line for line in caplog.messages), "it is noted")
    assert not [line for line in caplog.messages if "failed" in line]
    assert storescu(secured, [file], *shown(trust.client), "+cf", str(trust.authority.file)).returncode == 0


def test_who_speaks_tls_to_the_plain_port_is_turned_away(port: int, trust: Trust) -> None:
    with pytest.raises(ssl.SSLError):
        SecuredPeer(port, client_context(trust))
    with Peer(port) as peer:
        answer = peer.associate()
        assert answer is not None
        assert answer.kind == ASSOCIATE_AC


def test_why_there_was_no_tls_is_noted(
    secured: int, trust: Trust, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "osteon.access"):
        storescu(secured, [file], "+tla", "+cf", str(trust.authority.file))
        storescu(secured, [file], *shown(trust.stranger), "+cf", str(trust.authority.file))
        wait_for(lambda: len(caplog.messages) >= 2, "both are noted")
    nameless, stranger = caplog.messages[:2]
    assert nameless == "refused 127.0.0.1: no TLS with it: peer did not return a certificate"
    assert stranger == (
        "refused 127.0.0.1: no TLS with it: certificate verify failed (unable to get local issuer certificate)"
    )


def test_a_door_that_is_stopped_lets_go_of_whoever_is_there(parts: Parts, trust: Trust) -> None:
    """In the handshake, and in the middle of an object."""
    with listening(parts.door, parts.journal, tls=trust.context()) as port:
        silent = socket.create_connection(("127.0.0.1", port))
        peer = SecuredPeer(port, client_context(trust, trust.client))
        peer.associate()
        peer.send(message(store_rq("1.2.3.4"), TINY)[0])
        began = time.monotonic()
    assert time.monotonic() - began < 5
    while silent.recv(100):  # an alert
        pass
    silent.close()
    peer.close()
    assert sums(parts.journal) == {("aborted", 0, 0, 0, 0, 0): 1}


# Certificates that peers are bound to


def only(ae_title: str, *marks: str) -> Access:
    return Access(Peers(known={ae_title: KnownPeer(ae_title=ae_title, certificates=frozenset(marks))}))


def test_a_peer_that_is_bound_to_a_certificate_shows_it(parts: Parts, trust: Trust) -> None:
    for marks, expected in (
        ([f"sha256:{trust.client.fingerprint}"], ASSOCIATE_AC),
        (["name:pacs"], ASSOCIATE_AC),
        (["name:pacs.example"], ASSOCIATE_AC),
        (["name:127.0.0.1"], ASSOCIATE_AC),
        ([f"sha256:{trust.door.fingerprint}", "name:mr.example"], ASSOCIATE_RJ),
    ):
        with (
            listening(parts.door, parts.journal, access=only("PACS", *marks), tls=trust.context()) as port,
            SecuredPeer(port, client_context(trust, trust.client)) as peer,
        ):
            answer = peer.associate()
            assert answer is not None
            assert answer.kind == expected
            assert answer.kind == ASSOCIATE_AC or answer == NOT_RECOGNISED


def test_a_peer_that_is_bound_to_a_certificate_may_not_call_in_clear(parts: Parts, trust: Trust) -> None:
    access = only("PACS", f"sha256:{trust.client.fingerprint}")
    with listening(parts.door, parts.journal, access=access) as port, Peer(port) as peer:
        assert peer.associate() == NOT_RECOGNISED
