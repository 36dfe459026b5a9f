"""How long to try again: a pause that doubles, ended at once when the pull is stopped."""

import threading
from collections.abc import Iterator

ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0


class StoppedError(Exception):
    """The pull was stopped from elsewhere; nobody needs to be told again."""


class Patience:
    """Shared by all workers of one pull."""

    def __init__(self, *, attempts: int = ATTEMPTS, first_pause: float = FIRST_PAUSE_SECONDS) -> None:
        self.attempts = attempts
        self._first_pause = first_pause
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def check(self) -> None:
        """Raises StoppedError once the pull is stopped."""
        if self._stopped.is_set():
            raise StoppedError

    def pauses(self) -> Iterator[float]:
        """The pauses between attempts, in seconds: one fewer than attempts."""
        pause = self._first_pause
        for _ in range(self.attempts - 1):
            yield min(pause, LONGEST_PAUSE_SECONDS)
            pause *= 2

    def wait(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError
