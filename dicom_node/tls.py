"""TLS as the door speaks it: the BCP 195 RFC 8996, 9325 TLS Secure Transport Connection Profile (PS3.15 B.12).

TLS 1.3, or 1.2 with the authenticated ciphers and ephemeral keys that RFC 9325 4.2 recommends; nothing older, no
renegotiation, no resumption: every association shows its certificate.
"""

import os
import ssl
import stat
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"
"""Of TLS 1.2; those of 1.3 are all of this kind. Level 2: no RSA key under 2048 bits, no SHA-1 (RFC 9325 4.5)."""


class TlsError(Exception):
    """Certificate, key or authorities cannot be used; the message names the setting and the file."""


class Clients(Enum):
    """Whether a client has to show a certificate."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


_VERIFY = {
    Clients.REQUIRED: ssl.CERT_REQUIRED,
    Clients.OPTIONAL: ssl.CERT_OPTIONAL,
    Clients.NONE: ssl.CERT_NONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files: the node's certificate (with what is between it and a root), its key, and whom it trusts."""

    certificate: Path
    key: Path
    authorities: Path | None
    clients: Clients = Clients.REQUIRED


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """What the door needs to speak TLS. Raises TlsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    _load_own(context, files)
    if files.clients is not Clients.NONE:
        _load_authorities(context, files.authorities)
    context.verify_mode = _VERIFY[files.clients]
    return context


def _load_own(context: ssl.SSLContext, files: TlsFiles) -> None:
    _be_there(files.certificate, "OSTEON_TLS_CERTIFICATE")
    _be_there(files.key, "OSTEON_TLS_KEY")
    if stat.S_IMODE(files.key.stat().st_mode) & stat.S_IRWXO:
        raise TlsError(f"OSTEON_TLS_KEY: anybody may read {files.key}: run chmod 600 {files.key}")
    try:
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except ssl.SSLError as error:
        raise TlsError(
            f"OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY: {files.certificate} and {files.key} are not a certificate and "
            f"its key without a passphrase, in PEM ({_words(error)})"
        ) from None


def _load_authorities(context: ssl.SSLContext, file: Path | None) -> None:
    if file is None:
        raise TlsError(
            "OSTEON_TLS_CA: name the authorities of the clients' certificates, or set OSTEON_TLS_CLIENTS=none"
        )
    _be_there(file, "OSTEON_TLS_CA")
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise TlsError(f"OSTEON_TLS_CA: {file} holds no certificates in PEM ({_words(error)})") from None
    if context.cert_store_stats()["crl"]:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


def _be_there(file: Path, setting: str) -> None:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise TlsError(f"{setting}: {file}: {os.strerror(error.errno or 0)}") from None


def _words(error: ssl.SSLError) -> str:
    return (error.reason or type(error).__name__).lower().replace("_", " ")
