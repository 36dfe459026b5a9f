"""Watching the processes that run: Orthanc is started again when it ends, for the outbox bears its absence."""

import time
from collections import deque

from osteon.children import Child, ChildError, Children

TRIES = 5
WITHIN_SECONDS = 60.0


class Watch:
    """Looks after the processes of one `osteon serve`. `orthanc` is None when it is not ours."""

    def __init__(self, children: Children, orthanc: Child | None) -> None:
        self._children = children
        self._orthanc = orthanc
        self._starts: deque[float] = deque(maxlen=TRIES)

    def look(self) -> str | None:
        """What was done, in words, or None. Raises ChildError when a process that must run has ended."""
        self._children.check(but=self._orthanc)
        if self._orthanc is None:
            return None
        try:
            self._orthanc.check()
        except ChildError as error:
            self._give_up_after_many(error)
            self._orthanc = self._children.start_again(self._orthanc)
            return f"{error}; started again, the outbox keeps what comes meanwhile"
        return None

    def _give_up_after_many(self, error: ChildError) -> None:
        now = time.monotonic()
        if len(self._starts) == TRIES and now - self._starts[0] < WITHIN_SECONDS:
            raise ChildError(f"{error}; {TRIES} new starts within {WITHIN_SECONDS:.0f} s did not help")
        self._starts.append(now)
