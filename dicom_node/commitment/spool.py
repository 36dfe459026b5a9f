"""Requests for storage commitment that wait for their answer: sealed, durable, bounded in number.

A file: magic, length of the label (4 bytes, big endian), the label (which key it was sealed with) as JSON, then the
request in sealed chunks that are bound to the label. Its name is a keyed digest of the peer and its transaction UID.
"""

import hmac
import json
import logging
import threading
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
_SEAL, _NAME = "commitment-seal", "commitment-name"
_LENGTH_BYTES = 4
_NAME_BYTES = 16


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
    """A folder of sealed requests. Safe between threads; one process a folder."""

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        *,
        most_requests: int = MOST_REQUESTS,
        most_of_one_peer: int = MOST_OF_ONE_PEER,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Finds what an earlier process left. Raises OSError."""
        self._folder = folder
        self._keys = keys
        self._seal_key = keys.derive(_SEAL)
        self._name_key = keys.derive(_NAME)
        self._most = (most_requests, most_of_one_peer, most_bytes)
        self._lock = threading.Lock()
        self._tickets: dict[str, Ticket] = {}
        make_folder(folder)
        remove_drafts(folder)
        self._recover()

    def put(self, request: Request, association_id: str) -> Ticket:
        """Keep a request; durable on return. One that waits already is kept once.

        Another request under the transaction UID of a waiting one is kept as a duplicate.
        Raises SpoolFullError, OSError.
        """
        with self._lock:
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
        """What waits, oldest first."""
        with self._lock:
            return sorted(self._tickets.values(), key=lambda ticket: ticket.received_at)

    def open(self, name: str) -> Request:
        """The request of a ticket. Raises DamagedRequestError."""
        return self._open(name)

    def remove(self, name: str) -> None:
        """Forget a request that was answered, or given up."""
        with self._lock:
            if self._tickets.pop(name, None) is not None:
                remove(self._path(name))

    def put_aside(self, name: str) -> None:
        """Do not try a damaged request again; its file is kept."""
        with self._lock:
            self._tickets.pop(name, None)
            path = self._path(name)
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
        except (OSError, ValueError, KeyError, TypeError, UnsealError, KeyFileError) as error:
            raise DamagedRequestError(type(error).__name__) from None

    def _recover(self) -> None:
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            name = path.name.removesuffix(SUFFIX)
            try:
                self._tickets[name] = _ticket(name, self._open(name), path.stat().st_size)
            except DamagedRequestError:
                self.put_aside(name)


def _ticket(name: str, request: Request, size: int) -> Ticket:
    return Ticket(
        name=name,
        calling_ae_title=request.calling_ae_title,
        peer_address=request.peer_address,
        received_at=request.received_at,
        size=size,
    )
