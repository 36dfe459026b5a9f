"""TLS to a peer (PS3.15 B.9, BCP 195): TLS 1.2 or newer, the peer's certificate checked, our own shown when it asks."""

import ssl
from pathlib import Path

from osteon.transfer.connection import Tls
from osteon.transfer.errors import UsageError


def tls_to(host: str, *, ca: Path | None, certificate: Path | None, key: Path | None, name: str | None) -> Tls:
    """How to secure a connection to `host`.

    `ca`: whom to trust instead of the system's authorities; `name`: what the certificate must name instead of the
    host. Raises UsageError.
    """
    if key is not None and certificate is None:
        raise UsageError("--tls-key needs --tls-cert")
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError):
        raise UsageError("--tls-ca is not a file of PEM certificates") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (OSError, ValueError):
            raise UsageError("--tls-cert and --tls-key are not a certificate and its unencrypted key (PEM)") from None
    return Tls(context=context, server_name=name or host)


def _no_password() -> str:
    """Asked for at the terminal otherwise."""
    raise ValueError("the key is encrypted")
