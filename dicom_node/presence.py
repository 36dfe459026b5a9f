"""Whether Orthanc was there all the time, as far as its answers tell."""

import time
from collections.abc import Callable

LOOK_SECONDS = 2.0
"""After an answer, before it is asked whether it is still there."""

LONGEST_SILENCE_SECONDS = 10.0
"""Between two answers: in a longer time its host can have lost power and be back."""


class Presence:
    """For one thread."""

    def __init__(
        self,
        is_there: Callable[[], bool],
        last_change: Callable[[], int | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`last_change`: the number of the last change of its index, which only grows; None when it does not tell."""
        self._is_there = is_there
        self._last_change = last_change
        self._clock = clock
        self._answered_at: float | None = None
        self._seen: int | None = None
        """The last change that it told."""
        self._has_grown = False
        """Since it told."""
        self.is_away = False
        self.interruptions = 0
        """How often it is there again, or may be, after it was away."""

    def start_over(self) -> None:
        """What was before does not matter any more."""
        self._answered_at, self._seen, self._has_grown, self.is_away = None, None, False, False

    def look(self) -> None:
        """Ask whether it is there, if it has not answered just now, and has taken nothing since.

        An index of before tells that it was away, however quickly it is back.
        """
        if self._silence() < LOOK_SECONDS and not self.is_away and not self._has_grown:
            return
        last = self._last_change()
        if last is None and not self._is_there():
            self.missed()
            return
        self.answered()
        self._has_grown = False
        if last is None:
            return
        if self._seen is not None and last < self._seen:
            self.interruptions += 1
        self._seen = last

    def took(self) -> None:
        """It has taken an object just now."""
        self.answered()
        self._has_grown = True

    def answered(self) -> None:
        """It has answered just now."""
        if self.is_away or (self._answered_at is not None and self._silence() > LONGEST_SILENCE_SECONDS):
            self.interruptions += 1
        self._answered_at, self.is_away = self._clock(), False

    def missed(self) -> None:
        """It was asked, and did not answer."""
        self.is_away = True

    def _silence(self) -> float:
        """In seconds."""
        return float("inf") if self._answered_at is None else self._clock() - self._answered_at
