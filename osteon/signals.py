"""Doing on request: signals ask, nothing is torn down in the middle."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType


def stop_event(reload: threading.Event | None = None) -> threading.Event:
    """An event that SIGINT (Ctrl-C), SIGTERM and, without `reload`, SIGHUP set. For the main thread.

    `reload`: set by SIGHUP, unless it means that our terminal was closed.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    on_hang_up(stop=stopping.set, reload=(reload or stopping).set)
    return stopping


def on_hang_up(*, stop: Callable[[], None], reload: Callable[[], None]) -> None:
    """What to do at SIGHUP, which means two things: a terminal was closed, or the configuration is to be read again.

    It stops when we were started from a terminal that is gone now. Started with `nohup`, we outlive the terminal.
    """
    terminal = None if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else _terminal()
    outputs = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        _silence([descriptor for descriptor in outputs if not os.isatty(descriptor)])
        (stop if _is_gone(terminal) else reload)()

    signal.signal(signal.SIGHUP, hang_up)


def _terminal() -> int | None:
    """The terminal that closing would end us; None when we have none."""
    with suppress(OSError):
        return os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    return None


def _is_gone(terminal: int | None) -> bool:
    """A terminal that was hung up answers nothing any more."""
    return terminal is not None and not os.isatty(terminal)


def _silence(outputs: list[int]) -> None:
    """Nobody reads what is said to a terminal that is gone, and saying it is an error."""
    for descriptor in outputs:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
