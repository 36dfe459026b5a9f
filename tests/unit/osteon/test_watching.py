"""Orthanc may end and is started again; what must run may not; and too many ends are the end."""

import sys
from pathlib import Path

import pytest

from osteon.children import ChildError, Children
from osteon.watching import TRIES, Watch
from tests.services.processes import wait_for

ENDS = [sys.executable, "-c", "print('Error: out of luck')"]
STAYS = [sys.executable, "-c", "import time; time.sleep(600)"]


def news_of(watch: Watch) -> str:
    """What the first look says that finds something."""
    looks = iter(watch.look, "never")
    found: list[str] = []

    def has_ended() -> bool:
        found.extend(news for news in [next(looks)] if news)
        return bool(found)

    wait_for(has_ended, "a process has ended")
    return found[0]


def test_orthanc_is_started_again_and_the_reason_is_said(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        watch = Watch(children, children.start("orthanc", ENDS))
        assert news_of(watch).startswith("orthanc ended (exit code 0): out of luck; started again")


def test_an_orthanc_that_always_ends_is_given_up(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        watch = Watch(children, children.start("orthanc", ENDS))
        for _ in range(TRIES):
            news_of(watch)
        with pytest.raises(ChildError, match="did not help"):
            news_of(watch)


def test_another_process_that_ends_is_an_error(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        watch = Watch(children, children.start("orthanc", STAYS))
        children.start("node", ENDS)
        with pytest.raises(ChildError, match=r"node ended .* out of luck"):
            news_of(watch)


def test_who_does_jobs_is_started_again_beside_an_orthanc_that_runs(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        watch = Watch(children, children.start("orthanc", STAYS), children.start("jobs", ENDS))
        assert news_of(watch).startswith("jobs ended (exit code 0): out of luck; started again, its job goes on")
