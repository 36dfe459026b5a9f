"""SIGHUP: a terminal that was closed ends what was started from it; everything else asks to read again."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from tests.services.processes import wait_for

SCRIPT = """
import sys, threading
from pathlib import Path
from osteon.signals import stop_event
said = Path(sys.argv[1])
reload = threading.Event()
stopping = stop_event(reload)
said.write_text("waiting")
while not stopping.wait(0.02):
    if reload.is_set():
        reload.clear()
        said.write_text("reload")
print("stopping", flush=True)  # an error on a terminal that is gone
said.write_text("stop")
"""


def waits(said: Path, word: str = "waiting") -> None:
    wait_for(lambda: said.exists() and said.read_text() == word, word, 20)


def test_without_a_terminal_it_asks_to_read_again(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, said], start_new_session=True) as process:
        waits(said)
        process.send_signal(signal.SIGHUP)
        waits(said, "reload")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert said.read_text() == "stop"


def test_a_closed_terminal_stops_and_a_signal_to_one_that_is_open_does_not(tmp_path: Path) -> None:
    said = tmp_path / "said"
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, [sys.executable, "-c", SCRIPT, str(said)])  # noqa: S606 - ourselves
    waits(said)
    os.kill(process, signal.SIGHUP)
    waits(said, "reload")
    os.close(terminal)
    waits(said, "stop")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def test_who_is_started_with_nohup_outlives_the_terminal(tmp_path: Path) -> None:
    said = tmp_path / "said"
    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what nohup does
        os.execv(sys.executable, [sys.executable, "-c", SCRIPT, str(said)])  # noqa: S606
    waits(said)
    os.close(terminal)
    waits(said, "reload")
    os.kill(process, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
