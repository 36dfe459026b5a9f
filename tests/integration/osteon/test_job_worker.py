"""Workers of background jobs: what they write down, and that a killed one's job is done by another."""

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from osteon.jobs.worker import JobWorker
from storage.database import migrate_registry, open_database
from storage.jobs.errors import JobFailedError
from storage.jobs.handling import Handler, RunningJob
from storage.jobs.leases import Leases
from storage.jobs.records import Job, JobState
from storage.jobs.requests import JobRequests
from tests.builders.jobs import behalf_of
from tests.integration.osteon.job_process import KIND
from tests.services.processes import wait_for

ROOT = Path(__file__).parents[3]


def done(engine: Engine, handler: Handler, stopping: threading.Event | None = None) -> Job:
    """Ask for one job, have it done, and look at it."""
    requests = JobRequests(engine)
    job_id = requests.ask(KIND, {"of": 3}, behalf_of())
    worker = JobWorker(Leases(engine), {KIND: handler}, stopping or threading.Event())
    assert worker.work_once() is True
    return requests.get(job_id)


def test_a_job_that_is_done_keeps_its_result_and_its_progress(engine: Engine) -> None:
    def handler(parameters: dict[str, Any], job: RunningJob) -> Mapping[str, Any]:
        job.progress(3, 3, "counted")
        return {"of": parameters["of"]}

    job = done(engine, handler)
    assert (job.state, job.result, job.tries) == (JobState.DONE, {"of": 3}, 1)
    assert job.progress is not None
    assert (job.progress.done, job.progress.total, job.progress.message) == (3, 3, "counted")


def test_an_unforeseen_error_fails_the_job_and_its_words_are_shown_to_nobody(engine: Engine) -> None:
    def handler(_parameters: dict[str, Any], _job: RunningJob) -> Mapping[str, Any]:
        raise ValueError("Mme Jeanne Martin")

    job = done(engine, handler)
    assert job.state is JobState.FAILED
    assert job.problem is not None
    assert (job.problem.kind, job.problem.detail) == ("internal-error", "unforeseen: ValueError")


def test_a_failure_that_the_handler_explains_is_told_in_its_words(engine: Engine) -> None:
    def handler(_parameters: dict[str, Any], _job: RunningJob) -> Mapping[str, Any]:
        raise JobFailedError("there is no room on the disk", kind="no-room")

    job = done(engine, handler)
    assert job.problem is not None
    assert (job.state, job.problem.kind, job.problem.detail) == (
        JobState.FAILED,
        "no-room",
        "there is no room on the disk",
    )


def test_a_job_that_is_cancelled_while_it_runs_is_let_go_of(engine: Engine) -> None:
    def handler(_parameters: dict[str, Any], job: RunningJob) -> Mapping[str, Any]:
        JobRequests(engine).cancel(job.id, behalf_of())
        job.progress(1, 2)
        job.progress(2, 2)
        raise AssertionError("it went on")

    assert done(engine, handler).state is JobState.CANCELLED


def test_a_worker_that_is_asked_to_end_gives_its_job_back(engine: Engine) -> None:
    stopping = threading.Event()

    def handler(_parameters: dict[str, Any], job: RunningJob) -> Mapping[str, Any]:
        stopping.set()
        job.check_cancelled()
        raise AssertionError("it went on")

    assert done(engine, handler, stopping).state is JobState.WAITING


def worker_process(url: str, folder: Path, *more: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.osteon.job_process", url, str(folder), *more], cwd=ROOT
    )


def test_the_job_of_a_worker_that_was_killed_is_done_by_another_once(database_url: str, tmp_path: Path) -> None:
    migrate_registry(database_url)
    engine = open_database(database_url)
    requests = JobRequests(engine)
    job_id = requests.ask(KIND, {"of": 3}, behalf_of())
    with worker_process(database_url, tmp_path, "stall") as first:
        wait_for((tmp_path / "begun-1").exists, "the first one works")
        with worker_process(database_url, tmp_path) as second:
            first.kill()
            first.wait()
            second.wait(60)
    job = requests.get(job_id)
    engine.dispose()
    assert (job.state, job.result, job.tries) == (JobState.DONE, {"attempt": 2, "of": 3}, 2)
    assert sorted(path.name for path in tmp_path.glob("begun-*")) == ["begun-1", "begun-2"]


def test_a_worker_that_was_stopped_past_its_lease_and_wakes_up_writes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    migrate_registry(database_url)
    engine = open_database(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE written (attempt INTEGER)"))
    requests = JobRequests(engine)
    job_id = requests.ask(KIND, {"of": 3}, behalf_of())
    with worker_process(database_url, tmp_path, "write") as asleep:
        wait_for((tmp_path / "begun-1").exists, "the first one works")
        asleep.send_signal(signal.SIGSTOP)
        with worker_process(database_url, tmp_path, "write") as other:
            wait_for((tmp_path / "begun-2").exists, "another has taken over")
            (tmp_path / "go").touch()
            asleep.send_signal(signal.SIGCONT)
            assert (other.wait(60), asleep.wait(60)) == (0, 0)
    job = requests.get(job_id)
    with engine.connect() as connection:
        written = list(connection.scalars(text("SELECT attempt FROM written")))
    engine.dispose()
    assert (written, (tmp_path / "refused-1").exists()) == ([2], True)
    assert (job.state, job.result) == (JobState.DONE, {"attempt": 2, "of": 3})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_no_json_can_hold_is_a_failure_of_the_handler(engine: Engine) -> None:
    assert done(engine, lambda _parameters, _job: {"result": object()}).state is JobState.FAILED
