"""Releases of a small ledger, built in the foreground by thin parts that satisfy the builder's ports."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from storage.audit_behalf import Behalf
from storage.errors import ImageMissingError
from storage.ledger_tables import SeriesRow, StudyRow
from storage.releases.errors import BuildCancelledError
from storage.releases.records import Contents, NewRelease, ReadingsChoice, SeriesChosen, Versions

PIECE = 700
VERSIONS = Versions(software={"osteon": "0.1.0"}, profile="default", scores={"mirels": "1989", "sins": "2010"})


def new_release(**changes: Any) -> NewRelease:
    """All series of the ledger, their DICOM and tables as CSV."""
    values: dict[str, Any] = {
        "name": "Spine",
        "query": {},
        "contents": Contents(),
        "readings": ReadingsChoice.SIGNED,
        "versions": VERSIONS,
    }
    return NewRelease(**(values | changes))


class LedgerSeries:
    """Every series of the ledger, or `only` one; a query may name `pseudonyms` or `series`."""

    def __init__(self, engine: Engine, *, only: str | None = None) -> None:
        self._engine = engine
        self._only = only

    def series_of(self, query: Mapping[str, Any]) -> Iterator[SeriesChosen]:
        wanted = (
            select(SeriesRow.series_instance_uid, StudyRow.study_instance_uid, StudyRow.pseudonym, SeriesRow.modality)
            .join(StudyRow, StudyRow.study_instance_uid == SeriesRow.study_instance_uid)
            .order_by(StudyRow.pseudonym, SeriesRow.series_instance_uid)
        )
        if "pseudonyms" in query:
            wanted = wanted.where(StudyRow.pseudonym.in_(query["pseudonyms"]))
        if self._only is not None:
            wanted = wanted.where(SeriesRow.series_instance_uid == self._only)
        if "series" in query:
            wanted = wanted.where(SeriesRow.series_instance_uid.in_(query["series"]))
        with self._engine.connect() as connection:
            for row in connection.execute(wanted).mappings():
                yield SeriesChosen(**row)


@dataclass(slots=True)
class Foreground:
    """A job that is asked how far it is, and calls off where a test wants."""

    cancelled_at: int | None = None
    said: list[tuple[int, int, str]] = field(default_factory=list)
    _checks: int = 0

    def progress(self, done: int, total: int, message: str) -> None:
        self.said.append((done, total, message))

    def check_cancelled(self) -> None:
        self._checks += 1
        if self.cancelled_at is not None and self._checks >= self.cancelled_at:
            raise BuildCancelledError


class StoredImages:
    """An image store in memory, with what `content` says of each object."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        if orthanc_id not in self.files:
            raise ImageMissingError("no such file")
        found = self.files[orthanc_id]
        return (found[start : start + PIECE] for start in range(0, max(len(found), 1), PIECE))

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        return frozenset(orthanc_ids).intersection(self.files)

    def ready(self) -> bool:
        return True


def content(sop_instance_uid: str, size: int) -> bytes:
    """Bytes of its own for each object."""
    seed = hashlib.sha256(sop_instance_uid.encode()).digest()
    return (seed * (size // len(seed) + 1))[:size]


def sized(sop_instance_uid: str, size: int = 3000) -> dict[str, Any]:
    """What a row of the ledger says of such an object."""
    digest = hashlib.sha256(content(sop_instance_uid, size)).hexdigest()
    return {"sop_instance_uid": sop_instance_uid, "size": size, "sha256": digest}


class SameReport:
    """Every reading has the same one; satisfies `storage.releases.ports.Reports`."""

    def file_of(self, _reading_id: UUID, _revision: int) -> bytes:
        return b"report"


class NoBuilds:
    """Nobody builds: a test does it by itself."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []

    def ask(self, connection: Connection, number: int, behalf: Behalf) -> str:  # noqa: ARG002
        return f"job-{number}"

    def is_over(self, job: str) -> bool:
        return job in self.cancelled

    def cancel(self, job: str, behalf: Behalf) -> None:  # noqa: ARG002
        self.cancelled.append(job)
