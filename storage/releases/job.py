"""Releases as background jobs: asked for, built by whoever takes the job, called off."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from storage.audit_behalf import Behalf
from storage.errors import ImageStoreSilentError, ImageStoreUnavailableError, StorageError
from storage.jobs import handling
from storage.jobs.errors import (
    JobCancelledError,
    JobDelayedError,
    JobEndedError,
    JobFailedError,
    LeaseLostError,
    NoSuchJobError,
)
from storage.jobs.records import ENDED, Job, JobProblem
from storage.jobs.requests import JobRequests, ask_for_job
from storage.releases.building import Builder, why_it_failed
from storage.releases.errors import BuildCancelledError, SupersededError
from storage.releases.failing import fail
from storage.releases.made import MadeFiles
from storage.releases.records import ReleaseState
from storage.releases.tables import ReleaseRow

KIND = "release"


class JobBuilds:
    """Satisfies `api.release_parts.Builds`. Share one between threads."""

    def __init__(self, engine: Engine) -> None:
        self._requests = JobRequests(engine)

    def ask(self, connection: Connection, number: int, behalf: Behalf) -> str:
        """In the transaction that begins the release; do it last."""
        return str(ask_for_job(connection, KIND, {"number": number}, behalf))

    def cancel(self, job: str, behalf: Behalf) -> None:
        """Whether or not it still runs."""
        with suppress(JobEndedError, NoSuchJobError):
            self._requests.cancel(UUID(job), behalf)

    def is_over(self, job: str) -> bool:
        """Nobody builds any more: it is done, has failed, or is not there."""
        try:
            return self._requests.get(UUID(job)).state in ENDED
        except NoSuchJobError:
            return True


class ReleaseFailing:
    """Satisfies `storage.jobs.leases.OnFailure`: a release whose job has failed is not being built any more."""

    def __init__(self, made: MadeFiles) -> None:
        self._made = made

    def __call__(self, connection: Connection, job: Job, problem: JobProblem) -> None:
        """A release whose builder has said why it failed keeps that."""
        if job.kind != KIND:
            return
        unfinished = select(ReleaseRow.number).where(ReleaseRow.job == str(job.id), ReleaseRow.state == "building")
        number = connection.scalar(unfinished.with_for_update())
        if number is not None:
            fail(connection, self._made, number, problem.detail)


class ReleaseHandler:
    """Satisfies `storage.jobs.handling.Handler`."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def __call__(self, parameters: dict[str, Any], job: handling.RunningJob) -> Mapping[str, Any]:
        """Build the release, or go on building it; the result is its number and the manifest's digest."""
        number = int(parameters["number"])
        try:
            found = self._builder.build(number, _Followed(job))
        except BuildCancelledError:
            raise JobCancelledError from None
        except SupersededError:
            if self._builder.state(number) is ReleaseState.CANCELLED:
                raise JobCancelledError from None
            raise LeaseLostError from None
        except (ImageStoreUnavailableError, ImageStoreSilentError) as error:
            raise JobDelayedError(str(error)) from None
        except (StorageError, OSError) as error:
            raise JobFailedError(why_it_failed(error), kind="release-failed") from error
        return {"number": number, "manifest_sha256": found.manifest_sha256}


class _Followed:
    """Satisfies `storage.releases.ports.RunningJob`."""

    def __init__(self, job: handling.RunningJob) -> None:
        self._job = job

    def progress(self, done: int, total: int, message: str) -> None:
        with _called_off():
            self._job.progress(done, total or None, message)

    def check_cancelled(self) -> None:
        with _called_off():
            self._job.check_cancelled()


@contextmanager
def _called_off() -> Iterator[None]:
    """The job's word for it, in the builder's."""
    try:
        yield
    except JobCancelledError:
        raise BuildCancelledError from None
