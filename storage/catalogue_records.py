"""What the catalogue answers with."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

Record = TypeVar("Record")
PageKey = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Record]):
    """Some records, and the key to go on after; None when these are the last."""

    items: tuple[Record, ...]
    next_key: PageKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    pseudonym: str
    patient_sex: str | None
    study_count: int
    first_stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRecord:
    """`study_date` is shifted by the patient's offset; `modalities` are those of its series, sorted.

    `objects_expected`: how many its source named when it was asked, of the kinds that are taken; `state_reason`: why
    it is at rest and not confirmed. Both are codes of `study_lifecycle` where they are texts.
    """

    study_instance_uid: str
    pseudonym: str
    study_date: date | None
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    first_stored_at: datetime
    state: str
    state_since: datetime
    state_reason: str | None
    revision: int
    objects_expected: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRecord:
    series_instance_uid: str
    study_instance_uid: str
    pseudonym: str
    modality: str | None
    series_number: int | None
    frame_of_reference_uid: str | None
    instance_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRecord:
    """`size` (bytes) and `sha256` (hex) are those of the Part 10 file that Orthanc keeps."""

    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    pseudonym: str
    sop_class_uid: str
    transfer_syntax_uid: str
    modality: str | None
    frame_of_reference_uid: str | None
    instance_number: int | None
    rows: int | None
    columns: int | None
    number_of_frames: int | None
    size: int
    sha256: str
    orthanc_id: str
    stored_at: datetime
