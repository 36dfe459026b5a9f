"""Addresses in answers: whatever the image store calls itself, clients are sent to our own root."""

import re
from collections.abc import Callable

from starlette.requests import Request

from api.errors import SearchError
from storage.errors import ImageStoreFailedError

LONGEST_ADDRESS = 1024
_HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_ADDRESS = rb"https?:\\?/\\?/[^\"\s<>]{1,512}?\\?/studies\\?/(?=[0-9])"
_AT_BEGINNING = re.compile(_ADDRESS)
_IN_JSON = re.compile(rb'"' + _ADDRESS)


def own_root(request: Request, prefix: str) -> bytes:
    """`http://host/dicom-web`, as the client wrote it. Raises SearchError."""
    if not _HOST.fullmatch(request.url.netloc):
        raise SearchError("the Host header names no host")
    return f"{request.url.scheme}://{request.url.netloc}{prefix}".encode("ascii")


def own_address(address: bytes, root: bytes) -> bytes | None:
    """The same resource under our root; None for an address that is not one of DICOMweb."""
    found = _AT_BEGINNING.match(address)
    return None if found is None else root + b"/studies/" + address[found.end() :]


class JsonAddresses:
    """Passes DICOM JSON on; texts that begin with the address of a study get our root.

    These are BulkDataURI and Retrieve URL. Nothing is held back but the text that is not at its end.
    """

    def __init__(self, root: bytes) -> None:
        self._own = b'"' + root + b"/studies/"
        self._held = b""
        self._last = b""

    def feed(self, piece: bytes) -> bytes:
        whole = self._held + piece
        quote = whole.rfind(b'"')
        end = len(whole) if quote < 0 or len(whole) - quote > LONGEST_ADDRESS else quote
        self._held = whole[end:]
        self._last = whole.rstrip()[-1:] or self._last
        return _IN_JSON.sub(self._replacement(), whole[:end])

    def end(self) -> bytes:
        """Raises ImageStoreFailedError when the document has no end."""
        if self._last not in {b"]", b"}"}:
            raise ImageStoreFailedError("the image store broke off")
        return self._held

    def _replacement(self) -> Callable[[re.Match[bytes]], bytes]:
        return lambda _: self._own
