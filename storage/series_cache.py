"""Volumes in memory, the least recently used ones given up first, so that together they stay below a bound.

Each is loaded once: whoever asks for one that is being loaded waits for it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Something that knows how much memory it takes."""

    @property
    def size_bytes(self) -> int: ...


Kept = TypeVar("Kept", bound=Sized)


class SeriesCache(Generic[Kept]):
    """Share one between threads. `most_bytes` bounds what is kept and what is being loaded together."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._changed = threading.Condition()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._loading: dict[str, Future[Kept]] = {}
        self._reserved = 0

    @property
    def kept_bytes(self) -> int:
        with self._changed:
            return self._sum()

    def get(self, key: str, expected_bytes: int, load: Callable[[], Kept]) -> Kept:
        """What is kept under `key`, or what `load` gives; its error reaches all who wait, and is not kept.

        `expected_bytes`: room to make before loading. One that is larger than the bound is loaded alone and not kept.
        """
        with self._changed:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            waited = self._loading.get(key)
            if waited is None:
                mine: Future[Kept] = Future()
                self._loading[key] = mine
        if waited is not None:
            return waited.result()
        return self._load(key, min(expected_bytes, self.most_bytes), load, mine)

    def _load(self, key: str, room: int, load: Callable[[], Kept], promised: "Future[Kept]") -> Kept:
        self._reserve(room)
        try:
            loaded = load()
        except BaseException as error:
            self._finish(key, room, None)
            promised.set_exception(error)
            raise
        self._finish(key, room, loaded)
        promised.set_result(loaded)
        return loaded

    def _reserve(self, room: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._reserved + room <= self.most_bytes)
            self._reserved += room
            self._give_up()

    def _finish(self, key: str, room: int, loaded: Kept | None) -> None:
        with self._changed:
            self._reserved -= room
            del self._loading[key]
            if loaded is not None and loaded.size_bytes <= self.most_bytes:
                self._kept[key] = loaded
            self._give_up()
            self._changed.notify_all()

    def _give_up(self) -> None:
        while self._kept and self._sum() + self._reserved > self.most_bytes:
            self._kept.popitem(last=False)

    def _sum(self) -> int:
        return sum(each.size_bytes for each in self._kept.values())
