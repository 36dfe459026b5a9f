"""The outbox after a crash: every acknowledged object is there and whole, whenever the power or the process went."""

import hashlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from dicom_node import large_segment, segments
from dicom_node.entry import Entry, checksum_of
from dicom_node.errors import TryAgainError
from dicom_node.outbox import Outbox
from dicom_node.segments import SUFFIX, Segment
from dicom_node.waiting import waiting_in
from tests.builders.power_cut import Event, Kind, Recorder, Survival, after_cut

SEGMENT_BYTES = 1 << 15
KILLS = 24
SEED = 20_260_401


def content_of(uid: str, size: int) -> bytes:
    """No two blocks alike, and known from the identifier."""
    blocks = -(-size // 32)
    return b"".join(hashlib.sha256(f"{uid} {number}".encode()).digest() for number in range(blocks))[:size]


def entry(uid: str, content: bytes) -> Entry:
    return Entry(
        association_id="0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11",
        pseudonym="OST-7K3M9-QPXRC",
        study_instance_uid="2.25.1",
        series_instance_uid="2.25.2",
        sop_instance_uid=uid,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        modality="CT",
        study_date=None,
        patient_sex=None,
        series_number=None,
        instance_number=None,
        frame_of_reference_uid=None,
        rows=512,
        columns=512,
        number_of_frames=None,
        size=len(content),
        checksum=checksum_of((content,)),
        source_digest=hashlib.sha256(uid.encode()).hexdigest(),
        received_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def size_of(uid: str) -> int:
    """From nothing to more than a segment; most are small."""
    return Random(uid).choice((0, 1, 900, 3300, 4096, 9000, SEGMENT_BYTES + 5))  # noqa: S311


def put(outbox: Outbox, uid: str) -> bool:
    content = content_of(uid, size_of(uid))
    return outbox.put(entry(uid, content), (content[:700], memoryview(content)[700:]))


def opened(folder: Path, grace_seconds: float = 0.0, spare_segments: int = 0) -> Outbox:
    return Outbox(
        folder,
        segment_bytes=SEGMENT_BYTES,
        reserve_bytes=0,
        grace_seconds=grace_seconds,
        spare_segments=spare_segments,
    )


def whole(outbox: Outbox) -> set[str]:
    """The identifiers of what waits; fails when one is not whole, or not what was put."""
    found = set()
    for place in outbox.waiting():
        waiting = outbox.open(place)
        uid = waiting.entry.sop_instance_uid
        assert waiting.file == content_of(uid, size_of(uid)), f"{uid} is not what was put"
        assert uid not in found
        found.add(uid)
    return found


# A power cut

Work = Callable[[Outbox, Recorder], None]


def one_after_the_other(outbox: Outbox, recorder: Recorder) -> None:
    for number in range(14):
        uid = f"1.{number}"
        assert put(outbox, uid)
        recorder.note(f"kept {uid}")


def with_some_going(outbox: Outbox, recorder: Recorder) -> None:
    """What is removed may be gone, and may be back; segments are removed at once."""
    for number in range(12):
        uid = f"2.{number}"
        assert put(outbox, uid)
        recorder.note(f"kept {uid}")
        if number % 4 != 1:
            recorder.note(f"gone {uid}")
            outbox.remove(list(outbox.waiting())[-1])
        outbox.tidy()


def four_at_a_time(outbox: Outbox, recorder: Recorder) -> None:
    def work(number: int) -> None:
        uid = f"3.{number}"
        with suppress(TryAgainError):
            assert put(outbox, uid)
            recorder.note(f"kept {uid}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(16)))


def with_second_tries(outbox: Outbox, recorder: Recorder) -> None:
    for number in range(11):
        uid = f"4.{number}"
        for _ in range(3):
            try:
                assert put(outbox, uid)
            except TryAgainError:
                continue
            recorder.note(f"kept {uid}")
            break


def with_segments_used_again(outbox: Outbox, recorder: Recorder) -> None:
    """What was in a segment when it was used before must neither come back nor hide what is new."""
    for number in range(16):
        uid = f"5.{number}"
        assert put(outbox, uid)
        recorder.note(f"kept {uid}")
        if number % 3:
            recorder.note(f"gone {uid}")
            outbox.remove(list(outbox.waiting())[-1])
        outbox.tidy()
        while outbox.make_ready():
            pass


def put_large(outbox: Outbox, uid: str) -> bool:
    """The pixels in two pieces, synced on the way; then what comes before and behind them."""
    content = content_of(uid, size_of(uid))
    header, pixels, trailer = content[:600], content[600:-100], content[-100:]
    segment = outbox.begin_large(len(header), len(pixels))
    try:
        for piece in (memoryview(pixels)[:4000], memoryview(pixels)[4000:]):
            segment.write(piece)
        return outbox.put_large(entry(uid, content), segment, header, trailer)
    finally:
        segment.discard()


def with_large_ones(outbox: Outbox, recorder: Recorder) -> None:
    """Large and small ones in turn; some are broken off, some come twice, some go to Orthanc."""
    uids = (uid for uid in (f"6.{number}" for number in range(100)) if size_of(uid) > 900)
    for number, uid in enumerate(islice(uids, 5)):
        if number % 4 == 3:
            outbox.begin_large(500, 5000).discard()
            assert put(outbox, uid)
        else:
            with suppress(TryAgainError, OSError):
                assert put_large(outbox, uid)
                assert number or not put_large(outbox, uid)
        if uid not in {outbox.entry(place).sop_instance_uid for place in outbox.waiting()}:
            continue
        recorder.note(f"kept {uid}")
        if number == 2:
            recorder.note(f"gone {uid}")
            outbox.remove(list(outbox.waiting())[-1])
        outbox.tidy()


@dataclass(frozen=True, slots=True)
class Case:
    """Something that is going on when the power goes."""

    work: Work
    real: bool = False
    spare_segments: int = 0
    failing_syncs: tuple[int, ...] = ()
    notes: int = 10
    """At least."""


CASES = {
    "one after the other": Case(one_after_the_other),
    "some go to Orthanc": Case(with_some_going),
    "four at a time": Case(four_at_a_time, real=True),
    "segments are used again": Case(with_segments_used_again, spare_segments=2),
    "some syncs fail": Case(with_second_tries, failing_syncs=(1, 4, 5, 9)),
    "four at a time, and some syncs fail": Case(
        four_at_a_time, real=True, failing_syncs=(2, 3), notes=16 - 2 * 4
    ),  # four may wait for one sync
    "large ones, stored while they come": Case(with_large_ones, notes=5),
    "large ones, and some syncs fail": Case(with_large_ones, failing_syncs=(3, 11), notes=3),
}
SURVIVALS = {
    "nothing": [Survival(0)],
    "everything": [Survival(1)],
    "some blocks": [Survival(share, 4096, Random(number)) for number, share in enumerate((0.3, 0.7))],  # noqa: S311
    "torn blocks": [Survival(share, 512, Random(number)) for number, share in enumerate((0.4, 0.9))],  # noqa: S311
}


def recorded(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    folder.mkdir()
    with monkeypatch.context() as patched:
        recorder = Recorder(folder, patched, real=case.real, failing_syncs=case.failing_syncs)
        outbox = opened(folder, spare_segments=case.spare_segments)
        case.work(outbox, recorder)
        outbox.close()
        return recorder.events


def losses(events: Sequence[Event], folder: Path, survivals: Sequence[Survival]) -> Iterator[str]:
    """What is wrong after a cut at each point, with each kind of survival."""
    for cut in range(len(events) + 1):
        notes = [event.other.split() for event in events[:cut] if event.kind is Kind.NOTED]
        kept = {uid for what, uid in notes if what == "kept"} - {uid for what, uid in notes if what == "gone"}
        for number, survival in enumerate(survivals):
            found = folder / f"{cut}-{number}"
            found.mkdir(parents=True)
            after_cut(events[:cut], found, survival)
            outbox = opened(found)
            try:
                missing = kept - whole(outbox)
            except AssertionError as error:
                yield f"after {cut} events: {error}"
                continue
            if missing:
                yield f"after {cut} events: {missing} lost"


@pytest.fixture(autouse=True)
def frequent_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of large objects, which are small here."""
    monkeypatch.setattr(large_segment, "SYNC_BYTES", 3000)
    monkeypatch.setattr(large_segment, "SLACK_BYTES", 4096)


@pytest.fixture
def no_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder knows what was synced; that the disk knows it too takes time only."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


@pytest.mark.usefixtures("no_syncs")
@pytest.mark.parametrize("left", SURVIVALS)
@pytest.mark.parametrize("case", CASES)
def test_every_acknowledged_object_survives_a_power_cut_whole(
    case: str, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if CASES[case].real:  # a sync that takes a moment, so that others come meanwhile
        monkeypatch.setattr(os, "fdatasync", lambda _: time.sleep(0.001))
    events = recorded(CASES[case], tmp_path / "objects", monkeypatch)
    assert sum(event.kind is Kind.NOTED for event in events) >= CASES[case].notes
    assert list(losses(events, tmp_path / "cut", SURVIVALS[left])) == []


@pytest.mark.usefixtures("no_syncs")
def test_after_a_power_cut_the_outbox_takes_new_work_and_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = recorded(CASES["one after the other"], tmp_path / "objects", monkeypatch)
    for cut in range(0, len(events), 7):
        folder = tmp_path / f"{cut}"
        folder.mkdir()
        after_cut(events[:cut], folder, Survival(0.5, 512, Random(cut)))  # noqa: S311
        outbox = opened(folder)
        before = whole(outbox)
        assert {f"1.{number}" for number in range(14) if not put(outbox, f"1.{number}")} == before
        assert put(outbox, "9.9")
        outbox.close()
        assert whole(opened(folder)) == {"9.9", *(f"1.{number}" for number in range(14))}
        assert waiting_in(folder) >= 15


def never(_: object) -> None:
    """In place of something that is needed."""


@pytest.mark.usefixtures("no_syncs")
@pytest.mark.parametrize(
    ("where", "what"),
    [(Segment, "_sync"), (segments, "sync_folder")],
    ids=["records are not synced", "the folder is not synced"],
)
def test_the_simulation_sees_an_outbox_that_is_not_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: object, what: str
) -> None:
    monkeypatch.setattr(where, what, never)
    events = recorded(CASES["one after the other"], tmp_path / "objects", monkeypatch)
    assert "lost" in next(losses(events, tmp_path / "cut", SURVIVALS["nothing"]))


@pytest.mark.usefixtures("no_syncs")
@pytest.mark.parametrize(
    ("where", "what"),
    [(os, "fdatasync"), (large_segment, "sync_folder")],
    ids=["its content is not synced", "its name is not synced"],
)
def test_the_simulation_sees_a_large_object_that_is_not_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: object, what: str
) -> None:
    folder = tmp_path / "objects"
    folder.mkdir()
    with monkeypatch.context() as patched:
        recorder = Recorder(folder, patched)
        patched.setattr(where, what, never)
        with_large_ones(opened(folder), recorder)
    assert "lost" in next(losses(recorder.events, tmp_path / "cut", SURVIVALS["nothing"]))


@pytest.mark.usefixtures("no_syncs")
def test_the_simulation_sees_an_outbox_that_trusts_a_failed_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which acknowledges what an earlier sync had failed for, as the next one does not."""

    def twice(segment: Segment) -> None:
        descriptor = segment._descriptor  # noqa: SLF001
        with suppress(OSError):
            os.fdatasync(descriptor)
            return
        os.fdatasync(descriptor)

    monkeypatch.setattr(Segment, "_sync", twice)
    events = recorded(CASES["some syncs fail"], tmp_path / "objects", monkeypatch)
    assert "lost" in next(losses(events, tmp_path / "cut", SURVIVALS["nothing"]))


# kill -9


def write_until_killed(folder: Path, name: str) -> None:
    """Three threads write; each identifier is told once it is acknowledged. One in four is removed again."""
    outbox = opened(folder)
    told = os.open(folder.with_name("told"), os.O_WRONLY)
    os.write(told, f"{os.getpid()}\n".encode())

    def work(thread: int) -> None:
        number = 0
        while True:
            number += 1
            uid = f"{name}.{thread}.{number}"
            assert put(outbox, uid)
            os.write(told, f"kept {uid}\n".encode())
            if number % 4 == 0:
                os.write(told, f"gone {uid}\n".encode())
                for place in outbox.waiting():
                    with suppress(FileNotFoundError):
                        if outbox.entry(place).sop_instance_uid == uid:
                            outbox.remove(place)
                outbox.tidy()

    for thread in range(3):
        threading.Thread(target=work, args=(thread,), daemon=True).start()
    signal.pause()


def nursery() -> None:
    """For each line on standard input, a folder and a name, a child that writes until it is killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        folder, name = line.split()
        if os.fork() == 0:
            try:
                write_until_killed(Path(folder), name)
            finally:
                os._exit(1)


@pytest.fixture
def writers() -> Iterator[Callable[[Path, str], None]]:
    """Starts a process that writes."""
    command = [sys.executable, "-c", f"from {__name__} import nursery; nursery()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        wanted = process.stdin

        def start(folder: Path, name: str) -> None:
            wanted.write(f"{folder} {name}\n")
            wanted.flush()

        yield start
        wanted.close()


class Told:
    """What a writer tells."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._text = b""
        self.is_over = False

    def read(self) -> list[str]:
        """The whole lines so far, waiting for more; none is lost when the writer is killed."""
        ready, _, _ = select.select([self._descriptor], [], [], 10)
        assert ready, "the writer is silent"
        piece = os.read(self._descriptor, 65_536)
        self.is_over = bool(self._text) and not piece
        self._text += piece
        return self._text.decode().split("\n")[:-1]

    def close(self) -> None:
        os.close(self._descriptor)


def test_what_was_acknowledged_outlives_kill_9_at_any_moment(
    tmp_path: Path, writers: Callable[[Path, str], None]
) -> None:
    folder, random, kept = tmp_path / "objects", Random(SEED), set[str]()  # noqa: S311
    os.mkfifo(tmp_path / "told")
    for kill in range(KILLS):
        told = Told(tmp_path / "told")
        writers(folder, f"{kill}")
        lines: list[str] = []
        wanted = random.randrange(1, 25)
        while len(lines) < wanted:
            lines = told.read()
        time.sleep(random.uniform(0, 0.005))
        os.kill(int(lines[0]), signal.SIGKILL)
        while not told.is_over:
            lines = told.read()
        told.close()
        notes = [line.split() for line in lines[1:]]
        kept |= {uid for what, uid in notes if what == "kept"}
        kept -= {uid for what, uid in notes if what == "gone"}
        outbox = opened(folder)
        assert kept <= whole(outbox)
        if kill % 6 == 5:  # or it grows and grows
            for place in list(outbox.waiting()):
                outbox.remove(place)
            outbox.tidy()
            assert list(folder.glob(f"*{SUFFIX}")) == []
            kept.clear()
        outbox.close()
