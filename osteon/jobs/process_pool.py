"""Computing on every core of this machine: a few processes, each with one item at a time.

So it is known which item a process had that is lost: the standard library's pools only know that they are broken.
Processes are spawned, not forked: a worker has threads and connections that no child may inherit.
"""

import multiprocessing
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any

from osteon.jobs.pool_process import serve
from storage.jobs.computing import Item, ItemFailedError, ItemLostError, Result, nothing_meanwhile, unnamed

TRIES = 2
AHEAD = 2
"""Items for each process that may be computed before the one whose turn it is."""
LOOK_SECONDS = 1.0
_CONTEXT = multiprocessing.get_context("spawn")


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


@dataclass(slots=True)
class _Task:
    """One item, and how often its process was lost."""

    index: int
    item: Any
    lost: int = 0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one item."""

    result: Any = None
    error: Exception | None = None


class _Hand:
    """One process of the pool, and what it has in hand."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.channel, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(theirs, function), name="osteon-computing", daemon=True)
        self._process.start()
        theirs.close()
        self.task: _Task | None = None

    def give(self, task: _Task) -> None:
        """The item may be lost at once, when the process is: that shows when its answer is awaited."""
        item = pickle.dumps(task.item)
        self.task = task
        with suppress(OSError):
            self.channel.send_bytes(item)

    def end(self) -> None:
        self.channel.close()
        self._process.kill()
        self._process.join()
        self._process.close()


class ProcessPool:
    """Satisfies `storage.jobs.computing.Computing`. The processes of one `map` end with it."""

    def __init__(self, processes: int | None = None, *, tries: int = TRIES) -> None:
        """`processes`: at most; one for each core when None. `tries`: how many losses an item may cause."""
        self._processes = processes or cores()
        self._tries = tries

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        name: Callable[[Item], str | None] = unnamed,
        meanwhile: Callable[[], None] = nothing_meanwhile,
    ) -> Iterator[Result]:
        """See `Computing`."""
        crew = _Crew(function, items, self._processes, self._tries, name)
        try:
            yield from crew.results(meanwhile)
        finally:
            crew.end()


class _Crew:
    """The work of one `map`."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        items: Iterable[Any],
        processes: int,
        tries: int,
        name: Callable[[Any], str | None],
    ) -> None:
        self._function = function
        self._source = iter(enumerate(items))
        self._processes = processes
        self._tries = tries
        self._name = name
        self._hands: list[_Hand] = []
        self._again: deque[_Task] = deque()
        self._outcomes: dict[int, _Outcome] = {}
        self._turn = 0
        self._given = 0

    def results(self, meanwhile: Callable[[], None]) -> Iterator[Any]:
        while True:
            self._hand_out()
            if self._turn in self._outcomes:
                outcome = self._outcomes.pop(self._turn)
                self._turn += 1
                if outcome.error is not None:
                    raise outcome.error
                yield outcome.result
            elif busy := {hand.channel: hand for hand in self._hands if hand.task is not None}:
                for channel in connection.wait(list(busy), LOOK_SECONDS):
                    self._take_answer(busy[channel])  # type: ignore[index]  # only those that were given
                meanwhile()
            else:
                return

    def end(self) -> None:
        for hand in self._hands:
            hand.end()

    def _hand_out(self) -> None:
        while (hand := self._idle_hand()) is not None and (task := self._next_task()) is not None:
            hand.give(task)

    def _idle_hand(self) -> _Hand | None:
        idle = next((hand for hand in self._hands if hand.task is None), None)
        if idle is None and len(self._hands) < self._processes and self._may_go_ahead():
            idle = _Hand(self._function)
            self._hands.append(idle)
        return idle

    def _may_go_ahead(self) -> bool:
        return bool(self._again) or self._given - self._turn < self._processes * AHEAD

    def _next_task(self) -> _Task | None:
        if self._again:
            return self._again.popleft()
        found = next(self._source, None) if self._may_go_ahead() else None
        if found is None:
            return None
        self._given += 1
        return _Task(*found)

    def _take_answer(self, hand: _Hand) -> None:
        task, hand.task = hand.task, None
        assert task is not None  # noqa: S101 - only those are waited for that have one
        try:
            is_well, answer = pickle.loads(hand.channel.recv_bytes())  # noqa: S301 - from our own process
        except (EOFError, OSError):
            self._lose(hand, task)
            return
        if is_well:
            self._outcomes[task.index] = _Outcome(result=answer)
        else:
            error = ItemFailedError(self._named(task), answer) if isinstance(answer, str) else answer
            self._outcomes[task.index] = _Outcome(error=error)

    def _lose(self, hand: _Hand, task: _Task) -> None:
        self._hands.remove(hand)
        hand.end()
        task.lost += 1
        if task.lost < self._tries:
            self._again.append(task)
        else:
            self._outcomes[task.index] = _Outcome(error=ItemLostError(self._named(task), task.lost))

    def _named(self, task: _Task) -> str:
        return self._name(task.item) or f"item {task.index + 1}"
