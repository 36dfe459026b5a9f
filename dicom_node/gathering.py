"""How long a forwarder lets few objects wait for more: a pass costs the ledger as much for one as for a hundred.

As long as more come, that is a moment; once they have stopped coming, the last of a study should not be held up.
"""

from collections.abc import Callable

WORTHWHILE = 32
"""Waiting objects that are taken at once."""

STEP_SECONDS = 0.025
STEPS = 10
QUIET_STEPS = 5
"""In which nothing came: then nothing more is waited for."""


def wait_for_more(depth: Callable[[], int], wait: Callable[[float], bool]) -> None:
    """Wait while few objects wait and more come, a quarter of a second at most.

    `depth`: how many wait. `wait`: for so many seconds; True when there is an end of it.
    """
    before, quiet = depth(), 0
    for _ in range(STEPS):
        if before >= WORTHWHILE or quiet == QUIET_STEPS or wait(STEP_SECONDS):
            return
        now = depth()
        quiet = quiet + 1 if now <= before else 0
        before = now
