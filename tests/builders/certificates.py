"""Certificates for the length of a test: an authority, and whoever it vouches for."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Held:
    """A certificate and its key as files."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).fingerprint(SHA256()).hex()


class Authority:
    """Signs certificates into a folder; `file` holds its own."""

    def __init__(self, folder: Path, name: str = "authority", *, lasts: timedelta = timedelta(days=365)) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        builder = _certificate(self._name, self._name, self._key.public_key(), lasts)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def vouch_for(
        self,
        name: str,
        *,
        names: Sequence[str] = ("localhost",),
        lasts: timedelta = timedelta(days=365),
        passphrase: bytes | None = None,
        rsa_bits: int | None = None,
    ) -> Held:
        """A certificate for `name`, with alternative names, that ends after so long (or ended, when negative)."""
        key = ec.generate_private_key(ec.SECP256R1()) if rsa_bits is None else rsa.generate_private_key(65537, rsa_bits)
        alternatives = [x509.DNSName(one) for one in names]
        addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", "::1")]
        builder = _certificate(_named(name), self._name, key.public_key(), lasts)
        builder = builder.add_extension(x509.SubjectAlternativeName([*alternatives, *addresses]), critical=False)
        held = Held(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        held.certificate.write_bytes(builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        sealing: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        held.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))
        held.key.chmod(0o600)
        return held

    def revoke(self, *held: Held, lasts: timedelta = timedelta(days=1)) -> Path:
        """The authority's own certificate with a list of those that hold no longer."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(now - timedelta(days=2)).next_update(now + lasts)
        for one in held:
            number = x509.load_pem_x509_certificate(one.certificate.read_bytes()).serial_number
            revoked = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
            builder = builder.add_revoked_certificate(revoked.build())
        file = self._folder / "authority-and-list.pem"
        file.write_bytes(self.file.read_bytes() + builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        return file


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, lasts: timedelta
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + lasts
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(end, datetime.now(UTC)) - timedelta(days=1))
        .not_valid_after(end)
    )
