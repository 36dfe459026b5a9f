"""The outbox: what it says it keeps it keeps, once, until it may go, and no longer."""

import errno
import hashlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dicom_node.entry import Entry, checksum_of
from dicom_node.errors import TryAgainError
from dicom_node.outbox import Outbox, OutboxConflictError
from dicom_node.segments import DAMAGED, SUFFIX, Place, read_content, records_in
from dicom_node.waiting import DamagedEntryError, waiting_in

SEGMENT_BYTES = 1 << 16
GRACE = 300.0


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


def opened(folder: Path, clock: Clock | None = None, *, reserve_bytes: int = 0, grace_seconds: float = GRACE) -> Outbox:
    return Outbox(
        folder,
        segment_bytes=SEGMENT_BYTES,
        reserve_bytes=reserve_bytes,
        grace_seconds=grace_seconds,
        clock=clock or Clock(),
    )


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What survives a power cut is `test_outbox_crash`'s business."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


@pytest.fixture
def outbox(folder: Path, clock: Clock) -> Outbox:
    return opened(folder, clock)


def entry(uid: str, content: bytes, source: str | None = None) -> Entry:
    return Entry(
        association_id="0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11",
        pseudonym="OST-7K3M9-QPXRC",
        study_instance_uid="2.25.1",
        series_instance_uid="2.25.2",
        sop_instance_uid=uid,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        modality="CT",
        study_date=date(2026, 3, 4),
        patient_sex=None,
        series_number=3,
        instance_number=-1,
        frame_of_reference_uid="2.25.4",
        rows=512,
        columns=512,
        number_of_frames=None,
        size=len(content),
        checksum=checksum_of((content,)),
        source_digest=source or hashlib.sha256(b"source" + content).hexdigest(),
        received_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    )


def put(outbox: Outbox, uid: str, content: bytes = b"content", source: str | None = None) -> bool:
    return outbox.put(entry(uid, content, source), (content,))


def whole(outbox: Outbox) -> dict[str, bytes]:
    """What waits, by SOPInstanceUID."""
    found = [outbox.open(place) for place in outbox.waiting()]
    assert len({one.entry.sop_instance_uid for one in found}) == len(found)
    return {one.entry.sop_instance_uid: one.file for one in found}


def place_of(outbox: Outbox, uid: str) -> Place:
    for place in outbox.waiting():
        with suppress(FileNotFoundError):  # another thread's, and gone
            if outbox.entry(place).sop_instance_uid == uid:
                return place
    raise AssertionError(f"{uid} does not wait")


def segments(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(f"*{SUFFIX}"))


def failing(error: int = errno.ENOSPC) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    return fail


# Keeping and letting go


def test_what_is_put_can_be_opened_with_all_that_is_known_of_it(outbox: Outbox) -> None:
    content = os.urandom(30_000)
    known = entry("1.1", content)
    assert outbox.put(known, (content[:100], memoryview(content)[100:]))
    (place,) = outbox.waiting()
    waiting = outbox.open(place)
    assert (waiting.place, waiting.entry, waiting.file) == (place, known, content)
    assert outbox.entry(place) == known


def test_objects_wait_in_the_order_they_came(outbox: Outbox, folder: Path) -> None:
    uids = [f"1.{number}" for number in range(40)]
    for uid in uids:
        put(outbox, uid, uid.encode() * 1000)
    assert len(segments(folder)) > 1
    assert list(whole(outbox)) == uids


def test_what_is_removed_waits_no_longer(outbox: Outbox) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        put(outbox, uid)
    place = place_of(outbox, "1.2")
    outbox.remove(place)
    outbox.remove(place)
    assert (outbox.depth(), set(whole(outbox))) == (2, {"1.1", "1.3"})
    for call in (outbox.open, outbox.entry):
        with pytest.raises(FileNotFoundError):
            call(place)


def test_a_removed_object_may_come_again(outbox: Outbox) -> None:
    put(outbox, "1.1", b"one")
    outbox.remove(place_of(outbox, "1.1"))
    assert put(outbox, "1.1", b"two")
    assert whole(outbox) == {"1.1": b"two"}


def test_a_full_segment_is_followed_by_another(outbox: Outbox, folder: Path) -> None:
    for number in range(9):
        put(outbox, f"1.{number}", bytes(SEGMENT_BYTES // 3))
    assert len(segments(folder)) == 5
    assert {path.stat().st_size for path in folder.iterdir()} == {SEGMENT_BYTES}
    assert outbox.depth() == 9


def test_what_is_larger_than_a_segment_has_one_of_its_own(outbox: Outbox, folder: Path) -> None:
    large = os.urandom(5 * SEGMENT_BYTES + 1)
    put(outbox, "1.1")
    put(outbox, "1.2", large)
    put(outbox, "1.3")
    assert whole(outbox) == {"1.1": b"content", "1.2": large, "1.3": b"content"}
    sizes = sorted(path.stat().st_size for path in folder.iterdir())
    assert sizes[:-1] == [SEGMENT_BYTES] * (len(sizes) - 1)
    assert len(large) < sizes[-1] < len(large) + 8192


# The same object again


def test_the_same_object_again_is_not_kept_twice(outbox: Outbox, folder: Path) -> None:
    assert put(outbox, "1.1")
    before = sum(len(list(records_in(path))) for path in folder.iterdir())
    assert not put(outbox, "1.1")
    assert sum(len(list(records_in(path))) for path in folder.iterdir()) == before


def test_the_same_source_pseudonymised_otherwise_is_the_same_object(outbox: Outbox) -> None:
    assert put(outbox, "1.1", b"under one profile", source="s")
    assert not put(outbox, "1.1", b"under another", source="s")
    assert whole(outbox) == {"1.1": b"under one profile"}


def test_another_object_under_the_same_identifier_is_a_conflict(outbox: Outbox) -> None:
    put(outbox, "1.1", b"one")
    with pytest.raises(OutboxConflictError):
        put(outbox, "1.1", b"two")
    assert whole(outbox) == {"1.1": b"one"}


def attempts(outbox: Outbox, contents: Sequence[bytes]) -> list[str]:
    """Every content under the same identifier, all at the same time."""
    together = threading.Barrier(len(contents))

    def attempt(content: bytes) -> str:
        together.wait(10)
        try:
            return "kept" if put(outbox, "1.1", content) else "known"
        except OutboxConflictError:
            return "conflict"
        except TryAgainError:
            return "try again"

    with ThreadPoolExecutor(len(contents)) as pool:
        return sorted(pool.map(attempt, contents))


def test_of_eight_senders_of_the_same_object_at_the_same_time_one_brings_it(outbox: Outbox, folder: Path) -> None:
    assert attempts(outbox, [b"same"] * 8) == ["kept", *["known"] * 7]
    assert sum(len(list(records_in(path))) for path in folder.iterdir()) == 1


def test_of_eight_different_objects_at_the_same_time_one_is_kept(outbox: Outbox, folder: Path) -> None:
    contents = [b"%d" % number for number in range(8)]
    assert attempts(outbox, contents) == [*["conflict"] * 7, "kept"]
    assert whole(outbox)["1.1"] in contents
    assert sum(len(list(records_in(path))) for path in folder.iterdir()) == 1


def test_nobody_is_told_that_an_object_is_known_before_it_is_durable(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_sync, go_on = threading.Event(), threading.Event()

    def sync(_: int) -> None:
        in_sync.set()
        assert go_on.wait(10)

    monkeypatch.setattr(os, "fdatasync", sync)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(put, outbox, "1.1")
        assert in_sync.wait(10)
        second = pool.submit(put, outbox, "1.1")
        with pytest.raises(TimeoutError):
            second.result(0.3)
        go_on.set()
        assert (first.result(10), second.result(10)) == (True, False)


def test_when_the_first_fails_the_second_has_its_chance(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    in_sync, go_on, fdatasync = threading.Event(), threading.Event(), os.fdatasync

    def sync(descriptor: int) -> None:
        if in_sync.is_set():
            fdatasync(descriptor)
            return
        in_sync.set()
        assert go_on.wait(10)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", sync)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(put, outbox, "1.1")
        assert in_sync.wait(10)
        second = pool.submit(put, outbox, "1.1")
        go_on.set()
        with pytest.raises(TryAgainError):
            first.result(10)
        assert second.result(10)
    assert whole(outbox) == {"1.1": b"content"}


# No room, no disk


def test_without_room_the_sender_is_told_to_try_again(folder: Path) -> None:
    outbox = opened(folder, reserve_bytes=1 << 60)
    with pytest.raises(TryAgainError, match="ENOSPC") as caught:
        put(outbox, "1.1")
    assert caught.value.status == 0xA700
    assert (outbox.depth(), list(folder.iterdir())) == (0, [])


def test_when_there_is_room_again_it_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = opened(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", failing())
        with pytest.raises(TryAgainError):
            put(outbox, "1.1")
    assert put(outbox, "1.1")
    assert whole(outbox) == {"1.1": b"content"}


def test_with_little_room_it_warns_once_and_slows_senders_down(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    found = os.statvfs(folder.parent)
    outbox = opened(folder, reserve_bytes=int(found.f_bavail * found.f_frsize * 0.7))
    with caplog.at_level(logging.WARNING):
        for number in range(8):
            assert put(outbox, f"1.{number}", bytes(SEGMENT_BYTES // 2))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert len(pauses) >= 7
    assert outbox.depth() == 8


@pytest.mark.parametrize("call", ["pwritev", "fdatasync", "posix_fallocate", "fsync"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_an_object_that_cannot_be_kept_is_not_acknowledged_and_may_come_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: int
) -> None:
    outbox = opened(folder)
    if call in {"pwritev", "fdatasync"}:
        put(outbox, "1.0")
    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing(error))
        with pytest.raises(TryAgainError) as caught:
            put(outbox, "1.1")
    assert caught.value.status == 0xA700
    assert "1.1" not in whole(outbox)
    assert put(outbox, "1.1", b"at last")
    assert whole(outbox)["1.1"] == b"at last"
    outbox.close()
    assert opened(folder).depth() == len(whole(outbox))


def test_after_a_failed_sync_nothing_more_goes_to_that_segment(
    outbox: Outbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(outbox, "1.0")
    (bad,) = segments(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing(errno.EIO))
        for _ in range(2):
            with pytest.raises(TryAgainError):
                put(outbox, "1.1")
    assert put(outbox, "1.1")
    assert put(outbox, "1.2")
    assert place_of(outbox, "1.0").segment == bad
    assert bad not in {place_of(outbox, uid).segment for uid in ("1.1", "1.2")}


def test_a_failed_sync_fails_all_that_write_at_that_moment_and_they_can_try_again(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fdatasync, failed = os.fdatasync, threading.Event()

    def fail_once(descriptor: int) -> None:
        if not failed.is_set():
            failed.set()
            raise OSError(errno.EIO, "Input/output error")
        fdatasync(descriptor)

    monkeypatch.setattr(os, "fdatasync", fail_once)

    def until_kept(number: int) -> int:
        for tries in range(1, 10):
            try:
                assert put(outbox, f"1.{number}", b"%d" % number)
            except TryAgainError:
                continue
            return tries
        raise AssertionError("never")

    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(until_kept, range(40)))
    assert max(tries) > 1
    assert whole(outbox) == {f"1.{number}": b"%d" % number for number in range(40)}


# Segments go in the end


def test_a_segment_goes_once_all_its_objects_have_gone_long_enough(outbox: Outbox, folder: Path, clock: Clock) -> None:
    put(outbox, "1.1")
    put(outbox, "1.2")
    outbox.remove(place_of(outbox, "1.1"))
    clock.now += 10 * GRACE
    outbox.tidy()
    assert len(segments(folder)) == 1
    outbox.remove(place_of(outbox, "1.2"))
    clock.now += GRACE - 1
    outbox.tidy()
    assert len(segments(folder)) == 1
    clock.now += 1
    outbox.tidy()
    assert segments(folder) == []


def test_the_time_starts_again_when_something_is_added(outbox: Outbox, folder: Path, clock: Clock) -> None:
    put(outbox, "1.1")
    outbox.remove(place_of(outbox, "1.1"))
    clock.now += GRACE - 1
    put(outbox, "1.2")
    outbox.remove(place_of(outbox, "1.2"))
    clock.now += GRACE - 1
    outbox.tidy()
    assert len(segments(folder)) == 1
    clock.now += 1
    outbox.tidy()
    assert segments(folder) == []


def test_the_segment_that_is_written_to_may_go_as_well(outbox: Outbox, folder: Path, clock: Clock) -> None:
    put(outbox, "1.1")
    outbox.remove(place_of(outbox, "1.1"))
    clock.now += GRACE
    outbox.tidy()
    assert segments(folder) == []
    assert put(outbox, "1.2")
    assert whole(outbox) == {"1.2": b"content"}


def test_only_the_segments_that_are_over_go(outbox: Outbox, folder: Path, clock: Clock) -> None:
    for number in range(6):
        put(outbox, f"1.{number}", bytes(SEGMENT_BYTES // 2))
    kept = place_of(outbox, "1.3").segment
    for place in list(outbox.waiting()):
        if place.segment != kept:
            outbox.remove(place)
    clock.now += GRACE
    outbox.tidy()
    assert segments(folder) == [kept]
    assert all(place.segment == kept for place in outbox.waiting())


def test_a_segment_whose_only_object_could_not_be_written_goes_too(
    outbox: Outbox, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing())
        with pytest.raises(TryAgainError):
            put(outbox, "1.1")
    clock.now += GRACE
    outbox.tidy()
    assert segments(folder) == []


def test_writing_removing_and_tidying_at_the_same_time_loses_nothing(folder: Path) -> None:
    outbox = opened(folder, grace_seconds=0.0)
    stop = threading.Event()

    def tidy() -> None:
        while not stop.is_set():
            outbox.tidy()

    def work(number: int) -> None:
        for step in range(15):
            uid = f"1.{number}.{step}"
            assert put(outbox, uid, uid.encode() * 2000)
            if step % 3:
                outbox.remove(place_of(outbox, uid))

    tidying = threading.Thread(target=tidy)
    tidying.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    stop.set()
    tidying.join(10)
    expected = {f"1.{number}.{step}" for number in range(4) for step in range(0, 15, 3)}
    assert whole(outbox) == {uid: uid.encode() * 2000 for uid in expected}
    outbox.close()
    assert whole(opened(folder)).items() >= {uid: uid.encode() * 2000 for uid in expected}.items()


# Damage


def damage(folder: Path, place: Place, byte: int = -1) -> None:
    (record,) = (record for record in records_in(folder / place.segment) if record.place == place)
    with (folder / place.segment).open("r+b") as file:
        file.seek(record.content_at + (record.content_size + byte if byte < 0 else byte))
        file.write(b"\xee")


def test_damage_is_noticed_when_an_object_is_opened(outbox: Outbox, folder: Path) -> None:
    put(outbox, "1.1")
    damage(folder, place_of(outbox, "1.1"))
    with pytest.raises(DamagedEntryError):
        outbox.open(place_of(outbox, "1.1"))


def test_a_segment_with_a_damaged_object_is_kept_under_another_name(outbox: Outbox, folder: Path, clock: Clock) -> None:
    put(outbox, "1.1", b"damaged")
    put(outbox, "1.2", b"good")
    (name,) = segments(folder)
    damage(folder, place_of(outbox, "1.1"))
    outbox.put_aside(place_of(outbox, "1.1"))
    outbox.remove(place_of(outbox, "1.2"))
    assert outbox.depth() == 0
    clock.now += GRACE
    outbox.tidy()
    assert [path.name for path in folder.iterdir()] == [str(Path(name).with_suffix(DAMAGED))]
    (kept,) = folder.iterdir()
    uids = [Entry.from_json(record.label).sop_instance_uid for record in records_in(kept)]
    assert uids == ["1.1", "1.2"], "what is kept can still be read"
    outbox.close()
    assert opened(folder).depth() == 0


def test_a_damaged_object_that_comes_again_is_healed(outbox: Outbox, folder: Path) -> None:
    put(outbox, "1.1")
    damage(folder, place_of(outbox, "1.1"))
    assert put(outbox, "1.1")
    assert whole(outbox) == {"1.1": b"content"}
    outbox.close()
    assert whole(opened(folder)) == {"1.1": b"content"}


def test_a_damaged_object_is_healed_once_however_many_bring_it(outbox: Outbox, folder: Path) -> None:
    put(outbox, "1.1", b"same")
    damage(folder, place_of(outbox, "1.1"))
    assert attempts(outbox, [b"same"] * 6) == ["kept", *["known"] * 5]
    assert whole(outbox) == {"1.1": b"same"}


def test_an_object_whose_segment_has_vanished_can_come_again(outbox: Outbox, folder: Path) -> None:
    put(outbox, "1.1")
    put(outbox, "1.2", bytes(SEGMENT_BYTES))
    (folder / place_of(outbox, "1.1").segment).unlink()
    with pytest.raises((DamagedEntryError, FileNotFoundError)):
        outbox.open(place_of(outbox, "1.1"))
    assert put(outbox, "1.1")
    assert set(whole(outbox)) == {"1.1", "1.2"}


def test_damage_found_at_the_start_keeps_the_segment_and_all_else_of_it(
    folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = opened(folder)
    for number in range(3):
        put(outbox, f"1.{number}", b"%d" % number * 5000)
    damage(folder, place_of(outbox, "1.1"), byte=0)
    outbox.close()
    later = opened(folder, clock)
    assert set(whole(later)) == {"1.0", "1.2"}
    assert "damaged" in caplog.text
    for place in list(later.waiting()):
        later.remove(place)
    clock.now += GRACE
    later.tidy()
    assert [path.suffix for path in folder.iterdir()] == [DAMAGED]


# A new start


def test_all_that_was_acknowledged_is_found_again(folder: Path) -> None:
    outbox = opened(folder)
    sent = {f"1.{number}": os.urandom(number * 500) for number in range(60)}
    for uid, content in sent.items():
        put(outbox, uid, content)
    outbox.close()
    later = opened(folder)
    assert whole(later) == sent
    for uid, content in sent.items():
        assert not put(later, uid, content)
    with pytest.raises(OutboxConflictError):
        put(later, "1.7", b"another")


def test_all_that_is_known_of_an_object_is_found_again(folder: Path) -> None:
    known = entry("1.1", b"content")
    outbox = opened(folder)
    outbox.put(known, (b"content",))
    outbox.close()
    later = opened(folder)
    assert [later.entry(place) for place in later.waiting()] == [known]


def test_an_outbox_that_was_never_closed_is_found_again(folder: Path) -> None:
    put(opened(folder), "1.1")
    assert whole(opened(folder)) == {"1.1": b"content"}


def test_what_was_done_goes_again_after_a_new_start(folder: Path) -> None:
    """Orthanc may have lost what it answered for."""
    outbox = opened(folder)
    for uid in ("1.1", "1.2"):
        put(outbox, uid)
    outbox.remove(place_of(outbox, "1.1"))
    outbox.close()
    assert set(whole(opened(folder))) == {"1.1", "1.2"}


def test_what_is_left_at_the_start_can_go_in_the_end(folder: Path, clock: Clock) -> None:
    outbox = opened(folder)
    put(outbox, "1.1")
    outbox.close()
    later = opened(folder, clock)
    later.remove(place_of(later, "1.1"))
    clock.now += GRACE
    later.tidy()
    assert list(folder.iterdir()) == []


def test_an_object_kept_in_place_of_one_that_had_gone_is_not_lost_in_a_new_start(folder: Path) -> None:
    """Both were acknowledged. The second is in conflict with the first, which is for the forwarder to find."""
    outbox = opened(folder)
    put(outbox, "1.1", b"first")
    outbox.remove(place_of(outbox, "1.1"))
    assert put(outbox, "1.1", b"second")
    outbox.close()
    later = opened(folder)
    assert b"second" in [later.open(place).file for place in later.waiting()]


def test_what_was_never_acknowledged_does_not_hide_what_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = opened(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing(errno.EIO))
        with pytest.raises(TryAgainError):
            put(outbox, "1.1", b"first, refused")
    (refused,) = folder.iterdir()
    assert put(outbox, "1.1", b"second, kept")
    outbox.close()
    os.utime(refused, (1, 1))  # the clock of file times is coarse: it is the older one
    later = opened(folder)
    assert b"second, kept" in [later.open(place).file for place in later.waiting()]


def test_whatever_else_lies_in_the_folder_breaks_nothing(folder: Path) -> None:
    outbox = opened(folder)
    put(outbox, "1.1")
    outbox.close()
    (folder / f"empty{SUFFIX}").write_bytes(b"")
    (folder / f"short{SUFFIX}").write_bytes(b"OSTEON-R")
    (folder / f"garbage{SUFFIX}").write_bytes(os.urandom(100_000))
    (folder / f"zeros{SUFFIX}").write_bytes(bytes(100_000))
    (folder / f"old{DAMAGED}").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    later = opened(folder)
    assert whole(later) == {"1.1": b"content"}
    assert put(later, "1.2")


# From outside


def test_another_process_sees_how_many_wait(outbox: Outbox, folder: Path) -> None:
    for number in range(7):
        put(outbox, f"1.{number}", bytes(SEGMENT_BYTES // 4))
    outbox.remove(place_of(outbox, "1.2"))
    assert waiting_in(folder) == outbox.depth() == 6
    code = (
        f"from pathlib import Path; from dicom_node.waiting import waiting_in; print(waiting_in(Path({str(folder)!r})))"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["6"]


def test_looking_while_segments_go_is_harmless(outbox: Outbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        put(outbox, f"1.{number}", bytes(SEGMENT_BYTES // 2))
    gone = place_of(outbox, "1.3").segment
    glob = Path.glob

    def with_one_that_goes(path: Path, pattern: str) -> list[Path]:
        found = list(glob(path, pattern))
        (folder / gone).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "glob", with_one_that_goes)
    assert waiting_in(folder) == 5


def test_looking_into_an_outbox_that_was_never_made_sees_nothing(tmp_path: Path) -> None:
    assert waiting_in(tmp_path / "nowhere") == 0


def test_what_lies_in_a_record_is_the_file_as_it_goes_to_orthanc(outbox: Outbox, folder: Path) -> None:
    put(outbox, "1.1", b"the file")
    (record,) = records_in(folder / place_of(outbox, "1.1").segment)
    assert read_content(folder, record) == b"the file"
    assert Entry.from_json(record.label) == entry("1.1", b"the file")
