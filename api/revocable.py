"""Downloads that go on only as long as they may: looked at every few seconds, not at every piece."""

import time
from collections.abc import Callable, Iterator

LOOKED_EVERY_S = 2.0


def while_allowed(
    pieces: Iterator[bytes], check: Callable[[], None], *, now: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """The same pieces. Raises what `check` raises, and no piece is given long after it would.

    However slow the client is: what it has not asked for is not given without another look.
    """
    looked = now()
    for piece in pieces:
        if now() - looked >= LOOKED_EVERY_S:
            check()
            looked = now()
        yield piece
