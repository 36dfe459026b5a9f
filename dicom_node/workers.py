"""Worker processes behind one port: this one takes connections and hands each to the worker that serves the fewest.

A worker is a whole node with an outbox of its own, as if it stood on another machine behind a balancer: what two of
them receive at the same moment meets in Orthanc and in the ledger. One that ends is started again, and finds its
outbox; the connections of the others go on.
"""

import logging
import multiprocessing
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess

from dicom_node.entrances import Entrance
from dicom_node.handover import ENDED, READY, REFUSED, RELOAD, STOP, Giver, handover

log = logging.getLogger("osteon.node")

LOOK_SECONDS = 0.2
STOP_SECONDS = 20.0
PAUSE_SECONDS = 0.1
TRIES = 5
WITHIN_SECONDS = 60.0

_FORK = multiprocessing.get_context("fork")
"""Tables and rules are read once, before; this process has no thread and no connection that a child could inherit."""


class WorkerError(Exception):
    """A worker cannot be kept running; the message says which and why."""


@dataclass(slots=True)
class _Worker:
    """One of them."""

    number: int
    process: BaseProcess
    giver: Giver
    is_ready: bool = False
    connections: int = 0


class Workers:
    """Started, watched and stopped from one thread."""

    def __init__(
        self,
        run: Callable[[int, socket.socket], None],
        count: int,
        entrances: Sequence[Entrance],
        on_end: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        """`run`: what a worker does, given its number and its end of a `handover`.

        `on_end`: told the number and the process id of one that has ended, before it is started again.
        """
        self._run = run
        self._on_end = on_end
        self._entrances = entrances
        self._selector = selectors.DefaultSelector()
        self._restarts: deque[float] = deque(maxlen=TRIES)
        self._workers: dict[int, _Worker] = {}
        for number in range(count):
            self._workers[number] = self._start(number)

    def wait_until_ready(self, is_stopping: Callable[[], bool]) -> None:
        """Until each can serve, or somebody wants an end. Raises WorkerError when one has ended instead."""
        while not is_stopping() and not all(worker.is_ready for worker in self._workers.values()):
            self._look(restart=False)

    def serve(
        self,
        is_stopping: Callable[[], bool],
        to_reload: threading.Event | None = None,
        read_again: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take connections until somebody wants an end. Raises WorkerError when workers end again and again.

        `to_reload`: set when every worker shall read its configuration again. `read_again`: reads it here, for those
        that are started later, and first; False when it cannot be used, and then no worker reads it.
        """
        for one in self._entrances:
            one.listening.setblocking(False)
            self._selector.register(one.listening, selectors.EVENT_READ, partial(self._accept, one))
        while not is_stopping():
            self._look(restart=True)
            if to_reload is not None and to_reload.is_set():
                to_reload.clear()
                self._order(RELOAD if read_again() else REFUSED)
        for one in self._entrances:
            self._selector.unregister(one.listening)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Each finishes what it has in hand; who takes longer than `seconds` for it is ended."""
        self._order(STOP)
        deadline = time.monotonic() + seconds
        for worker in self._workers.values():
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                log.error("worker %d does not end and is killed; what it acknowledged is durable", worker.number)
                worker.process.kill()
                worker.process.join()
            worker.giver.close()
        self._selector.close()

    def _order(self, what: bytes) -> None:
        for worker in self._workers.values():
            worker.giver.order(what)

    def _start(self, number: int) -> _Worker:
        giver, theirs = handover()
        process = _FORK.Process(target=self._work, args=(number, giver, theirs), name=f"worker {number}")
        process.start()
        theirs.close()
        worker = _Worker(number, process, giver)
        self._selector.register(giver, selectors.EVENT_READ, self._listen_to(worker))
        return worker

    def _work(self, number: int, giver: Giver, theirs: socket.socket) -> None:
        """In the new process: let go of what is not its own, so that others notice when their peer has gone."""
        self._selector.close()
        for other in (giver, *(worker.giver for worker in self._workers.values())):
            other.close()
        for one in self._entrances:
            one.close()
        self._run(number, theirs)

    def _look(self, *, restart: bool) -> None:
        """Handle what has come; look after workers that have ended."""
        for key, _ in self._selector.select(LOOK_SECONDS):
            key.data(key.fileobj)
        for worker in [one for one in self._workers.values() if not one.process.is_alive()]:
            if not restart:
                raise WorkerError(f"worker {worker.number} ended while starting (exit code {worker.process.exitcode})")
            self._start_again(worker)

    def _start_again(self, worker: _Worker) -> None:
        now = time.monotonic()
        if len(self._restarts) == TRIES and now - self._restarts[0] < WITHIN_SECONDS:
            raise WorkerError(f"workers ended {TRIES} times within {WITHIN_SECONDS:.0f} s")
        self._restarts.append(now)
        self._on_end(worker.number, worker.process.pid or 0)
        log.error("worker %d ended (exit code %s); started again", worker.number, worker.process.exitcode)
        with suppress(KeyError, ValueError):
            self._selector.unregister(worker.giver)
        worker.giver.close()
        self._workers[worker.number] = self._start(worker.number)

    def _listen_to(self, worker: _Worker) -> Callable[[object], None]:
        def listen(_: object) -> None:
            while (news := worker.giver.news()) is not None:
                if news == READY:
                    worker.is_ready = True
                elif news == ENDED:
                    worker.connections -= 1
                elif not news:
                    worker.is_ready = False
                    self._selector.unregister(worker.giver)
                    return

        return listen

    def _accept(self, entrance: Entrance, _: object) -> None:
        try:
            connection, address = entrance.listening.accept()
        except BlockingIOError:
            return
        except OSError as error:  # out of file descriptors, perhaps: somebody will give one back
            log.warning("a connection could not be taken: %s", type(error).__name__)
            time.sleep(PAUSE_SECONDS)
            return
        connection.setblocking(True)
        for worker in sorted(self._workers.values(), key=lambda one: one.connections):
            if worker.is_ready and worker.giver.give(connection, str(address[0]), is_secured=entrance.is_secured):
                worker.connections += 1
                return
        log.warning("a connection was closed: no worker takes it")
        connection.close()
