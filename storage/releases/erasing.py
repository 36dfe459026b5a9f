"""Erasing a patient from releases: objection, withdrawn consent, a request under GDPR, article 17.

The patient's files are listed no more; those that were made are removed from the disk; tables are written again without
the patient's rows; manifest and bag follow, and say who was erased, when, and what the first manifest's digest was.
Everything else stays byte for byte. A release that is still being built goes on without the patient.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, Engine, delete, exists, insert, or_, select, update

from annotation.audit import Action, Kind, Note
from storage.audit import append
from storage.audit_behalf import NOBODY, Behalf
from storage.database import writing
from storage.errors import NotInCatalogueError
from storage.ledger_tables import PatientRow
from storage.releases.errors import AlreadyErasedError
from storage.releases.made import MadeFiles
from storage.releases.records import (
    ErasureReason,
    FileKind,
    FileRecord,
    ReleaseRecord,
    ReleaseState,
    TableFormat,
    Tombstone,
)
from storage.releases.rows import FILES, RELEASES, SERIES, file_values, files_in_order, release
from storage.releases.sealing import seal
from storage.releases.sheet_files import copy_without
from storage.releases.store import utc_now
from storage.releases.sweeping import forget_what_is_written_last, sweep
from storage.releases.tables import (
    ReleaseEntryRow,
    ReleaseFileRow,
    ReleaseLeftOutRow,
    ReleaseLockRow,
    ReleaseRow,
    ReleaseTombstoneRow,
)
from storage.upserts import in_pieces, insert_missing


class Eraser:
    """Share one between threads: it holds no connection between calls."""

    def __init__(
        self, engine: Engine, made: MadeFiles, now: Callable[[], datetime] = utc_now, *, behalf: Behalf = NOBODY
    ) -> None:
        self._engine = engine
        self._made = made
        self._now = now
        self._behalf = behalf

    def acting(self, behalf: Behalf) -> Self:
        """The same, for somebody."""
        return type(self)(self._engine, self._made, self._now, behalf=behalf)

    def erase(self, number: int, pseudonym: str, reason: ErasureReason) -> ReleaseRecord:
        """From one release. Raises NoSuchReleaseError, NotInCatalogueError, AlreadyErasedError, NoRoomError.

        A patient who is not in the release is erased from it too: the tombstone keeps them out of what is built. When
        an earlier command was killed before it had removed files from the disk, this one does.
        """
        self._check_known(pseudonym)
        if self._release(number).state is not ReleaseState.READY and self._erase_unfinished(number, pseudonym, reason):
            return self._release(number)
        with self._made.alone(number):
            try:
                while not self._erase_ready(self._release(number), pseudonym, reason):
                    """Somebody else was erased meanwhile."""
            finally:
                self._sweep(number)
        return self._release(number)

    def erase_everywhere(self, pseudonym: str, reason: ErasureReason) -> list[int]:
        """From every release that has the patient, or is not finished; which ones those were.

        Later releases leave the patient out, also when no release has them yet. Raises NotInCatalogueError,
        NoRoomError.
        """
        self._check_known(pseudonym)
        self._leave_out_from_now_on(pseudonym, reason)
        erased = []
        for number in self._concerned(pseudonym):
            try:
                self.erase(number, pseudonym, reason)
            except AlreadyErasedError:  # by an earlier command, or somebody else's
                continue
            erased.append(number)
        return erased

    def _leave_out_from_now_on(self, pseudonym: str, reason: ErasureReason) -> None:
        """Before releases are looked through: one that is begun meanwhile finds it when its series are chosen."""
        with writing(self._engine).begin() as connection:
            known = select(ReleaseLeftOutRow.pseudonym).where(ReleaseLeftOutRow.pseudonym == pseudonym)
            if connection.scalar(known) is None:
                self._leave_out(connection, pseudonym, reason.value, self._now())
                self._note(connection, None, pseudonym)

    def _concerned(self, pseudonym: str) -> list[int]:
        has = exists().where(SERIES.c.release == RELEASES.c.number, SERIES.c.pseudonym == pseudonym)
        has_record = exists().where(
            ReleaseEntryRow.release == RELEASES.c.number, ReleaseEntryRow.pseudonym == pseudonym
        )
        wanted = select(RELEASES.c.number).where(
            or_(has, has_record, RELEASES.c.state.in_(["building", "failed"])), RELEASES.c.state != "cancelled"
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted.order_by(RELEASES.c.number)))

    def _release(self, number: int) -> ReleaseRecord:
        with self._engine.connect() as connection:
            return release(connection, number)

    def _check_known(self, pseudonym: str) -> None:
        known = select(PatientRow.pseudonym).where(PatientRow.pseudonym == pseudonym)
        in_release = select(SERIES.c.pseudonym).where(SERIES.c.pseudonym == pseudonym).limit(1)
        with self._engine.connect() as connection:
            if connection.scalar(known) is None and connection.scalar(in_release) is None:
                raise NotInCatalogueError("there is no such patient")

    def _erase_unfinished(self, number: int, pseudonym: str, reason: ErasureReason) -> bool:
        """What is written of it so far goes; the builder sees the tombstone with its next transaction.

        False when it has become ready.
        """
        digests: set[str] = set()
        with writing(self._engine).begin() as connection:
            now = release(connection, number, locked=True)
            if now.state is ReleaseState.READY:
                return False
            if not _is_built(connection, number):
                forget_what_is_written_last(connection, number)
            is_new = pseudonym not in now.erased
            if is_new:
                digests = self._take_out(connection, now, pseudonym, reason)
        self._unlink(number, digests)
        self._sweep_unfinished(number)
        if not is_new:
            raise AlreadyErasedError
        return True

    def _take_out(self, connection: Connection, now: ReleaseRecord, pseudonym: str, reason: ErasureReason) -> set[str]:
        """From a release that is not ready; the digests of the made files that were the patient's."""
        tombstone = self._tombstone(now, pseudonym, reason)
        self._add_tombstone(connection, now.number, tombstone)
        of_patient = (ReleaseFileRow.release == now.number, ReleaseFileRow.pseudonym == pseudonym)
        made = select(ReleaseFileRow.sha256).where(*of_patient, ReleaseFileRow.orthanc_id.is_(None))
        digests = set(connection.scalars(made))
        connection.execute(delete(ReleaseFileRow).where(*of_patient))
        lock = (ReleaseLockRow.release == now.number, ReleaseLockRow.pseudonym == pseudonym)
        connection.execute(delete(ReleaseLockRow).where(*lock))
        self._note(connection, now.number, pseudonym)
        return digests

    def _tombstone(self, found: ReleaseRecord, pseudonym: str, reason: ErasureReason) -> Tombstone:
        return Tombstone(
            number=len(found.tombstones) + 1,
            pseudonym=pseudonym,
            reason=reason.value,
            at=self._now(),
            manifest_sha256=None,
        )

    def _erase_ready(self, found: ReleaseRecord, pseudonym: str, reason: ErasureReason) -> bool:
        """What is to come is written first: under their checksums, these files are in nobody's way."""
        if pseudonym in found.erased:
            raise AlreadyErasedError
        tombstone = self._tombstone(found, pseudonym, reason)
        with self._engine.connect() as connection:
            rewritten = {each.path: each for each in self._rewritten(connection, found.number, pseudonym)}
            without = replace(found, tombstones=(*found.tombstones, tombstone))
            sealed = seal(connection, without, self._made, rewritten)
        with writing(self._engine).begin() as connection:
            now = release(connection, found.number, locked=True)
            if now.tombstones != found.tombstones:
                return False
            self._add_tombstone(connection, now.number, replace(tombstone, manifest_sha256=sealed.manifest_sha256))
            self._exchange(connection, now.number, tombstone, [*rewritten.values(), *sealed.files])
            self._note(connection, found.number, pseudonym)
        return True

    def _rewritten(self, connection: Connection, number: int, pseudonym: str) -> Iterator[FileRecord]:
        of_kind = FILES.c.kind == FileKind.TABLE.value
        for file in files_in_order(connection, number, of_kind):
            wanted = TableFormat(file.path.rsplit(".", 1)[-1])
            with self._made.drafting(number) as draft:
                copy_without(pseudonym, wanted, self._made.path(number, file.sha256), draft)
            if draft.made.sha256 != file.sha256:
                yield replace(file, size=draft.made.size, sha256=draft.made.sha256)

    def _exchange(self, connection: Connection, number: int, tombstone: Tombstone, files: list[FileRecord]) -> None:
        """End the patient's files and those that are replaced; list what replaces them."""
        there = (ReleaseFileRow.release == number, ReleaseFileRow.to_erasure.is_(None))
        ends = or_(
            ReleaseFileRow.pseudonym == tombstone.pseudonym, ReleaseFileRow.path.in_([each.path for each in files])
        )
        connection.execute(update(ReleaseFileRow).where(*there, ends).values(to_erasure=tombstone.number))
        connection.execute(insert(ReleaseFileRow), [file_values(number, each, tombstone.number) for each in files])

    def _add_tombstone(self, connection: Connection, number: int, tombstone: Tombstone) -> None:
        values = asdict(tombstone) | {"release": number, "by": self._behalf.by or "nobody"}
        connection.execute(insert(ReleaseTombstoneRow).values(values))
        self._leave_out(connection, tombstone.pseudonym, tombstone.reason, tombstone.at)

    def _leave_out(self, connection: Connection, pseudonym: str, reason: str, at: datetime) -> None:
        values = {"pseudonym": pseudonym, "reason": reason, "at": at, "by": self._behalf.by or "nobody"}
        insert_missing(connection, ReleaseLeftOutRow, [values])

    def _note(self, connection: Connection, number: int | None, pseudonym: str) -> None:
        """Without a number, of the releases to come."""
        object_id = None if number is None else str(number)
        note = Note(action=Action.REMOVED, kind=Kind.RELEASE, object_id=object_id, pseudonym=pseudonym)
        append(connection, note, by=self._behalf.by, at=self._now(), source=self._behalf.source)
        self._behalf.noted()

    def _sweep(self, number: int) -> None:
        """Of a release that is ready, alone with its files."""
        with self._engine.connect() as connection:
            sweep(connection, self._made, number)

    def _sweep_unfinished(self, number: int) -> None:
        """Whoever builds it sweeps it by itself; and nobody begins to while it is held."""
        with writing(self._engine).begin() as connection:
            found = release(connection, number, locked=True)
            if found.state is not ReleaseState.READY and not _is_built(connection, number):
                sweep(connection, self._made, number)

    def _unlink(self, number: int, digests: set[str]) -> None:
        """Two files may be the same: what is still listed stays."""
        still = select(ReleaseFileRow.sha256).where(
            ReleaseFileRow.release == number,
            ReleaseFileRow.to_erasure.is_(None),
            ReleaseFileRow.orthanc_id.is_(None),
        )
        with self._engine.connect() as connection:
            for some in in_pieces(digests):
                listed = set(connection.scalars(still.where(ReleaseFileRow.sha256.in_(some))))
                for digest in set(some) - listed:
                    self._made.path(number, digest).unlink(missing_ok=True)


def _is_built(connection: Connection, number: int) -> bool:
    return connection.scalar(select(ReleaseRow.builder).where(ReleaseRow.number == number)) is not None
