"""Entries that no change carries: of what was looked at, fetched or refused, written before the answer goes out."""

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from annotation.audit import ID_LENGTH, Kind, Note, Source
from annotation.ports import Clock
from storage.audit import append
from storage.audit_subjects import Subject, subject
from storage.database import writing


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be noted. `candidates`: what the request names, the most particular first; nothing of it was checked.

    Only an identifier that the registry knows is written down: what somebody typed may be a name.
    """

    note: Note
    also: tuple[Note, ...] = ()
    """Further ones of the same request, written with it as they are."""
    candidates: tuple[tuple[Kind, str], ...] = ()
    by: str | None = None
    source: Source


class _Waiting:
    """One who waits for an entry to be written."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.is_done = False
        self.error: Exception | None = None


class AuditRecorder:
    """Share one between threads. Those who come while one writes are written together, in one transaction, by the next.

    So what many look at costs one write to the disk, not many, and nobody waits longer than two of them.
    """

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = writing(engine)
        self._now = now
        self._queue: list[_Waiting] = []
        self._queueing, self._writing = threading.Lock(), threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for the next transaction."""
        with self._queueing:
            return len(self._queue)

    def note(self, asked: Asked) -> None:
        """Return when it is kept. Raises what the database raises."""
        waiting = _Waiting(asked)
        with self._queueing:
            self._queue.append(waiting)
        with self._writing:
            if not waiting.is_done:
                self._write_all()
        if waiting.error is not None:
            raise waiting.error

    def _write_all(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue, []
        error: Exception | None = None
        try:
            with self._engine.begin() as connection:
                for waiting in batch:
                    self._append(connection, waiting.asked)
        except Exception as raised:  # noqa: BLE001  it is raised in the thread of each who waits
            error = raised
        for waiting in batch:
            waiting.is_done, waiting.error = True, error

    def _append(self, connection: Connection, asked: Asked) -> None:
        note = _resolved(connection, asked)
        append(connection, note, *asked.also, by=asked.by, at=self._now(), source=asked.source)


def _resolved(connection: Connection, asked: Asked) -> Note:
    for kind, object_id in asked.candidates:
        found = subject(connection, kind, object_id) if _is_identifier(object_id) else None
        if found is not None:
            return _about(asked.note, kind, object_id, found)
    return asked.note


def _is_identifier(text: str) -> bool:
    """What PostgreSQL can be asked for at all."""
    return 0 < len(text) <= ID_LENGTH and text.isascii() and text.isprintable()


def _about(note: Note, kind: Kind, object_id: str, found: Subject) -> Note:
    """A list of another kind keeps its kind: readings of a lesion are readings, and the lesion is named by its id."""
    return replace(
        note,
        kind=note.kind or kind,
        object_id=object_id,
        pseudonym=found.pseudonym,
        study_instance_uid=found.study_instance_uid,
    )
