"""Tables of the reading: lesions, readings of them, and the revisions of each reading."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import PatientRow, StudyRow
from storage.tables import Base, UtcDateTime

UUID_LENGTH = 36
NAME_LENGTH = 32
READER_LENGTH = 100
REASON_LENGTH = 500
NOTE_LENGTH = 2000

# Decimals are kept as text inside: a measured length must come back exactly as it was given.
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class LesionRow(Base):
    """One lesion of one patient; a level is for vertebrae and a rib number for ribs, always and only."""

    __tablename__ = "lesion"
    __table_args__ = (
        UniqueConstraint("pseudonym", "number"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("(bone = 'vertebra') = (level IS NOT NULL)", name="level_of_vertebra"),
        CheckConstraint("(bone = 'rib') = (rib_number IS NOT NULL)", name="number_of_rib"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("(site_by IS NULL) = (site_at IS NULL)", name="site_corrected_by_somebody"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint("transitional IS NULL OR level IS NOT NULL", name="transitional_of_vertebra"),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    number: Mapped[int]
    bone: Mapped[str] = mapped_column(String(NAME_LENGTH))
    level: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    rib_number: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    side: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    transitional: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    version: Mapped[int] = mapped_column(server_default="1")
    site_by: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    site_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("lesion.id"))
    resolved_on: Mapped[str | None] = mapped_column(ForeignKey(StudyRow.study_instance_uid))


class ReadingRow(Base):
    """One reading: which lesion, on which study, under which assignment. What it says is in its revisions.

    Under an assignment it is made by one of those who have a task of it, and stays there (triggers).
    """

    __tablename__ = "reading"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "lesion_id", "created_at", "id"),
        Index(None, "study_instance_uid", "created_at", "id"),
        Index(None, "assignment_id"),
        CheckConstraint("(assignment_id IS NULL) = (assigned_reader IS NULL)", name="assigned_to_whom"),
        CheckConstraint("decided_from IS NULL OR assignment_id IS NOT NULL", name="decided_under_what"),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    lesion_id: Mapped[str] = mapped_column(ForeignKey(LesionRow.id))
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assignment_id: Mapped[str | None] = mapped_column(ForeignKey("assignment.id"))
    assigned_reader: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    decided_from: Mapped[list[str] | None] = mapped_column(Document)


class RevisionRow(Base):
    """One revision of a reading; rows are added, never changed, and go only with the whole reading (triggers)."""

    __tablename__ = "reading_revision"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision_counts_from_one"),
        CheckConstraint("(revision = 1) = (reason IS NULL)", name="reason_for_revising"),
        Index("uq_reading_revision_draft_id", "draft_id", unique=True),  # a draft is signed once
    )

    reading_id: Mapped[str] = mapped_column(ForeignKey(ReadingRow.id, ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    findings: Mapped[dict[str, Any]] = mapped_column(Document)
    geometry: Mapped[dict[str, Any] | None] = mapped_column(Document)
    recorded_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    draft_id: Mapped[str | None] = mapped_column(String(UUID_LENGTH))
