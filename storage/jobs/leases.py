"""The side of those who work: taking a job for a while, keeping it, and ending it; and the sweeper.

Whoever has a job has it until `lease_until`, by the database's clock. After that the sweeper hands it over, and whoever
takes it next raises `fence`. Every write names the fence that it was given, and changes nothing when the row has
another, or is not running (compare and set): a worker that slept through its lease writes nothing. One that wakes
before anybody has noticed still has the job, and goes on.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select, update

from annotation.audit import Action, Kind, Source
from storage.audit_behalf import Behalf
from storage.database import writing
from storage.jobs.clock import Clock, database_clock
from storage.jobs.errors import LeaseLostError
from storage.jobs.records import Job, JobProblem, JobState, Lease
from storage.jobs.tables import MESSAGE_LENGTH, JobRow

LEASE = timedelta(seconds=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
SWEPT_AT_ONCE = 100
GAVE_UP = "gave-up"
_VIA = Source(via="osteon jobs work")

OnFailure = Callable[[Connection, Job, JobProblem], None]
"""Told in the transaction in which a job fails, however that comes; writes down what has failed with it."""


def _nothing_more(_connection: Connection, _job: Job, _problem: JobProblem) -> None:
    """Nothing fails with it."""


class Leases:
    """Share one between threads: it holds no connection between calls. All that writes raises LeaseLostError."""

    def __init__(
        self,
        engine: Engine,
        *,
        lease: timedelta = LEASE,
        now: Clock = database_clock,
        on_failure: OnFailure = _nothing_more,
    ) -> None:
        """`lease`: for how long a job is taken, and taken on."""
        self._reading = engine
        self._engine = writing(engine)
        self._lease = lease
        self._now = now
        self._on_failure = on_failure

    @property
    def length(self) -> timedelta:
        return self._lease

    def any_to_do(self, kinds: Collection[str]) -> bool:
        """Whether it is worth to sweep and take: to look, now and then, is to hold nobody up."""
        with self._reading.connect() as connection:
            at = self._now(connection)
            ready = _is_ready(kinds, at)
            lost = and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until <= at)
            return connection.execute(select(JobRow.id).where(or_(ready, lost)).limit(1)).first() is not None

    def take(self, kinds: Collection[str], worker: str) -> Job | None:
        """The job of these kinds that has waited longest, for `worker`; None when none is to be done now."""
        with self._engine.begin() as connection:
            at = self._now(connection)
            wanted = (
                select(JobRow.id)
                .where(_is_ready(kinds, at))
                .order_by(JobRow.not_before, JobRow.created_at, JobRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            job_id = connection.execute(wanted).scalar_one_or_none()
            if job_id is None:
                return None
            taken = {
                "state": JobState.RUNNING.value,
                "worker": worker,
                "fence": JobRow.fence + 1,
                "tries": JobRow.tries + 1,
                "started_at": at,
                "heartbeat_at": at,
                "lease_until": at + self._lease,
            }
            connection.execute(update(JobRow).where(JobRow.id == job_id).values(**taken))
            return _row(connection, job_id)

    def keep(self, lease: Lease) -> bool:
        """Have it for another while. True when somebody wants it cancelled."""
        with self._engine.begin() as connection:
            at = self._now(connection)
            kept = {"heartbeat_at": at, "lease_until": at + self._lease}
            return _changed(connection, lease, kept) is not None

    def tell(self, lease: Lease, done: int, total: int | None, message: str | None) -> bool:
        """How far it is; that keeps it, too. True when somebody wants it cancelled."""
        with self._engine.begin() as connection:
            at = self._now(connection)
            told = {
                "heartbeat_at": at,
                "lease_until": at + self._lease,
                "progress_done": done,
                "progress_total": total,
                "progress_message": None if message is None else message[:MESSAGE_LENGTH],
                "progress_at": at,
            }
            return _changed(connection, lease, told) is not None

    def finish(self, lease: Lease, result: Mapping[str, Any]) -> None:
        """It is done, even if somebody has wanted it cancelled meanwhile."""
        self._end(lease, JobState.DONE, {"result": dict(result)})

    def fail(self, lease: Lease, problem: JobProblem) -> None:
        """It cannot be done."""
        with self._engine.begin() as connection:
            self._fail(connection, _held(connection, lease), problem, self._now(connection))

    def end_cancelled(self, lease: Lease) -> None:
        """It was let go of because somebody wanted that."""
        self._end(lease, JobState.CANCELLED, {})

    def delay(self, lease: Lease, problem: JobProblem) -> bool:
        """It waits, each time twice as long. False when it was tried as often as may be: it has failed then."""
        with self._engine.begin() as connection:
            held = _held(connection, lease)
            if held.tries >= held.most_tries:
                self._fail(connection, held, problem, self._now(connection))
                return False
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (held.tries - 1))
            waiting = {"state": JobState.WAITING.value, "lease_until": None}
            _changed(connection, lease, {**waiting, "not_before": self._now(connection) + pause})
            return True

    def give_back(self, lease: Lease) -> None:
        """It waits for another worker, as if this one had never tried."""
        with self._engine.begin() as connection:
            waiting = {"state": JobState.WAITING.value, "lease_until": None, "tries": JobRow.tries - 1}
            _changed(connection, lease, waiting)

    def sweep(self) -> list[Lease]:
        """Hand over what nobody keeps any more: it waits again, or ends when it was cancelled or tried too often.

        The leases that ran out. Several may sweep at once: each row is swept by one.
        """
        with self._engine.begin() as connection:
            at = self._now(connection)
            wanted = (
                select(JobRow.id)
                .where(JobRow.state == JobState.RUNNING.value, JobRow.lease_until <= at)
                .order_by(JobRow.lease_until)
                .limit(SWEPT_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            found = [_row(connection, job_id) for job_id in connection.execute(wanted).scalars().all()]
            for job in found:
                self._hand_over(connection, job, at)
            return [job.lease for job in found]

    def _end(self, lease: Lease, state: JobState, values: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            _end(connection, _held(connection, lease), state, values, self._now(connection))

    def _hand_over(self, connection: Connection, job: Job, at: datetime) -> None:
        if job.cancel_asked_at is not None:
            _end(connection, job, JobState.CANCELLED, {}, at)
        elif job.tries >= job.most_tries:
            detail = f"its worker was lost {job.tries} times in the middle of it"
            self._fail(connection, job, JobProblem(kind=GAVE_UP, detail=detail), at)
        else:
            _changed(connection, job.lease, {"state": JobState.WAITING.value, "lease_until": None, "not_before": at})

    def _fail(self, connection: Connection, job: Job, problem: JobProblem, at: datetime) -> None:
        self._on_failure(connection, job, problem)
        _end(connection, job, JobState.FAILED, {"problem": problem.document()}, at)


def hold(connection: Connection, lease: Lease) -> None:
    """Keep a job for the caller's transaction: nobody takes it over before that ends. Raises LeaseLostError."""
    wanted = select(JobRow.id).where(*_is_held(lease)).with_for_update()
    if connection.execute(wanted).one_or_none() is None:
        raise LeaseLostError


def _end(connection: Connection, job: Job, state: JobState, values: Mapping[str, Any], at: datetime) -> None:
    """Noted for the one who has asked for it; last, for nobody else can note anything until the transaction ends."""
    _changed(connection, job.lease, {**values, "state": state.value, "ended_at": at, "lease_until": None})
    Behalf(by=job.created_by, source=_VIA).note(connection, Action.CHANGED, Kind.JOB, str(job.id), at)


def _changed(connection: Connection, lease: Lease, values: Mapping[str, Any]) -> datetime | None:
    """Change the row that the lease is of; when it was cancelled, if it was. Raises LeaseLostError."""
    change = update(JobRow).where(*_is_held(lease)).values(**values).returning(JobRow.cancel_asked_at)
    found = connection.execute(change).one_or_none()
    if found is None:
        raise LeaseLostError
    asked: datetime | None = found[0]
    return asked


def _held(connection: Connection, lease: Lease) -> Job:
    hold(connection, lease)
    return _row(connection, str(lease.job_id))


def _row(connection: Connection, job_id: str) -> Job:
    """Of a row that the transaction holds."""
    return Job.of(connection.execute(select(JobRow.__table__).where(JobRow.id == job_id)).mappings().one())


def _is_ready(kinds: Collection[str], at: datetime) -> ColumnElement[bool]:
    return and_(JobRow.state == JobState.WAITING.value, JobRow.not_before <= at, JobRow.kind.in_(sorted(kinds)))


def _is_held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        JobRow.id == str(lease.job_id),
        JobRow.fence == lease.fence,
        JobRow.state == JobState.RUNNING.value,
    )
