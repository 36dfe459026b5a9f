"""How many downloads there are at a time: of one caller, so that nobody takes all, and of everybody together."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from api.errors import TooManyDownloadsError
from api.streaming import Closable


class Places:
    """Share one between threads."""

    def __init__(self, *, of_one: int, of_all: int) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def take(self, caller: str) -> "Place":
        """Raises TooManyDownloadsError."""
        with self._lock:
            if self._taken[caller] >= self._of_one or self._taken.total() >= self._of_all:
                raise TooManyDownloadsError(self._of_one)
            self._taken[caller] += 1
        return Place(self, caller)

    def give_back(self, caller: str) -> None:
        with self._lock:
            self._taken[caller] -= 1
            if not self._taken[caller]:
                del self._taken[caller]


class Place:
    """One of them, until it is closed; with it, the source that is read from."""

    def __init__(self, places: Places, caller: str) -> None:
        self._places = places
        self._caller = caller
        self._source: object = None
        self._is_held = True

    def reading(self, source: Iterator[bytes]) -> Iterator[bytes]:
        """The same source, closed with the place."""
        self._source = source
        return source

    @contextmanager
    def given_back_on_failure(self) -> Iterator[None]:
        """While an answer is prepared: from then on whoever sends it gives the place back."""
        with ExitStack() as failing:
            failing.callback(self.close)
            yield
            failing.pop_all()

    def close(self) -> None:
        """More than once is once."""
        if not self._is_held:
            return
        self._is_held = False
        try:
            if isinstance(self._source, Closable):
                self._source.close()
        finally:
            self._places.give_back(self._caller)
