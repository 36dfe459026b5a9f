"""Fetch many files, several at a time: one that fails is a line, a server that is gone ends all."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError, NetworkError, UnknownTargetError
from osteon.transfer.fetch import Fetched, fetch
from osteon.transfer.pull_report import Failure, Step
from osteon.transfer.wanted import WantedFile

GIVEN_UP_IN_A_ROW = 10
"""So many files that stay out of reach, and none fetched between them: the store is away, not some files."""

File = TypeVar("File", bound=WantedFile)
Outcomes = dict[File, Fetched | Failure]


class PullProgress(Protocol):
    """Told what is to come, then every byte and every file."""

    def begin(self, files: int, size: int) -> None: ...

    def advance(self, size: int) -> None: ...

    def file_done(self) -> None: ...


class _OutOfReachError(Exception):
    """All attempts at one file are used up, while the server answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetcher:
    client: Client
    folder: Path
    progress: PullProgress

    def fetch(self, file: WantedFile) -> Fetched:
        self.client.patience.check()
        try:
            return fetch(self.client, file, self.folder, self.progress.advance)
        except NetworkError as error:
            if not self.client.answers(file.listed_at):
                raise
            raise _OutOfReachError(str(error)) from error
        finally:
            self.progress.file_done()


def fetch_all(
    client: Client, files: Iterable[File], folder: Path, progress: PullProgress, workers: int
) -> Outcomes[File]:
    """The first error that concerns all stops all."""
    fetcher = _Fetcher(client=client, folder=folder, progress=progress)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting = {pool.submit(fetcher.fetch, file): file for file in files}
        try:
            return _collect(waiting)
        except BaseException:
            client.patience.stop()
            pool.shutdown(cancel_futures=True)
            raise


def _collect(waiting: dict[Future[Fetched], File]) -> Outcomes[File]:
    outcomes: Outcomes[File] = {}
    given_up = 0
    for done in as_completed(waiting):
        file = waiting[done]
        try:
            outcomes[file] = done.result()
        except _OutOfReachError as error:
            given_up += 1
            if given_up == GIVEN_UP_IN_A_ROW:
                raise NetworkError(f"{given_up} files in a row could not be fetched: {error}") from error
            outcomes[file] = _failure(file, error)
        except (AnswerError, UnknownTargetError) as error:
            outcomes[file] = _failure(file, error)
        else:
            if outcomes[file] is not Fetched.ALREADY_THERE:
                given_up = 0
    return outcomes


def _failure(file: WantedFile, error: Exception) -> Failure:
    return Failure(step=Step.FETCH, uid=file.name, reason=str(error))
