"""The outbox: pseudonymised objects, durable, until Orthanc and the ledger have them for certain.

Objects lie in segments (`segments`, `kept_segments`). Which of them wait is known in memory (`waiting_list`), and found
again after a restart by reading the segments. A segment is removed some time after its last object went to Orthanc:
Orthanc syncs its index only now and then, so that what it answered for can be gone after a power cut. What it has lost
goes again (`delivered`). After a restart all that is still here goes again, which Orthanc and the ledger bear.
"""

import errno
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dicom_node.disk_room import RESERVE_BYTES, DiskRoom, Room
from dicom_node.durable import make_folder
from dicom_node.entry import Entry
from dicom_node.errors import TryAgainError
from dicom_node.kept_segments import KeptSegments
from dicom_node.large_segment import LargeSegment, remove_unfinished
from dicom_node.segments import (
    SEGMENT_BYTES,
    SUFFIX,
    Place,
    Record,
    mark_done,
    mark_waiting,
    records_at,
    records_in,
)
from dicom_node.waiting import Part, Waiting, entry_of, is_whole, read_large, read_waiting
from dicom_node.waiting_list import Depth, WaitingList
from storage.source_digests import are_of_the_same

log = logging.getLogger("osteon.outbox")

GRACE_SECONDS = 300.0
"""After a segment's last object went to Orthanc: the kernel writes what nobody synced within a minute.

They count from when Orthanc was there again, if it was away meanwhile.
"""

IN_MEMORY_BYTES = 1 << 25
"""A larger object is not read into memory, but piece by piece."""


class OutboxConflictError(Exception):
    """An object of the same SOPInstanceUID with other content is waiting already."""


class Outbox:
    """A folder of segments. Share one between threads; one process a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        reserve_bytes: int = RESERVE_BYTES,
        grace_seconds: float = GRACE_SECONDS,
        spare_segments: int = 0,
        in_memory_bytes: int = IN_MEMORY_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Finds what an earlier process left. Raises OSError.

        `spare_segments`: how many are kept ready ahead (`spares`); 0: each is made when it is needed.
        """
        self._folder = folder
        self._grace_seconds = grace_seconds
        self._in_memory_bytes = in_memory_bytes
        self._disk = DiskRoom(folder, reserve_bytes, segment_bytes)
        self._segments = KeptSegments(
            folder, self._disk, segment_bytes=segment_bytes, spare_segments=spare_segments, clock=clock
        )
        self._list = WaitingList()
        make_folder(folder)
        remove_unfinished(folder)
        self._recover()

    def start(self) -> None:
        """Have segments made ready ahead, in a thread of its own."""
        self._segments.spares.start()

    def stop(self) -> None:
        """As `close`."""
        self.close()

    def make_ready(self) -> bool:
        """One step of what that thread does. Whether there is more to do. Raises OSError."""
        return self._segments.spares.make_ready()

    def put(self, entry: Entry, parts: Sequence[Part]) -> bool:
        """Keep an object, given as the parts of its file; on return it is on stable storage.

        False when the same object is waiting already.
        Raises OutboxConflictError, and TryAgainError when there is no room.
        """
        return self._put(entry, lambda: self._segments.write(entry.to_json(), parts))

    def check_room(self, size: int) -> None:
        """Whether the disk takes so many bytes more from a sender, who is held up when there is little room.

        Raises TryAgainError when it does not.
        """
        try:
            self._disk.check(size)
        except OSError as error:
            raise _no_room(error) from None
        self._disk.slow_down()

    def begin_large(self, header_size: int, pixel_size: int) -> LargeSegment:
        """Room for one large object whose pixels come before all of it is known: see `put_large`.

        Raises TryAgainError when there is none.
        """
        self.check_room(header_size + pixel_size)
        try:
            return LargeSegment(self._folder, header_size, pixel_size)
        except OSError as error:
            raise _no_room(error) from None

    def put_large(self, entry: Entry, segment: LargeSegment, header: bytes, trailer: bytes) -> bool:
        """As `put`, of an object whose pixels are in `segment`; what is not kept is the caller's to discard.

        `header`, `trailer`: its file before and behind the pixels.
        """
        return self._put(entry, lambda: self._adopt(segment.finish(entry.to_json(), header, trailer)))

    def waiting(self) -> Iterator[Place]:
        """The objects that wait, oldest first."""
        return iter(self._list.places())

    def entry(self, place: Place) -> Entry:
        """What is known of one. Raises FileNotFoundError when it waits no longer."""
        return self._list.found(place)[1]

    def open(self, place: Place) -> Waiting:
        """Read one. Raises FileNotFoundError and DamagedEntryError."""
        record, entry = self._list.found(place)
        read = read_large if record.content_size > self._in_memory_bytes else read_waiting
        return read(self._folder, record, entry)

    def deliver(self, place: Place) -> None:
        """Let an object go that Orthanc and the ledger have; it is kept for a while."""
        mark_done(self._folder, place)
        if self._list.forget(place):
            self._segments.deliver(place)

    def remove(self, place: Place) -> None:
        """Forget an object that is kept elsewhere than in Orthanc."""
        mark_done(self._folder, place)
        self._forget(place, is_damaged=False)

    def put_aside(self, place: Place) -> None:
        """Do not try a damaged object again; its segment is kept."""
        self._forget(place, is_damaged=True)

    def keeps_delivered(self) -> bool:
        """Whether anything is kept that Orthanc has taken."""
        return self._segments.keeps_delivered()

    def delivered(self) -> Iterator[list[tuple[Record, Entry]]]:
        """What Orthanc has taken and is still kept, segment by segment. Raises OSError."""
        for segment, offsets in self._segments.delivered().items():
            try:
                found = list(records_at(self._folder / segment, offsets))
            except FileNotFoundError:  # removed by hand: nothing of it can be brought again
                continue
            yield [(record, Entry.from_json(record.label)) for record in found]

    def bring_again(self, record: Record, entry: Entry) -> None:
        """Have an object wait again, which Orthanc had taken."""
        mark_waiting(self._folder, record.place)
        self._segments.bring_again(record.place)
        self._list.add_again(record, entry)

    def restart_grace(self) -> None:
        """Orthanc was away: only from now on is it there without interruption."""
        self._segments.restart_grace()

    def depth(self) -> int:
        """How many objects wait."""
        return len(self._list)

    def studies(self) -> frozenset[str]:
        """The studies of the objects that wait."""
        return frozenset(entry.study_instance_uid for _, entry in self._list.items())

    def undone(self) -> list[Entry]:
        """The objects that wait, without those that an earlier process had seen through and that only go again."""
        return [entry for record, entry in self._list.items() if not record.is_done]

    def depth_in_full(self) -> Depth:
        """How many objects wait, how large they are together, and since when the first of them."""
        return self._list.depth()

    def room(self, size: int = 0) -> Room:
        """Whether there is room for a segment, or for a record that is larger. Raises OSError."""
        return self._disk.room(size)

    def tidy(self) -> None:
        """Remove the segments whose objects have all done their duty for long enough."""
        self._segments.tidy(self._grace_seconds)

    def close(self) -> None:
        """End writing, and the thread; what waits is found again."""
        self._segments.close()

    def _put(self, entry: Entry, write: Callable[[], Record]) -> bool:
        while (written := self._list.begin(entry.sop_instance_uid)) is None:
            if self._is_here(entry):
                return False
        record = None
        try:
            self._disk.slow_down()
            record = write()
        except OSError as error:
            raise _no_room(error) from None
        finally:
            self._list.end(written, entry, record)
        return True

    def _is_here(self, entry: Entry) -> bool:
        """Whether the same object waits. Raises OutboxConflictError when it is another one."""
        found = self._list.meet(entry.sop_instance_uid)
        if found is None:
            return False
        record, waiting = found
        if not is_whole(self._folder, record, waiting):  # the sender offers it again: what is damaged is healed
            self.put_aside(record.place)
            return False
        if not are_of_the_same(waiting.source_digest, entry.source_digest):
            raise OutboxConflictError
        return True

    def _adopt(self, record: Record) -> Record:
        self._segments.adopt(record.place.segment, left=1)
        return record

    def _forget(self, place: Place, *, is_damaged: bool) -> None:
        if self._list.forget(place):
            self._segments.one_less(place.segment, is_damaged=is_damaged)

    def _recover(self) -> None:
        """Find what an earlier process left, whether it went to Orthanc or not."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda found: found.stat().st_mtime_ns):
            left, is_damaged = 0, False
            for record in records_in(path):
                entry = entry_of(self._folder, record)
                if entry is None:
                    is_damaged = True
                    log.error("outbox: record %s is damaged; its segment is kept", record.place.name)
                    continue
                left += 1
                self._list.add(record, entry)
            self._segments.adopt(path.name, left, is_damaged=is_damaged)


def _no_room(error: OSError) -> TryAgainError:
    return TryAgainError(f"outbox: {errno.errorcode.get(error.errno or 0, 'OSError')}")
