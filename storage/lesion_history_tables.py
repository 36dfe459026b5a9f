"""Table of what happened to lesions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import StudyRow
from storage.reading_tables import NAME_LENGTH, READER_LENGTH, REASON_LENGTH, Document, LesionRow
from storage.tables import Base, UtcDateTime


class LesionEventRow(Base):
    """One entry for each version of a lesion; added, never changed, gone only with the whole lesion (triggers)."""

    __tablename__ = "lesion_event"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("what = 'opened' OR reason IS NOT NULL", name="reason_for_changing"),
    )

    lesion_id: Mapped[str] = mapped_column(ForeignKey(LesionRow.id, ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(NAME_LENGTH))
    recorded_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    study_instance_uid: Mapped[str | None] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    # Deferred: lesions that name each other are erased together.
    other_lesion_id: Mapped[str | None] = mapped_column(ForeignKey(LesionRow.id, deferrable=True, initially="DEFERRED"))
    details: Mapped[dict[str, Any]] = mapped_column(Document)
