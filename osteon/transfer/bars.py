"""Progress bars on standard error, when it is a terminal; nothing otherwise."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from osteon.transfer.delivery import Delivery


class ByteBar:
    """One bar in bytes, with a count of files. Safe to advance from several threads."""

    def __init__(self, title: str, *, shown: bool = True) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[files]} files"),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not (shown and console.is_terminal),
        )
        self._task = self._progress.add_task(title, total=None, files="0")
        self._files = self._done = 0

    def begin(self, files: int, size: int) -> None:
        self._files = files
        self._progress.update(self._task, total=size, files=f"0/{files}")

    def advance(self, size: int) -> None:
        """Some bytes have arrived (negative: they are to be fetched again)."""
        self._progress.update(self._task, advance=size)

    def file_done(self) -> None:
        self._done += 1
        self._progress.update(self._task, files=f"{self._done}/{self._files}")

    def delivered(self, delivery: Delivery) -> None:
        """A file was sent, or failed: either way it is dealt with."""
        self.advance(delivery.size)
        self.file_done()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
