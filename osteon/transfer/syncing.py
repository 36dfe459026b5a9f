"""Files made durable while the next ones come: the disk is busy meanwhile, and there is little left at the end."""

import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

THREADS = 2
MOST_WAITING = 256
"""Files; who brings more waits for the disk."""


class Syncing:
    """Takes files that are whole; `finish` returns when all of them are on stable storage."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sync")
        self._waiting: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    def add(self, path: Path) -> None:
        """This one; by any thread. Raises OSError when one before it could not be written."""
        with self._lock:
            self._waiting.append(self._pool.submit(_sync, path))
            first = self._waiting.popleft() if len(self._waiting) > MOST_WAITING else None
        if first is not None:
            first.result()

    def finish(self) -> None:
        """Raises OSError when one could not be written."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _sync(path: Path) -> None:
    """What the disk did not take is removed: the kernel says so once, and the next pull would find it right."""
    try:
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
    except FileNotFoundError:
        pass  # its patient was erased meanwhile
    except OSError:
        path.unlink(missing_ok=True)
        raise
