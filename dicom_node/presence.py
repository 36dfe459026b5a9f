"""Whether Orthanc was there all the time, as far as its answers tell."""

import time
from collections.abc import Callable

LOOK_SECONDS = 2.0
"""After an answer, before it is asked whether it is still there."""

LONGEST_SILENCE_SECONDS = 10.0
"""Between two answers: in a longer time its host can have lost power and be back."""


class Presence:
    """For one thread."""

    def __init__(self, is_there: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_there = is_there
        self._clock = clock
        self._answered_at: float | None = None
        self.is_away = False
        self.interruptions = 0
        """How often it is there again, or may be, after it was away."""

    def start_over(self) -> None:
        """What was before does not matter any more."""
        self._answered_at, self.is_away = None, False

    def look(self) -> None:
        """Ask whether it is there, if it has not answered just now."""
        if self._silence() < LOOK_SECONDS and not self.is_away:
            return
        if self._is_there():
            self.answered()
        else:
            self.missed()

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
