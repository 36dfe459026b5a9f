"""The chain that an audit log forms: each entry is sealed together with the seal of the one before it.

Whoever can write to the database can also forge a whole chain anew, or cut off its end. That is found only by someone
who has kept an earlier head: `verify` tells the head to keep, and takes one that was kept.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VERSION = 1
BEGINNING = "0" * 64
"""Stands for the seal before the first entry."""

Values = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as it was found: its number, what it says, the seal before it and its own, whatever they may hold."""

    number: int
    values: Values
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry of a chain, to be kept elsewhere. Number 0 is an empty log."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


EMPTY = Head(number=0, digest=BEGINNING)


class ChainBrokenError(Exception):
    """The log is not as it was written. `number` is the first entry that does not fit."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"entry {number} {what}")
        self.number = number


def seal(number: int, values: Values, previous: str) -> str:
    """SHA-256 over everything that an entry says, in one form only, and the seal before it."""
    content = {"version": VERSION, "number": number, "previous": previous, "entry": dict(values)}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify(links: Iterable[Link], kept: Head = EMPTY) -> Head:
    """Walk the chain from its beginning to its head, which is given back. Raises ChainBrokenError.

    `kept`: a head that was noted down earlier, and must still be in the chain.
    """
    head = EMPTY
    for link in links:
        _check(link, head)
        head = Head(number=link.number, digest=link.digest)
        if head.number == kept.number and head != kept:
            raise ChainBrokenError(kept.number, "is not the one that was kept: the log was written anew")
    if head.number < kept.number:
        raise ChainBrokenError(head.number + 1, "is missing, and was there before: the end was cut off")
    return head


def _check(link: Link, before: Head) -> None:
    if link.number != before.number + 1:
        raise ChainBrokenError(before.number + 1, "is missing or was moved")
    if link.previous != before.digest:
        raise ChainBrokenError(link.number, "does not follow the one before it")
    try:
        sealed = seal(link.number, link.values, link.previous)
    except TypeError:  # bytes, where SQLite lets them in
        sealed = None
    if link.digest != sealed:
        raise ChainBrokenError(link.number, "was changed")
