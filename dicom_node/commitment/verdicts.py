"""Whether we answer for each object that a peer asks about. Only for what Orthanc has."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dicom_node.commitment.failures import Failure
from dicom_node.commitment.requests import Reference, Request
from dicom_node.commitment.set_aside import SetAside
from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.outbox import Outbox
from dicom_node.uids import is_uid
from storage.ledger_lookups import StoredInstance

FRESH = timedelta(seconds=2)
Lookup = Callable[[Collection[str]], Mapping[str, StoredInstance]]


class ImageIndex(Protocol):
    """What is needed of Orthanc."""

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What became of the references of one request."""

    committed: list[Reference] = field(default_factory=list)
    failed: list[tuple[Reference, Failure]] = field(default_factory=list)
    waiting: list[Reference] = field(default_factory=list)
    """Acknowledged, and on their way to Orthanc."""

    def without_waiting(self) -> "Verdicts":
        """When there is no more waiting: we cannot answer for what is still on its way."""
        given_up = [(reference, Failure.PROCESSING_FAILURE) for reference in self.waiting]
        return Verdicts(self.committed, [*self.failed, *given_up])


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known here of the objects of one request, all by replaced SOPInstanceUID."""

    stored: Mapping[str, StoredInstance]
    present: frozenset[str]
    """Orthanc ids."""
    on_their_way: Mapping[str, str]
    """SOP class of what is in the outbox."""


class Judge:
    """Asks outbox, ledger, Orthanc and quarantine. For one thread."""

    def __init__(
        self,
        *,
        map_uid: Callable[[str], str],
        stored: Lookup,
        outbox: Outbox,
        orthanc: ImageIndex,
        set_aside: SetAside,
        elsewhere: Callable[[], Mapping[str, str]] = dict,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`map_uid`: from a received UID to the one that the object is kept under.

        `elsewhere`: SOP classes of what waits in the outboxes of other processes, by replaced SOPInstanceUID.
        """
        self._elsewhere = elsewhere
        self._map_uid = map_uid
        self._stored = stored
        self._outbox = outbox
        self._orthanc = orthanc
        self._set_aside = set_aside
        self._now = now
        self._seen: tuple[datetime, Mapping[str, str]] | None = None
        """What was in the outbox, and when."""

    def __call__(self, request: Request) -> Verdicts:
        """Raises SQLAlchemyError and StorageError when ledger or Orthanc do not answer."""
        verdicts = Verdicts()
        if request.is_duplicate:
            failure = Failure.DUPLICATE_TRANSACTION_UID
            verdicts.failed.extend((reference, failure) for reference in request.references)
            return verdicts
        replaced = {
            reference: str(self._map_uid(reference.sop_instance_uid))
            for reference in request.references
            if is_uid(reference.sop_instance_uid)
        }
        known = self._look_up(set(replaced.values()), request.received_at)
        for reference in request.references:
            self._judge(reference, replaced.get(reference), known, verdicts)
        return verdicts

    def _look_up(self, uids: set[str], asked_at: datetime) -> _Known:
        """The outbox before the ledger: an object goes from one to the other, and must be seen on its way."""
        stored = self._stored(uids)
        on_their_way: Mapping[str, str] = {}
        present = self._orthanc.present([one.orthanc_id for one in stored.values()])
        if len(present) < len(uids):
            on_their_way = self._on_their_way(asked_at)
            stored = self._stored(uids)
            present = self._orthanc.present([one.orthanc_id for one in stored.values()])
        return _Known(stored, present, on_their_way)

    def _on_their_way(self, asked_at: datetime) -> Mapping[str, str]:
        """What is in the outbox. With much in it and many who ask: a look of a moment ago, but after the request."""
        now = self._now()
        if self._seen is None or not (asked_at < self._seen[0] <= now < self._seen[0] + FRESH):
            self._seen = now, self._in_outbox()
        return self._seen[1]

    def _in_outbox(self) -> dict[str, str]:
        found = dict(self._elsewhere())
        for place in self._outbox.waiting():
            try:
                entry = self._outbox.entry(place)
            except FileNotFoundError:
                continue
            found[entry.sop_instance_uid] = entry.sop_class_uid
        return found

    def _judge(self, reference: Reference, uid: str | None, known: _Known, verdicts: Verdicts) -> None:
        failure = self._failure(reference, uid, known)
        if failure is not None:
            verdicts.failed.append((reference, failure))
        elif uid is not None and uid in known.stored and known.stored[uid].orthanc_id in known.present:
            verdicts.committed.append(reference)
        else:
            verdicts.waiting.append(reference)

    def _failure(self, reference: Reference, uid: str | None, known: _Known) -> Failure | None:
        """Why an object is not committed, and will not be by waiting."""
        if uid is None:  # it is no UID: such an object goes to quarantine when it comes
            return Failure.PROCESSING_FAILURE
        stored, on_its_way = known.stored.get(uid), known.on_their_way.get(uid)
        sop_class = stored.sop_class_uid if stored is not None else on_its_way
        if sop_class is not None and sop_class != reference.sop_class_uid:
            return Failure.CLASS_INSTANCE_CONFLICT
        is_stored = stored is not None and stored.orthanc_id in known.present
        if is_stored or on_its_way is not None:
            return Failure.PROCESSING_FAILURE if self._set_aside.holds_another(uid) else None
        if self._set_aside.holds(uid):
            return Failure.PROCESSING_FAILURE
        if sop_class is None and reference.sop_class_uid not in IMAGE_SOP_CLASSES:
            return Failure.CLASS_NOT_SUPPORTED
        return Failure.NO_SUCH_OBJECT_INSTANCE
