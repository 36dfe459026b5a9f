"""The journal of a send: which files the peer has acknowledged, so that an interrupted send goes on where it was.

Names of files may be those of patients: the journal holds keyed digests of path, size and time of change instead, the
key being its own, and only its owner may read it. A line is written once the peer has answered Success; what a crash
cuts off is sent again, which changes nothing at the peer.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from osteon.transfer.destination import Destination
from osteon.transfer.errors import JournalError
from osteon.transfer.outgoing import Outgoing

_MARK = "osteon send journal 1"
_DIGEST_BYTES = 16
_KEY_BYTES = 16


class SentJournal:
    """An open journal; nobody else may write to it meanwhile."""

    def __init__(self, path: Path, destination: Destination, *, anew: bool = False) -> None:
        """Open or make it; `anew`: forget what it holds. Raises JournalError."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
            os.fchmod(descriptor, 0o600)
        except OSError as error:
            raise JournalError(f"{path} cannot be used as a journal: {os.strerror(error.errno or 0)}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise JournalError(f"another send is writing to the journal {path}") from None
        try:
            self._key, self._known = self._begin(destination, anew=anew)
        except JournalError:
            self._file.close()
            raise

    def has(self, outgoing: Outgoing) -> bool:
        return self._digest(outgoing) in self._known

    def add(self, outgoing: Outgoing) -> None:
        """Note an acknowledged file. Raises JournalError."""
        digest = self._digest(outgoing)
        self._known.add(digest)
        try:
            self._file.write(digest.encode("ascii") + b"\n")
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be written: {os.strerror(error.errno or 0)}") from None

    def discard(self) -> None:
        """Remove it: everything is sent."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _begin(self, destination: Destination, *, anew: bool) -> tuple[bytes, set[str]]:
        """Key and content, of what is there or of a new one. A line that was cut off is forgotten."""
        content = b"" if anew else self._file.read()
        whole = content[: content.rfind(b"\n") + 1]
        head, *lines = whole.decode("ascii", "replace").splitlines() or [""]
        if not whole:
            key = secrets.token_bytes(_KEY_BYTES)
            self._file.truncate(0)
            self._file.seek(0)
            self._file.write(f"{_MARK}\t{key.hex()}\t{destination}\n".encode("ascii", "replace"))
            return key, set()
        mark, _, rest = head.partition("\t")
        key_text, _, whom = rest.partition("\t")
        if mark != _MARK or len(key_text) != 2 * _KEY_BYTES:
            raise JournalError(f"{self.path} is no journal of a send")
        if whom != str(destination):
            raise JournalError(f"{self.path} is the journal of a send to {whom}")
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        return bytes.fromhex(key_text), set(lines)

    def _digest(self, outgoing: Outgoing) -> str:
        text = b"\0".join((os.fsencode(outgoing.path.absolute()), b"%d" % outgoing.size, b"%d" % outgoing.changed_ns))
        return hashlib.blake2b(text, key=self._key, digest_size=_DIGEST_BYTES).hexdigest()


def usual_place(environment: Mapping[str, str], paths: Iterable[Path], destination: Destination) -> Path:
    """Where the journal of these paths to this destination is kept, unless told otherwise."""
    state = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME") or "~").expanduser() / ".local" / "state"
    asked = "\0".join([str(destination), *sorted(str(path.absolute()) for path in paths)])
    name = hashlib.blake2b(os.fsencode(asked), digest_size=_DIGEST_BYTES).hexdigest()
    return Path(state) / "osteon" / "send" / f"{name}.journal"
