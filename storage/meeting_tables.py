"""Tables of the sessions of the multidisciplinary meeting, and of the patients on them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from annotation.meetings.meeting import LONGEST_NAME, LONGEST_REASON
from storage.ledger_tables import PatientRow
from storage.reading_tables import NAME_LENGTH, READER_LENGTH, UUID_LENGTH
from storage.tables import Base, UtcDateTime

_PRESENT = text("removed_at IS NULL")


class MeetingRow(Base):
    """One session. `held_on` is a true day; a session without a title has an empty one, so that a day has one."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'held', 'closed')", name="state_known"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index("uq_meeting_day_title", "held_on", "title", unique=True),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    held_on: Mapped[date]
    title: Mapped[str] = mapped_column(String(LONGEST_NAME))
    place: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    state: Mapped[str] = mapped_column(String(NAME_LENGTH))
    version: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MeetingDossierRow(Base):
    """One patient on one session; `place` in the order of presentation, or of removal for who was taken off.

    `presented_on` is the day of the session as the patient's dates are moved; `next_on` is a true day.
    """

    __tablename__ = "meeting_dossier"
    __table_args__ = (
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name="removed_with_reason"),
        Index(
            "uq_meeting_dossier_patient",
            "meeting_id",
            "pseudonym",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index("ix_meeting_dossier_pseudonym", "pseudonym"),
    )

    meeting_id: Mapped[str] = mapped_column(ForeignKey(MeetingRow.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    place: Mapped[int]
    presented_on: Mapped[date | None]
    next_on: Mapped[date | None]
    added_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_because: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
