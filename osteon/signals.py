"""Doing on request: signals ask, nothing is torn down in the middle."""

import os
import signal
import threading
from contextlib import suppress
from types import FrameType


def stop_event(reload: threading.Event | None = None) -> threading.Event:
    """An event that SIGINT (Ctrl-C), SIGTERM and, without `reload`, SIGHUP set. For the main thread.

    SIGHUP means two things: a terminal was closed, or the configuration is to be read again. It sets `reload` unless we
    were started from a terminal that is gone now. Started with `nohup`, we outlive the terminal.
    """
    stopping = threading.Event()
    terminal = None if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else _terminal()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        (stopping if reload is None or _is_gone(terminal) else reload).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, hang_up)
    return stopping


def _terminal() -> int | None:
    """The terminal that closing would end us; None when we have none."""
    with suppress(OSError):
        return os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    return None


def _is_gone(terminal: int | None) -> bool:
    """A terminal that was hung up answers nothing any more."""
    return terminal is not None and not os.isatty(terminal)
