"""Bodies of several parts (RFC 2046 5.1), read as they come: memory does not grow with them.

A pull parser: `MultipartReader` is given an iterator of pieces of any size, and yields parts whose content is again an
iterator of pieces. Preamble and epilogue are ignored; a line that merely begins like the boundary is content.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from api.errors import MalformedUploadError

LONGEST_BOUNDARY = 70
"""RFC 2046 5.1.1."""

LONGEST_HEADERS = 1 << 14
_LONGEST_PADDING = 256
_LINE, _CLOSE, _PADDING = b"\r\n", b"--", b" \t"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. Its content is to be read before the next part is asked for; what is not read is skipped."""

    media_type: str | None
    """None: it does not say."""
    content: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type (RFC 2045 5.1): the media type in small letters, and the parameters that we ask for."""

    media_type: str | None
    type: str | None
    """Of a multipart/related: the media type of its root part (RFC 2387 3.1)."""
    boundary: str | None


def read_content_type(value: str | None) -> ContentType:
    """Quoted and unquoted parameters are understood."""
    message = Message()
    message["Content-Type"] = value or ""
    kind, boundary = message.get_param("type"), message.get_param("boundary")
    return ContentType(
        media_type=message.get_content_type() if value else None,
        type=kind.strip().lower() if isinstance(kind, str) else None,
        boundary=boundary if isinstance(boundary, str) else None,
    )


class MultipartReader:
    """Iterates over the parts. Raises MalformedUploadError, and whatever `pieces` raises."""

    def __init__(self, pieces: Iterable[bytes], boundary: str) -> None:
        if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii() or not boundary.isprintable():
            raise MalformedUploadError(f"a boundary has 1 to {LONGEST_BOUNDARY} plain characters")
        self._pieces = iter(pieces)
        self._delimiter = _LINE + _CLOSE + boundary.encode("ascii")
        self._buffer = bytearray(_LINE)  # the first boundary may come at once, without the line end before it
        self._is_over = False

    def __iter__(self) -> Iterator[Part]:
        _skip(self._until_delimiter())
        while not self._is_over:
            media_type = self._media_type()
            content = self._until_delimiter()
            yield Part(media_type, content)
            _skip(content)
        _skip(self._pieces)

    def _until_delimiter(self) -> Iterator[bytes]:
        """What comes before the next delimiter line, which is taken away; notes whether it was the last."""
        start = 0
        while True:
            at = self._buffer.find(self._delimiter, start)
            if at < 0:
                keep = len(self._delimiter) - 1
                if len(self._buffer) > keep:
                    yield self._take(len(self._buffer) - keep)
                start = 0
                self._fill()
            elif (length := self._delimiter_line(at)) is not None:
                if at:
                    yield self._take(at)
                del self._buffer[:length]
                return
            else:
                start = at + 1

    def _delimiter_line(self, at: int) -> int | None:
        """The length of the delimiter line that may start here; None when this only looks like one."""
        after = at + len(self._delimiter)
        self._have(after + len(_CLOSE))
        if self._buffer.startswith(_CLOSE, after):
            self._is_over = True
            return after + len(_CLOSE) - at
        end = after
        while self._buffer[end] in _PADDING and end - after < _LONGEST_PADDING:
            end += 1
            self._have(end + len(_LINE))
        return end + len(_LINE) - at if self._buffer.startswith(_LINE, end) else None

    def _media_type(self) -> str | None:
        """Read the headers of a part."""
        self._have(len(_LINE))
        headers = b""
        if not self._buffer.startswith(_LINE):
            while (end := self._buffer.find(_LINE + _LINE)) < 0:
                if len(self._buffer) > LONGEST_HEADERS:
                    raise MalformedUploadError("the headers of a part are too long")
                self._fill()
            if end > LONGEST_HEADERS:
                raise MalformedUploadError("the headers of a part are too long")
            headers = self._take(end + len(_LINE))
        self._have(len(self._delimiter))
        if not self._buffer.startswith(self._delimiter):  # or the part has headers only
            del self._buffer[: len(_LINE)]
        message = BytesHeaderParser().parsebytes(headers)
        return message.get_content_type() if "Content-Type" in message else None

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _have(self, size: int) -> None:
        while len(self._buffer) < size:
            self._fill()

    def _fill(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            raise MalformedUploadError("the body ends before its last boundary")
        self._buffer += piece


def _skip(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass
