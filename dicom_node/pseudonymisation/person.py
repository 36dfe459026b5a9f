"""Whose object it is: the patient's numbers in it and who issued them, strongest first.

A number means something only together with its issuer. That is, in this order, what Issuer of Patient ID
(0010,0021) says, its qualifiers (0010,0024), what is configured for the calling AE, the node's default. France's
national health identity (INS) outranks a hospital's own number.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dicom_node.errors import UnprocessableError
from dicom_node.status import Reason
from storage.identities import NATIONAL_ISSUERS, PatientIdentifier, Person

_PADDING = " \t\r\n\0"
_MATRICULE = re.compile(r"([0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6})([0-9]{2})?")
"""Sex, year, month, department (2A and 2B are Corsica), commune, order; then the key, if it is there."""

_KEY_MODULUS = 97

_CORSICA = (("2A", "19"), ("2B", "18"))
"""How INSEE reads the two departments for the key."""

_NOBODY = frozenset({"UNKNOWN", "INCONNU", "INCONNUE", "NONE", "NULL", "NA", "ANONYMOUS", "ANONYME"})
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedNumber:
    """One patient number as an object gives it, at its top or in an item of Other Patient IDs Sequence."""

    number: str
    """Patient ID (0010,0020)."""
    issuer: str = ""
    """Issuer of Patient ID (0010,0021)."""
    universal_issuer: str = ""
    """Universal Entity ID (0040,0032) in the Issuer of Patient ID Qualifiers Sequence (0010,0024)."""


@dataclass(frozen=True, slots=True)
class Issuers:
    """Who issued the numbers that come without an issuer: by calling AE title, else the default."""

    default: str = ""
    by_calling_ae: Mapping[str, str] = field(default_factory=dict)

    def of(self, calling_ae_title: str) -> str:
        """AE titles are compared without their padding (PS3.5 6.2, AE)."""
        return self.by_calling_ae.get(calling_ae_title.strip(_PADDING), self.default)


def person_of(main: ReceivedNumber, others: Iterable[ReceivedNumber] = (), *, unsaid_issuer: str = "") -> Person:
    """The person that an object names.

    `others`: the items of Other Patient IDs Sequence (0010,1002), of which only national identities count: what
    else a sender puts there need not be the same person's. `unsaid_issuer`: see `Issuers.of`.
    Raises UnprocessableError when Patient ID is missing, or is a word for "nobody" that many persons would share.
    """
    if _names_nobody(main.number):
        raise UnprocessableError(Reason.MISSING_PATIENT_ID)
    own = _national(main) or PatientIdentifier(_issuer(main) or _cleaned(unsaid_issuer), _cleaned(main.number))
    national = [found for other in others if (found := _national(other)) is not None]
    first, *rest = sorted(dict.fromkeys((own, *national)), key=_weakness)
    return Person(first, tuple(rest))


def _weakness(identifier: PatientIdentifier) -> int:
    if identifier.is_national:
        return NATIONAL_ISSUERS.index(identifier.issuer)
    return len(NATIONAL_ISSUERS)


def _names_nobody(number: str) -> bool:
    """Whether a Patient ID tells nobody apart: empty, zeros or punctuation only, or a word that says so."""
    letters = "".join(_LETTER_OR_DIGIT.findall(number))
    return not letters.strip("0") or letters.upper() in _NOBODY


def _issuer(received: ReceivedNumber) -> str:
    return next((part for part in (*_parts(received.issuer), _cleaned(received.universal_issuer)) if part), "")


def _parts(issuer: str) -> list[str]:
    """An issuer may be written as HL7 writes it: name, universal id and kind of id, joined by `&` (v2, type HD)."""
    return [_cleaned(part) for part in issuer.split("&")[:2]]


def _national(received: ReceivedNumber) -> PatientIdentifier | None:
    """The national identity that a number is, when its issuer says so and it is well-formed."""
    said = {*_parts(received.issuer), _cleaned(received.universal_issuer)}
    issuer = next((issuer for issuer in NATIONAL_ISSUERS if issuer in said), None)
    matricule = _matricule(received.number)
    return None if issuer is None or matricule is None else PatientIdentifier(issuer, matricule)


def _matricule(number: str) -> str | None:
    """The 13 characters of an INS, without spaces and without its key; None when the key is wrong."""
    match = _MATRICULE.fullmatch("".join(number.split()).strip("\0").upper())
    if match is None:
        return None
    matricule, key = match.groups()
    digits = matricule
    for department, read_as in _CORSICA:
        digits = digits.replace(department, read_as)
    return matricule if key is None or int(key) == _KEY_MODULUS - int(digits) % _KEY_MODULUS else None


def _cleaned(text: str) -> str:
    return text.strip(_PADDING)
