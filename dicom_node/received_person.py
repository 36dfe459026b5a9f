"""Reading from an object's facts whom it is of, before anything in it is changed."""

from collections.abc import Iterator

from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.facts import ISSUER_QUALIFIERS, OTHER_PATIENT_IDS, UNIVERSAL_ENTITY_ID, Facts
from dicom_node.pseudonymisation.person import Issuers, ReceivedNumber, person_of
from storage.identities import Person

_PATIENT_ID, _ISSUER = 0x00100020, 0x00100021


def received_person(facts: Facts, charset: Charset, issuers: Issuers, calling_ae_title: str) -> Person:
    """The person, by PatientID, its issuer, and the national identities among the other numbers.

    Raises UnprocessableError when nobody is named.
    """
    return person_of(_number(facts, charset), _others(facts, charset), unsaid_issuer=issuers.of(calling_ae_title))


def _others(facts: Facts, charset: Charset) -> Iterator[ReceivedNumber]:
    """Items of Other Patient IDs Sequence (0010,1002)."""
    return (_number(item, charset) for item in facts.nested.get(OTHER_PATIENT_IDS, ()))


def _number(facts: Facts, charset: Charset) -> ReceivedNumber:
    qualifiers = facts.nested.get(ISSUER_QUALIFIERS, ())
    return ReceivedNumber(
        number=_text(facts, charset, _PATIENT_ID),
        issuer=_text(facts, charset, _ISSUER),
        universal_issuer=next((_text(item, charset, UNIVERSAL_ENTITY_ID) for item in qualifiers), ""),
    )


def _text(facts: Facts, charset: Charset, tag: int) -> str:
    return charset.read(facts.values.get(tag, b"")).strip()
