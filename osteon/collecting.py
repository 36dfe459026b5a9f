"""When Python looks for garbage: not while code is loaded, and never again in what was loaded.

Loading the API makes some 400,000 objects that live as long as the process. Looking through them again and again was
half of the time that a command took to start (3.9 s of processor time, 2.0 without), and later holds up requests.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_for_good() -> Iterator[None]:
    """What there is at the end of this block is taken to live as long as the process, never to be looked through."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
