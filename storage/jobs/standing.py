"""How the jobs stand, taken together: for metrics, and for whoever looks for those that do not get on."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select

from storage.jobs.clock import Clock, database_clock
from storage.jobs.records import Job, JobState
from storage.jobs.tables import JobRow

LATE, SILENT, FAILED_LATELY = timedelta(minutes=5), timedelta(minutes=30), timedelta(days=1)
"""How long a job may wait for a worker, or work without telling progress; and how long a failure is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStanding:
    """`oldest_waiting_seconds`: of those that could be begun."""

    waiting: int
    running: int
    oldest_waiting_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Jobs that do not get on."""

    unkept: tuple[Job, ...]
    """Their lease ran out a while ago, and no worker has handed them over."""
    unbegun: tuple[Job, ...]
    """They could have been begun a while ago."""
    silent: tuple[Job, ...]
    """A worker keeps them, and has told no progress for a while."""
    failed: tuple[Job, ...]
    """They have failed within that while."""


class JobStandings:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine, now: Clock = database_clock) -> None:
        self._engine = engine
        self._now = now

    def standing(self) -> JobStanding:
        """As it is now."""
        waiting = JobState.WAITING.value
        counted = select(JobRow.state, func.count()).where(JobRow.state.in_([waiting, JobState.RUNNING.value]))
        first = select(func.min(JobRow.not_before)).where(JobRow.state == waiting)
        with self._engine.connect() as connection:
            numbers = dict(iter(connection.execute(counted.group_by(JobRow.state))))
            oldest = connection.execute(first).scalar_one()
            now = self._now(connection)
        age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
        return JobStanding(
            waiting=numbers.get(waiting, 0), running=numbers.get(JobState.RUNNING.value, 0), oldest_waiting_seconds=age
        )

    def stuck(self, *, late: timedelta = LATE, silent: timedelta = SILENT, failed: timedelta = FAILED_LATELY) -> Stuck:
        """`late`: how long a job may wait for a worker; `silent`: run without progress; `failed`: look back so far."""
        running = JobRow.state == JobState.RUNNING.value
        with self._engine.connect() as connection:
            now = self._now(connection)
            long_ago = now - silent
            told_nothing = and_(
                JobRow.started_at < long_ago, or_(JobRow.progress_at.is_(None), JobRow.progress_at < long_ago)
            )
            return Stuck(
                unkept=_jobs(connection, and_(running, JobRow.lease_until < now - late)),
                unbegun=_jobs(connection, and_(JobRow.state == JobState.WAITING.value, JobRow.not_before < now - late)),
                silent=_jobs(connection, and_(running, JobRow.lease_until >= now - late, told_nothing)),
                failed=_jobs(connection, and_(JobRow.state == JobState.FAILED.value, JobRow.ended_at > now - failed)),
            )


def _jobs(connection: Connection, condition: ColumnElement[bool]) -> tuple[Job, ...]:
    wanted = select(JobRow.__table__).where(condition).order_by(JobRow.created_at, JobRow.id)
    return tuple(Job.of(row) for row in connection.execute(wanted).mappings())
