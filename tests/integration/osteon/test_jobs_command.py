"""`osteon jobs`, and what the doctor says of jobs."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, Engine

from osteon.health.checks import CHECKS
from osteon.health.findings import Verdict
from osteon.jobs import following
from osteon.jobs.following import follow
from osteon.jobs.measuring import JobMetrics
from osteon.registry_access import opened_registry
from osteon.settings import PREFIX, Settings, read_settings
from storage.jobs.clock import database_clock
from storage.jobs.leases import Leases
from storage.jobs.records import Job, JobProblem, JobState
from storage.jobs.requests import JobRequests
from storage.jobs.standing import FAILED_LATELY, JobStandings
from storage.releases.job import KIND
from tests.builders.jobs import behalf_of
from tests.integration.osteon.conftest import osteon

PROBLEM = JobProblem(kind="no-room", detail="the disk is full")


class Workshop:
    """A registry, and a worker's hands."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.requests = JobRequests(engine)
        self.leases = Leases(engine)

    def asked(self, ago: timedelta = timedelta()) -> UUID:
        def then(connection: Connection) -> datetime:
            return database_clock(connection) - ago

        return JobRequests(self.engine, then).ask(KIND, {"release": 1}, behalf_of())

    def begun(self) -> Job:
        self.asked()
        job = self.leases.take([KIND], "worker")
        assert job is not None
        return job

    def ended(self, state: JobState) -> UUID:
        if state is JobState.CANCELLED:
            return self.requests.cancel(self.asked(), behalf_of()).id
        job = self.begun()
        if state is JobState.DONE:
            self.leases.finish(job.lease, {"release": 1})
        else:
            self.leases.fail(job.lease, PROBLEM)
        return job.id


def stepping(steps: list[Callable[[], object]]) -> Callable[[], None]:
    """What takes the next step whenever it is called."""
    left = iter(steps)

    def step() -> None:
        next(left)()

    return step


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    settings = read_settings()
    with opened_registry(settings) as engine:
        yield Workshop(settings, engine)


@pytest.mark.parametrize(
    ("state", "code"), [(JobState.DONE, 0), (JobState.FAILED, 1), (JobState.CANCELLED, 3)], ids=str
)
def test_watching_a_job_that_has_ended_leaves_with_its_code(workshop: Workshop, state: JobState, code: int) -> None:
    job_id = workshop.ended(state)
    watched = osteon("jobs", "watch", str(job_id))
    assert watched.exit_code == code
    assert watched.stdout.split()[:3] == [str(job_id), KIND, state.value]


def test_watching_follows_a_job_step_by_step_to_its_end(workshop: Workshop) -> None:
    job = workshop.begun()
    step = stepping(
        [
            lambda: workshop.leases.tell(job.lease, 1, 4, "writing series"),
            lambda: workshop.leases.keep(job.lease),  # nothing that anybody would see
            lambda: workshop.leases.tell(job.lease, 4, 4, "writing series"),
            lambda: workshop.leases.finish(job.lease, {}),
        ]
    )
    seen = list(follow(workshop.requests, [job.id], step))
    assert [each.progress and each.progress.done for each in seen] == [None, 1, 4, 4]
    assert [each.state for each in seen] == [JobState.RUNNING] * 3 + [JobState.DONE]


def test_as_json_whatever_changes_is_one_line(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    job = workshop.begun()
    step = stepping(
        [lambda: workshop.leases.tell(job.lease, 3, 4, None), lambda: workshop.leases.fail(job.lease, PROBLEM)]
    )
    monkeypatch.setattr("osteon.commands.jobs.pause", step)
    watched = osteon("jobs", "watch", str(job.id), "--json")
    rows = [json.loads(line) for line in watched.stdout.splitlines()]
    assert [(row["state"], row["progress"] and row["progress"]["done"]) for row in rows] == [
        ("running", None),
        ("running", 3),
        ("failed", 3),
    ]
    assert rows[-1]["problem"] == {"kind": "no-room", "detail": "the disk is full"}
    assert watched.exit_code == 1


def test_without_an_identifier_all_that_have_not_ended_are_watched_and_the_worst_counts(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.ended(JobState.FAILED)
    running, waiting = workshop.begun(), workshop.asked()
    step = stepping(
        [
            lambda: workshop.leases.finish(running.lease, {}),
            lambda: workshop.requests.cancel(waiting, behalf_of()),
        ]
    )
    monkeypatch.setattr("osteon.commands.jobs.pause", step)
    watched = osteon("jobs", "watch", "--json")
    rows = [json.loads(line) for line in watched.stdout.splitlines()]
    assert {row["job_id"] for row in rows} == {str(running.id), str(waiting)}
    assert watched.exit_code == 3


@pytest.mark.usefixtures("workshop")
def test_nothing_to_watch_is_done_and_a_job_that_there_is_not_is_said_so() -> None:
    assert osteon("jobs", "watch").exit_code == 0
    missing = osteon("jobs", "watch", str(uuid4()))
    assert (missing.exit_code, missing.stderr) == (1, "Error: no such job\n")


def test_who_interrupts_the_watching_ends_nothing_else(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    job = workshop.begun()
    monkeypatch.setattr("osteon.commands.jobs.pause", interrupted)
    assert osteon("jobs", "watch", str(job.id)).exit_code == 130
    assert workshop.requests.get(job.id).state is JobState.RUNNING


def test_a_failure_outweighs_a_cancellation(workshop: Workshop) -> None:
    ended = [workshop.requests.get(workshop.ended(state)) for state in (JobState.FAILED, JobState.CANCELLED)]
    assert following.outcome(ended) is following.Outcome.FAILED


def test_the_doctor_finds_nothing_wrong_where_jobs_get_on(workshop: Workshop) -> None:
    workshop.begun()
    workshop.asked()
    assert CHECKS["jobs"](workshop.settings) == (Verdict.GOOD, "1 wait, 1 run")


def test_the_doctor_finds_it_wrong_that_a_job_waits_and_no_worker_runs(workshop: Workshop) -> None:
    waiting = workshop.asked(ago=timedelta(minutes=6))
    verdict, words = CHECKS["jobs"](workshop.settings)
    assert (verdict, f"1 wait for a worker ({waiting})" in words) == (Verdict.BAD, True)
    workshop.asked(ago=timedelta(minutes=7))
    workshop.leases.take([KIND], "worker")
    assert CHECKS["jobs"](workshop.settings)[0] is Verdict.LOOK


def test_the_doctor_names_a_job_that_failed(workshop: Workshop) -> None:
    failed = workshop.ended(JobState.FAILED)
    verdict, words = CHECKS["jobs"](workshop.settings)
    assert (verdict, f"1 failed within a day ({failed})" in words) == (Verdict.LOOK, True)


def test_the_metric_counts_what_waits_too_long(workshop: Workshop) -> None:
    workshop.asked(ago=timedelta(minutes=6))
    workshop.asked(ago=FAILED_LATELY)
    registry, standings = CollectorRegistry(), JobStandings(workshop.engine)
    JobMetrics(registry, standings.standing, standings.stuck).refresh()
    counted = {why: registry.get_sample_value("osteon_jobs_stuck", {"why": why}) for why in ("unkept", "unbegun")}
    assert counted == {"unkept": 0, "unbegun": 2}
