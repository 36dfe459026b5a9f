"""Background jobs in the registry, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import DBAPIError

from annotation.audit import Action, AuditFilter, Kind
from storage.audit_log import AuditLog
from storage.database import writing
from storage.jobs.clock import database_clock
from storage.jobs.errors import JobEndedError, LeaseLostError, NoSuchJobError
from storage.jobs.leases import FIRST_PAUSE, GAVE_UP, LONGEST_PAUSE, Leases, hold
from storage.jobs.records import Job, JobProblem, JobState
from storage.jobs.requests import JobPlace, JobRequests, ask_for_job
from storage.jobs.tables import JobRow
from storage.token_tables import TokenRow
from tests.builders.jobs import ANNE, MANAGER, VIA, LeaseClock, behalf_of

KIND, OTHER_KIND = "count", "sort"
WORKER, OTHER_WORKER = "one", "two"
LEASE = timedelta(seconds=30)
PROBLEM = JobProblem(kind="no-space", detail="the disk is full")


@pytest.fixture
def clock() -> LeaseClock:
    return LeaseClock()


@pytest.fixture
def jobs(engine: Engine, clock: LeaseClock) -> JobRequests:
    return JobRequests(engine, clock)


@pytest.fixture
def leases(engine: Engine, clock: LeaseClock) -> Leases:
    return Leases(engine, lease=LEASE, now=clock)


def taken(leases: Leases, worker: str = WORKER) -> Job:
    job = leases.take([KIND], worker)
    assert job is not None
    return job


def test_a_job_waits_as_it_was_asked_for(jobs: JobRequests, clock: LeaseClock) -> None:
    job = jobs.get(jobs.ask(KIND, {"release": 7}, behalf_of(), most_tries=3))

    assert (job.kind, job.parameters, job.state, job.created_by) == (KIND, {"release": 7}, JobState.WAITING, ANNE)
    assert (job.created_at, job.fence, job.tries, job.most_tries) == (clock.now, 0, 0, 3)
    assert (job.progress, job.result, job.problem, job.ended_at, job.worker) == (None,) * 5


def test_a_job_of_a_transaction_that_is_rolled_back_was_never_asked_for(engine: Engine, jobs: JobRequests) -> None:
    with writing(engine).connect() as connection:
        job_id = ask_for_job(connection, KIND, {}, behalf_of())
        connection.rollback()

    with pytest.raises(NoSuchJobError):
        jobs.get(job_id)


def test_the_one_that_has_waited_longest_is_taken_first_and_only_of_the_kinds_asked_for(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    asked = []
    for kind in (OTHER_KIND, KIND, KIND):
        asked.append(jobs.ask(kind, {}, behalf_of()))
        clock.advance(1)

    assert [taken(leases).id, taken(leases).id, leases.take([KIND], WORKER)] == [asked[1], asked[2], None]
    assert leases.take([], WORKER) is None


def test_a_job_is_taken_once_however_many_reach_for_it(jobs: JobRequests, leases: Leases) -> None:
    asked = {jobs.ask(KIND, {}, behalf_of()) for _ in range(4)}
    start = threading.Barrier(8)

    def take(number: int) -> UUID | None:
        start.wait()
        job = leases.take([KIND], str(number))
        return None if job is None else job.id

    with ThreadPoolExecutor(8) as pool:
        found = [job_id for job_id in pool.map(take, range(8)) if job_id is not None]

    assert len(found) == len(set(found))
    while (job := leases.take([KIND], "last")) is not None:
        found.append(job.id)
    assert sorted(found) == sorted(asked)


def test_progress_is_told_and_keeps_the_lease(jobs: JobRequests, leases: Leases, clock: LeaseClock) -> None:
    jobs.ask(KIND, {}, behalf_of())
    job = taken(leases)
    clock.advance(20)

    assert leases.tell(job.lease, 2**40, 2**41, "x" * 300) is False

    told = jobs.get(job.id)
    assert told.progress is not None
    assert (told.progress.done, told.progress.total, told.progress.message) == (2**40, 2**41, "x" * 200)
    assert (told.progress.at, told.lease_until) == (clock.now, clock.now + LEASE)


def test_a_job_that_nobody_keeps_is_handed_over_when_its_lease_has_run_out(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    jobs.ask(KIND, {}, behalf_of())
    first = taken(leases)
    clock.advance(29.9)
    assert leases.sweep() == []
    leases.keep(first.lease)
    clock.advance(29.9)
    assert leases.sweep() == []
    assert leases.take([KIND], OTHER_WORKER) is None
    clock.advance(0.1)

    assert leases.sweep() == [first.lease]

    second = taken(leases, OTHER_WORKER)
    assert (second.id, second.fence, second.tries, second.worker) == (first.id, 2, 2, OTHER_WORKER)


WRITES = [
    pytest.param(lambda leases, lease: leases.keep(lease), id="keep"),
    pytest.param(lambda leases, lease: leases.tell(lease, 1, 2, "half"), id="tell"),
    pytest.param(lambda leases, lease: leases.finish(lease, {"by": "the old one"}), id="finish"),
    pytest.param(lambda leases, lease: leases.fail(lease, PROBLEM), id="fail"),
    pytest.param(lambda leases, lease: leases.end_cancelled(lease), id="cancelled"),
    pytest.param(lambda leases, lease: leases.delay(lease, PROBLEM), id="delay"),
    pytest.param(lambda leases, lease: leases.give_back(lease), id="give back"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_worker_that_slept_through_its_lease_writes_nothing(
    jobs: JobRequests, leases: Leases, clock: LeaseClock, write: Any
) -> None:
    jobs.ask(KIND, {}, behalf_of())
    old = taken(leases)
    clock.advance(31)
    leases.sweep()
    handed_over = jobs.get(old.id)
    with pytest.raises(LeaseLostError):
        write(leases, old.lease)
    assert jobs.get(old.id) == handed_over

    new = taken(leases, OTHER_WORKER)
    with pytest.raises(LeaseLostError):
        write(leases, old.lease)
    assert jobs.get(old.id) == new

    leases.finish(new.lease, {"by": "the new one"})
    with pytest.raises(LeaseLostError):
        write(leases, old.lease)
    assert jobs.get(old.id).result == {"by": "the new one"}


def test_what_a_fenced_off_worker_writes_of_its_own_is_refused_too(
    engine: Engine, jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    jobs.ask(KIND, {}, behalf_of())
    old = taken(leases)
    clock.advance(31)
    leases.sweep()
    new = taken(leases, OTHER_WORKER)

    for lease, worker in ((new.lease, "new"), (old.lease, "old")):
        with writing(engine).connect() as connection:
            try:
                hold(connection, lease)
                values = {"id": str(uuid4()), "label": worker, "digest": worker.encode() * 10, "created_at": clock.now}
                connection.execute(insert(TokenRow), values)
                connection.commit()
            except LeaseLostError:
                connection.rollback()

    with engine.connect() as connection:
        assert connection.execute(text("SELECT label FROM api_token")).scalars().all() == ["new"]


def test_a_worker_that_wakes_before_anybody_noticed_goes_on(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    jobs.ask(KIND, {}, behalf_of())
    job = taken(leases)
    clock.advance(3600)

    leases.keep(job.lease)

    assert leases.sweep() == []
    leases.finish(job.lease, {"count": 3})
    assert (jobs.get(job.id).state, jobs.get(job.id).result) == (JobState.DONE, {"count": 3})


def test_a_job_that_kills_its_workers_fails_after_a_number_of_tries(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of(), most_tries=2)
    for _ in range(2):
        taken(leases)
        clock.advance(31)
        leases.sweep()

    job = jobs.get(job_id)
    assert job.state is JobState.FAILED
    assert job.problem == JobProblem(kind=GAVE_UP, detail="its worker was lost 2 times in the middle of it")


def test_a_worker_that_ends_in_order_gives_its_try_back(jobs: JobRequests, leases: Leases) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of(), most_tries=1)
    for number in range(1, 4):
        job = taken(leases)
        assert (job.fence, job.tries) == (number, 1)
        leases.give_back(job.lease)

    assert (jobs.get(job_id).state, jobs.get(job_id).tries) == (JobState.WAITING, 0)


def test_what_cannot_be_done_now_waits_twice_as_long_each_time_and_fails_in_the_end(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of(), most_tries=9)
    pauses = []
    for _ in range(8):
        assert leases.delay(taken(leases).lease, PROBLEM)
        assert leases.take([KIND], WORKER) is None
        pauses.append(jobs.get(job_id).not_before - clock.now)
        clock.now = jobs.get(job_id).not_before

    assert pauses == [min(LONGEST_PAUSE, FIRST_PAUSE * factor) for factor in (1, 2, 4, 8, 16, 32, 64, 128)]
    assert not leases.delay(taken(leases).lease, PROBLEM)
    assert (jobs.get(job_id).state, jobs.get(job_id).problem) == (JobState.FAILED, PROBLEM)


def test_one_that_waits_is_cancelled_at_once(jobs: JobRequests, leases: Leases, clock: LeaseClock) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of())

    job = jobs.cancel(job_id, behalf_of(MANAGER))

    assert (job.state, job.cancel_asked_by, job.ended_at) == (JobState.CANCELLED, MANAGER, clock.now)
    assert leases.take([KIND], WORKER) is None
    assert jobs.cancel(job_id, behalf_of()) == job


def test_the_worker_of_one_that_runs_is_told_that_it_was_cancelled(jobs: JobRequests, leases: Leases) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of())
    lease = taken(leases).lease
    assert leases.keep(lease) is False

    assert jobs.cancel(job_id, behalf_of()).state is JobState.RUNNING

    assert leases.keep(lease) is True
    assert leases.tell(lease, 1, None, None) is True
    leases.end_cancelled(lease)
    assert jobs.get(job_id).state is JobState.CANCELLED


def test_one_that_was_cancelled_is_not_handed_over_when_its_worker_is_lost(
    jobs: JobRequests, leases: Leases, clock: LeaseClock
) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of())
    taken(leases)
    jobs.cancel(job_id, behalf_of())
    clock.advance(31)

    leases.sweep()

    assert jobs.get(job_id).state is JobState.CANCELLED


def test_what_has_ended_cannot_be_cancelled(jobs: JobRequests, leases: Leases) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of())
    leases.finish(taken(leases).lease, {})

    with pytest.raises(JobEndedError):
        jobs.cancel(job_id, behalf_of())
    assert jobs.get(job_id).cancel_asked_at is None


def test_people_see_their_own_jobs_when_the_list_is_restricted(jobs: JobRequests) -> None:
    mine, theirs = jobs.ask(KIND, {}, behalf_of()), jobs.ask(KIND, {}, behalf_of(MANAGER))

    assert jobs.get(mine, of=ANNE).id == mine
    assert [job.id for job in jobs.newest(limit=9, of=ANNE)] == [mine]
    with pytest.raises(NoSuchJobError):
        jobs.get(theirs, of=ANNE)
    with pytest.raises(NoSuchJobError):
        jobs.cancel(theirs, behalf_of(), of=ANNE)
    assert jobs.get(theirs).state is JobState.WAITING


def test_the_newest_come_first_page_by_page(jobs: JobRequests, leases: Leases, clock: LeaseClock) -> None:
    asked = []
    for number in range(5):
        asked.append(jobs.ask(KIND if number % 2 else OTHER_KIND, {}, behalf_of()))
        clock.advance(number % 2)  # some at the same time

    found: list[UUID] = []
    before: JobPlace | None = None
    while page := jobs.newest(limit=2, before=before):
        found += [job.id for job in page]
        before = JobPlace(created_at=page[-1].created_at, job_id=page[-1].id)

    assert set(found) == set(asked)
    assert len(found) == 5
    times = [jobs.get(job_id).created_at for job_id in found]
    assert times == sorted(times, reverse=True)
    assert {job.id for job in jobs.newest(limit=9, kind=KIND)} == {asked[1], asked[3]}
    running = taken(leases)
    assert [job.id for job in jobs.newest(limit=9, state=JobState.RUNNING)] == [running.id]


def test_asking_cancelling_and_ending_are_in_the_audit_log(engine: Engine, jobs: JobRequests, leases: Leases) -> None:
    job_id = jobs.ask(KIND, {}, behalf_of())
    lease = taken(leases).lease
    leases.tell(lease, 1, 2, None)
    jobs.cancel(job_id, behalf_of(MANAGER))
    leases.end_cancelled(lease)

    entries = AuditLog(engine).newest(AuditFilter(), limit=10)
    assert [(each.actor, each.note.action, each.source.via) for each in reversed(entries)] == [
        (ANNE, Action.CREATED, VIA),
        (MANAGER, Action.CHANGED, VIA),
        (ANNE, Action.CHANGED, "osteon jobs work"),
    ]
    assert {(each.note.kind, each.note.object_id) for each in entries} == {(Kind.JOB, str(job_id))}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"result": {"count": 4}}, "has ended", id="another result"),
        pytest.param({"state": "waiting", "ended_at": None, "result": None}, "has ended", id="begun again"),
    ],
)
def test_the_database_itself_keeps_what_has_ended(
    engine: Engine, jobs: JobRequests, leases: Leases, changes: dict[str, Any], words: str
) -> None:
    jobs.ask(KIND, {}, behalf_of())
    leases.finish(taken(leases).lease, {"count": 3})

    with pytest.raises(DBAPIError, match=words), writing(engine).begin() as connection:
        connection.execute(update(JobRow).values(**changes))


def test_the_database_itself_keeps_a_fence_from_falling(engine: Engine, jobs: JobRequests, leases: Leases) -> None:
    jobs.ask(KIND, {}, behalf_of())
    taken(leases)

    with pytest.raises(DBAPIError, match="only rises"), writing(engine).begin() as connection:
        connection.execute(update(JobRow).values(fence=0, tries=0, state="waiting", lease_until=None))


def test_leases_run_by_the_time_of_now_not_of_the_beginning_of_a_transaction(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        times = [database_clock(connection) for _ in range(50)]

    assert times[0].tzinfo is not None
    assert times == sorted(times)
    assert times[-1] > times[0]
