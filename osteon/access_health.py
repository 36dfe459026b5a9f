"""What `osteon doctor` finds of who may come in: the peers file, whether peers answer, and the certificate."""

import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from dicom_node.certificates import ends_of, renewals_of
from dicom_node.peers import Address, Caller, NotAllowedError, Peer, Peers, plain_address
from dicom_node.tls import TlsError, server_context
from osteon.addresses import LOOPBACK, door_host
from osteon.door_access import known_peers, tls_files
from osteon.settings import Settings

ANSWER_SECONDS = 5
AT_A_TIME = 16
SHOWN = 5
ENDS_SOON = timedelta(days=30)


def echoes(calling: str, called: str, host: str, port: int) -> bool:
    """Whether an application entity answers C-ECHO."""
    entity = AE(ae_title=calling)
    entity.add_requested_context(Verification)
    entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = ANSWER_SECONDS
    association = entity.associate(host, port, ae_title=called)
    if not association.is_established:
        return False
    status = association.send_c_echo()
    association.release()
    return "Status" in status and int(status.Status) == 0


def peers_state(settings: Settings) -> tuple[bool, str]:
    """Whether all is well with the peers, and what there is to say. Raises PeersError."""
    if settings.peers is None:
        return True, "no peers file (OSTEON_PEERS): anybody who reaches the port may send"
    peers = known_peers(settings)
    called = [peer for peer in peers.known.values() if peer.address is not None]
    silent = _silent(settings.ae_title, called)
    said = f"{settings.peers}: {len(peers.known)} known, {len(called)} with an address; {_others(peers)}"
    if silent:
        return False, f"{said}; no answer to C-ECHO: {', '.join(silent[:SHOWN])}{' …' * (len(silent) > SHOWN)}"
    return True, f"{said}{'; all of these answer C-ECHO' if called else ''}"


def why_not_from_here(settings: Settings, calling: str) -> str | None:
    """Why the door would not let us in, by its peers file; None: it would. Raises PeersError."""
    peers = known_peers(settings)
    try:
        peers.allowance_of(Caller(ae_title=calling, address=_here(settings)))
    except NotAllowedError as error:
        return str(error)
    return None


def tls_state(settings: Settings) -> tuple[bool, str]:
    """Whether all is well with TLS, and what there is to say. Raises TlsError."""
    files = tls_files(settings)
    if files is None or settings.tls_port is None:
        return True, "off (OSTEON_TLS_PORT): what is sent to the door travels in clear"
    server_context(files)
    left, problem = _certificate_lasts(files.certificate), _problem_of(files.authorities)
    shown = _shown_at(door_host(settings), settings.tls_port)
    own = ssl.PEM_cert_to_DER_cert(_first(files.certificate.read_text("ascii", "replace")))
    said = f"port {settings.tls_port}, clients' certificates {files.clients.value}; {files.certificate} holds for "
    if shown != own:
        return False, f"{said}{left.days} days; the node that runs shows another one: start it again"
    if left <= ENDS_SOON:
        return False, f"{said}{left.days} days: make a new one"
    return not problem, f"{said}{left.days} days{problem}"


def _here(settings: Settings) -> Address:
    """Where we call the door from: who calls an address of the own machine comes from that address."""
    try:
        return plain_address(door_host(settings))
    except ValueError:  # a name
        return plain_address(LOOPBACK)


def _silent(calling: str, called: Sequence[Peer]) -> list[str]:
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = list(pool.map(lambda peer: _answers(calling, peer), called))
    return [_spoken(peer) for peer, answer in zip(called, answers, strict=True) if not answer]


def _answers(calling: str, peer: Peer) -> bool:
    return peer.address is not None and echoes(calling, peer.ae_title, peer.address.host, peer.address.port)


def _spoken(peer: Peer) -> str:
    return f"{peer.ae_title}@{peer.address.host}:{peer.address.port}" if peer.address else peer.ae_title


def _others(peers: Peers) -> str:
    if peers.only_known:
        return "nobody else may send"
    return (
        "others may send from anywhere" if not peers.defaults.calls_from else "others may send from the networks given"
    )


def _certificate_lasts(file: Path) -> timedelta:
    """Raises TlsError when it has ended."""
    try:
        left = ends_of(file)[0] - datetime.now(UTC)
    except ValueError:
        raise TlsError(f"OSTEON_TLS_CERTIFICATE: {file} cannot be read") from None
    if left <= timedelta():
        raise TlsError(f"{file} ended {(-left).days} days ago: no client will accept it")
    return left


def _problem_of(authorities: Path | None) -> str:
    """What is to be said of those that vouch for the clients. Raises TlsError when they keep everybody out."""
    if authorities is None:
        return ""
    now = datetime.now(UTC)
    if any(renewal <= now for renewal in renewals_of(authorities)):
        raise TlsError(
            f"{authorities} holds a revocation list that is out of date: its authority's clients are refused"
        )
    left = min(ends_of(authorities)) - now
    if left <= timedelta():
        return f"; an authority in {authorities} ended {(-left).days} days ago"
    return f"; an authority in {authorities} ends in {left.days} days" if left <= ENDS_SOON else ""


def _shown_at(host: str, port: int) -> bytes | None:
    """The certificate that a door shows. Raises TlsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), ANSWER_SECONDS) as plain, context.wrap_socket(plain) as secured:
            return secured.getpeercert(binary_form=True)
    except OSError as error:
        raise TlsError(f"port {port} on {host} does not answer under TLS ({type(error).__name__})") from None


def _first(text: str) -> str:
    """The first certificate of a PEM file."""
    return text[text.index(ssl.PEM_HEADER) : text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)]
