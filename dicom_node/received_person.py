"""Reading from a data set whom it is of, before anything in it is changed."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from dicom_node.pseudonymisation.person import Issuers, ReceivedNumber, person_of
from storage.identities import Person


def received_person(dataset: Dataset, issuers: Issuers, calling_ae_title: str) -> Person:
    """The person, by PatientID, its issuer, and the national identities among the other numbers.

    Raises UnprocessableError when nobody is named.
    """
    return person_of(_number(dataset), _others(dataset), unsaid_issuer=issuers.of(calling_ae_title))


def _others(dataset: Dataset) -> Iterator[ReceivedNumber]:
    """Items of Other Patient IDs Sequence (0010,1002)."""
    return (_number(item) for item in dataset.get("OtherPatientIDsSequence") or ())


def _number(dataset: Dataset) -> ReceivedNumber:
    qualifiers = dataset.get("IssuerOfPatientIDQualifiersSequence") or ()
    return ReceivedNumber(
        number=_text(dataset, "PatientID"),
        issuer=_text(dataset, "IssuerOfPatientID"),
        universal_issuer=next((_text(item, "UniversalEntityID") for item in qualifiers), ""),
    )


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip()
