"""Objects that the ledger has and Orthanc has not: sent again from an outbox that still holds them, else lost."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from dicom_node.entry import Entry
from dicom_node.segments import DAMAGED
from osteon.health.losses import content_of
from osteon.outboxes import Kept
from storage.ledger import Ledger
from storage.ledger_records import ObjectPlace
from storage.orthanc import Orthanc

BATCH = 500


class MissingObjects:
    """One look at all of them."""

    def __init__(self, ledger: Ledger, orthanc: Orthanc) -> None:
        self._ledger = ledger
        self._orthanc = orthanc
        self.sent = 0
        self.found = 0
        """Marked as lost before, and in Orthanc now."""
        self.lost: list[ObjectPlace] = []
        """All that are, newly or not."""
        self.damaged: list[Entry] = []
        """In segments that were put aside, and nowhere else."""

    def look(
        self, orthanc_ids: set[str], kept: Iterable[Kept], bar: Callable[[str, int], Callable[[int], None]]
    ) -> None:
        """Raises ImageStoreUnavailableError. `orthanc_ids`: what Orthanc had before the ledger is read."""
        missing = [uid for uid, orthanc_id in self._ledger.object_ids() if orthanc_id not in orthanc_ids]
        by_uid: dict[str, list[Kept]] = {}
        for one in kept:
            by_uid.setdefault(one.entry.sop_instance_uid, []).append(one)
        advance = bar("Looking for what is missing", len(missing))
        for start in range(0, len(missing), BATCH):
            places = self._ledger.places(missing[start : start + BATCH])
            lost = [place for place in places if not self._bring_back(place, by_uid.get(place.sop_instance_uid, []))]
            self._ledger.mark_lost([place.sop_instance_uid for place in lost], datetime.now(UTC))
            self.lost += lost
            advance(len(places))
        self._mark_found()
        self._note_damaged(by_uid)

    def _bring_back(self, place: ObjectPlace, kept: Iterable[Kept]) -> bool:
        if self._orthanc.has(place.orthanc_id):  # it came meanwhile
            return True
        for one in kept:
            content = content_of(one)
            if hashlib.sha256(content).hexdigest() == place.sha256:
                self._orthanc.store(content, place.orthanc_id)
                self.sent += 1
                return True
        return False

    def _mark_found(self) -> None:
        lost = {place.sop_instance_uid for place in self.lost}
        again = [place.sop_instance_uid for place in self._ledger.lost() if place.sop_instance_uid not in lost]
        self._ledger.mark_found(again)
        self.found = len(again)

    def _note_damaged(self, by_uid: dict[str, list[Kept]]) -> None:
        suspects = {
            uid: kept[0].entry
            for uid, kept in by_uid.items()
            if all(one.record.place.segment.endswith(DAMAGED) for one in kept)
        }
        known = {place.sop_instance_uid for place in self._ledger.places(list(suspects))}
        self.damaged = [entry for uid, entry in sorted(suspects.items()) if uid not in known]
