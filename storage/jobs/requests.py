"""The side of those who ask for jobs: asking, looking, cancelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, insert, select, tuple_, update

from annotation.audit import Action, Kind
from storage.audit_behalf import Behalf
from storage.database import writing
from storage.jobs.clock import Clock, database_clock
from storage.jobs.errors import JobEndedError, NoSuchJobError
from storage.jobs.records import ENDED, Job, JobState
from storage.jobs.tables import JobRow

MOST_TRIES = 5
"""How often a job is begun before it counts as one that kills its workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlace:
    """A job's place in the list by time."""

    created_at: datetime
    job_id: UUID


def ask_for_job(
    connection: Connection,
    kind: str,
    parameters: Mapping[str, Any],
    behalf: Behalf,
    *,
    most_tries: int = MOST_TRIES,
    now: Clock = database_clock,
) -> UUID:
    """Ask for one, in the transaction that writes what it is about: do it last, for it is noted in the audit log.

    `parameters`: JSON, identifiers of ours only. On SQLite the transaction must be one that writes.
    """
    job_id, at = uuid4(), now(connection)
    row = {
        "id": str(job_id),
        "kind": kind,
        "parameters": dict(parameters),
        "state": JobState.WAITING.value,
        "created_at": at,
        "created_by": behalf.by or "nobody",
        "not_before": at,
        "fence": 0,
        "tries": 0,
        "most_tries": most_tries,
    }
    connection.execute(insert(JobRow), row)
    behalf.note(connection, Action.CREATED, Kind.JOB, str(job_id), at)
    return job_id


class JobRequests:
    """Share one between threads: it holds no connection between calls.

    `of` restricts to the jobs that somebody has asked for; None to nobody's.
    """

    def __init__(self, engine: Engine, now: Clock = database_clock) -> None:
        self._engine = engine
        self._now = now

    def ask(self, kind: str, parameters: Mapping[str, Any], behalf: Behalf, *, most_tries: int = MOST_TRIES) -> UUID:
        """Ask for a job that is about nothing else that is written."""
        with writing(self._engine).begin() as connection:
            return ask_for_job(connection, kind, parameters, behalf, most_tries=most_tries, now=self._now)

    def get(self, job_id: UUID, *, of: str | None = None) -> Job:
        """Raises NoSuchJobError."""
        with self._engine.connect() as connection:
            return _found(connection, job_id, of)

    def newest(
        self,
        *,
        limit: int,
        before: JobPlace | None = None,
        state: JobState | None = None,
        kind: str | None = None,
        of: str | None = None,
    ) -> list[Job]:
        """At most `limit` jobs, the newest first."""
        wanted = select(JobRow.__table__).order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(tuple_(JobRow.created_at, JobRow.id) < (before.created_at, str(before.job_id)))
        if state is not None:
            wanted = wanted.where(JobRow.state == state.value)
        if kind is not None:
            wanted = wanted.where(JobRow.kind == kind)
        if of is not None:
            wanted = wanted.where(JobRow.created_by == of)
        with self._engine.connect() as connection:
            return [Job.of(row) for row in connection.execute(wanted).mappings()]

    def cancel(self, job_id: UUID, behalf: Behalf, *, of: str | None = None) -> Job:
        """Nobody begins one that waits any more; the worker of one that runs is told. Twice is as once.

        Raises NoSuchJobError, JobEndedError.
        """
        with writing(self._engine).begin() as connection:
            job = _found(connection, job_id, of, lock=True)
            is_told = job.state is JobState.RUNNING and job.cancel_asked_at is not None
            if job.state is JobState.CANCELLED or is_told:
                return job
            if job.state in ENDED:
                raise JobEndedError
            at = self._now(connection)
            asked: dict[str, Any] = {"cancel_asked_at": at, "cancel_asked_by": behalf.by or "nobody"}
            if job.state is JobState.WAITING:
                asked |= {"state": JobState.CANCELLED.value, "ended_at": at}
            connection.execute(update(JobRow).where(JobRow.id == str(job_id)).values(**asked))
            cancelled = _found(connection, job_id, of)
            behalf.note(connection, Action.CHANGED, Kind.JOB, str(job_id), at)
        return cancelled


def _found(connection: Connection, job_id: UUID, of: str | None, *, lock: bool = False) -> Job:
    wanted = select(JobRow.__table__).where(JobRow.id == str(job_id))
    row = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    if row is None or (of is not None and row["created_by"] != of):
        raise NoSuchJobError
    return Job.of(row)
