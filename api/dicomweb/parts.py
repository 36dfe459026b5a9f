"""Multipart answers, passed on as they come: addresses in the parts' headers get our root."""

import re

from api.dicomweb.addresses import own_address
from storage.errors import ImageStoreFailedError

LONGEST_HEADERS = 16_384
_LINE_END = b"\r\n"
_HEADERS_END = b"\r\n\r\n"
_LOCATION = re.compile(rb"(content-location|location):[ \t]*(.*)", re.IGNORECASE)


class PartAddresses:
    """Holds back no more than the headers of one part, and what may be the beginning of a boundary."""

    def __init__(self, boundary: str, root: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._root = root
        self._held = _LINE_END  # the first delimiter may begin the body (RFC 2046 5.1.1)
        self._surplus = len(_LINE_END)
        self._in_headers = self._is_whole = False

    def feed(self, piece: bytes) -> bytes:
        """Raises ImageStoreFailedError when this is no multipart body."""
        if self._is_whole:
            return piece
        self._held += piece
        out = bytearray()
        while (self._pass_headers if self._in_headers else self._pass_content)(out):
            pass
        if self._surplus:
            cut = min(self._surplus, len(out))
            self._surplus -= cut
            return bytes(out[cut:])
        return bytes(out)

    def end(self) -> bytes:
        """Raises ImageStoreFailedError when there was no closing boundary: that is how a broken-off body is known."""
        if not self._is_whole:
            raise ImageStoreFailedError("the image store broke off")
        return b""

    def _pass_content(self, out: bytearray) -> bool:
        """Up to the next boundary; whether there was one."""
        at = self._held.find(self._delimiter)
        behind = at + len(self._delimiter)
        if at < 0 or len(self._held) < behind + 2:
            keep = len(self._delimiter) - 1 if at < 0 else len(self._held) - at
            end = max(len(self._held) - keep, 0)
            out += self._held[:end]
            self._held = self._held[end:]
            return False
        is_last = self._held[behind : behind + 2] == b"--"
        end = len(self._held) if is_last else behind
        out += self._held[:end]
        self._held = self._held[end:]
        self._is_whole, self._in_headers = is_last, not is_last
        return not is_last

    def _pass_headers(self, out: bytearray) -> bool:
        """Whether they are all here."""
        at = self._held.find(_HEADERS_END)
        if at < 0:
            if len(self._held) > LONGEST_HEADERS:
                raise ImageStoreFailedError("the image store sent no multipart body")
            return False
        first, *lines = self._held[:at].split(_LINE_END)
        out += _LINE_END.join([first, *filter(None, map(self._own, lines))]) + _HEADERS_END
        self._held = self._held[at + len(_HEADERS_END) :]
        self._in_headers = False
        return True

    def _own(self, line: bytes) -> bytes:
        """A header for the client: a location that is not ours is left out."""
        found = _LOCATION.fullmatch(line)
        if found is None:
            return line
        address = own_address(found[2], self._root)
        return b"" if address is None else found[1] + b": " + address
