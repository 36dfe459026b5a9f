"""The table of background jobs: one row each, from the moment it is asked for to its end and beyond."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.reading_tables import READER_LENGTH, UUID_LENGTH, Document
from storage.tables import Base, UtcDateTime

KIND_LENGTH = 32
STATE_LENGTH = 16
WORKER_LENGTH = 100
MESSAGE_LENGTH = 200
ENDED = "('done', 'failed', 'cancelled')"


class JobRow(Base):
    """One job. `fence` counts how often it was taken: who writes must name the last. An ended row stays (trigger)."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_known"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_while_running"),
        CheckConstraint("state <> 'running' OR (worker IS NOT NULL AND fence >= 1)", name="run_by_somebody"),
        CheckConstraint(f"(state IN {ENDED}) = (ended_at IS NOT NULL)", name="ended_when"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="problem_of_failed"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result_of_done"),
        CheckConstraint("tries >= 0 AND tries <= fence AND tries <= most_tries", name="tries_counted"),
        CheckConstraint("(cancel_asked_at IS NULL) = (cancel_asked_by IS NULL)", name="cancelled_by_somebody"),
        CheckConstraint("progress_done >= 0 AND progress_total >= 0", name="progress_not_negative"),
        Index("ix_job_to_take", "state", "not_before"),
        Index("ix_job_by_time", "created_at", "id"),
        Index("ix_job_by_person", "created_by", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    parameters: Mapped[dict[str, Any]] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(STATE_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    fence: Mapped[int]
    tries: Mapped[int]
    """Those that count: a worker that was asked to end gives its try back."""
    most_tries: Mapped[int]
    worker: Mapped[str | None] = mapped_column(String(WORKER_LENGTH))
    """Who took it last."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was taken last."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress_done: Mapped[int | None] = mapped_column(BigInteger)
    progress_total: Mapped[int | None] = mapped_column(BigInteger)
    progress_message: Mapped[str | None] = mapped_column(String(MESSAGE_LENGTH))
    progress_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked_by: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(Document)
    problem: Mapped[dict[str, Any] | None] = mapped_column(Document)
