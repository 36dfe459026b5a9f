"""Which files of a watched folder count as whole."""

import os
from pathlib import Path

import pytest

from osteon.incoming.waiting import STALLED_SECONDS, Waiting

SETTLE = 2.0


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def waiting_in(folder: Path, clock: Clock, *, is_local: bool = True) -> Waiting:
    return Waiting(folder, settle_seconds=SETTLE, left_alone=(folder / "done",), is_local=is_local, clock=clock)


def just_written(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    status = path.stat()
    assert status.st_ctime_ns == status.st_mtime_ns, "this file system notes no other time for a write"
    return path


def names(waiting: Waiting) -> list[str]:
    return [path.name for path in waiting.whole()]


@pytest.mark.parametrize("is_local", [True, False])
def test_a_file_is_whole_once_it_has_not_changed_for_a_while(tmp_path: Path, clock: Clock, is_local: bool) -> None:
    waiting = waiting_in(tmp_path, clock, is_local=is_local)
    just_written(tmp_path / "deep" / "er" / "a")
    assert names(waiting) == []
    clock.now += SETTLE - 0.1
    assert names(waiting) == []
    clock.now += 0.1
    assert names(waiting) == ["a"]


def test_every_change_makes_it_wait_anew(tmp_path: Path, clock: Clock) -> None:
    waiting, file = waiting_in(tmp_path, clock), just_written(tmp_path / "a")
    assert names(waiting) == []
    for _ in range(3):
        clock.now += SETTLE
        with file.open("ab") as opened:
            opened.write(b"more")
        assert names(waiting) == []
    clock.now += SETTLE
    assert names(waiting) == ["a"]


def test_a_file_that_is_renamed_when_it_is_finished_is_whole_at_once(tmp_path: Path, clock: Clock) -> None:
    waiting, file = waiting_in(tmp_path, clock), just_written(tmp_path / "a.part")
    assert names(waiting) == []
    before = file.stat().st_ctime_ns
    while file.exists() and file.stat().st_ctime_ns == before:  # until the file system's clock has moved on
        file.chmod(0o600)
    file.rename(tmp_path / "a")
    assert names(waiting) == ["a"]


def test_times_of_a_network_share_prove_nothing(tmp_path: Path, clock: Clock) -> None:
    waiting, file = waiting_in(tmp_path, clock, is_local=False), just_written(tmp_path / "a")
    os.utime(file, (0, 0))
    assert names(waiting) == []


def test_a_file_that_somebody_has_open_for_writing_waits_but_not_for_ever(tmp_path: Path, clock: Clock) -> None:
    waiting, file = waiting_in(tmp_path, clock), just_written(tmp_path / "a")
    with file.open("ab"):
        os.utime(file, (0, 0))
        assert names(waiting) == []
        clock.now += SETTLE
        assert names(waiting) == []
        clock.now += STALLED_SECONDS
        assert names(waiting) == ["a"]
    os.utime(file, (1, 1))
    assert names(waiting) == ["a"]


@pytest.mark.parametrize("name", [".a", "a.part", "a.PART", "a.partial", "a.filepart", ".hidden/a", "done/a"])
def test_what_is_unfinished_hidden_or_done_is_left_alone(tmp_path: Path, clock: Clock, name: str) -> None:
    waiting = waiting_in(tmp_path, clock)
    just_written(tmp_path / name)
    waiting.whole()
    clock.now += SETTLE
    assert names(waiting) == []
    assert waiting.count == 0


def test_links_and_pipes_are_left_alone(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "in").mkdir()
    just_written(tmp_path / "elsewhere")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "in" / "pipe")
    waiting = waiting_in(tmp_path / "in", clock)
    waiting.whole()
    clock.now += SETTLE
    assert names(waiting) == []
