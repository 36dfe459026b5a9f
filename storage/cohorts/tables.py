"""Tables that cohorts are searched in: what the other tables say of each thing, with one column for each field.

They say nothing of their own, and can be made again (`osteon ledger reindex`). What a blind reading keeps from
everybody is not in them at all. All rows of one patient are written while their `SearchPatientRow` is held.

Their rows are linked by small whole numbers, which mean nothing outside of them: looking a hundred thousand UIDs up
takes seconds. What is asked of whole tables (series by study, scores by instrument) is kept in that order on SQLite.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import CODE_LENGTH, PatientRow, SeriesRow, StudyRow
from storage.reading_tables import (
    NAME_LENGTH,
    READER_LENGTH,
    Document,
    LesionRow,
    ReadingRow,
)
from storage.study_state_tables import STATE_LENGTH
from storage.tables import PSEUDONYM_LENGTH, Base, UtcDateTime

INDEXED_AS_LENGTH = 32
FACT_LENGTH = 64
COHORT_NAME_LENGTH = 64

Number = BigInteger().with_variant(Integer(), "sqlite")
"""Of a row that others refer to; SQLite counts by itself in an INTEGER PRIMARY KEY only."""


class SearchPatientRow(Base):
    """One patient. `baseline` is the day of the earliest dated study; days are counted from it.

    `indexed_as` says which version of the program wrote what is below: readings are indexed again by another one.
    """

    __tablename__ = "search_patient"
    __table_args__ = (Index(None, "indexed_as"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym, ondelete="CASCADE"), unique=True)
    baseline: Mapped[date | None]
    indexed_as: Mapped[str | None] = mapped_column(String(INDEXED_AS_LENGTH))
    studies: Mapped[int] = mapped_column(server_default="0")
    sex: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    primary_tumour: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    mirels_pain: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    sins_pain: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    pain_intensity: Mapped[int | None]
    karnofsky: Mapped[int | None]
    ecog: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    frankel: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    visceral: Mapped[bool | None]
    visceral_resectable: Mapped[bool | None]
    visceral_treatable: Mapped[bool | None]
    vertebral_metastases: Mapped[int | None]
    extraspinal_bone_metastases: Mapped[int | None]
    metastases: Mapped[int | None]
    cord_compression: Mapped[bool | None]
    motor_deficit: Mapped[bool | None]
    motor_deficit_days: Mapped[int | None]
    creatinine_clearance_ml_min: Mapped[float | None]
    life_expectancy_at_least_days: Mapped[float | None]
    life_expectancy_at_most_days: Mapped[float | None]
    diagnosed_on: Mapped[date | None]
    cord_compression_on: Mapped[date | None]
    systemic_line_started_on: Mapped[date | None]
    radiotherapy_at_site_on: Mapped[date | None]
    radionuclide_therapy_started_on: Mapped[date | None]
    antiresorptive_started_on: Mapped[date | None]


class SearchStudyRow(Base):
    """One study, with the sums of its series."""

    __tablename__ = "search_study"
    __table_args__ = (Index(None, "pseudonym", "study_instance_uid"), Index(None, "patient_id"))

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey(StudyRow.study_instance_uid, ondelete="CASCADE"), unique=True
    )
    patient_id: Mapped[int] = mapped_column(ForeignKey(SearchPatientRow.id, ondelete="CASCADE"))
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH))
    study_date: Mapped[date | None]
    day: Mapped[int | None]
    state: Mapped[str | None] = mapped_column(String(STATE_LENGTH))
    """As `StudyStateRow` has it."""
    series: Mapped[int]
    objects: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)


class SearchSeriesRow(Base):
    """One series: what its objects say of how it was made, and how many objects of how many bytes are here."""

    __tablename__ = "search_series"
    __table_args__ = (Index(None, "study_id"), {"sqlite_with_rowid": False})

    patient_id: Mapped[int] = mapped_column(ForeignKey(SearchPatientRow.id, ondelete="CASCADE"), primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey(SearchStudyRow.id, ondelete="CASCADE"), primary_key=True)
    series_instance_uid: Mapped[str] = mapped_column(
        ForeignKey(SeriesRow.series_instance_uid, ondelete="CASCADE"), primary_key=True, unique=True
    )
    described: Mapped[bool] = mapped_column(server_default=false())
    """Whether an object was looked into."""
    objects: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    modality: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    body_part: Mapped[str | None] = mapped_column(String(FACT_LENGTH))
    slice_thickness_mm: Mapped[float | None]
    row_spacing_mm: Mapped[float | None]
    column_spacing_mm: Mapped[float | None]
    kernel: Mapped[str | None] = mapped_column(String(FACT_LENGTH))
    field_strength_t: Mapped[float | None]
    tracer: Mapped[str | None] = mapped_column(String(FACT_LENGTH))
    manufacturer: Mapped[str | None] = mapped_column(String(FACT_LENGTH))
    model: Mapped[str | None] = mapped_column(String(FACT_LENGTH))


class SearchLesionRow(Base):
    """One lesion that was not merged into another one."""

    __tablename__ = "search_lesion"
    __table_args__ = (Index(None, "patient_id"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    lesion_uuid: Mapped[str] = mapped_column(ForeignKey(LesionRow.id, ondelete="CASCADE"), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey(SearchPatientRow.id, ondelete="CASCADE"))
    bone: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    level: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    rib_number: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    side: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    transitional: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    resolved: Mapped[bool | None]
    mirels_pain: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    sins_pain: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    pain_intensity: Mapped[int | None]


class SearchReadingRow(Base):
    """The newest revision of one signed reading that everybody may see."""

    __tablename__ = "search_reading"
    __table_args__ = (Index(None, "patient_id"), Index(None, "study_id"), Index(None, "lesion_id"))

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    reading_uuid: Mapped[str] = mapped_column(ForeignKey(ReadingRow.id, ondelete="CASCADE"), unique=True)
    revision: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey(SearchPatientRow.id, ondelete="CASCADE"))
    study_id: Mapped[int] = mapped_column(ForeignKey(SearchStudyRow.id, ondelete="CASCADE"))
    lesion_id: Mapped[int] = mapped_column(Number)
    """Of `SearchLesionRow`; below 0 when the lesion that it counts as is not there."""
    protocol: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    adjudicated: Mapped[bool | None]
    lesion_type: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    cortical_share: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    cortical_denominator: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    cortical_destroyed_percent: Mapped[float | None]
    axial_cortical_mm: Mapped[float | None]
    circumferential_cortical_percent: Mapped[float | None]
    cortical_breach: Mapped[bool | None]
    collapse: Mapped[bool | None]
    height_loss_percent: Mapped[float | None]
    body_involved_percent: Mapped[float | None]
    anterior_height_mm: Mapped[float | None]
    middle_height_mm: Mapped[float | None]
    posterior_height_mm: Mapped[float | None]
    posterolateral: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    alignment: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    retropulsion: Mapped[bool | None]
    bilsky: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    canal_narrowing_percent: Mapped[float | None]
    cord_distance_mm: Mapped[float | None]
    medial_wall_deficient: Mapped[bool | None]
    rim_deficient: Mapped[bool | None]
    pathological_fracture: Mapped[bool | None]
    long_axis_mm: Mapped[float | None]
    short_axis_mm: Mapped[float | None]
    soft_tissue: Mapped[bool | None]
    soft_tissue_mm: Mapped[float | None]
    volume_cm3: Mapped[float | None]
    mean_hu: Mapped[float | None]
    sd_hu: Mapped[float | None]
    minimum_hu: Mapped[float | None]
    maximum_hu: Mapped[float | None]
    change_lysis: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    change_soft_tissue: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    change_sclerosis: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    new_lytic_lesion: Mapped[bool | None]


class SearchScoreRow(Base):
    """One score or grade of one reading, where it applies, as the newest meeting completes it."""

    __tablename__ = "search_score"
    __table_args__ = (Index(None, "reading_id"), Index(None, "patient_id"), {"sqlite_with_rowid": False})

    instrument: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey(SearchReadingRow.id, ondelete="CASCADE"), primary_key=True)
    patient_id: Mapped[int] = mapped_column(Number)
    study_id: Mapped[int] = mapped_column(Number)
    lesion_id: Mapped[int] = mapped_column(Number)
    total: Mapped[int | None]
    minimum: Mapped[int | None]
    maximum: Mapped[int | None]
    band: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    decided: Mapped[bool | None]


class CohortRow(Base):
    """One version of a saved query; rows are added, never changed nor removed (triggers)."""

    __tablename__ = "cohort"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counts_from_one"),)

    name: Mapped[str] = mapped_column(String(COHORT_NAME_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    query: Mapped[dict[str, Any]] = mapped_column(Document)
    saved_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
