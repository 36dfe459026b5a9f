"""Building a release: frozen, its series written one after the other, its tables, and then it is ready.

What a run has written is committed with the place it has come to, so that the next one goes on from there: no file is
written twice, none half. A run that was taken over writes nothing more.
"""

import json
import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError

from annotation.audit import Action, Kind
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.errors import ImageStoreSilentError, ImageStoreUnavailableError, StorageError
from storage.releases import freezing, layout, texts
from storage.releases.errors import (
    BuildCancelledError,
    BuildError,
    NoRoomError,
    SupersededError,
)
from storage.releases.failing import LONGEST_FAILURE, fail
from storage.releases.made import Made, MadeFiles, room
from storage.releases.ports import Cohorts, Converter, ImageFiles, MaskMaker, Masks, Reports, RunningJob
from storage.releases.records import BuiltWith, FileKind, FileRecord, ReleaseRecord, ReleaseState
from storage.releases.rows import SERIES, file_values, place_of, release, series_page
from storage.releases.sealing import seal
from storage.releases.series_files import SeriesFiles, Written, together
from storage.releases.sheet_columns import dictionary
from storage.releases.sheet_files import check_format
from storage.releases.store import Releases, utc_now
from storage.releases.sweeping import forget_what_is_written_last, sweep
from storage.releases.table_files import sheets_of, write_tables
from storage.releases.tables import ReleaseFileRow, ReleaseLockRow, ReleaseRow, ReleaseSeriesRow

log = logging.getLogger(__name__)

SERIES_AT_ONCE = 16
CONVERTED_AT_ONCE = 64
"""Processes that convert are begun anew for each lot."""

FILES_AT_ONCE = 2000
SQLITE_FULL = "database or disk is full"
PASSING = (ImageStoreUnavailableError, ImageStoreSilentError)
"""What may be otherwise a moment later."""

UNEXPECTED = "an unexpected error; the log says more"


class Builder:
    """Builds one release at a time; several may build different ones."""

    def __init__(
        self,
        engine: Engine,
        made: MadeFiles,
        *,
        cohorts: Cohorts,
        images: ImageFiles,
        converter: Converter | None = None,
        mask_maker: MaskMaker | None = None,
        masks: Masks | None = None,
        reports: Reports | None = None,
        built_with: BuiltWith | None = None,
        now: Callable[[], datetime] = utc_now,
        behalf: Behalf = NOBODY,
    ) -> None:
        """Without `built_with`, a release keeps the versions that it was begun with.

        Without `converter`, a release with NIfTI cannot be built, without `mask_maker` none with NIfTI and masks,
        without `masks` none with masks of what was drawn, without `reports` none with reports of its readings.
        """
        self._engine = engine
        self._made = made
        self._cohorts = cohorts
        self._built_with = built_with
        self._files = SeriesFiles(
            engine, made, images, converter=converter, mask_maker=mask_maker, masks=masks, reports=reports
        )
        self._now = now
        self._behalf = behalf

    def build(self, number: int, job: RunningJob) -> ReleaseRecord:
        """Build it, or go on building it; a release that is ready is left as it is.

        Raises BuildError, and what the image store and the database raise: the release has then failed, and can be
        built again, from where it has come to. SupersededError changes nothing, and neither does an image store that
        does not answer: try again later, or give it up.
        """
        run = str(uuid.uuid4())
        found = self._take(number, run)
        if found.state is ReleaseState.READY:
            self._sweep(number)  # whoever made it ready may have been killed before
            return found
        try:
            with _room_in_database():
                return self._build(found, run, job)
        except SupersededError:
            self._leave(number)
            raise
        except BuildCancelledError:
            Releases(self._engine, self._now, behalf=self._behalf).cancel(number)
            self._made.remove_all(number)
            raise
        except PASSING:
            raise
        except (StorageError, OSError) as error:
            self._fail(number, run, why_it_failed(error))
            raise
        finally:
            self._made.remove_parts(number)

    def state(self, number: int) -> ReleaseState:
        """Raises NoSuchReleaseError."""
        with self._engine.connect() as connection:
            return release(connection, number).state

    def _build(self, found: ReleaseRecord, run: str, job: RunningJob) -> ReleaseRecord:
        number = found.number
        job.check_cancelled()
        for wanted in found.contents.tables:
            check_format(wanted)
        self._files.check_converter(found.contents)
        if found.frozen_at is None:
            self._freeze(found, run, job)
        self._write_series(number, run, job)
        job.check_cancelled()
        while not self._finish(number, run, job):
            """Somebody was erased meanwhile."""
        self._sweep(number)
        with self._engine.connect() as connection:
            return release(connection, number)

    def _freeze(self, found: ReleaseRecord, run: str, job: RunningJob) -> None:
        job.progress(0, 0, "choosing series")
        with self._writing(found.number, run) as connection:
            freezing.forget_series(connection, found.number)
        for some in freezing.batches(self._cohorts.series_of(found.query)):
            job.check_cancelled()
            with self._writing(found.number, run) as connection:
                freezing.add_series(connection, found.number, some)
        with self._writing(found.number, run) as connection:
            freezing.freeze(connection, found, self._now())

    def _write_series(self, number: int, run: str, job: RunningJob) -> None:
        with self._engine.connect() as connection:
            found = release(connection, number)
            total = connection.scalar(select(func.count()).where(SERIES.c.release == number)) or 0
            to = connection.scalar(select(ReleaseRow.built_to).where(ReleaseRow.number == number))
        place = None if to is None else (to[0], to[1], to[2])
        done = self._done(number, place)
        at_once = CONVERTED_AT_ONCE if found.contents.nifti else SERIES_AT_ONCE
        while True:
            job.progress(done, total, "writing series")
            with self._engine.connect() as connection:
                some = series_page(connection, number, place, at_once)
            if not some:
                return
            for written in together(self._files.of(found, some), 1 if found.contents.nifti else FILES_AT_ONCE):
                job.check_cancelled()
                self._keep(number, run, written)
            place = place_of(some[-1])
            done += len(some)

    def _done(self, number: int, place: tuple[str, str, str] | None) -> int:
        if place is None:
            return 0
        with self._engine.connect() as connection:
            total = connection.scalar(select(func.count()).where(SERIES.c.release == number)) or 0
            left = 0
            after: tuple[str, str, str] | None = place
            while some := series_page(connection, number, after):
                left += len(some)
                after = place_of(some[-1])
        return total - left

    def _keep(self, number: int, run: str, written: Written) -> None:
        """The files of some series, and the place that was come to, in one."""
        with self._writing(number, run) as connection:
            erased = release(connection, number).erased
            files = [each for each in written.files if each.pseudonym not in erased]
            if files:
                connection.execute(insert(ReleaseFileRow), [file_values(number, each) for each in files])
            for uid, reason in written.refused.items():
                of_series = update(ReleaseSeriesRow).where(
                    ReleaseSeriesRow.release == number, ReleaseSeriesRow.series_instance_uid == uid
                )
                connection.execute(of_series.values(refused=reason[:LONGEST_FAILURE]))
            if written.place is not None:
                to = update(ReleaseRow).where(ReleaseRow.number == number)
                connection.execute(to.values(built_to=list(written.place)))

    def _finish(self, number: int, run: str, job: RunningJob) -> bool:
        """Tables, texts, manifest, and ready. False when somebody was erased while they were written."""
        with self._writing(number, run) as connection:
            forget_what_is_written_last(connection, number)
        with self._snapshot() as connection:
            found = release(connection, number)
            job.progress(0, 0, "writing tables")
            files = [*write_tables(connection, found, self._made), *self._texts(found)]
        job.check_cancelled()
        with self._writing(number, run) as connection:
            if files:
                connection.execute(insert(ReleaseFileRow), [file_values(number, each) for each in files])
        job.progress(0, 0, "writing the manifest")
        with self._snapshot() as connection:
            sealed = seal(connection, replace(found, manifest_sha256=None), self._made)
        job.check_cancelled()
        now = self._now()
        with self._writing(number, run) as connection:
            if release(connection, number).tombstones != found.tombstones:
                return False
            connection.execute(insert(ReleaseFileRow), [file_values(number, each) for each in sealed.files])
            connection.execute(delete(ReleaseLockRow).where(ReleaseLockRow.release == number))
            ready = update(ReleaseRow).where(ReleaseRow.number == number)
            connection.execute(
                ready.values(
                    state=ReleaseState.READY.value,
                    ready_at=now,
                    counts=sealed.counts,
                    manifest_sha256=sealed.manifest_sha256,
                    failure=None,
                    builder=None,
                )
            )
            self._behalf.note(connection, Action.CHANGED, Kind.RELEASE, str(number), now)
        return True

    def _texts(self, found: ReleaseRecord) -> Iterator[FileRecord]:
        contents = {
            layout.README: texts.readme(found),
            layout.DATA_USE: found.data_use or texts.DEFAULT_DATA_USE,
        }
        if found.contents.tables:
            contents[layout.DICTIONARY] = (
                json.dumps(dictionary(sheets_of(found.contents)), ensure_ascii=False, indent=1) + "\n"
            )
        for path, text in contents.items():
            yield _file(path, FileKind.TEXT, self._made.write(found.number, text.encode()))

    def _take(self, number: int, run: str) -> ReleaseRecord:
        """From now on, this run writes and no other: what another had begun to write is nobody's."""
        with writing(self._engine).begin() as connection:
            found = release(connection, number, locked=True)
            if found.state is ReleaseState.READY:
                return found
            if found.state is ReleaseState.CANCELLED:
                raise BuildCancelledError
            self._made.remove_parts_of_all(number)
            values: dict[str, Any] = {"state": ReleaseState.BUILDING.value, "builder": run, "failure": None}
            if self._built_with is not None:
                to = connection.scalar(select(ReleaseRow.built_to).where(ReleaseRow.number == number))
                values["versions"] = self._built_with.over(found.versions, is_begun=to is not None)
            connection.execute(update(ReleaseRow).where(ReleaseRow.number == number).values(values))
            return release(connection, number)

    def _fail(self, number: int, run: str, why: str) -> None:
        """Best effort: the disk may be full for the database too."""
        try:
            with self._writing(number, run) as connection:
                fail(connection, self._made, number, why)
        except (OperationalError, BuildError) as error:
            log.warning("release %d: its failure could not be written down: %s", number, type(error).__name__)

    def _leave(self, number: int) -> None:
        """Somebody cancelled it, and what this run has made since is nobody's."""
        with self._engine.connect() as connection:
            if release(connection, number).state is ReleaseState.CANCELLED:
                self._made.remove_all(number)

    def _sweep(self, number: int) -> None:
        """Of a release that is ready: somebody may already be erasing a patient from it."""
        with self._made.alone(number), self._engine.connect() as connection:
            sweep(connection, self._made, number)

    @contextmanager
    def _writing(self, number: int, run: str) -> Iterator[Connection]:
        """A transaction of this run. Raises SupersededError when it is another's by now, or nobody's."""
        with writing(self._engine).begin() as connection:
            holder = select(ReleaseRow.builder).where(ReleaseRow.number == number).with_for_update()
            if connection.scalar(holder) != run:
                raise SupersededError(number)
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """The registry as of one moment."""
        on_postgresql = self._engine.dialect.name == "postgresql"
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ") if on_postgresql else self._engine
        with engine.begin() as connection:
            yield connection


def why_it_failed(error: StorageError | OSError) -> str:
    """In words that may be shown: those of an OSError may hold a path."""
    if isinstance(error, StorageError):
        return str(error)
    if error.errno is None:
        return UNEXPECTED
    return f"files could not be read or written: {os.strerror(error.errno)}"


def _file(path: str, kind: FileKind, made: Made) -> FileRecord:
    return FileRecord(path=path, kind=kind, size=made.size, sha256=made.sha256)


@contextmanager
def _room_in_database() -> Iterator[None]:
    """A disk that is full for SQLite is full. Raises NoRoomError."""
    try:
        with room():
            yield
    except OperationalError as error:
        if SQLITE_FULL in str(error.orig):
            raise NoRoomError from error
        raise
