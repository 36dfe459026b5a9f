"""How often each unknown word was dropped from a description, so that the custodian can approve the harmless ones.

A dropped word may be a name: counts rest on disk sealed with the node's key, and nowhere else. Each flush writes a
file of its own, so that any number of processes may count at the same time; reading adds them up.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock

from dicom_node.durable import make_folder, remove, write_new
from storage.keys import KeyRing, UnknownKeyError
from storage.sealing import UnsealError, seal, unseal

SUFFIX = ".words"
PURPOSE = "dropped-words"
MOST_WORDS = 20_000
"""Distinct words that one file holds; the rarest go first."""

LONGEST_WORD = 32
FLUSH_EVERY = 2_000
"""Counted words after which they are written to disk."""

MOST_FILES = 64


class DroppedWordsError(Exception):
    """The counts cannot be read; the message names the file."""


class DroppedWordStore:
    """The folder of sealed counts. Safe for several processes."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._folder = folder
        self._keys = keys

    def add(self, counts: Mapping[str, int]) -> None:
        """Keep more counts; durable on return. Raises OSError."""
        if not counts:
            return
        make_folder(self._folder)
        self._write(counts)
        if sum(1 for _ in self._files()) > MOST_FILES:
            with suppress(DroppedWordsError, UnknownKeyError):  # told to who looks at them
                self.compact()

    def counts(self) -> Counter[str]:
        """All words with how often they were dropped. Raises DroppedWordsError."""
        return self._read(self._files())

    def compact(self, without: Iterable[str] = ()) -> None:
        """Make one file of all, leaving out some words for good. Raises DroppedWordsError and OSError.

        A crash between the writing and the removing counts words twice; two processes that compact at the same
        time may do so too. Counts serve to rank words, no more.
        """
        files = list(self._files())
        together = self._read(files)
        for word in without:
            together.pop(word, None)
        if together:
            self._write(together)
        for file in files:
            remove(file)

    def _files(self) -> Iterable[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def _write(self, counts: Mapping[str, int]) -> None:
        most = dict(Counter(counts).most_common(MOST_WORDS))
        name = f"{self._keys.key_id}-{secrets.token_hex(8)}"
        plain = json.dumps(most, ensure_ascii=False).encode()
        write_new(self._folder / f"{name}{SUFFIX}", [seal(self._keys.derive(PURPOSE), plain, name.encode())])

    def _read(self, files: Iterable[Path]) -> Counter[str]:
        together: Counter[str] = Counter()
        for file in files:
            try:
                sealed = file.read_bytes()
            except FileNotFoundError:  # another process has just compacted it
                continue
            key = self._keys.derive_as(file.stem.partition("-")[0], PURPOSE)
            try:
                together.update(json.loads(unseal(key, sealed, file.stem.encode())))
            except (UnsealError, ValueError):
                raise DroppedWordsError(f"{file} is damaged: remove it, only counts of words are lost") from None
        return together


class DroppedWords:
    """Counts in memory, written to the store from time to time. Safe for several threads."""

    def __init__(self, store: DroppedWordStore, flush_every: int = FLUSH_EVERY) -> None:
        self._store = store
        self._flush_every = flush_every
        self._counts: Counter[str] = Counter()
        self._since_flush = 0
        self._lock = Lock()

    def count(self, words: Iterable[str]) -> None:
        """Count words that were dropped. Raises OSError when a flush is due and fails; the counts stay in memory."""
        with self._lock:
            before = self._since_flush
            for word in words:
                if len(word) <= LONGEST_WORD:
                    self._counts[word] += 1
                self._since_flush += 1
            due = self._since_flush > before and self._since_flush >= self._flush_every
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what was counted since the last time. Raises OSError; the counts stay in memory then."""
        with self._lock:
            counts, self._counts, self._since_flush = self._counts, Counter(), 0
            try:
                self._store.add(counts)
            except OSError:
                self._counts.update(counts)
                raise
