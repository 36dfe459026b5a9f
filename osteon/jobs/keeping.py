"""A job in the hands of its worker: a thread keeps the lease alive while the handler works."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.jobs.errors import JobCancelledError, LeaseLostError, WorkerEndsError
from storage.jobs.leases import Leases, hold
from storage.jobs.records import Job

log = logging.getLogger("osteon.jobs")

BEATS_PER_LEASE = 4
TELL_SECONDS = 0.5
"""Progress is written no more often; what is told in between is written with the next heartbeat at the latest."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The last that the handler told of its progress."""

    done: int
    total: int | None
    message: str | None


class KeptJob:
    """Satisfies `storage.jobs.handling.RunningJob`. The lease is kept alive inside `with`."""

    def __init__(
        self, leases: Leases, job: Job, stopping: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._leases = leases
        self._job = job
        self._stopping = stopping
        self._clock = clock
        self._lock = threading.Lock()
        self._untold: _Told | None = None
        self._told_at = float("-inf")
        self._is_cancelled, self._is_lost, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease of {job.id}", daemon=True)

    @property
    def id(self) -> UUID:
        return self._job.id

    @property
    def created_by(self) -> str:
        return self._job.created_by

    @property
    def attempt(self) -> int:
        return self._job.fence

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        with self._lock:
            self._untold = _Told(done, total, message)
            is_due = done == total or self._clock() - self._told_at >= TELL_SECONDS
        if is_due:
            self._write()
        self.check_cancelled()

    def check_cancelled(self) -> None:
        if self._is_lost.is_set():
            raise LeaseLostError
        if self._is_cancelled.is_set():
            raise JobCancelledError
        if self._stopping.is_set():
            raise WorkerEndsError

    def hold(self, connection: Connection) -> None:
        try:
            hold(connection, self._job.lease)
        except LeaseLostError:
            self._is_lost.set()
            raise

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        pause = self._leases.length.total_seconds() / BEATS_PER_LEASE
        while not self._ended.wait(pause) and not self._is_lost.is_set():
            self._write()

    def _write(self) -> None:
        """Keep the lease, and tell what was not told. A database that does not answer is asked again later."""
        with self._lock:
            told, self._untold = self._untold, None
            try:
                if told is None:
                    is_cancelled = self._leases.keep(self._job.lease)
                else:
                    is_cancelled = self._leases.tell(self._job.lease, told.done, told.total, told.message)
                    self._told_at = self._clock()
            except LeaseLostError:
                self._is_lost.set()
            except SQLAlchemyError as error:
                self._untold = told
                log.warning("job %s: its lease cannot be kept: %s", self.id, type(error).__name__)
            else:
                if is_cancelled:
                    self._is_cancelled.set()
