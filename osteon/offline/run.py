"""A run over folders: files handed out to processes, outcomes written down as they come, interrupted and taken up."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from dicom_node.pseudonymisation.dropped_words import DroppedWordStore
from osteon.logs import log_to_stderr
from osteon.offline.inputs import Input, groups_of
from osteon.offline.journal import RunJournal
from osteon.offline.outcome import FAILED, Ending, Outcome
from osteon.offline.worker import Batch, Worker
from osteon.settings import Settings

FILES_AT_ONCE = 64
_WAITING_PER_PROCESS = 3


class RunError(Exception):
    """The run ended before its end; what was done is kept."""


class Progress(Protocol):
    """Told of files as they are done."""

    def begin(self, files: int, size: int) -> None: ...

    def advance(self, size: int) -> None: ...

    def file_done(self) -> None: ...


class Run:
    """One run. `take_up` does what is left to do."""

    def __init__(self, settings: Settings, output: Path, journal: RunJournal, words: DroppedWordStore) -> None:
        self._settings = settings
        self._output = output
        self._journal = journal
        self._words = words
        self._writers = {
            outcome.output: token
            for token, outcome in journal.outcomes.items()
            if outcome.ending is Ending.PSEUDONYMISED
        }

    def take_up(self, inputs: Iterable[Input], jobs: int, progress: Progress) -> None:
        """Do what the journal does not have yet. Raises RunError, VaultError and OSError; what was done is kept."""
        left = [one for one in inputs if not self._is_done(one)]
        progress.begin(len(left), sum(one.size for one in left))
        sizes = {one.token: one.size for one in left}
        groups = list(groups_of(left, FILES_AT_ONCE))
        with _workers(self._settings, self._output, min(jobs, len(groups))) as take_all:
            for batch in take_all(groups):
                self._note(batch)
                for outcome in batch.outcomes:
                    progress.advance(sizes[outcome.token])
                    progress.file_done()

    def _is_done(self, one: Input) -> bool:
        """What failed is tried again: files are replaced, patients merged, outputs lost."""
        outcome = self._journal.outcomes.get(one.token)
        if outcome is None or outcome.ending in FAILED:
            return False
        if not outcome.output:
            return True
        try:
            return (self._output / outcome.output).stat().st_size == outcome.size
        except OSError:
            self._writers.pop(outcome.output, None)
            return False

    def _note(self, batch: Batch) -> None:
        self._journal.add([self._judged(outcome) for outcome in batch.outcomes], batch.treatments)
        self._words.add(batch.dropped_words)

    def _judged(self, outcome: Outcome) -> Outcome:
        """An object that an interrupted run had written, but not written down, is no duplicate."""
        if outcome.ending not in {Ending.PSEUDONYMISED, Ending.DUPLICATE}:
            return outcome
        writer = self._writers.setdefault(outcome.output, outcome.token)
        return replace(outcome, ending=Ending.PSEUDONYMISED if writer == outcome.token else Ending.DUPLICATE)


class _TakeAll(Protocol):
    def __call__(self, groups: list[tuple[Input, ...]], /) -> Iterator[Batch]: ...


@contextmanager
def _workers(settings: Settings, output: Path, jobs: int) -> Iterator[_TakeAll]:
    """What takes groups of files, in this process or in several."""
    if jobs <= 1:
        worker = Worker(settings, output)
        yield lambda groups: (worker.take(group) for group in groups)
        return
    pool = ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_start_process, initargs=(settings, output)
    )
    try:
        yield lambda groups: _handed_out(pool, groups, jobs * _WAITING_PER_PROCESS)
    except BrokenProcessPool:
        raise RunError("a process was ended from outside (out of memory?); run the same command again") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _handed_out(pool: ProcessPoolExecutor, groups: list[tuple[Input, ...]], most: int) -> Iterator[Batch]:
    """Batches as they are done; only a few groups wait at a time."""
    pending: set[Future[Batch]] = set()
    waiting = iter(groups)
    while True:
        for group in waiting:
            pending.add(pool.submit(_take, group))
            if len(pending) >= most:
                break
        if not pending:
            return
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


_OF_THIS_PROCESS: list[Worker] = []
"""Of a process of the pool, its worker: an initialiser has no other way to hand over what it made."""


def _start_process(settings: Settings, output: Path) -> None:
    log_to_stderr()
    _OF_THIS_PROCESS.append(Worker(settings, output))


def _take(group: tuple[Input, ...]) -> Batch:
    return _OF_THIS_PROCESS[0].take(group)
