"""Handing connections from the process that takes them to those that serve them (SCM_RIGHTS over a socket pair)."""

import json
import logging
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger("osteon.node")

READY, ENDED, STILL_HERE = b"ready", b"ended", b"still here"
STOP, RELOAD, REFUSED = b"stop", b"reload", b"refused"
_LONGEST = 1024

LONGEST_SHORTAGE_SECONDS = 2.0
"""For which a connection is left with who hands it over; an order to stop comes the same way."""

_PAUSE_SECONDS = 0.05
_SPARE = 8
"""File descriptors that must be left: for the connection, and what is opened while it is served."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A connection that was taken, and from where it came."""

    connection: socket.socket
    address: str
    is_secured: bool


class Giver:
    """The end of the process that takes connections. Never waits: a worker that does not listen is none."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        channel.setblocking(False)

    def fileno(self) -> int:
        return self._channel.fileno()

    def give(self, connection: socket.socket, address: str, *, is_secured: bool) -> bool:
        """Hand over a connection, which is closed here. False when the worker does not take it."""
        message = json.dumps([address, is_secured]).encode("ascii")
        try:
            socket.send_fds(self._channel, [message], [connection.fileno()])
        except OSError:
            return False
        connection.close()
        return True

    def news(self) -> bytes | None:
        """What the worker says: READY, ENDED (one connection less), or b"" when it has gone; None: nothing."""
        try:
            return self._channel.recv(_LONGEST)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def order(self, what: bytes) -> None:
        """STOP: come to an end; RELOAD: read the configuration again; REFUSED: the one that is there cannot be used."""
        with suppress(OSError):
            self._channel.send(what)

    def close(self) -> None:
        self._channel.close()


class Taker:
    """The end of a process that serves connections."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.is_orphaned = False
        """Whether the other process has gone without having said STOP."""

    def say(self, news: bytes) -> None:
        """READY or ENDED. Whether anybody listens is found out by `take`."""
        with suppress(OSError):
            self._channel.send(news)

    def take(
        self, reload: Callable[[], object] = lambda: None, refuse: Callable[[], object] = lambda: None
    ) -> Handed | None:
        """The next connection; None when this process shall end, or the other one has.

        `reload`: called when the configuration is to be read again; `refuse`: when it was, and cannot be used.
        """
        told = {RELOAD: reload, REFUSED: refuse}
        while True:
            message, descriptors = self._hear()
            if descriptors:
                address, is_secured = json.loads(message)
                return Handed(socket.socket(fileno=descriptors[0]), address, is_secured)
            if message in {b"", STOP}:
                self.is_orphaned = message != STOP and not self._can_be_heard()
                return None
            if (act := told.get(message)) is not None:
                act()
            else:  # a connection that there was no file descriptor for: the kernel has closed it
                log.warning("a connection was closed: there is no file descriptor left for it")
                self.say(ENDED)

    def _hear(self) -> tuple[bytes, list[int]]:
        self._wait_for_descriptors()
        try:
            message, descriptors, _, _ = socket.recv_fds(self._channel, _LONGEST, 1)
        except OSError:
            return b"", []
        return message, list(descriptors)

    def _wait_for_descriptors(self) -> None:
        """Once there is something to hear."""
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.poll()
        deadline = time.monotonic() + LONGEST_SHORTAGE_SECONDS
        while not self._has_descriptors() and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)

    def _has_descriptors(self) -> bool:
        spare: list[int] = []
        try:
            while len(spare) < _SPARE:
                spare.append(os.dup(self._channel.fileno()))
        except OSError:
            return False
        finally:
            for descriptor in spare:
                os.close(descriptor)
        return True

    def _can_be_heard(self) -> bool:
        """Whether the other end is still there: then it was a signal that ended the waiting."""
        try:
            self._channel.send(STILL_HERE)
        except OSError:
            return False
        return True


def handover() -> tuple[Giver, socket.socket]:
    """Both ends: the second is for the worker's `Taker`."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return Giver(ours), theirs
