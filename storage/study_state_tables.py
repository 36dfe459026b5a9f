"""Tables of the studies' states: what is taken to be known of each, and how that came about."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import CODE_LENGTH, StudyRow
from storage.tables import Base, UtcDateTime

AE_TITLE_LENGTH = 16
STATE_LENGTH = 16
KNOWN_STATES = "IN ('receiving', 'provisional', 'confirmed', 'revised')"


class StudyStateRow(Base):
    """How complete one study is taken to be. `version` rises with every change of the row and of its objects."""

    __tablename__ = "study_state"
    __table_args__ = (
        Index(None, "state", "study_instance_uid"),
        CheckConstraint(f"state {KNOWN_STATES}", name="state_known"),
        CheckConstraint("revision >= 1 AND version >= 1", name="numbers_count_from_one"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_with IS NULL)"
            " AND (confirmed_at IS NULL) = (objects_confirmed IS NULL)",
            name="confirmation_complete",
        ),
        CheckConstraint(
            "state <> 'confirmed' OR (confirmed_at IS NOT NULL AND objects_expected IS NOT NULL AND reason IS NULL)",
            name="confirmed_by_somebody",
        ),
    )

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey(StudyRow.study_instance_uid, ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(STATE_LENGTH))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]
    version: Mapped[int]
    last_object_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the last of its objects was received."""
    reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    """Why it is at rest and not confirmed, as a code."""
    objects_expected: Mapped[int | None]
    """How many the source named last, of the kinds that are taken."""
    objects_confirmed: Mapped[int | None]
    """How many were here when it was confirmed last."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_with: Mapped[str | None] = mapped_column(String(AE_TITLE_LENGTH))


class StudyTransitionRow(Base):
    """One thing that happened to a study's state; rows are only ever added, in the order of `version`."""

    __tablename__ = "study_transition"
    __table_args__ = (
        CheckConstraint(f"from_state {KNOWN_STATES}", name="from_state_known"),
        CheckConstraint(f"to_state {KNOWN_STATES}", name="to_state_known"),
    )

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey(StudyStateRow.study_instance_uid, ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_state: Mapped[str | None] = mapped_column(String(STATE_LENGTH))
    to_state: Mapped[str] = mapped_column(String(STATE_LENGTH))
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    objects: Mapped[int]
    """How many were here."""
    objects_expected: Mapped[int | None]
    """How many the source named, when it was asked."""
    asked: Mapped[str | None] = mapped_column(String(AE_TITLE_LENGTH))
    """The source that was asked."""
