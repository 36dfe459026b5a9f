"""Ending on request: signals ask, nothing is torn down in the middle."""

import signal
import threading
from types import FrameType


def stop_event() -> threading.Event:
    """An event that SIGINT (Ctrl-C), SIGTERM and SIGHUP (a closed terminal) set. For the main thread."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping
