"""Any order of asking, taking, sleeping, waking, sweeping, cancelling and ending leaves each job with one end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from storage.jobs.errors import JobEndedError, LeaseLostError
from storage.jobs.leases import FIRST_PAUSE, LONGEST_PAUSE, Leases
from storage.jobs.records import ENDED, JobProblem, JobState, Lease
from storage.jobs.requests import JobRequests
from tests.builders.jobs import LeaseClock, behalf_of

KIND = "count"
LEASE = timedelta(seconds=30)
PROBLEM = JobProblem(kind="no-space", detail="the disk is full")
INDEX = st.integers(0, 10_000)


@dataclass
class Expected:
    """What must be there of one job, kept in the plainest way."""

    not_before: datetime
    most_tries: int
    state: JobState = JobState.WAITING
    fence: int = 0
    tries: int = 0
    until: datetime | None = None
    is_cancelled: bool = False
    ended_by: list[int] = field(default_factory=list)


class LeaseMachine(RuleBasedStateMachine):
    """Some jobs, and workers who may do with any lease that was ever given out whatever they like."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.clock = LeaseClock()
        self.jobs = JobRequests(engine, self.clock)
        self.leases = Leases(engine, lease=LEASE, now=self.clock)
        self.model: dict[UUID, Expected] = {}
        self.given: list[Lease] = []
        for waiting in self.jobs.newest(limit=500, state=JobState.WAITING):  # of the run before
            self.jobs.cancel(waiting.id, behalf_of())

    @rule(most_tries=st.integers(1, 3))
    def ask(self, most_tries: int) -> None:
        job_id = self.jobs.ask(KIND, {}, behalf_of(), most_tries=most_tries)
        self.model[job_id] = Expected(not_before=self.clock.now, most_tries=most_tries)

    @rule(seconds=st.sampled_from([1, 10, 29, 30, 31, 700]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def take(self) -> None:
        ready = [
            job_id
            for job_id, job in self.model.items()
            if job.state is JobState.WAITING and job.not_before <= self.clock.now
        ]
        taken = self.leases.take([KIND], "a worker")
        if not ready:
            assert taken is None
            return
        assert taken is not None
        assert taken.id in ready
        job = self.model[taken.id]
        assert job.not_before == min(self.model[each].not_before for each in ready)
        job.state, job.fence, job.tries = JobState.RUNNING, job.fence + 1, job.tries + 1
        job.until = self.clock.now + LEASE
        assert taken.lease == Lease(job_id=taken.id, fence=job.fence)
        self.given.append(taken.lease)

    @precondition(lambda self: self.given)
    @rule(index=INDEX)
    def keep(self, index: int) -> None:
        lease, job = self._pick(index)
        if self._attempt(lease, job, lambda: self.leases.keep(lease), wants_cancelled=job.is_cancelled):
            job.until = self.clock.now + LEASE

    @precondition(lambda self: self.given)
    @rule(index=INDEX)
    def finish(self, index: int) -> None:
        lease, job = self._pick(index)
        if self._attempt(lease, job, lambda: self.leases.finish(lease, {"fence": lease.fence})):
            self._end(job, JobState.DONE, lease)

    @precondition(lambda self: self.given)
    @rule(index=INDEX)
    def fail(self, index: int) -> None:
        lease, job = self._pick(index)
        if self._attempt(lease, job, lambda: self.leases.fail(lease, PROBLEM)):
            self._end(job, JobState.FAILED, lease)

    @precondition(lambda self: self.given)
    @rule(index=INDEX)
    def give_back(self, index: int) -> None:
        lease, job = self._pick(index)
        if self._attempt(lease, job, lambda: self.leases.give_back(lease)):
            job.state, job.until, job.tries = JobState.WAITING, None, job.tries - 1

    @precondition(lambda self: self.given)
    @rule(index=INDEX)
    def delay(self, index: int) -> None:
        lease, job = self._pick(index)
        if self._attempt(lease, job, lambda: self.leases.delay(lease, PROBLEM), waits=job.tries < job.most_tries):
            if job.tries < job.most_tries:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (job.tries - 1))
                job.state, job.until, job.not_before = JobState.WAITING, None, self.clock.now + pause
            else:
                self._end(job, JobState.FAILED, lease)

    @precondition(lambda self: self.model)
    @rule(index=INDEX)
    def cancel(self, index: int) -> None:
        job_id = list(self.model)[index % len(self.model)]
        job = self.model[job_id]
        if job.state in (JobState.DONE, JobState.FAILED):
            with pytest.raises(JobEndedError):
                self.jobs.cancel(job_id, behalf_of())
            return
        self.jobs.cancel(job_id, behalf_of())
        if job.state is JobState.WAITING:
            job.state = JobState.CANCELLED
        job.is_cancelled = True

    @rule()
    def sweep(self) -> None:
        expected = set()
        for job_id, job in self.model.items():
            if job.state is not JobState.RUNNING or job.until is None or job.until > self.clock.now:
                continue
            expected.add(Lease(job_id=job_id, fence=job.fence))
            job.until = None
            if job.is_cancelled:
                job.state = JobState.CANCELLED
            elif job.tries >= job.most_tries:
                job.state = JobState.FAILED
            else:
                job.state, job.not_before = JobState.WAITING, self.clock.now
        found = [lease for lease in self.leases.sweep() if lease.job_id in self.model]
        assert set(found) == expected
        assert len(found) == len(expected)

    @invariant()
    def the_database_says_the_same(self) -> None:
        for job_id, job in self.model.items():
            kept = self.jobs.get(job_id)
            assert (kept.state, kept.fence, kept.tries) == (job.state, job.fence, job.tries)
            assert (kept.lease_until, kept.not_before) == (job.until, job.not_before)
            assert (kept.cancel_asked_at is not None) == job.is_cancelled
            assert len(job.ended_by) <= 1
            if kept.state is JobState.DONE:
                assert kept.result == {"fence": job.ended_by[0]}

    def _pick(self, index: int) -> tuple[Lease, Expected]:
        lease = self.given[index % len(self.given)]
        return lease, self.model[lease.job_id]

    def _attempt(self, lease: Lease, job: Expected, write: Callable[[], object], **answers: bool) -> bool:
        """Whether the write is one that may be made; the database must be of the same mind."""
        if job.state is not JobState.RUNNING or job.fence != lease.fence:
            with pytest.raises(LeaseLostError):
                write()
            return False
        answer = write()
        for expected in answers.values():
            assert answer is expected
        return True

    def _end(self, job: Expected, state: JobState, lease: Lease) -> None:
        assert job.state not in ENDED
        job.state, job.until = state, None
        job.ended_by.append(lease.fence)

    def teardown(self) -> None:
        """Nothing of this run may be taken or swept in the next."""
        for job_id, job in self.model.items():
            if job.state is JobState.RUNNING:
                self.leases.fail(Lease(job_id=job_id, fence=job.fence), PROBLEM)


def test_any_order_of_work_ends_each_job_once(engine: Engine) -> None:
    class OnThisDatabase(LeaseMachine):
        def __init__(self) -> None:
            super().__init__(engine)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_a_job_whose_worker_was_told_and_put_it_off_is_cancelled_when_asked_again(engine: Engine) -> None:
    machine = LeaseMachine(engine)
    machine.ask(most_tries=3)
    machine.take()
    machine.cancel(index=0)
    machine.delay(index=0)
    machine.cancel(index=0)
    machine.the_database_says_the_same()
