"""The study clock: a thread that takes studies for idle when nothing has come for a while, and has sources asked.

Idle is what did not change while this process watched, by its monotonic clock: the times of other machines, clocks that
are set and a restart can only make it wait longer, never less.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from storage.errors import StorageError
from storage.study_states import StudyStates

log = logging.getLogger("osteon.studies")

LONGEST_TICK_SECONDS = 5.0
TICKS_IN_IDLE_TIME = 20
TIDY_SECONDS = 3600.0
STOP_SECONDS = 2.0


class Turns(Protocol):
    """What is needed of `Confirmation`."""

    def take_turn(self, growing: Collection[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    version: int
    since: float


class StudyClock:
    """One for each node; several may watch one database."""

    def __init__(
        self,
        *,
        states: StudyStates,
        on_their_way: Callable[[], Collection[str]],
        confirmation: Turns,
        tidy: Callable[[], None],
        idle_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_their_way`: the studies of objects in the outbox. `tidy`: called now and then."""
        self._states = states
        self._on_their_way = on_their_way
        self._confirmation = confirmation
        self._tidy = tidy
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._kept_open_at = self._tidied_at = -float("inf")
        self._stopping = threading.Event()
        # A daemon: a source that is slow to answer must not hold up the end of the process.
        self._thread = threading.Thread(target=self._run, name="study-clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def tick(self) -> None:
        """Look once. Whatever fails is tried again at the next tick."""
        try:
            on_their_way = frozenset(self._on_their_way())
            self._keep_open(on_their_way)
            growing = self._settle(on_their_way)
            self._confirmation.take_turn(on_their_way | growing)
            self._tidy_now_and_then()
        except (SQLAlchemyError, StorageError, OSError) as error:
            log.warning("study states wait: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever it meets, and say so
            log.error("study states failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback may hold values

    def _run(self) -> None:
        pause = min(LONGEST_TICK_SECONDS, self._idle_seconds / TICKS_IN_IDLE_TIME)
        while not self._stopping.wait(pause):
            self.tick()

    def _keep_open(self, on_their_way: Collection[str]) -> None:
        """While Orthanc is away, objects wait that no other node knows of: they must not take the studies for idle."""
        now = self._clock()
        if on_their_way and now - self._kept_open_at >= self._idle_seconds / 4:
            self._states.keep_open(on_their_way)
            self._kept_open_at = now

    def _settle(self, on_their_way: Collection[str]) -> frozenset[str]:
        """Returns the studies that were growing."""
        now = self._clock()
        growing = self._states.growing()
        self._seen = {uid: self._seen_of(uid, version, now, on_their_way) for uid, version in growing.items()}
        for uid in self._idle(now):
            if self._states.settle(uid, growing[uid]):
                log.info("study %s: nothing has come for %.0f s", uid, self._idle_seconds)
        return frozenset(growing)

    def _seen_of(self, uid: str, version: int, now: float, on_their_way: Collection[str]) -> _Seen:
        seen = self._seen.get(uid)
        if seen is None or seen.version != version or uid in on_their_way:
            return _Seen(version, now)
        return seen

    def _idle(self, now: float) -> list[str]:
        return [uid for uid, seen in self._seen.items() if now - seen.since >= self._idle_seconds]

    def _tidy_now_and_then(self) -> None:
        now = self._clock()
        if now - self._tidied_at >= TIDY_SECONDS:
            self._tidied_at = now
            self._tidy()
