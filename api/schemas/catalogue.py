"""Shapes of the catalogue's answers."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from storage.catalogue_records import ObjectRecord, PatientRecord, SeriesRecord, StudyRecord
from storage.study_lifecycle import Reason, StudyState

UID_PATTERN = r"^[0-9.]{1,64}$"
PSEUDONYM_PATTERN = r"^[A-Z0-9-]{1,64}$"
MODALITY_PATTERN = r"^[A-Z0-9]{2,16}$"

PSEUDONYM = "OST-7K3M9-QPXRC"
STUDY_UID = "2.25.329800735698586629295641978511506172918"
SERIES_UID = "2.25.99012345678901234567890123456789012345"
INSTANCE_UID = "2.25.17012345678901234567890123456789012345"
FRAME_OF_REFERENCE_UID = "2.25.55512345678901234567890123456789012345"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"

Uid = Annotated[str, Path(pattern=UID_PATTERN, examples=[STUDY_UID])]
Pseudonym = Annotated[str, Path(pattern=PSEUDONYM_PATTERN, examples=[PSEUDONYM])]


class Out(BaseModel):
    """An answer, made from a record of the same field names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PatientOut(Out):
    """One pseudonymised patient."""

    pseudonym: str = Field(examples=[PSEUDONYM])
    patient_sex: str | None = Field(examples=["F"])
    study_count: int = Field(examples=[3])
    first_stored_at: datetime

    @classmethod
    def of(cls, record: PatientRecord) -> Self:
        return cls.model_validate(record)


class StudyOut(Out):
    """One study; `study_date` is shifted by the patient's whole-day offset.

    `state`: objects are coming (`receiving`), or come again after a rest (`revised`); nothing has come for a while
    (`provisional`); everything that its source names is here (`confirmed`). `revision` rises when objects come after a
    rest. `objects_expected`: how many its source named, of the kinds that are taken; null when it was not asked since.
    """

    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str = Field(examples=[PSEUDONYM])
    study_date: date | None
    modalities: tuple[str, ...] = Field(examples=[["CT", "PT"]])
    series_count: int = Field(examples=[2])
    instance_count: int = Field(examples=[412])
    first_stored_at: datetime
    state: StudyState = Field(examples=["confirmed"])
    state_since: datetime
    state_reason: Reason | None = Field(description="Why it is at rest and not confirmed.", examples=[None])
    revision: int = Field(examples=[1])
    objects_expected: int | None = Field(examples=[412])

    @classmethod
    def of(cls, record: StudyRecord) -> Self:
        return cls.model_validate(record)


class SeriesOut(Out):
    """One series."""

    series_instance_uid: str = Field(examples=[SERIES_UID])
    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str = Field(examples=[PSEUDONYM])
    modality: str | None = Field(examples=["CT"])
    series_number: int | None = Field(examples=[3])
    frame_of_reference_uid: str | None = Field(examples=[FRAME_OF_REFERENCE_UID])
    instance_count: int = Field(examples=[206])

    @classmethod
    def of(cls, record: SeriesRecord) -> Self:
        return cls.model_validate(record)


class InstanceOut(Out):
    """One object; `size` (bytes) and `sha256` are those of the file at `…/file`."""

    sop_instance_uid: str = Field(examples=[INSTANCE_UID])
    series_instance_uid: str = Field(examples=[SERIES_UID])
    study_instance_uid: str = Field(examples=[STUDY_UID])
    pseudonym: str = Field(examples=[PSEUDONYM])
    sop_class_uid: str = Field(examples=[CT_IMAGE_STORAGE])
    transfer_syntax_uid: str = Field(examples=[EXPLICIT_VR_LITTLE_ENDIAN])
    modality: str | None = Field(examples=["CT"])
    frame_of_reference_uid: str | None = Field(examples=[FRAME_OF_REFERENCE_UID])
    instance_number: int | None = Field(examples=[17])
    rows: int | None = Field(examples=[512])
    columns: int | None = Field(examples=[512])
    number_of_frames: int | None = Field(examples=[None])
    size: int = Field(examples=[526336])
    sha256: str = Field(examples=[SHA256])
    stored_at: datetime

    @classmethod
    def of(cls, record: ObjectRecord) -> Self:
        return cls.model_validate(record)
