"""Requests for storage commitment that wait for their answer: sealed, durable, bounded in number.

Several processes may share a folder: each sees what the others put there, and works only on what it has claimed. A
claim is a lock on the file, which ends with the process.

A file: magic, length of the label (4 bytes, big endian), the label (which key it was sealed with) as JSON, then the
request in sealed chunks that are bound to the label. Its name is a keyed digest of the peer and its transaction UID.
"""

import errno
import fcntl
import hmac
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dicom_node.commitment.requests import Request
from dicom_node.durable import make_folder, remove, remove_drafts, write_new
from storage.keys import KeyFileError, KeyRing
from storage.sealing import UnsealError, seal_chunks, unseal_chunks

log = logging.getLogger("osteon.commitment")

MAGIC = b"OSTEON-COMMITMENT-1\n"
SUFFIX = ".sealed"
DAMAGED = ".damaged"
MOST_REQUESTS = 10_000
MOST_OF_ONE_PEER = 2_000
MOST_BYTES = 1 << 28
MOST_CLAIMS = 128
"""Of one process: each takes a file descriptor, which associations need, too."""

_SEAL, _NAME = "commitment-seal", "commitment-name"
_LENGTH_BYTES = 4
_NAME_BYTES = 16
_FOR_NOW = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Errors that say nothing about the file."""

_STEP_SECONDS = 0.05
"""A folder that changes again within so long may bear the same time as before."""


class SpoolFullError(Exception):
    """Too many requests wait already."""


class DamagedRequestError(Exception):
    """What is in the spool is not what was written there, or its key is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What is known of a waiting request without opening it."""

    name: str
    """Keyed: it may be logged."""
    calling_ae_title: str
    peer_address: str
    received_at: datetime
    size: int
    association_id: str = ""
    """On which it was asked for last; empty when that was before a restart."""


class Spool:
    """A folder of sealed requests. Safe between threads and processes."""

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        *,
        most_requests: int = MOST_REQUESTS,
        most_of_one_peer: int = MOST_OF_ONE_PEER,
        most_bytes: int = MOST_BYTES,
        most_claims: int = MOST_CLAIMS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Finds what an earlier process left. Raises OSError."""
        self._folder = folder
        self._keys = keys
        self._seal_key = keys.derive(_SEAL)
        self._name_key = keys.derive(_NAME)
        self._most_claims = most_claims
        self._most = (most_requests, most_of_one_peer, most_bytes)
        self._lock = threading.Lock()
        self._tickets: dict[str, Ticket] = {}
        self._claims: dict[str, int] = {}
        """Descriptors of the files that this process works on."""
        self._clock = clock
        self._changed, self._found_changed_at = -1, 0.0
        """The folder's time of the last change, and when it was first seen."""
        self._looked_at = 0.0
        make_folder(folder)
        self._look()

    def remove_drafts(self) -> None:
        """Remove what a crash left half-written. For when nobody writes: another process may be at work."""
        remove_drafts(self._folder)

    def put(self, request: Request, association_id: str) -> Ticket:
        """Keep a request; durable on return. One that waits already is kept once.

        Another request under the transaction UID of a waiting one is kept as a duplicate.
        Raises SpoolFullError, OSError.
        """
        with self._lock:
            self._look()
            name = self._name(request)
            if name in self._tickets and self._open(name).references != request.references:
                request = replace(request, is_duplicate=True)
                name = self._name(request)
            known = self._tickets.get(name)
            if known is None:
                known = self._write(name, request)
            self._tickets[name] = replace(known, association_id=association_id)
            return self._tickets[name]

    def tickets(self) -> list[Ticket]:
        """What waits, oldest first. Raises OSError."""
        with self._lock:
            self._look()
            return sorted(self._tickets.values(), key=lambda ticket: ticket.received_at)

    def open(self, name: str) -> Request:
        """The request of a ticket. Raises DamagedRequestError, and OSError when it cannot be read for now."""
        return self._open(name)

    def remove(self, name: str) -> None:
        """Forget a request that was answered, or given up."""
        with self._lock:
            if self._tickets.pop(name, None) is not None:
                remove(self._path(name))
            self._release(name)

    def claim(self, name: str) -> bool:
        """Whether this process alone works on a request from now on.

        False when another does, or it is over, or this process works on as many as it may.
        """
        with self._lock:
            if name in self._claims:
                return True
            if len(self._claims) >= self._most_claims:
                return False
            try:
                descriptor = os.open(self._path(name), os.O_RDONLY)
            except OSError:
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                return False
            if not self._path(name).exists():  # it was answered just now
                os.close(descriptor)
                return False
            self._claims[name] = descriptor
            return True

    def is_crowded(self) -> bool:
        """Whether this process works on so many that what only waits must make room."""
        with self._lock:
            return len(self._claims) > self._most_claims // 2

    def release(self, name: str) -> None:
        """Others may work on it, too."""
        with self._lock:
            self._release(name)

    def put_aside(self, name: str) -> None:
        """Do not try a damaged request again; its file is kept."""
        with self._lock:
            self._tickets.pop(name, None)
            self._move_aside(name)
            self._release(name)

    def close(self) -> None:
        """Work on nothing any more; others may."""
        with self._lock:
            for name in list(self._claims):
                self._release(name)

    def _move_aside(self, name: str) -> None:
        path = self._path(name)
        with suppress(FileNotFoundError):  # another process has answered it, or moved it aside
            path.rename(path.with_suffix(DAMAGED))
            log.error("request %s for storage commitment is damaged and was put aside", name)

    def _name(self, request: Request) -> str:
        """By whom it is and what; a duplicate by what it refers to, also."""
        known = [request.calling_ae_title, request.transaction_uid]
        if request.is_duplicate:
            known += [f"{one.sop_class_uid} {one.sop_instance_uid}" for one in request.references]
        return hmac.digest(self._name_key, json.dumps(known).encode("ascii"), "sha256")[:_NAME_BYTES].hex()

    def _path(self, name: str) -> Path:
        return self._folder / (name + SUFFIX)

    def _write(self, name: str, request: Request) -> Ticket:
        """With the lock held."""
        label = json.dumps({"key_id": self._keys.key_id}).encode("ascii")
        head = MAGIC + len(label).to_bytes(_LENGTH_BYTES, "big") + label
        content = [head, *seal_chunks(self._seal_key, request.to_json(), label)]
        size = sum(map(len, content))
        self._check_room(request.calling_ae_title, size)
        with suppress(FileExistsError):  # asked of two processes at the same moment
            write_new(self._path(name), content)
        return _ticket(name, request, size)

    def _check_room(self, calling_ae_title: str, size: int) -> None:
        waiting = self._tickets.values()
        of_this_peer = sum(ticket.calling_ae_title == calling_ae_title for ticket in waiting)
        most_requests, most_of_one_peer, most_bytes = self._most
        if len(waiting) >= most_requests or of_this_peer >= most_of_one_peer:
            raise SpoolFullError("too many requests")
        if sum(ticket.size for ticket in waiting) + size > most_bytes:
            raise SpoolFullError("too many references")

    def _open(self, name: str) -> Request:
        try:
            content = self._path(name).read_bytes()
            start = len(MAGIC) + _LENGTH_BYTES
            end = start + int.from_bytes(content[len(MAGIC) : start], "big")
            label = content[start:end]
            key = self._keys.derive_as(str(json.loads(label)["key_id"]), _SEAL)
            return Request.from_json(unseal_chunks(key, content[end:], label))
        except OSError as error:
            if error.errno in _FOR_NOW:
                raise
            raise DamagedRequestError(type(error).__name__) from None
        except (ValueError, KeyError, TypeError, UnsealError, KeyFileError) as error:
            raise DamagedRequestError(type(error).__name__) from None

    def _release(self, name: str) -> None:
        descriptor = self._claims.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)

    def _look(self) -> None:
        """With the lock held, or before anybody has it: see what came and went, whoever did it. Raises OSError.

        The folder's time is compared with that of before only, for the clock that it is taken from may be set.
        """
        now, changed = self._clock(), self._folder.stat().st_mtime_ns
        if changed != self._changed:
            self._changed, self._found_changed_at = changed, now
        elif self._looked_at - self._found_changed_at >= _STEP_SECONDS:
            return
        found = {path.name.removesuffix(SUFFIX): path for path in self._folder.glob(f"*{SUFFIX}")}
        self._looked_at = now
        for name in self._tickets.keys() - found.keys():
            del self._tickets[name]
        for name in sorted(found.keys() - self._tickets.keys()):
            self._take_up(name, found[name])

    def _take_up(self, name: str, path: Path) -> None:
        try:
            self._tickets[name] = _ticket(name, self._open(name), path.stat().st_size)
        except DamagedRequestError:
            self._move_aside(name)
        except FileNotFoundError:
            return
        except OSError:
            self._looked_at = -1


def _ticket(name: str, request: Request, size: int) -> Ticket:
    return Ticket(
        name=name,
        calling_ae_title=request.calling_ae_title,
        peer_address=request.peer_address,
        received_at=request.received_at,
        size=size,
    )
