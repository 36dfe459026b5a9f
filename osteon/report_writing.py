"""Signed readings become structured reports in Orthanc, beside the API: written when due, taken away when hidden.

What is due is in the registry since the signature; nothing is lost when Orthanc is away or the process ends. Two
processes may do this at the same time: each report is worked on under a lease.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from osteon.report_making import ReportMaker
from storage.errors import ImageStoreError
from storage.orthanc import Placed
from storage.report_records import ReportJob, Task
from storage.report_sources import NoImageError
from storage.unit_of_work import SqlUnitOfWork

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
POLL_SECONDS = 1.0
CAUGHT_UP_AT_ONCE = 500

Now = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class ReportStore(Protocol):
    """What is needed of Orthanc."""

    def store(self, file: bytes, expected_id: str) -> Placed: ...

    def read(self, orthanc_id: str) -> Iterator[bytes]: ...

    def remove(self, orthanc_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWriter:
    """Works on one report at a time."""

    engine: Engine
    store: ReportStore
    now: Now = utc_now

    def catch_up(self) -> int:
        """Have the readings reported that were signed before there were reports; how many there were."""
        found = 0
        while True:
            with SqlUnitOfWork(self.engine, write=True) as uow:
                some = uow.reports.add_missing(CAUGHT_UP_AT_ONCE)
                uow.commit()
            found += some
            if some < CAUGHT_UP_AT_ONCE:
                return found

    def work_once(self) -> bool:
        """Deal with the most urgent report; False when there is none. Raises what the database raises."""
        with SqlUnitOfWork(self.engine, write=False) as uow:
            if not uow.reports.is_work(self.now()):
                return False
        with SqlUnitOfWork(self.engine, write=True) as uow:
            job = uow.reports.claim(self.now(), LEASE)
            uow.commit()
        if job is None:
            return False
        try:
            self._do(job)
        except (ImageStoreError, NoImageError, ValueError) as error:
            self._put_off(job, error)
        return True

    def _do(self, job: ReportJob) -> None:
        if job.task is Task.WITHDRAW:
            self.store.remove(job.report.orthanc_id)
            with SqlUnitOfWork(self.engine, write=True) as uow:
                uow.reports.withdrawn(job, self.now())
                uow.commit()
            return
        made = ReportMaker(engine=self.engine, store=self.store)
        file = made.file_of(job.report.reading_id, job.report.revision)
        self.store.store(file, job.report.orthanc_id)
        with SqlUnitOfWork(self.engine, write=True) as uow:
            uow.reports.written(job, self.now())
            uow.commit()

    def _put_off(self, job: ReportJob, error: Exception) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(job.attempts, 16), LONGEST_PAUSE)
        log.warning("a report waits %d s: %s", pause.total_seconds(), type(error).__name__)
        with SqlUnitOfWork(self.engine, write=True) as uow:
            uow.reports.put_off(job, self.now() + pause, type(error).__name__)
            uow.commit()


@contextmanager
def writing_reports(engine: Engine, store: ReportStore) -> Iterator[None]:
    """While inside, reports are written as they are due."""
    end = threading.Event()
    # A daemon: an Orthanc that is silent must not hold up the end of the process.
    thread = threading.Thread(target=_run, args=(ReportWriter(engine=engine, store=store), end), daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(POLL_SECONDS)


def _run(writer: ReportWriter, end: threading.Event) -> None:
    is_caught_up = False
    while not end.is_set():
        try:
            if not is_caught_up:
                writer.catch_up()
                is_caught_up = True
            worked = writer.work_once()
        except SQLAlchemyError as error:
            log.warning("reports wait for the registry: %s", type(error).__name__)
            worked = False
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever it meets, and say so
            log.error("a report could not be made: %s", type(error).__name__)  # noqa: TRY400 - a traceback may hold values
            worked = False
        if not worked:
            end.wait(POLL_SECONDS)
