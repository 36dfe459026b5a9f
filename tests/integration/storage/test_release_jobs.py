"""Releases as background jobs: the handler between a job and the builder, and asking, cancelling, resuming."""

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import DataError, OperationalError

from osteon.jobs.worker import JobWorker
from storage.audit_behalf import Behalf
from storage.errors import ImageStoreUnavailableError
from storage.jobs.computing import ComputingUnavailableError, ItemLostError
from storage.jobs.errors import JobCancelledError, JobDelayedError, JobFailedError, LeaseLostError, WorkerEndsError
from storage.jobs.leases import Leases
from storage.jobs.records import JobProblem, JobState
from storage.jobs.requests import MOST_TRIES, JobRequests
from storage.jobs.tables import JobRow
from storage.releases.building import Builder
from storage.releases.errors import AlreadyReadyError, EmptyCohortError, NotFailedError, ReleaseError
from storage.releases.job import KIND, JobBuilds, ReleaseFailing, ReleaseHandler
from storage.releases.records import ReleaseState, SeriesChosen
from tests.builders.jobs import LeaseClock
from tests.builders.registry import START
from tests.builders.release_place import Place, objects
from tests.builders.releases import Foreground, new_release

NOBODY = Behalf(by="custodian")


@dataclass(slots=True)
class HeldJob:
    """Satisfies `storage.jobs.handling.RunningJob`; raises `error` at the check of that number."""

    attempt: int = 1
    error: Exception | None = None
    at: int = 0
    told: list[tuple[int, int | None, str | None]] = field(default_factory=list)
    checks: int = 0
    id: UUID = field(default_factory=uuid4)
    created_by: str = "custodian"

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        self.told.append((done, total, message))
        self.check_cancelled()

    def check_cancelled(self) -> None:
        self.checks += 1
        if self.error is not None and self.checks >= self.at:
            raise self.error

    def hold(self, connection: Connection) -> None: ...


class Silent:
    """An image store that does not answer."""

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:  # noqa: ARG002
        raise ImageStoreUnavailableError("Orthanc does not answer")

    def read(self, orthanc_id: str) -> Iterator[bytes]:  # noqa: ARG002
        raise ImageStoreUnavailableError("Orthanc does not answer")


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    return made


def begun(place: Place) -> tuple[int, str]:
    builds = JobBuilds(place.engine)
    release = place.store.begin(new_release(), lambda connection, number: builds.ask(connection, number, NOBODY))
    assert release.job is not None
    return release.number, release.job


def test_a_release_and_its_job_are_begun_together(place: Place) -> None:
    number, job = begun(place)

    found = JobRequests(place.engine).get(UUID(job))
    assert (found.kind, found.parameters, found.state) == (KIND, {"number": number}, JobState.WAITING)
    assert found.created_by == "custodian"


def test_the_job_tells_its_progress_and_the_digest_of_the_manifest(place: Place) -> None:
    number, _ = begun(place)
    job = HeldJob()
    result = ReleaseHandler(place.builder())({"number": number}, job)

    assert result == {"number": number, "manifest_sha256": place.store.get(number).manifest_sha256}
    assert (4, 4, "writing series") in job.told
    assert job.told[0] == (0, None, "choosing series")
    assert (
        ReleaseHandler(place.builder())({"number": number}, HeldJob(attempt=2)) == result
    )  # taken again, after a crash


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_job_that_is_cancelled_cancels_the_release(place: Place, at: int) -> None:
    number, _ = begun(place)
    with pytest.raises(JobCancelledError):
        ReleaseHandler(place.builder())({"number": number}, HeldJob(error=JobCancelledError(), at=at))

    assert place.store.get(number).state is ReleaseState.CANCELLED
    assert not (place.folder / str(number)).exists()


@pytest.mark.parametrize("error", [WorkerEndsError(), LeaseLostError()])
def test_a_worker_that_ends_leaves_the_release_to_the_next(place: Place, error: Exception) -> None:
    number, _ = begun(place)
    with pytest.raises(type(error)):
        ReleaseHandler(place.builder())({"number": number}, HeldJob(error=error, at=4))
    assert place.store.get(number).state is ReleaseState.BUILDING

    ReleaseHandler(place.builder())({"number": number}, HeldJob(attempt=2))
    assert place.store.get(number).state is ReleaseState.READY


def test_a_release_that_is_cancelled_under_its_job_ends_it(place: Place) -> None:
    number, _ = begun(place)

    class Watched(HeldJob):
        def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:  # noqa: ARG002
            if message == "writing tables":
                place.store.cancel(number)

    with pytest.raises(JobCancelledError):
        ReleaseHandler(place.builder())({"number": number}, Watched())


def worked(place: Place, builder: Builder) -> None:
    """As a worker does, until the job has ended."""
    clock = LeaseClock()
    leases = Leases(place.engine, now=clock, on_failure=ReleaseFailing(place.made))
    worker = JobWorker(leases, {KIND: ReleaseHandler(builder)}, threading.Event())
    for _ in range(MOST_TRIES):
        worker.work_once()
        clock.advance(3600)


def test_an_image_store_that_does_not_answer_delays_and_at_last_fails(place: Place) -> None:
    number, job = begun(place)
    with pytest.raises(JobDelayedError):
        ReleaseHandler(place.builder(images=Silent()))({"number": number}, HeldJob())
    assert place.store.get(number).state is ReleaseState.BUILDING
    ready_at_once(place, job)
    worked(place, place.builder(images=Silent()))

    failed = place.store.get(number)
    assert (failed.state, failed.failure) == (ReleaseState.FAILED, "Orthanc does not answer")


def ready_at_once(place: Place, job: str) -> None:
    """By the clock of `worked`."""
    with place.engine.begin() as connection:
        connection.execute(update(JobRow).where(JobRow.id == job).values(not_before=START))


class Failing:
    """Chooses series, and meets what nobody has thought of."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def series_of(self, query: Mapping[str, Any]) -> Iterator[SeriesChosen]:  # noqa: ARG002
        raise self._error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(ItemLostError("item 3", 2), "item 3: the process that worked on it was lost 2 times", id="lost"),
        pytest.param(
            ComputingUnavailableError("the Dask scheduler does not answer"),
            "the Dask scheduler does not answer",
            id="nobody computes",
        ),
        pytest.param(KeyError("Mme Jeanne Martin"), "unforeseen: KeyError", id="unforeseen"),
        pytest.param(DataError("SELECT 1", {}, ValueError()), "unforeseen: DataError", id="the database refuses"),
        pytest.param(
            OperationalError("SELECT 1", {}, ValueError()), "the registry database does not answer", id="no database"
        ),
    ],
)
def test_a_release_fails_with_its_job_however_that_failed(place: Place, error: Exception, why: str) -> None:
    number, job = begun(place)
    ready_at_once(place, job)
    worked(place, place.builder(cohorts=Failing(error)))

    assert JobRequests(place.engine).get(UUID(job)).state is JobState.FAILED
    failed = place.store.get(number)
    assert (failed.state, failed.failure) == (ReleaseState.FAILED, why)


def test_a_release_whose_workers_were_lost_again_and_again_has_failed(place: Place) -> None:
    number, job = begun(place)
    ready_at_once(place, job)
    clock = LeaseClock()
    leases = Leases(place.engine, now=clock, on_failure=ReleaseFailing(place.made))
    for _ in range(MOST_TRIES):
        assert leases.take([KIND], "a worker that is lost") is not None
        clock.advance(3600)
        leases.sweep()

    assert JobRequests(place.engine).get(UUID(job)).state is JobState.FAILED
    failed = place.store.get(number)
    assert (failed.state, failed.failure) == (
        ReleaseState.FAILED, "its worker was lost 5 times in the middle of it",
    )  # fmt: skip


def test_a_release_that_goes_on_under_another_job_does_not_fail_with_the_first(place: Place) -> None:
    number, job = begun(place)
    ready_at_once(place, job)
    leases = Leases(place.engine, now=LeaseClock(), on_failure=ReleaseFailing(place.made))
    held = leases.take([KIND], "a worker")
    assert held is not None
    builds = JobBuilds(place.engine)
    place.store.resume(number, lambda connection, number: builds.ask(connection, number, NOBODY), lambda _: True)
    leases.fail(held.lease, JobProblem(kind="failed", detail="too late"))

    assert place.store.get(number).state is ReleaseState.BUILDING


def test_a_vanished_object_fails_the_job_in_words(place: Place) -> None:
    number, _ = begun(place)
    lost = objects()[0]
    del place.images.files[lost.orthanc_id]
    with pytest.raises(JobFailedError, match=lost.sop_instance_uid):
        ReleaseHandler(place.builder())({"number": number}, HeldJob())


def test_what_has_failed_is_resumed_and_nothing_else(place: Place) -> None:
    builds = JobBuilds(place.engine)
    number, job = begun(place)

    def resume() -> str | None:
        def ask(connection: Connection, number: int) -> str:
            return builds.ask(connection, number, NOBODY)

        return place.store.resume(number, ask, builds.is_over).job

    with pytest.raises(NotFailedError):
        resume()
    builds.cancel(job, NOBODY)  # the job, not the release: nobody builds it any more
    again = resume()
    assert again not in {None, job}
    with pytest.raises(ReleaseError):
        place.builder(cohorts=Failing(EmptyCohortError())).build(number, Foreground())
    assert resume() not in {None, job, again}
    place.builder().build(number, Foreground())
    with pytest.raises(AlreadyReadyError):
        resume()


def test_cancelling_a_job_that_has_ended_or_is_unknown_is_no_mistake(place: Place) -> None:
    builds = JobBuilds(place.engine)
    _, job = begun(place)
    builds.cancel(job, NOBODY)
    builds.cancel(job, NOBODY)
    builds.cancel(str(uuid4()), NOBODY)
    assert builds.is_over(job)
    assert builds.is_over(str(uuid4()))
