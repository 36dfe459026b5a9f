"""Tables of clinical contexts: which meeting of which patient, and the versions of what was known there."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import PatientRow
from storage.reading_tables import READER_LENGTH, UUID_LENGTH, Document, LesionRow
from storage.tables import Base, UtcDateTime

_OF_THE_PATIENT = text("lesion_id IS NULL")


class ContextRow(Base):
    """One meeting's context of one patient, or of one lesion; each has one at most."""

    __tablename__ = "clinical_context"
    __table_args__ = (
        Index(None, "pseudonym", "created_at", "id"),
        Index(
            "uq_clinical_context_of_patient",
            "pseudonym",
            "meeting_date",
            unique=True,
            sqlite_where=_OF_THE_PATIENT,
            postgresql_where=_OF_THE_PATIENT,
        ),
        Index("uq_clinical_context_of_lesion", "lesion_id", "meeting_date", unique=True),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    lesion_id: Mapped[str | None] = mapped_column(ForeignKey(LesionRow.id))
    meeting_date: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContextVersionRow(Base):
    """One version of a context; rows are added, never changed, and go only with the whole context (triggers)."""

    __tablename__ = "clinical_context_version"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counts_from_one"),)

    context_id: Mapped[str] = mapped_column(ForeignKey(ContextRow.id, ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clinical: Mapped[dict[str, Any]] = mapped_column(Document)
    entered_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
