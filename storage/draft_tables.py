"""The table of drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import StudyRow
from storage.reading_tables import NOTE_LENGTH, READER_LENGTH, UUID_LENGTH, Document, LesionRow, ReadingRow
from storage.tables import UID_LENGTH, Base, UtcDateTime

DIGEST_LENGTH = 64
_NEW = text("revises_reading_id IS NULL")
_REVISING = text("revises_reading_id IS NOT NULL")


class DraftRow(Base):
    """One draft. An author has one at most of a new reading of a lesion on a study, and one of a reading's revision."""

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("(revises_reading_id IS NULL) = (revises_revision IS NULL)", name="revises_one_revision"),
        CheckConstraint("carried IS NOT NULL OR carried_from_reading_id IS NULL", name="carried_from_a_reading"),
        CheckConstraint(
            "carried IS NULL OR carried_from_reading_id IS NOT NULL OR imported_from IS NOT NULL",
            name="carried_from_somewhere",
        ),
        CheckConstraint(
            "(carried_from_reading_id IS NULL) = (carried_from_revision IS NULL)", name="carried_from_one_revision"
        ),
        Index(None, "author", "created_at", "id"),
        Index(
            "uq_draft_begun",
            "author",
            "lesion_id",
            "study_instance_uid",
            unique=True,
            sqlite_where=_NEW,
            postgresql_where=_NEW,
        ),
        Index(
            "uq_draft_revising",
            "author",
            "revises_reading_id",
            unique=True,
            sqlite_where=_REVISING,
            postgresql_where=_REVISING,
        ),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    lesion_id: Mapped[str] = mapped_column(ForeignKey(LesionRow.id, ondelete="CASCADE"), index=True)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid), index=True)
    author: Mapped[str] = mapped_column(String(READER_LENGTH))
    version: Mapped[int]
    findings: Mapped[dict[str, Any]] = mapped_column(Document)
    geometry: Mapped[dict[str, Any] | None] = mapped_column(Document)
    carried: Mapped[list[str] | None] = mapped_column(Document)
    carried_from_reading_id: Mapped[str | None] = mapped_column(String(UUID_LENGTH))
    carried_from_revision: Mapped[int | None]
    imported_from: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    revises_reading_id: Mapped[str | None] = mapped_column(ForeignKey(ReadingRow.id, ondelete="CASCADE"), index=True)
    revises_revision: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    last_change: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
