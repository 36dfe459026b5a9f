"""One worker: takes jobs one after the other, hands each to the handler of its kind, and writes down how it ended."""

import json
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType

from sqlalchemy import exc as sql

from osteon.jobs.keeping import KeptJob
from storage.errors import ImageStoreSilentError, ImageStoreUnavailableError
from storage.jobs.errors import (
    JobCancelledError,
    JobDelayedError,
    JobFailedError,
    LeaseLostError,
    WorkerEndsError,
)
from storage.jobs.handling import Kinds
from storage.jobs.leases import Leases
from storage.jobs.records import Job, JobProblem
from storage.jobs.tables import WORKER_LENGTH

log = logging.getLogger("osteon.jobs")

IDLE_SECONDS = 1.0

PASSING: Mapping[type[Exception], str] = MappingProxyType(
    {
        ImageStoreUnavailableError: "the image store does not answer",
        ImageStoreSilentError: "the image store takes too long",
        sql.OperationalError: "the registry database does not answer",
        sql.InterfaceError: "the registry database does not answer",
        sql.TimeoutError: "the registry database does not answer",
    }
)
"""Errors that may be none a moment later: the job waits. Their own texts are not shown."""
LATER: tuple[type[Exception], ...] = (JobDelayedError, *PASSING)


class Ending(Enum):
    """How the work on a job ended, for this worker."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELAYED = "delayed"
    GIVEN_BACK = "given_back"
    LOST = "lost"


def _nobody(_kind: str, _ending: Ending) -> None:
    """Nobody counts."""


def worker_name() -> str:
    """Tells this worker from any other: machine, process, and a random part, as process numbers come again."""
    tail = f"-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    return socket.gethostname()[: WORKER_LENGTH - len(tail)] + tail


class JobWorker:
    """Works in the thread that calls `run`. Several may work on one database, in as many processes and machines."""

    def __init__(
        self,
        leases: Leases,
        kinds: Kinds,
        stopping: threading.Event,
        *,
        name: str | None = None,
        ended: Callable[[str, Ending], None] = _nobody,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`stopping`: once set, the job at hand is given back as soon as its handler looks. `ended`: counts."""
        self._leases = leases
        self._kinds = kinds
        self._stopping = stopping
        self._name = name or worker_name()
        self._ended = ended
        self._idle_seconds = idle_seconds
        self._failure: str | None = None

    def run(self) -> None:
        """Until `stopping` is set."""
        while not self._stopping.is_set():
            if not self._work_or_wait():
                self._stopping.wait(self._idle_seconds)

    def work_once(self) -> bool:
        """Hand over what was lost, and do one job. False when there is none to be done now."""
        if not self._leases.any_to_do(self._kinds):
            return False
        for lost in self._leases.sweep():
            log.warning("job %s: its worker was lost, time %d", lost.job_id, lost.fence)
        job = self._leases.take(self._kinds, self._name)
        if job is None:
            return False
        log.info("job %s: %s begins, time %d", job.id, job.kind, job.fence)
        ending = self._work(job)
        log.info("job %s: %s", job.id, ending.value.replace("_", " "))
        self._ended(job.kind, ending)
        return True

    def _work_or_wait(self) -> bool:
        """A database that does not answer is said once, and waited for."""
        failure = None
        try:
            return self.work_once()
        except sql.SQLAlchemyError as error:
            failure = type(error).__name__
            if failure != self._failure:
                log.warning("the registry database does not answer: %s", failure)
            return False
        finally:
            self._failure = failure

    def _work(self, job: Job) -> Ending:
        """Do it, and write down how it ended: that, too, is refused to one that has lost its lease."""
        try:
            return self._handled(job)
        except LeaseLostError:
            return Ending.LOST

    def _handled(self, job: Job) -> Ending:
        lease = job.lease
        try:
            with KeptJob(self._leases, job, self._stopping) as kept:
                kept.check_cancelled()
                result = self._kinds[job.kind](dict(job.parameters), kept)
            json.dumps(result)  # what cannot be kept is the handler's fault
        except LeaseLostError:
            raise
        except JobCancelledError:
            self._leases.end_cancelled(lease)
            return Ending.CANCELLED
        except WorkerEndsError:
            self._leases.give_back(lease)
            return Ending.GIVEN_BACK
        except JobFailedError as error:
            return self._fail(job, JobProblem(kind=error.kind, detail=error.detail))
        except LATER as error:
            return self._delay(job, _passing(error))
        except Exception as error:  # noqa: BLE001 - the boundary; its text may hold anything
            return self._fail(job, JobProblem(kind="internal-error", detail=f"unforeseen: {type(error).__name__}"))
        self._leases.finish(lease, result)
        return Ending.DONE

    def _fail(self, job: Job, problem: JobProblem) -> Ending:
        log.error("job %s: %s: %s", job.id, problem.kind, problem.detail)
        self._leases.fail(job.lease, problem)
        return Ending.FAILED

    def _delay(self, job: Job, problem: JobProblem) -> Ending:
        log.warning("job %s: %s", job.id, problem.detail)
        return Ending.DELAYED if self._leases.delay(job.lease, problem) else Ending.FAILED


def _passing(error: Exception) -> JobProblem:
    if isinstance(error, JobDelayedError):
        return JobProblem(kind=error.kind, detail=error.detail)
    words = next(PASSING[kind] for kind in type(error).__mro__ if kind in PASSING)
    return JobProblem(kind="not-available", detail=words)
