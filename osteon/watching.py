"""Watching the processes that run: what others can do without for a moment is started again when it ends."""

import time
from collections import deque
from dataclasses import dataclass, field

from osteon.children import Child, ChildError, Children

TRIES = 5
WITHIN_SECONDS = 60.0
ORTHANC_IS_BACK = "started again, the outbox keeps what comes meanwhile"
JOBS_ARE_BACK = "started again, its job goes on when its lease has run out"


@dataclass(slots=True)
class _Kept:
    """A process that is started again, and when it was."""

    child: Child
    words: str
    starts: deque[float] = field(default_factory=lambda: deque(maxlen=TRIES))


class Watch:
    """Looks after the processes of one `osteon serve`. `orthanc` is None when it is not ours."""

    def __init__(self, children: Children, orthanc: Child | None, jobs: Child | None = None) -> None:
        self._children = children
        found = ((orthanc, ORTHANC_IS_BACK), (jobs, JOBS_ARE_BACK))
        self._kept = [_Kept(child, words) for child, words in found if child is not None]

    def look(self) -> str | None:
        """What was done, in words, or None. Raises ChildError when a process that must run has ended."""
        self._children.check(but=[kept.child for kept in self._kept])
        for kept in self._kept:
            try:
                kept.child.check()
            except ChildError as error:
                _give_up_after_many(kept, error)
                kept.child = self._children.start_again(kept.child)
                return f"{error}; {kept.words}"
        return None


def _give_up_after_many(kept: _Kept, error: ChildError) -> None:
    now = time.monotonic()
    if len(kept.starts) == TRIES and now - kept.starts[0] < WITHIN_SECONDS:
        raise ChildError(f"{error}; {TRIES} new starts within {WITHIN_SECONDS:.0f} s did not help")
    kept.starts.append(now)
