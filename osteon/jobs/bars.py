"""Bars that show how far background jobs are."""

from types import TracebackType
from typing import Self
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from storage.jobs.records import ENDED, Job, JobState

SHORT_ID = 8


class JobBars:
    """One bar for each job, on standard error, when that is a terminal; nothing otherwise."""

    def __init__(self, *, shown: bool = True) -> None:
        console = Console(stderr=True)
        self.are_shown = shown and console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not self.are_shown,
        )
        self._tasks: dict[UUID, TaskID] = {}

    def show(self, job: Job) -> None:
        """As it is now."""
        if job.id not in self._tasks:
            title = f"{job.kind} {str(job.id)[:SHORT_ID]}"
            self._tasks[job.id] = self._progress.add_task(title, total=None, said="")
        progress = job.progress
        self._progress.update(
            self._tasks[job.id],
            completed=progress.done if progress else 0,
            total=(progress.total or None) if progress else None,
            said=(progress.message or "") if progress and job.state is JobState.RUNNING else job.state.value,
        )
        if job.state in ENDED:
            self._progress.stop_task(self._tasks[job.id])

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
