"""`osteon watch` as a process: what appears in the folder arrives, and no file is lost whatever happens."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import cast

import pytest
from click.testing import CliRunner, Result
from pydicom.uid import MRImageStorage
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from osteon.commands.watch import command
from osteon.transfer.destination import Destination
from tests.builders.receivers import receiving, write_object
from tests.services.processes import end, free_port, wait_for

SECRET = "SECRETNAME"


class Receiver:
    """Keeps what it gets; answers what the test wants, by default Success."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.answer: Callable[[bytes], int] = lambda _: 0

    def __call__(self, event: Event) -> int:
        content = cast(C_STORE, event.request).DataSet
        assert content is not None
        self.received.append(content.getvalue())
        return self.answer(self.received[-1])


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def destination(receiver: Receiver) -> Iterator[Destination]:
    with receiving(receiver) as where:
        yield where


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "incoming"
    made.mkdir()
    return made


def arguments(folder: Path, destination: Destination, *options: str) -> list[str]:
    return [sys.executable, "-m", "osteon", "watch", str(folder), "--to", str(destination), "--settle", "0.3", *options]


@contextmanager
def watching(folder: Path, destination: Destination, *options: str) -> Iterator[Path]:
    """A running watch, and the file that it logs to."""
    log = folder.with_name("watch.log")
    with log.open("ab") as output:
        process = subprocess.Popen(arguments(folder, destination, *options), stderr=output)
    try:
        wait_for(lambda: "watching" in log.read_text(), "the watch is at work")
        yield log
    finally:
        code = end(process)
    assert code == 0, log.read_text()


@pytest.fixture(autouse=True)
def process_state() -> Iterator[None]:
    """What the command sets for its whole process, which here is that of the tests."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGIO)
    handlers, mask = [signal.getsignal(number) for number in signals], os.umask(0o022)
    os.umask(mask)
    root, levels = logging.getLogger(), logging.getLogger("osteon").level
    log_handlers, level = list(root.handlers), root.level
    yield
    for number, handler in zip(signals, handlers, strict=True):
        signal.signal(number, handler)
    os.umask(mask)
    root.handlers[:], root.level = log_handlers, level
    logging.getLogger("osteon").setLevel(levels)
    for library in ("pydicom", "pynetdicom", "urllib3", "requests", "orthanc_api_client"):
        logging.getLogger(library).setLevel(logging.NOTSET)


def once(folder: Path, destination: Destination, *options: str) -> Result:
    """One pass over the folder, in this process."""
    given = [str(folder), "--to", str(destination), "--settle", "0.3", "--once", *options]
    return CliRunner().invoke(command, given, catch_exceptions=False)


def files_in(folder: Path) -> list[str]:
    """All that is not ours, by relative path."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and ".osteon-" not in path.name
    )


def body(path: Path) -> bytes:
    content = path.read_bytes()
    return content[144 + int.from_bytes(content[140:144], "little") :]


@pytest.mark.parametrize("options", [(), ("--poll", "0.2")])
def test_what_is_there_and_what_comes_is_sent_and_moved(
    folder: Path, receiver: Receiver, destination: Destination, options: tuple[str, ...]
) -> None:
    first = body(write_object(folder / f"{SECRET}.dcm"))
    with watching(folder, destination, *options) as log:
        wait_for(lambda: len(receiver.received) == 1, "the file that was there is sent")
        second = body(write_object(folder / SECRET / "deep" / "a"))
        wait_for(lambda: len(receiver.received) == 2, "the file that came is sent")
        write_object(folder / "b.part").rename(folder / "b")
        wait_for(lambda: len(files_in(folder / "done")) == 3, "all are moved")
    assert receiver.received[:2] == [first, second]
    assert files_in(folder) == [f"done/{SECRET}.dcm", f"done/{SECRET}/deep/a", "done/b"]
    assert SECRET not in log.read_text()


def test_a_file_is_never_sent_before_it_is_whole(folder: Path, receiver: Receiver, destination: Destination) -> None:
    whole = write_object(folder.with_name("whole"), filling=bytes(100_000)).read_bytes()
    with watching(folder, destination):
        other = write_object(folder.with_name("other"))
        with (folder / "growing").open("wb", buffering=0) as growing:
            growing.write(whole[:50_000])
            other.rename(folder / "other")
            wait_for(lambda: files_in(folder / "done") == ["other"], "the watch has looked meanwhile")
            growing.write(whole[50_000:])
        wait_for(lambda: len(files_in(folder / "done")) == 2, "both are sent")
    assert [len(content) > 100_000 for content in receiver.received] == [False, True]


def test_what_will_never_be_taken_is_set_aside_with_the_reason(
    folder: Path, receiver: Receiver, destination: Destination
) -> None:
    refused = body(write_object(folder / "study" / "refused"))
    receiver.answer = lambda content: 0xC100 if content == refused else 0
    write_object(folder / "taken")
    write_object(folder / "mr", sop_class=MRImageStorage)
    (folder / "notes.txt").write_text("not DICOM")
    (folder / "damaged").write_bytes(write_object(folder / "damaged").read_bytes()[:150])
    result = once(folder, destination)
    assert result.exit_code == 1
    assert files_in(folder / "done") == ["taken"]
    reasons = {
        name.removesuffix(".reason.txt"): (folder / "failed" / name).read_text().partition(" ")[2].strip()
        for name in files_in(folder / "failed")
        if name.endswith(".reason.txt")
    }
    assert reasons["study/refused"].startswith("refused 0xC100")
    assert reasons["mr"].startswith("not accepted at negotiation: MR Image Storage")
    assert reasons["notes.txt"].startswith("not a DICOM file")
    assert reasons["damaged"] == "unreadable"
    assert len(files_in(folder)) == 1 + 2 * 4
    assert "1 sent, 4 failed" in result.stderr


def test_a_peer_that_is_away_or_full_is_waited_for(folder: Path, receiver: Receiver) -> None:
    write_object(folder / "a")
    nobody = Destination(ae_title="TESTSCP", host="127.0.0.1", port=free_port())
    assert once(folder, nobody).exit_code == 1
    assert files_in(folder) == ["a"]
    answers = iter([0xA700] * 3)
    receiver.answer = lambda _: next(answers, 0)
    with receiving(receiver) as destination, watching(folder, destination):
        wait_for(lambda: files_in(folder) == ["done/a"], "it was taken in the end")
    assert len(receiver.received) == 4


@pytest.mark.parametrize(("option", "left"), [("--remove", []), ("--keep", ["a", "sub/b"])])
def test_sent_files_may_be_removed_or_kept(
    folder: Path, receiver: Receiver, destination: Destination, option: str, left: list[str]
) -> None:
    write_object(folder / "a")
    write_object(folder / "sub" / "b")
    for _ in range(2):
        assert once(folder, destination, option).exit_code == 0
        assert files_in(folder) == left
    assert len(receiver.received) == 2


def test_a_file_of_the_same_name_does_not_replace_the_earlier_one(
    folder: Path, receiver: Receiver, destination: Destination
) -> None:
    contents = set()
    for _ in range(3):
        contents.add(write_object(folder / "a").read_bytes())
        assert once(folder, destination).exit_code == 0
    assert files_in(folder) == ["done/a", "done/a~1", "done/a~2"]
    assert {path.read_bytes() for path in (folder / "done").iterdir()} == contents
    assert len(receiver.received) == 3


def test_a_file_that_is_replaced_while_it_is_sent_is_sent_as_well(
    folder: Path, receiver: Receiver, destination: Destination
) -> None:
    old = write_object(folder / "a")
    new = write_object(folder.with_name("new"))
    contents = [body(old), body(new)]

    def replace(_: bytes) -> int:
        if new.exists():
            new.rename(old)
        return 0

    receiver.answer = replace
    assert once(folder, destination, "--remove").exit_code == 0
    assert receiver.received == contents
    assert files_in(folder) == []


@pytest.mark.parametrize("option", ["--remove", None])
def test_killed_at_any_point_it_loses_nothing(
    folder: Path, receiver: Receiver, destination: Destination, option: str | None
) -> None:
    random = Random(4)  # noqa: S311 - moments that can be repeated
    options = () if option is None else (option,)
    contents = [body(write_object(folder / f"{number}")) for number in range(30)]
    for _ in range(2):
        reached, enough = threading.Event(), len(receiver.received) + random.randint(1, 12)

        def count(_: bytes, reached: threading.Event = reached, enough: int = enough) -> int:
            if len(receiver.received) >= enough:
                reached.set()
            return 0

        receiver.answer = count
        process = subprocess.Popen(arguments(folder, destination, *options), stderr=subprocess.DEVNULL)
        assert reached.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert once(folder, destination, *options).exit_code == 0
    assert set(receiver.received) == set(contents)
    assert files_in(folder) == ([] if option else sorted(f"done/{number}" for number in range(30)))


def test_two_watches_of_one_folder_are_one_too_many(folder: Path, destination: Destination) -> None:
    with watching(folder, destination):
        result = once(folder, destination)
    assert result.exit_code == 1
    assert "another `osteon watch` has" in result.stderr


def test_ways_to_end_that_exclude_each_other_are_a_usage_error(folder: Path, destination: Destination) -> None:
    assert once(folder, destination, "--keep", "--remove").exit_code == 2
