"""One transaction on the registry database, for the act of reading."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy import exc as sql
from sqlalchemy.orm import Session

from annotation.audit import NOWHERE, Source
from annotation.registry.quality import Shortfall
from annotation.sight import NOBODY, Sight
from storage.assignments import SqlAssignments
from storage.audit import SqlAudit
from storage.audit_blindness import may_see_entry
from storage.cohorts.findings import index_findings
from storage.cohorts.saved import SqlCohorts
from storage.cohorts.touched import Touched
from storage.contexts import SqlContexts
from storage.database import BUSY_TIMEOUT_MS, turn_of_writers, writing
from storage.drafts import SqlDrafts
from storage.image_lookups import SqlImages
from storage.lesion_history import SqlLesionHistory
from storage.lesions import SqlLesions
from storage.meetings import SqlMeetings
from storage.protocols import SqlProtocols
from storage.readings import SqlReadings
from storage.registry_records.batches import RecordBatches
from storage.registry_records.erasing import RecordErasing
from storage.registry_records.quality import Asked, shortfalls
from storage.registry_records.records import SqlRecords
from storage.reports import SqlReports
from storage.worklist import SqlWorklist

# One number for "someone is writing lesions or readings"; the migrations have another.
WRITING_LOCK = 0x05731


class SqlUnitOfWork:
    """Satisfies `annotation.ports.UnitOfWork`. Use each once or several times, by one thread at a time.

    `write` says that the work will change something. Such work is done one at a time, from `with` on: SQLite
    must know when the transaction begins, PostgreSQL takes a lock of ours. So times that are taken inside follow
    each other in the order of the commits, and a list by time that was read to its end misses nothing that comes
    later. (It still could if the clock of the machine is set back, or the clocks of several machines disagree.)

    `in_turn=False` is for a write that stands in no such list and looks at its row at the last moment by itself:
    the saving of a draft. It then waits for others on PostgreSQL only when they change the same row.

    `sight` says who looks; without it, what blindness keeps from anybody is not seen.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        write: bool,
        in_turn: bool = True,
        source: Source = NOWHERE,
        sight: Sight = NOBODY,
    ) -> None:
        self._engine = writing(engine) if write else engine
        self._in_turn = write and in_turn
        self._turn = turn_of_writers(engine) if write else None
        self._source = source
        self._sight = sight
        self._notes = 0
        self.noted = 0
        """How many entries of the audit log it has committed."""
        self._session: Session | None = None
        self._touched = Touched()

    @property
    def lesions(self) -> SqlLesions:
        return SqlLesions(self._current, self._sight, self._touched)

    @property
    def lesion_history(self) -> SqlLesionHistory:
        return SqlLesionHistory(self._current)

    @property
    def readings(self) -> SqlReadings:
        return SqlReadings(self._current, self._sight, self._touched)

    @property
    def reports(self) -> SqlReports:
        return SqlReports(self._current)

    @property
    def drafts(self) -> SqlDrafts:
        return SqlDrafts(self._current, self._sight)

    @property
    def contexts(self) -> SqlContexts:
        return SqlContexts(self._current, self._sight, self._touched)

    @property
    def records(self) -> SqlRecords:
        return SqlRecords(self._current)

    @property
    def record_batches(self) -> RecordBatches:
        return RecordBatches(self._current)

    @property
    def record_erasing(self) -> RecordErasing:
        return RecordErasing(self._current)

    def shortfalls(self, asked: Asked) -> list[Shortfall]:
        """What is missing: see `storage.registry_records.quality`."""
        return shortfalls(self._current, asked)

    @property
    def meetings(self) -> SqlMeetings:
        return SqlMeetings(self._current)

    @property
    def images(self) -> SqlImages:
        return SqlImages(self._current)

    @property
    def protocols(self) -> SqlProtocols:
        return SqlProtocols(self._current)

    @property
    def assignments(self) -> SqlAssignments:
        return SqlAssignments(self._current, self._sight, self._touched)

    @property
    def cohorts(self) -> SqlCohorts:
        return SqlCohorts(self._current)

    @property
    def worklist(self) -> SqlWorklist:
        return SqlWorklist(self._current, self._sight)

    @property
    def audit(self) -> SqlAudit:
        return SqlAudit(self._current.connection(), self._source, self._count_note, may_see_entry(self._sight))

    def __enter__(self) -> Self:
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise sql.TimeoutError("the others who write take too long")
        session = Session(self._engine, expire_on_commit=False)
        if self._in_turn:
            with self._ended_on_failure(session):
                _wait_for_turn(session.connection())
        self._session, self._notes = session, 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._current, None
        self._touched.clear()
        self._end(session)

    def commit(self) -> None:
        """What cohorts are searched by is written anew for whom it changed, in the same transaction."""
        index_findings(self._current, self._touched.patients(self._current))
        self._current.commit()
        self._touched.clear()
        self.noted, self._notes = self.noted + self._notes, 0

    def index_again(self, pseudonyms: Collection[str]) -> None:
        """Have the commit write anew what cohorts find of these patients."""
        self._touched.pseudonyms.update(pseudonyms)

    def _count_note(self) -> None:
        self._notes += 1

    @contextmanager
    def _ended_on_failure(self, session: Session) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end(session)
            raise

    def _end(self, session: Session) -> None:
        """Roll back what was not committed, then let the next one write."""
        try:
            session.close()
        finally:
            if self._turn is not None:
                self._turn.release()

    @property
    def _current(self) -> Session:
        if self._session is None:
            raise RuntimeError("a unit of work is used inside `with`")
        return self._session


def _wait_for_turn(connection: Connection) -> None:
    """Readings are written by people, a few a minute: that one waits for the other costs nothing."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING_LOCK})")
