"""Processes that tests start: free ports, waiting without sleeping blindly, ending by process id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

STEP_SECONDS = 0.05
STOP_SECONDS = 30.0


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Look again and again until `condition` holds; fail, saying `what` was awaited, when time runs out."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(STEP_SECONDS)


def answers(port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGINT) -> int:
    """Ask a process to end and wait for it; returns its exit code."""
    process.send_signal(number)
    return process.wait(STOP_SECONDS)


def with_environment(name: str, value: str) -> list[int]:
    """The ids of running processes that have this environment variable, our own excepted."""
    wanted = f"{name}={value}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found
