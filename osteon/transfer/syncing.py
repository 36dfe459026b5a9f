"""Files made durable while the next ones come: the disk is busy meanwhile, and there is little left at the end."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

THREADS = 2


class Syncing:
    """Takes files that are whole; `finish` returns when all of them are on stable storage."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sync")
        self._waiting: list[Future[None]] = []

    def add(self, path: Path) -> None:
        """This one; by any thread."""
        self._waiting.append(self._pool.submit(_sync, path))

    def finish(self) -> None:
        """Raises OSError when one could not be written."""
        for each in self._waiting:
            each.result()
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _sync(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("rb+") as stream:  # its patient was erased meanwhile
        os.fsync(stream.fileno())
