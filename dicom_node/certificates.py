"""Certificates: what identifies the one that a peer shows, and how long one of ours still holds."""

import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

FINGERPRINT, NAME = "sha256:", "name:"
_LIST = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


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


def ends_of(file: Path) -> list[datetime]:
    """When each certificate of a PEM file ends, in their order. Raises ValueError, OSError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(file.read_bytes())]


def renewals_of(file: Path) -> list[datetime]:
    """When each revocation list in a PEM file has to be renewed. Raises ValueError, OSError."""
    lists = [x509.load_pem_x509_crl(block) for block in _LIST.findall(file.read_bytes())]
    return [one.next_update_utc for one in lists if one.next_update_utc is not None]


def _common_names(certificate: x509.Certificate) -> list[str]:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return [value.value for value in found if isinstance(value.value, str)]


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
