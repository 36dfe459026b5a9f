"""Tables of protocols, of the studies that are assigned under them, and of each person's task."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import PatientRow, StudyRow
from storage.reading_tables import NAME_LENGTH, READER_LENGTH, UUID_LENGTH, Document
from storage.tables import Base, UtcDateTime


class ProtocolRow(Base):
    """One way of reading studies."""

    __tablename__ = "reading_protocol"
    __table_args__ = (CheckConstraint("kind IN ('single', 'double_blind')", name="kind_known"),)

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(READER_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    modalities: Mapped[list[str]] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))


class AssignmentRow(Base):
    """One study under one protocol. `blind` goes once, when both readers have signed (triggers)."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("protocol_id", "study_instance_uid"),
        CheckConstraint("kind IN ('single', 'double_blind')", name="kind_known"),
        CheckConstraint("(kind = 'double_blind') = (second_reader IS NOT NULL)", name="two_readers_when_blind"),
        CheckConstraint("(kind = 'double_blind') = (adjudicator IS NOT NULL)", name="adjudicator_when_blind"),
        CheckConstraint("second_reader IS NULL OR second_reader <> first_reader", name="readers_differ"),
        CheckConstraint(
            "adjudicator IS NULL OR (adjudicator <> first_reader AND adjudicator <> second_reader)",
            name="adjudicator_is_no_reader",
        ),
        CheckConstraint("NOT blind OR kind = 'double_blind'", name="blind_by_protocol"),
        Index(
            "ix_assignment_blind_study",
            "study_instance_uid",
            sqlite_where=text("blind = 1"),
            postgresql_where=text("blind"),
        ),
        Index(
            "ix_assignment_blind_patient", "pseudonym", sqlite_where=text("blind = 1"), postgresql_where=text("blind")
        ),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    protocol_id: Mapped[str] = mapped_column(ForeignKey(ProtocolRow.id))
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    first_reader: Mapped[str] = mapped_column(String(READER_LENGTH))
    second_reader: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    adjudicator: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    blind: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))


class TaskRow(Base):
    """What one person has to do; a worklist is a range of one of its indices. Undated studies have day 0001-01-01."""

    __tablename__ = "reading_task"
    __table_args__ = (
        CheckConstraint("role IN ('reader', 'adjudicator')", name="role_known"),
        CheckConstraint("state IN ('unread', 'draft', 'signed', 'to_adjudicate', 'adjudicated')", name="state_known"),
        CheckConstraint("(role = 'adjudicator') = (state IN ('to_adjudicate', 'adjudicated'))", name="state_of_role"),
        CheckConstraint("(state IN ('signed', 'adjudicated')) = (signed_at IS NOT NULL)", name="signed_when"),
        CheckConstraint("block >= 0", name="block_not_negative"),
        # Who records a reading of a study then knows what it is made under.
        Index(
            "uq_reading_task_to_read",
            "study_instance_uid",
            "reader",
            unique=True,
            sqlite_where=text("state IN ('unread', 'draft')"),
            postgresql_where=text("state IN ('unread', 'draft')"),
        ),
        Index("ix_reading_task_by_patient", "pseudonym", "reader"),
        Index("ix_reading_task_by_day", "study_day", "assignment_id", "reader", "state", "study_instance_uid"),
        Index("ix_reading_task_by_reader", "reader", "study_day", "assignment_id", "state", "study_instance_uid"),
        Index("ix_reading_task_by_reader_state", "reader", "state", "study_day", "assignment_id", "study_instance_uid"),
        Index("ix_reading_task_by_state", "state", "study_day", "assignment_id", "reader"),
        Index("ix_reading_task_by_protocol", "protocol_id", "study_day", "assignment_id", "reader", "state"),
        Index("ix_reading_task_by_protocol_state", "protocol_id", "state", "study_day", "assignment_id", "reader"),
    )

    assignment_id: Mapped[str] = mapped_column(ForeignKey(AssignmentRow.id), primary_key=True)
    reader: Mapped[str] = mapped_column(String(READER_LENGTH), primary_key=True)
    role: Mapped[str] = mapped_column(String(NAME_LENGTH))
    state: Mapped[str] = mapped_column(String(NAME_LENGTH))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    block: Mapped[int]
    # The assignment's, again, for the indices.
    protocol_id: Mapped[str] = mapped_column(ForeignKey(ProtocolRow.id))
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    study_day: Mapped[date]
