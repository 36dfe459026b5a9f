"""Parts of files and unchanged files (RFC 9110, sections 13 and 14): which bytes, or none."""

import re
from collections.abc import Iterator

from api.errors import RangeNotSatisfiableError

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


def is_unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has this file already (weak comparison, as GET and HEAD want it)."""
    if if_none_match is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag in tags


def wanted_bytes(range_header: str | None, if_range: str | None, etag: str, size: int) -> range | None:
    """The bytes that one range asks for; None for the whole file.

    Several ranges, other units and unreadable ones are ignored, as the standard allows; so is a range of a
    file that is no longer the one the client has. Raises RangeNotSatisfiableError beyond the end.
    """
    match = _ONE_RANGE.fullmatch(range_header.replace(" ", "")) if range_header else None
    if match is None or (if_range is not None and if_range != etag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        wanted = range(max(size - int(last), 0), size)
    else:
        wanted = range(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    if not wanted:
        raise RangeNotSatisfiableError(size)
    return wanted


def cut(pieces: Iterator[bytes], wanted: range) -> Iterator[bytes]:
    """Those bytes of a stream; what comes after them is not asked for."""
    position = 0
    for piece in pieces:
        start, stop = max(wanted.start - position, 0), wanted.stop - position
        if start < len(piece):
            yield piece[start:stop]
        position += len(piece)
        if position >= wanted.stop:
            return
