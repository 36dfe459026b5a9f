"""Functions that other processes compute: they can be imported there."""

import os
import signal
from pathlib import Path


def doubled(number: int) -> int:
    return 2 * number


def killed_once(item: tuple[int, str]) -> int:
    """The first to come is killed, as by a lack of memory; whoever begins the item again finds the mark."""
    number, mark = item
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        return 2 * number
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def killed_always(_number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refused(number: int) -> int:
    if number == 1:
        raise ValueError("not one")
    return number
