"""What the outbox knows of one pseudonymised object: enough to make its ledger row without opening the file."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pydicom.dataset import Dataset

from storage.ledger_records import StoredObject
from storage.orthanc import instance_id

LONGEST_TEXT = 64
LARGEST_NUMBER = 2**31 - 1
"""What the ledger's columns hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object on its way to Orthanc; all identifiers are pseudonymised."""

    association_id: str
    pseudonym: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    modality: str | None
    study_date: date | None
    patient_sex: str | None
    series_number: int | None
    instance_number: int | None
    frame_of_reference_uid: str | None
    rows: int | None
    columns: int | None
    number_of_frames: int | None
    size: int
    sha256: str
    source_digest: str
    received_at: datetime

    @property
    def orthanc_id(self) -> str:
        return instance_id(self.pseudonym, self.study_instance_uid, self.series_instance_uid, self.sop_instance_uid)

    def stored(self, at: datetime) -> StoredObject:
        """The ledger's row, once Orthanc has the object."""
        return StoredObject(**asdict(self), orthanc_id=self.orthanc_id, stored_at=at)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), default=str).encode("ascii")

    @classmethod
    def from_json(cls, text: bytes) -> "Entry":
        """Raises ValueError, KeyError or TypeError when `text` was not made by `to_json`."""
        content: dict[str, Any] = json.loads(text)
        study_date = content["study_date"]
        content["study_date"] = None if study_date is None else date.fromisoformat(study_date)
        content["received_at"] = datetime.fromisoformat(content["received_at"])
        return cls(**content)


def header_facts(dataset: Dataset) -> dict[str, Any]:
    """The facts of a pseudonymised header that the ledger keeps; None for what is absent or unreadable."""
    return {
        "study_instance_uid": str(dataset.StudyInstanceUID),
        "series_instance_uid": str(dataset.SeriesInstanceUID),
        "sop_instance_uid": str(dataset.SOPInstanceUID),
        "sop_class_uid": str(dataset.SOPClassUID),
        "transfer_syntax_uid": str(dataset.file_meta.TransferSyntaxUID),
        "modality": _text(dataset, "Modality"),
        "study_date": _date(dataset),
        "patient_sex": _text(dataset, "PatientSex"),
        "series_number": _number(dataset, "SeriesNumber"),
        "instance_number": _number(dataset, "InstanceNumber"),
        "frame_of_reference_uid": _text(dataset, "FrameOfReferenceUID"),
        "rows": _number(dataset, "Rows"),
        "columns": _number(dataset, "Columns"),
        "number_of_frames": _number(dataset, "NumberOfFrames"),
    }


def _text(dataset: Dataset, keyword: str) -> str | None:
    """A short text; what is longer than any value of its kind, or holds control characters, is not one."""
    text = str(dataset.get(keyword) or "").strip()
    return text if 0 < len(text) <= LONGEST_TEXT and text.isprintable() else None


def _number(dataset: Dataset, keyword: str) -> int | None:
    try:
        number = int(dataset.get(keyword))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= LARGEST_NUMBER else None


def _date(dataset: Dataset) -> date | None:
    try:
        return date.fromisoformat(str(dataset.get("StudyDate") or ""))
    except ValueError:
        return None
