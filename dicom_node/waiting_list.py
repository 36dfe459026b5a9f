"""Which objects wait in an outbox, oldest first, and which are just being written. In memory only."""

import errno
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from dicom_node.entry import Entry
from dicom_node.segments import Place, Record


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits."""

    objects: int
    size: int
    """In bytes."""
    oldest: datetime | None


class WaitingList:
    """By place and by SOPInstanceUID. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Place, tuple[Record, Entry]] = OrderedDict()
        self._places: dict[str, Place | threading.Event] = {}
        """By SOPInstanceUID; of one that is just being written, an event that is set when it is."""

    def begin(self, sop_instance_uid: str) -> threading.Event | None:
        """An object is going to be written: `end` with this. None when it is here, or is just being written."""
        with self._lock:
            if sop_instance_uid in self._places:
                return None
            written = self._places[sop_instance_uid] = threading.Event()
            return written

    def end(self, written: threading.Event, entry: Entry, record: Record | None) -> None:
        """It is written, or (None) it could not be."""
        with self._lock:
            if record is None:
                self._places.pop(entry.sop_instance_uid, None)
            else:
                self._add(record, entry)
        written.set()

    def add(self, record: Record, entry: Entry) -> None:
        """One that is found where an earlier process left it."""
        with self._lock:
            self._add(record, entry)

    def add_again(self, record: Record, entry: Entry) -> None:
        """One that had gone; another that has come in its place meanwhile stays the one that is met."""
        with self._lock:
            self._places.setdefault(entry.sop_instance_uid, record.place)
            self._waiting[record.place] = record, entry

    def meet(self, sop_instance_uid: str) -> tuple[Record, Entry] | None:
        """The object of this UID that waits, once it is written; None when there is none any more."""
        with self._lock:
            known = self._places.get(sop_instance_uid)
            found = self._waiting.get(known) if isinstance(known, Place) else None
        if isinstance(known, threading.Event):
            known.wait()
        return found

    def found(self, place: Place) -> tuple[Record, Entry]:
        """Raises FileNotFoundError when it waits no longer."""
        with self._lock:
            found = self._waiting.get(place)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "it waits no longer")
        return found

    def forget(self, place: Place) -> bool:
        """It waits no longer. Whether it did."""
        with self._lock:
            found = self._waiting.pop(place, None)
            if found is None:
                return False
            uid = found[1].sop_instance_uid
            if self._places.get(uid) == place:
                del self._places[uid]
            return True

    def places(self) -> list[Place]:
        """Oldest first."""
        with self._lock:
            return list(self._waiting)

    def items(self) -> list[tuple[Record, Entry]]:
        """Oldest first."""
        with self._lock:
            return list(self._waiting.values())

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting)

    def depth(self) -> Depth:
        """How many objects wait, how large they are together, and since when the first of them."""
        entries = [entry for _, entry in self.items()]
        return Depth(len(entries), sum(entry.size for entry in entries), entries[0].received_at if entries else None)

    def _add(self, record: Record, entry: Entry) -> None:
        self._places[entry.sop_instance_uid] = record.place
        self._waiting[record.place] = record, entry
