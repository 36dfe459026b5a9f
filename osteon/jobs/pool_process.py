"""One process of the pool on this machine: takes an item, computes, gives the result, until nobody asks any more."""

import pickle
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any


def serve(channel: "Connection[bytes, bytes]", function: Callable[[Any], Any]) -> None:
    """Ends when the other end of `channel` is closed: its process has gone, or wants nothing more.

    What is sent back is a pair: whether it went well, and the result or the error. An error that cannot be sent is told
    by its kind, a text.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the first decides
    try:
        while True:
            _answer(channel, function, channel.recv_bytes())
    except (EOFError, OSError):
        return


def _answer(channel: "Connection[bytes, bytes]", function: Callable[[Any], Any], item: bytes) -> None:
    try:
        message = pickle.dumps((True, function(pickle.loads(item))))  # noqa: S301 - from our own process
    except Exception as error:  # noqa: BLE001 - the boundary of the process
        message = pickle.dumps((False, _sendable(error)))
    channel.send_bytes(message)


def _sendable(error: Exception) -> Exception | str:
    """Some errors are pickled, and then cannot be made again."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class does
        return type(error).__name__
    return error
