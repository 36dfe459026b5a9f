"""Segments: what was acknowledged can be read again, one sync serves many, and nothing torn passes for a record."""

import os
import stat
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicom_node.segments import (
    BLOCK,
    MAGIC,
    SUFFIX,
    Place,
    Record,
    Segment,
    mark_done,
    read_content,
    records_in,
    room_for,
)
from tests.builders.power_cut import Kind, Recorder

SIZE = 1 << 20


@pytest.fixture
def segment(tmp_path: Path) -> Iterator[Segment]:
    made = Segment.create(tmp_path, SIZE)
    yield made
    made.close()


def written(segment: Segment, label: bytes, content: bytes | Sequence[bytes | memoryview]) -> Record:
    parts = [content] if isinstance(content, bytes) else content
    offset = segment.reserve(label, sum(map(len, parts)))
    assert offset is not None
    return segment.write(offset, label, parts)


def contents(path: Path) -> list[tuple[bytes, bytes]]:
    return [(record.label, read_content(path.parent, record)) for record in records_in(path)]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# Round trip


@pytest.mark.parametrize("size", [0, 1, 4000, 4096 - 56 - 5, 4096 - 56 - 4, 4096, 100_000])
def test_a_record_can_be_read_again(segment: Segment, size: int) -> None:
    content = os.urandom(size)
    record = written(segment, b"label", content)
    assert list(records_in(segment.path)) == [record]
    assert contents(segment.path) == [(b"label", content)]
    assert not record.is_done


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 2000])
def test_content_may_come_in_any_number_of_parts(segment: Segment, count: int) -> None:
    parts = [memoryview(bytes((number % 256,)) * (number % 3)) for number in range(count)]
    written(segment, b"parts", parts)
    assert contents(segment.path) == [(b"parts", b"".join(parts))]


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=9000)), max_size=8))
def test_records_are_read_again_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: list[tuple[bytes, bytes]]
) -> None:
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)  # this is not about the disk
    segment = Segment.create(tmp_path, SIZE)
    for label, content in sent:
        written(segment, label, content)
    segment.close()
    assert contents(segment.path) == sent


def test_records_begin_on_block_boundaries_and_share_no_block(segment: Segment) -> None:
    records = [written(segment, b"x" * size, os.urandom(3 * size)) for size in (1, 1000, 1010, 4096, 5)]
    for before, record in pairwise(records):
        assert record.place.offset % BLOCK == 0
        assert record.place.offset == before.end >= before.content_at + before.content_size


def test_a_record_says_where_it_is_to_whoever_reads_logs() -> None:
    assert Place("ab.segment", 4096).name == "ab.segment@4096"


def test_a_segment_has_its_length_from_the_beginning_and_is_its_owners_alone(segment: Segment) -> None:
    found = segment.path.stat()
    assert (found.st_size, stat.S_IMODE(found.st_mode)) == (SIZE, 0o600)
    assert found.st_blocks * 512 >= SIZE
    assert list(records_in(segment.path)) == []


def test_name_and_length_are_durable_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, monkeypatch)
    segment = Segment.create(tmp_path, SIZE)
    written(segment, b"label", b"content")
    segment.close()
    name = segment.path.name
    assert [(event.kind, event.name) for event in recorder.events if event.kind is not Kind.SYNC_BEGUN] == [
        (Kind.CREATED, name),
        (Kind.SIZED, name),
        (Kind.SYNCED, name),
        (Kind.SYNCED, ""),
        (Kind.WRITTEN, name),
        (Kind.SYNCED, name),
    ]


@pytest.mark.parametrize("call", ["posix_fallocate", "fsync"])
def test_a_segment_that_cannot_be_made_leaves_neither_file_nor_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = descriptors()
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="space"):
        Segment.create(tmp_path, SIZE)
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before


def test_there_is_room_for_what_fits_and_for_nothing_more(tmp_path: Path) -> None:
    segment = Segment.create(tmp_path, room_for(b"a", 5000) + room_for(b"b", 1))
    assert segment.reserve(b"c", 1 << 20) is None
    assert segment.reserve(b"a", 5000) == 0
    assert segment.reserve(b"c", 4096) is None
    last = segment.reserve(b"b", 1)
    assert last == room_for(b"a", 5000)
    assert segment.reserve(b"", 0) is None
    segment.write(last, b"b", [b"x"])
    segment.write(0, b"a", [bytes(5000)])
    assert [label for label, _ in contents(segment.path)] == [b"a", b"b"]
    segment.close()


def test_a_segment_is_closed_once_whoever_reserved_has_written(tmp_path: Path) -> None:
    before = descriptors()
    segment = Segment.create(tmp_path, SIZE)
    offset = segment.reserve(b"late", 4)
    assert offset is not None
    segment.close()
    segment.close()
    assert descriptors() == before + 1
    segment.write(offset, b"late", [b"data"])
    assert contents(segment.path) == [(b"late", b"data")]
    assert descriptors() == before


# Writing


def test_what_the_kernel_takes_in_little_pieces_is_written_whole(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite = os.pwrite

    def a_little(descriptor: int, pieces: Sequence[bytes], offset: int) -> int:
        return pwrite(descriptor, b"".join(pieces)[:700], offset)

    monkeypatch.setattr(os, "pwritev", a_little)
    parts = [os.urandom(size) for size in (1, 0, 699, 700, 701, 5000, 3)]
    written(segment, b"little", parts)
    assert contents(segment.path) == [(b"little", b"".join(parts))]


def test_a_record_that_cannot_be_written_is_none(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(segment, b"first", b"1")
    calls: list[int] = []
    pwrite = os.pwrite

    def half(descriptor: int, pieces: Sequence[bytes], offset: int) -> int:
        calls.append(1)
        if len(calls) > 1:
            raise OSError(5, "Input/output error")
        return pwrite(descriptor, b"".join(pieces)[:40], offset)

    monkeypatch.setattr(os, "pwritev", half)
    with pytest.raises(OSError, match="Input/output"):
        written(segment, b"second", bytes(9000))
    monkeypatch.undo()
    third = written(segment, b"third", b"3")
    assert list(records_in(segment.path)) == [first, third]


# One sync for many


class Watched:
    """fdatasync, counted, and held up as a test likes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.syncs = 0
        self.writes = 0
        self.on_sync: Callable[[int], None] = lambda _: None
        self.changed = threading.Condition()
        pwritev = os.pwritev

        def write(*arguments: Any) -> int:
            count = pwritev(*arguments)
            with self.changed:
                self.writes += 1
                self.changed.notify_all()
            return count

        def sync(_: int) -> None:
            with self.changed:
                self.syncs += 1
                number = self.syncs
            self.on_sync(number)

        monkeypatch.setattr(os, "pwritev", write)
        monkeypatch.setattr(os, "fdatasync", sync)

    def wait_for_writes(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.writes >= count, 10)


def wait_until_waiting(segment: Segment, count: int) -> None:
    """Until so many records are written and not synced; there is no other sign of it."""
    deadline = threading.Event()
    for _ in range(1000):
        if segment._written - segment._synced >= count:  # noqa: SLF001
            return
        deadline.wait(0.005)
    raise AssertionError("they do not come")


def test_records_written_during_a_sync_share_the_next_one(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, count = Watched(monkeypatch), 16
    watched.on_sync = lambda number: wait_until_waiting(segment, count) if number == 1 else None
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda number: written(segment, b"%d" % number, b"x"), range(count)))
    assert watched.syncs == 2
    assert {label for label, _ in contents(segment.path)} == {b"%d" % number for number in range(count)}


def test_one_after_the_other_each_has_its_own_sync(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    for number in range(5):
        written(segment, b"label", b"x")
        assert watched.syncs == number + 1


def test_no_record_returns_before_a_sync_that_began_after_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, monkeypatch, real=True)
    segment = Segment.create(tmp_path, SIZE)

    def write(number: int) -> None:
        record = written(segment, b"%d" % number, os.urandom(2000))
        recorder.note(str(record.place.offset))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(120)))
    segment.close()
    events = list(enumerate(recorder.events))
    covered = {str(event.offset): at for at, event in events if event.kind is Kind.WRITTEN}
    returned = {event.other: at for at, event in events if event.kind is Kind.NOTED}
    syncs = [(event.begun, at) for at, event in events if event.kind is Kind.SYNCED and event.name]
    assert covered.keys() == returned.keys()
    for offset, at in covered.items():
        assert any(at < begun and end < returned[offset] for begun, end in syncs), offset
    assert len(syncs) - 1 < 120, "some were shared"


def test_a_failed_sync_fails_all_that_waited_for_it_and_all_that_come_after(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel reports an error once, and then calls the pages clean."""
    watched, count = Watched(monkeypatch), 8

    def fail_once(number: int) -> None:
        if number == 1:
            wait_until_waiting(segment, count)
            raise OSError(5, "Input/output error")

    watched.on_sync = fail_once

    def attempt(number: int) -> bool:
        try:
            written(segment, b"%d" % number, b"x")
        except OSError:
            return False
        return True

    with ThreadPoolExecutor(count) as pool:
        assert list(pool.map(attempt, range(count))) == [False] * count
    assert segment.has_failed
    assert not attempt(99)
    assert watched.syncs == 1


def test_what_was_synced_before_a_failure_stays_acknowledged(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(segment, b"first", b"1")
    watched = Watched(monkeypatch)

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    watched.on_sync = fail
    with pytest.raises(OSError, match="Input/output"):
        written(segment, b"second", b"2")
    assert first in list(records_in(segment.path))


def test_a_sync_that_was_broken_off_is_none(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is raised in it: whoever shared it must not be told that all is well."""
    watched = Watched(monkeypatch)

    def break_off(number: int) -> None:
        if number == 1:
            wait_until_waiting(segment, 3)
        if number == 2:
            raise KeyboardInterrupt

    watched.on_sync = break_off
    ends: list[str] = []

    def attempt(number: int) -> None:
        try:
            written(segment, b"%d" % number, b"x")
            ends.append("durable")
        except KeyboardInterrupt:
            ends.append("broken off")
        except OSError:
            ends.append("failed")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ends)[:1] == ["broken off"]
    assert watched.syncs >= 3 or "failed" in ends, "the third had no sync of its own"


# Torn, damaged and forged


def damage(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize("at", [0, 7, 12, 16, 30, 56, 60])
def test_a_record_whose_head_or_label_is_torn_is_passed_over(segment: Segment, at: int) -> None:
    records = [written(segment, b"label %d" % number, os.urandom(10_000)) for number in range(3)]
    damage(segment.path, records[1].place.offset + at, b"\xaa")
    assert list(records_in(segment.path)) == [records[0], records[2]]


def test_a_record_whose_blocks_were_never_written_is_passed_over(segment: Segment) -> None:
    assert segment.reserve(b"never", 50_000) == 0
    record = written(segment, b"after", b"x")
    assert record.place.offset > 50_000
    assert list(records_in(segment.path)) == [record]


def test_a_record_cut_off_by_the_files_end_is_none(segment: Segment) -> None:
    first, last = written(segment, b"first", b"x"), written(segment, b"last", bytes(10_000))
    for size in (last.end - BLOCK, last.content_at + 1, last.place.offset + 30, last.place.offset + 1):
        os.truncate(segment.path, size)
        assert list(records_in(segment.path)) == [first]
    os.truncate(segment.path, 10)
    assert list(records_in(segment.path)) == []


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.booleans())
def test_any_bytes_are_records_or_none_but_break_nothing(
    tmp_path: Path, rest: bytes, label_size: int, content_size: int, with_head: bool
) -> None:
    head = struct.pack(">8scxxxIQ", MAGIC, b"W", label_size, content_size) if with_head else b""
    path = tmp_path / f"x{SUFFIX}"
    path.write_bytes(head + rest + bytes(BLOCK))
    assert list(records_in(path)) == []


def test_a_record_inside_another_ones_content_is_never_one_of_ours(segment: Segment) -> None:
    """What a sender puts into its pixels must not pass for a record, even when a power cut takes the head before it."""
    inner = Segment.create(segment.path.parent, SIZE)
    written(inner, b"forged label", b"forged content")
    inner.close()
    forged = inner.path.read_bytes()[:BLOCK]
    inner.path.unlink()
    record = written(segment, b"x" * (BLOCK - 56), forged + bytes(100))
    assert list(records_in(segment.path)) == [record]
    damage(segment.path, 0, bytes(BLOCK))
    assert contents(segment.path) == []


# Done


def test_done_is_noted_where_it_can_be_seen_and_changes_nothing_else(segment: Segment) -> None:
    records = [written(segment, b"label %d" % number, os.urandom(9000)) for number in range(3)]
    before = contents(segment.path)
    mark_done(segment.path.parent, records[1].place)
    mark_done(segment.path.parent, records[1].place)
    assert [record.is_done for record in records_in(segment.path)] == [False, True, False]
    assert contents(segment.path) == before


def test_done_in_a_segment_that_is_gone_is_nothing(tmp_path: Path) -> None:
    mark_done(tmp_path, Place(f"gone{SUFFIX}", 0))
    assert list(tmp_path.iterdir()) == []
