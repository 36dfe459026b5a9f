"""The forwarder: takes what waits in the outbox to Orthanc, then to the ledger, then lets it go.

An object leaves the outbox only when both have it; a crash at any point makes it go again, which both bear. So does an
Orthanc that was away, and has lost it (`delivered`).
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from dicom_node.delays import Delays
from dicom_node.delivered import Delivered
from dicom_node.entry import Entry
from dicom_node.gathering import wait_for_more
from dicom_node.journal import Journal
from dicom_node.metrics import NOBODY, Metrics
from dicom_node.outbox import Outbox
from dicom_node.pieces import Pieces
from dicom_node.presence import LOOK_SECONDS
from dicom_node.quarantine import Circumstances, Quarantine
from dicom_node.segments import Place
from dicom_node.status import Reason
from dicom_node.waiting import DamagedEntryError, Waiting
from storage.errors import ImageRejectedError, ImageStoreError, StorageError
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.orthanc import Placed
from storage.source_digests import are_of_the_same

log = logging.getLogger("osteon.forwarder")

BATCH = 128
"""A pass over the ledger costs about as much as what it notes of a hundred objects."""

PUSHES = 4
"""At the same time, each on a connection that is kept open: one gives half of what Orthanc can take."""

POLL_SECONDS = 0.25
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
STOP_SECONDS = 10.0


class ImageStore(Protocol):
    """What the forwarder needs of Orthanc."""

    def store(self, file: bytes | Pieces, expected_id: str) -> Placed: ...

    def read(self, orthanc_id: str) -> Iterator[bytes]: ...

    def ready(self) -> bool: ...

    def last_change(self) -> int | None: ...

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]: ...


class Pass(Enum):
    """What one pass over the outbox came to."""

    IDLE = "nothing waits"
    MOVED = "something was forwarded"
    BLOCKED = "Orthanc or the ledger is not to be had"


class Forwarder:
    """Between outbox, Orthanc and ledger: one thread that plans and writes down, a few that push."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        journal: Journal,
        quarantine: Quarantine,
        orthanc: ImageStore,
        ledger: Ledger,
        pushes: int = PUSHES,
        note_set_aside: Callable[[str, str, Reason], None] = lambda *_: None,
        metrics: Metrics = NOBODY,
        sum_up: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pushes`: how many objects are on their way to Orthanc at the same time.

        `note_set_aside`: told the (replaced) SOPInstanceUID of an object in quarantine, its id there, the reason.
        `sum_up`: told when the journal is empty, before objects move (`LeftOpen.sum_up`).
        """
        self._metrics = metrics
        self._sum_up = sum_up
        self._outbox = outbox
        self._journal = journal
        self._quarantine = quarantine
        self._orthanc = orthanc
        self._ledger = ledger
        self._note_set_aside = note_set_aside
        self._delays = Delays()
        self._delivered = Delivered(outbox, orthanc, clock)
        self._pushes = ThreadPoolExecutor(pushes, thread_name_prefix="push")
        self._stopping = threading.Event()
        # A daemon: a silent Orthanc must not hold up the end of the process; the outbox bears it.
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Finish the objects in hand, within limits, and end; the rest waits in the outbox for the next start."""
        self._stopping.set()
        self._thread.join(seconds)
        self._pushes.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the pushes of one that was never started."""
        self._pushes.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            done = self.forward_once()
            if done is Pass.BLOCKED:
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                continue
            pause = FIRST_PAUSE_SECONDS
            if done is Pass.IDLE:
                self._stopping.wait(POLL_SECONDS)
            else:
                wait_for_more(self._outbox.depth, self._stopping.wait)

    def forward_once(self) -> Pass:
        """One pass: a batch of objects, and the journal's facts."""
        try:
            facts = self._forward_facts()
            moved = facts + (0 if facts == BATCH else self._sum_up()) + self._forward_objects()
            moved += self._delivered.make_sure()
        except (SQLAlchemyError, StorageError, OSError) as error:
            log.warning("forwarding waits: %s", type(error).__name__)
            self._metrics.forwarding_failed(error)
            return Pass.BLOCKED
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever it meets, and say so
            log.error("forwarding failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback may hold values
            self._metrics.forwarding_failed(error)
            return Pass.BLOCKED
        return Pass.MOVED if moved else Pass.IDLE

    def _forward_facts(self) -> int:
        facts = list(islice(self._journal.read(), BATCH))
        if facts:
            self._ledger.record_facts([fact for _, fact in facts])
        for path, _ in facts:
            self._journal.remove(path)
        return len(facts)

    def _forward_objects(self) -> int:
        batch = list(self._batch())
        if not batch:
            return 0
        now = datetime.now(UTC)
        contradicted = self._ledger.claim([entry.stored(now) for _, entry in batch])
        is_blocked = threading.Event()
        pushes = [
            self._pushes.submit(self._push, place, entry, entry.sop_instance_uid in contradicted, is_blocked)
            for place, entry in batch
        ]
        self._await(pushes)
        placed: dict[Place, StoredObject] = {}
        failures: list[BaseException] = []
        for (place, entry), push in zip(batch, pushes, strict=True):
            failure = push.exception()
            if failure is not None:
                failures.append(failure)
            elif (sha256 := push.result()) is not None:
                placed[place] = entry.stored(datetime.now(UTC), sha256)
        self._record(placed)  # what went well is written down whatever else happened
        if failures:
            raise failures[0]
        return len(batch)

    def _await(self, pushes: Sequence[Future[str | None]]) -> None:
        """Wait for all of them, and look meanwhile whether Orthanc is there without interruption."""
        left = set(pushes)
        while left:
            done, left = wait(left, LOOK_SECONDS)
            if any(isinstance(push.exception(), ImageStoreError) for push in done):
                self._delivered.presence.missed()
            elif any(push.exception() is None and push.result() is not None for push in done):
                self._delivered.presence.took()
            else:
                self._delivered.presence.look()

    def _batch(self) -> Iterator[tuple[Place, Entry]]:
        due = (place for place in self._outbox.waiting() if self._delays.is_due(place))
        for place in islice(due, BATCH):
            try:
                yield place, self._outbox.entry(place)
            except FileNotFoundError:
                continue

    def _push(self, place: Place, entry: Entry, is_contradicted: bool, is_blocked: threading.Event) -> str | None:
        """Bring one object to Orthanc; its file's SHA-256, or None when it has not gone there. Runs beside others."""
        if is_blocked.is_set() or self._stopping.is_set():
            return None
        try:
            waiting = self._outbox.open(place)
        except FileNotFoundError:
            return None
        except OSError as error:  # of this one: the others may be readable
            log.error("outbox entry %s cannot be read: %s", place.name, type(error).__name__)  # noqa: TRY400
            self._delays.delay(place)
            return None
        except DamagedEntryError:
            self._let_go(entry)
            self._outbox.put_aside(place)
            log.error("outbox entry %s is damaged and was put aside", place.name)  # noqa: TRY400
            return None
        if is_contradicted:
            self._set_aside(waiting, Reason.CONFLICT)  # before Orthanc has it: it must not keep what we refuse
            return None
        try:
            return waiting.sha256 if self._place_or_delay(waiting) else None
        except (SQLAlchemyError, StorageError, OSError):
            is_blocked.set()
            raise

    def _place_or_delay(self, waiting: Waiting) -> bool:
        """One object that Orthanc does not take for now must not hold up the others; an Orthanc that is down may."""
        try:
            placed = self._place(waiting)
        except ImageStoreError as error:
            if not self._orthanc.ready():
                raise
            self._metrics.forwarding_failed(error)
            seconds = self._delays.delay(waiting.place)
            log.warning("an object waits %.0f s: Orthanc did not take it", seconds)
            return False
        self._delays.forget(waiting.place)
        return placed

    def _place(self, waiting: Waiting) -> bool:
        """Bring one object to Orthanc. False when it went to quarantine instead."""
        entry = waiting.entry
        try:
            placed = self._orthanc.store(waiting.content, entry.orthanc_id)
        except ImageRejectedError:
            self._set_aside(waiting, Reason.REJECTED_BY_ORTHANC)
            return False
        if placed.already and not self._same_as_kept(waiting):
            self._set_aside(waiting, Reason.CONFLICT)
            return False
        return True

    def _same_as_kept(self, waiting: Waiting) -> bool:
        """Whether Orthanc's object of the same identifiers is this one sent again.

        The ledger knows the digest of what was received; where it has no row yet, the files are compared.
        """
        entry = waiting.entry
        known = self._ledger.source_digests([entry.sop_instance_uid]).get(entry.sop_instance_uid)
        if known is not None:
            return are_of_the_same(known, entry.source_digest)
        kept = hashlib.sha256()
        for chunk in self._orthanc.read(entry.orthanc_id):
            kept.update(chunk)
        return kept.hexdigest() == waiting.sha256

    def _record(self, placed: dict[Place, StoredObject]) -> None:
        """What was claimed before contradicts nothing that another forwarder can have recorded since."""
        self._ledger.record(objects=list(placed.values()))
        for place in placed:
            self._outbox.deliver(place)
        self._metrics.forwarded(len(placed), sum(stored.size for stored in placed.values()))

    def _let_go(self, entry: Entry) -> None:
        """Before the outbox lets go of it: a claim without an object would stand in the way of others."""
        self._ledger.let_go(entry.sop_instance_uid, entry.source_digest)

    def _set_aside(self, waiting: Waiting, reason: Reason) -> None:
        """Acknowledged objects are never dropped: what Orthanc or the ledger cannot take is kept, encrypted."""
        entry = waiting.entry
        came = Circumstances(
            association_id=entry.association_id,
            sop_class_uid=entry.sop_class_uid,
            received_at=entry.received_at,
            study_instance_uid=entry.study_instance_uid,
            sop_instance_uid=entry.sop_instance_uid,
            source_digest=entry.source_digest,
            is_pseudonymised=True,
        )
        label = self._quarantine.put(waiting.content, came, reason)
        self._note_set_aside(entry.sop_instance_uid, label.quarantine_id, reason)
        self._journal.write(replace(label.for_ledger(), association_id=entry.association_id))
        self._let_go(entry)
        self._outbox.remove(waiting.place)
        self._metrics.set_aside(reason.value)
        log.warning("object of association %s: %s", entry.association_id, reason.value)
