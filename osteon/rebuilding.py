"""Rebuilding rows of the ledger from what Orthanc, the outboxes and the quarantine hold. What is there stays.

Orthanc's objects tell whose study they belong to and what they are, not what they were made from, nor which association
brought them: an outbox may still know. Where nobody does, the row says so, and takes over what is learnt when the
object is sent again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from dicom_node.entry import Entry, header_facts
from dicom_node.fates import decisions
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.facts import read_facts
from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.pseudonymisation.syntax import InflateError, inflate, is_deflated, syntax_of
from dicom_node.quarantine import labels_in
from dicom_node.series_facts import DESCRIBING
from storage.errors import ImageMissingError
from storage.ledger import Ledger
from storage.ledger_quarantine import QuarantineLedger
from storage.ledger_records import FOUND_IN_ORTHANC, UNKNOWN_DIGEST, StoredObject
from storage.orthanc import Orthanc, instance_id
from storage.pseudonyms import is_pseudonym

BATCH = 64
READERS = 4
HEAD_BYTES = 1 << 24
"""Of an object, in which its header is looked for; the rest is only hashed."""

T = TypeVar("T")

_PATIENT_ID = 0x00100020


@dataclass(slots=True)
class Rebuilt:
    """What was written, and what could not be."""

    rows: int = 0
    with_source: int = 0
    """Of those, the rows that an outbox knew all of."""
    foreign: int = 0
    """Objects in Orthanc that are none of ours."""
    contradicting: int = 0
    quarantined: int = 0
    decisions: int = 0


class Rebuilding:
    """Reads on several connections, writes in batches."""

    def __init__(self, ledger: Ledger, orthanc: Orthanc, entries: Mapping[str, Entry]) -> None:
        """`entries`: what outboxes know of objects, by Orthanc's id."""
        self._ledger = ledger
        self._orthanc = orthanc
        self._entries = entries

    def objects(self, orthanc_ids: list[str], rebuilt: Rebuilt, advance: Callable[[int], None]) -> None:
        """Write the rows of objects that Orthanc holds. Raises ImageStoreUnavailableError."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="rebuild") as readers:
            for start in range(0, len(orthanc_ids), BATCH):
                some = orthanc_ids[start : start + BATCH]
                rows = [row for row in readers.map(self._read, some) if row is not None]
                rebuilt.foreign += len(some) - len(rows)
                self._record(rows, rebuilt)
                advance(len(some))

    def _record(self, rows: list[StoredObject], rebuilt: Rebuilt) -> None:
        contradicted = self._ledger.contradicted(rows)
        good = [row for row in rows if row.sop_instance_uid not in contradicted]
        self._ledger.record(objects=good)
        rebuilt.contradicting += len(contradicted)
        rebuilt.rows += len(good)
        rebuilt.with_source += sum(row.source_digest != UNKNOWN_DIGEST for row in good)

    def _read(self, orthanc_id: str) -> StoredObject | None:
        """None when it is gone meanwhile, or none of ours."""
        try:
            row = self._from_file(orthanc_id)
        except (ImageMissingError, StructureError, InflateError, ValueError):
            return None
        entry = self._entries.get(orthanc_id)
        if row is None or entry is None:
            return row
        facts = entry.series_facts or row.series_facts
        return replace(entry.stored(row.stored_at), size=row.size, sha256=row.sha256, series_facts=facts)

    def _from_file(self, orthanc_id: str) -> StoredObject | None:
        digest, head, size = hashlib.sha256(), bytearray(), 0
        for chunk in self._orthanc.read(orthanc_id):
            digest.update(chunk)
            size += len(chunk)
            if len(head) < HEAD_BYTES:
                head += chunk
        frame = read_frame(bytes(head))
        syntax = syntax_of(frame.transfer_syntax_uid)
        if syntax is None:
            return None
        data, start = bytes(head), frame.data_set
        if is_deflated(frame.transfer_syntax_uid):
            data, start = inflate(data[start:]), 0
        facts = read_facts(data, start, syntax, without_pixels=True, also=DESCRIBING)
        told = header_facts(facts, frame.transfer_syntax_uid)
        pseudonym = facts.text(_PATIENT_ID)
        uids = (told["study_instance_uid"], told["series_instance_uid"], told["sop_instance_uid"])
        if not is_pseudonym(pseudonym) or instance_id(pseudonym, *uids) != orthanc_id:
            return None
        at = self._orthanc.received_at(orthanc_id) or datetime.now(UTC)
        return StoredObject(
            association_id=FOUND_IN_ORTHANC,
            pseudonym=pseudonym,
            **told,
            size=size,
            sha256=digest.hexdigest(),
            source_digest=UNKNOWN_DIGEST,
            orthanc_id=orthanc_id,
            received_at=at,
            stored_at=at,
        )


def rebuild_quarantine(folder: Path, ledger: Ledger, notes: QuarantineLedger, rebuilt: Rebuilt) -> None:
    """Rows of what is in quarantine and of what was decided; those that are there stay."""
    for some in _batches(label.for_ledger() for label in labels_in(folder)):
        missing = {one.quarantine_id for one in some} - set(notes.notes([one.quarantine_id for one in some]))
        ledger.record(quarantined=[one for one in some if one.quarantine_id in missing])
        rebuilt.quarantined += len(missing)
    for decided in _batches(decisions(folder)):
        news = notes.undecided([one.quarantine_id for one in decided])
        notes.record_decisions([one for one in decided if one.quarantine_id in news])
        rebuilt.decisions += len(news)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
