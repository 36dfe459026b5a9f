"""Table of the structured reports: one for each revision of a reading, and how far its writing has come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import ID_LENGTH, StudyRow
from storage.reading_tables import UUID_LENGTH
from storage.tables import UID_LENGTH, Base, UtcDateTime

STATE_LENGTH = 16


class ReportRow(Base):
    """One report. Its row is there as soon as the revision is; its identifiers are known before it is written.

    `state`: "due" is not in Orthanc; "placing" may be; "written" is. `leased_until`: somebody works on it until then.
    """

    __tablename__ = "structured_report"
    __table_args__ = (
        ForeignKeyConstraint(
            ["reading_id", "revision"],
            ["reading_revision.reading_id", "reading_revision.revision"],
            ondelete="CASCADE",
            name="fk_structured_report_revision",
        ),
        CheckConstraint("state IN ('due', 'placing', 'written')", name="state_known"),
        CheckConstraint("(state = 'written') = (written_at IS NOT NULL)", name="written_when"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index(
            "ix_structured_report_to_write",
            "not_before",
            sqlite_where=text("state <> 'written'"),
            postgresql_where=text("state <> 'written'"),
        ),
        Index(
            "ix_structured_report_in_store",
            "study_instance_uid",
            sqlite_where=text("state <> 'due'"),
            postgresql_where=text("state <> 'due'"),
        ),
    )

    reading_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    series_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    sop_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), unique=True)
    orthanc_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    state: Mapped[str] = mapped_column(String(STATE_LENGTH))
    attempts: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(ID_LENGTH))
