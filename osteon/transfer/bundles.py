"""Many small files of a release in one stream: what a bundle does not bring whole is left to be fetched one by one."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError, NetworkError, UnknownTargetError
from osteon.transfer.fetch_all import PullProgress
from osteon.transfer.long_answers import LongAnswer
from osteon.transfer.patience import StoppedError
from osteon.transfer.remote_release import ReleaseFile

SMALL_BYTES = 16 << 20
"""Larger files gain nothing: they are fetched alone, and go on where they stopped."""

BUNDLE_FILES, BUNDLE_BYTES = 128, 64 << 20
PIECE_BYTES, SLOW_PIECE_BYTES, SLOW_SECONDS = 1 << 18, 1 << 14, 0.5
"""Read, written and summed up at a time: less when that takes long, so that progress and an end are not waited for."""

LEAST_FILES = 2


def fetch_bundles(
    client: Client,
    files: Sequence[ReleaseFile],
    folder: Path,
    progress: PullProgress,
    workers: int,
    *,
    written: Callable[[Path], None],
) -> set[ReleaseFile]:
    """Those that arrived, whole and right; `written` is told of each, which is not on stable storage yet.

    Files that are there already, or in part, are not asked for.
    Raises what concerns all (no sign-in, no grant, no room); of the rest, whatever does not come is left out.
    """
    wanted = [file for file in files if file.size <= SMALL_BYTES and not _has_begun(folder / file.path)]
    arrived: set[ReleaseFile] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="bundle") as pool:
        waiting = [
            pool.submit(_Bundle(client, some, folder, progress, written).fetch) for some in _bundles(wanted, workers)
        ]
        try:
            for bundle in waiting:
                arrived.update(bundle.result())
        except BaseException:
            client.patience.stop()
            pool.shutdown(cancel_futures=True)
            raise
    return arrived


def _has_begun(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.part").exists()


def _bundles(files: Sequence[ReleaseFile], workers: int) -> Iterator[list[ReleaseFile]]:
    """In the order of the files, for each worker some."""
    most = max(LEAST_FILES, min(BUNDLE_FILES, -(-len(files) // workers)))
    bundle: list[ReleaseFile] = []
    size = 0
    for file in files:
        if bundle and (len(bundle) == most or size + file.size > BUNDLE_BYTES):
            yield bundle
            bundle, size = [], 0
        bundle.append(file)
        size += file.size
    if len(bundle) >= LEAST_FILES:
        yield bundle


@dataclass(frozen=True, slots=True)
class _Bundle:
    client: Client
    files: list[ReleaseFile]
    folder: Path
    progress: PullProgress
    written: Callable[[Path], None]

    def fetch(self) -> list[ReleaseFile]:
        """As many as come; a file that breaks off stays as its beginning, to go on from."""
        arrived: list[ReleaseFile] = []
        try:
            self.client.patience.check()
            body = {"paths": [str(file.path) for file in self.files]}
            with self.client.stream_posted(f"releases/{self.files[0].release}/bundle", body) as answer:
                self._unpack(answer, arrived)
        except (NetworkError, AnswerError, UnknownTargetError, StoppedError):
            pass  # one by one, they are tried again, and what is wrong with them is told
        return arrived

    def _unpack(self, answer: LongAnswer, arrived: list[ReleaseFile]) -> None:
        """Cut the stream into the files, in their order. Raises AnswerError when the bytes are not theirs."""
        with memoryview(bytearray(PIECE_BYTES)) as room:
            for file in self.files:
                self._write(file, answer, room)
                arrived.append(file)

    def _write(self, file: ReleaseFile, answer: LongAnswer, room: memoryview) -> None:
        path = self.folder / file.path
        part = path.with_name(f"{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        received = _Received(self.progress)
        try:
            with part.open("wb", buffering=0) as stream:
                self._receive(file, answer, room, received, stream)
            received.check(file, part)
        except BaseException:
            self.progress.advance(-received.size)
            raise
        part.replace(path)
        self.written(path)
        self.progress.file_done()

    def _receive(
        self, file: ReleaseFile, answer: LongAnswer, room: memoryview, received: "_Received", stream: RawIOBase
    ) -> None:
        most = len(room)
        while missing := file.size - received.size:
            self.client.patience.check()
            wanted, begin = min(missing, most), time.monotonic()
            piece = room[: answer.readinto(room[:wanted])]
            most = len(room) if time.monotonic() - begin < SLOW_SECONDS else SLOW_PIECE_BYTES
            _write_all(stream, piece)
            received.count(piece)
            if len(piece) < wanted:
                raise NetworkError("the stream ended before the files did")


def _write_all(stream: RawIOBase, piece: memoryview) -> None:
    while piece:
        piece = piece[stream.write(piece) :]


class _Received:
    """What has come of one file."""

    def __init__(self, progress: PullProgress) -> None:
        self.size = 0
        self._digest = hashlib.sha256()
        self._progress = progress

    def count(self, piece: memoryview) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self._progress.advance(len(piece))

    def check(self, file: ReleaseFile, part: Path) -> None:
        """Raises AnswerError, and leaves no beginning to go on from."""
        if self._digest.hexdigest() != file.sha256:
            part.unlink()
            raise AnswerError("the bytes do not match the server's SHA-256")
