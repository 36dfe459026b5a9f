"""Certificates: what identifies the one that a peer shows, and how long one of ours still holds."""

import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

FINGERPRINT, NAME = "sha256:", "name:"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was verified."""

    marks: frozenset[str]
    """`sha256:` and its fingerprint in small hexadecimal digits; `name:` and each common name and alternative name."""


def read_certificate(der: bytes) -> Certificate:
    """What a peer has shown. Raises ValueError when it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd, but readable
        certificate = x509.load_der_x509_certificate(der)
        names = {*_common_names(certificate), *_alternative_names(certificate)}
    fingerprint = FINGERPRINT + certificate.fingerprint(SHA256()).hex()
    return Certificate(frozenset({fingerprint, *(named(name) for name in names)}))


def named(name: str) -> str:
    """The mark of a name; capitals do not count."""
    return NAME + name.strip().lower()


def end_of(file: Path) -> datetime:
    """When the first certificate of a PEM file ends. Raises ValueError, OSError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def _common_names(certificate: x509.Certificate) -> list[str]:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return [value.value for value in found if isinstance(value.value, str)]


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
