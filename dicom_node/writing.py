"""Writing a pseudonymised object: its marks, the last look at its tags, and its bytes."""

import zlib
from importlib.metadata import version
from io import BytesIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import UID

from dicom_node.concepts import code
from dicom_node.errors import UnprocessableError
from dicom_node.harmless import ACTIONS, EMPTIED, PIXELS, REPLACED
from dicom_node.status import Reason

IMPLEMENTATION_CLASS_UID = UID("2.25.249337110563120178284562178436241310721")
METHOD = f"Osteon {version('osteon')} explicit list of attributes"
DONE = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
"""De-identification Method Code Sequence (PS3.16 CID 7050): what was in fact done."""

_LONGEST_STUDY_ID = 16


def only_uid(dataset: Dataset, keyword: str) -> str:
    """One of the object's own UIDs, of which there must be exactly one."""
    value = dataset.get(keyword)
    if not value or isinstance(value, MultiValue):
        raise UnprocessableError(Reason.INVALID_UID)
    return str(value)


def mark(dataset: Dataset, pseudonym: str) -> None:
    """Say whose object it now is and what was done (PS3.15 E.1.1; PS3.3 C.7.1.1, C.12.1)."""
    dataset.PatientName = pseudonym
    dataset.PatientID = pseudonym
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        only_uid(dataset, keyword)
    # Some systems merge studies whose StudyID is empty, so it gets a value that means nothing outside.
    dataset.StudyID = str(dataset.StudyInstanceUID)[-_LONGEST_STUDY_ID:]
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = METHOD
    dataset.DeidentificationMethodCodeSequence = Sequence(code(value, "DCM", meaning) for value, meaning in DONE)
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"


_MARKS = frozenset({0x00100010, 0x00100020, 0x00200010, 0x00120062, 0x00120063, 0x00120064, 0x00280303})


def assert_listed(dataset: Dataset) -> None:
    """The last look: every tag that is about to be written is on the list."""
    unlisted = [
        tag
        for tag in map(int, dataset.keys())
        if not (tag in ACTIONS or tag in EMPTIED or tag in REPLACED or tag in _MARKS)
    ]
    if unlisted:
        raise UnprocessableError(Reason.UNEXPECTED_ERROR, "unlisted attribute")


def header_of(file: bytes, dataset: Dataset) -> bytes:
    """Everything before the pixels, which are as they came; of a deflated data set, as it was before deflating."""
    pixels = sum(len(dataset.get_item(tag).value) for tag in PIXELS if tag in dataset)
    if not dataset.file_meta.TransferSyntaxUID.is_deflated:
        return file[: len(file) - pixels]
    start = file.index(b"\x02\x00\x00\x00UL\x04\x00") + 8
    start += 4 + int.from_bytes(file[start : start + 4], "little")
    data_set = zlib.decompress(file[start:], -zlib.MAX_WBITS)
    return file[:start] + data_set[: len(data_set) - pixels]


def encode(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = f"OSTEON_{version('osteon')}"[:16]
    dataset.file_meta = meta
    dataset.preamble = bytes(128)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()
