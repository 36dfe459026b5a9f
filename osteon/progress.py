"""Bars that count, on standard error, when that is a terminal; nothing otherwise."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Bars:
    """One below the other. Safe to advance from several threads."""

    def __init__(self, *, shown: bool = True) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not (shown and console.is_terminal),
        )

    def begin(self, title: str, total: int) -> Callable[[int], None]:
        """Show one more; returns what advances it."""
        task = self._progress.add_task(title, total=total, visible=total > 0)
        return lambda count: self._progress.update(task, advance=count)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
