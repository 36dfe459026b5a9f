"""Many small files of a release in one stream: what a bundle does not bring whole is left to be fetched one by one."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError, NetworkError, UnknownTargetError
from osteon.transfer.fetch_all import PullProgress
from osteon.transfer.patience import StoppedError
from osteon.transfer.remote_release import ReleaseFile

SMALL_BYTES = 16 << 20
"""Larger files gain nothing: they are fetched alone, and go on where they stopped."""

BUNDLE_FILES, BUNDLE_BYTES = 128, 64 << 20
LEAST_FILES = 2


def fetch_bundles(
    client: Client, files: Sequence[ReleaseFile], folder: Path, progress: PullProgress, workers: int
) -> set[ReleaseFile]:
    """Those that arrived, whole and right. Files that are there already, or in part, are not asked for.

    Raises what concerns all (no sign-in, no grant, no room); of the rest, whatever does not come is left out.
    """
    wanted = [file for file in files if file.size <= SMALL_BYTES and not _has_begun(folder / file.path)]
    arrived: set[ReleaseFile] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="bundle") as pool:
        waiting = [pool.submit(_Bundle(client, some, folder, progress).fetch) for some in _bundles(wanted, workers)]
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

    def fetch(self) -> list[ReleaseFile]:
        """As many as come; a file that breaks off stays as its beginning, to go on from."""
        arrived: list[ReleaseFile] = []
        try:
            self.client.patience.check()
            body = {"paths": [str(file.path) for file in self.files]}
            with self.client.stream_posted(f"releases/{self.files[0].release}/bundle", body) as response:
                self._unpack(response, arrived)
        except (NetworkError, AnswerError, UnknownTargetError, StoppedError):
            pass  # one by one, they are tried again, and what is wrong with them is told
        return arrived

    def _unpack(self, response: httpx.Response, arrived: list[ReleaseFile]) -> None:
        """Cut the stream into the files, in their order. Raises AnswerError when the bytes are not theirs."""
        pieces = response.iter_raw()
        rest = memoryview(b"")
        for file in self.files:
            rest = self._write(file, pieces, rest)
            arrived.append(file)

    def _write(self, file: ReleaseFile, pieces: Iterator[bytes], rest: memoryview) -> memoryview:
        """Gives back what is of the next file."""
        path = self.folder / file.path
        part = path.with_name(f"{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        received = _Received(self.progress)
        try:
            with part.open("wb") as stream:
                rest = self._receive(file, pieces, rest, received, stream)
            received.check(file, part)
        except BaseException:
            self.progress.advance(-received.size)
            raise
        part.replace(path)
        self.progress.file_done()
        return rest

    def _receive(
        self, file: ReleaseFile, pieces: Iterator[bytes], rest: memoryview, received: "_Received", stream: BinaryIO
    ) -> memoryview:
        while missing := file.size - received.size:
            piece = rest or memoryview(next(pieces, b""))
            if not piece:
                raise NetworkError("the stream ended before the files did")
            mine, rest = piece[:missing], piece[missing:]
            self.client.patience.check()
            stream.write(mine)
            received.count(mine)
        return rest


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
