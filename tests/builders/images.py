"""An image store in memory that satisfies `api.images.ImageSource`, and can be made to fail."""

import threading
from collections.abc import Callable, Collection, Iterator

from api.images import ImageMissingError, ImageStoreUnavailableError

PIECE = 1000


class FakeImages:
    """Keeps files by Orthanc id. `opened` counts the streams that it gave out.

    `in_the_middle` is called in the middle of each file.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.available = True
        self.breaks_after: int | None = None
        self.opened = 0
        self.in_the_middle: Callable[[], None] = lambda: None
        self._closed = threading.Semaphore(0)

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        self.opened += 1
        try:
            if not self.available:
                raise ImageStoreUnavailableError("connection to secret-host refused")
            if orthanc_id not in self.files:
                raise ImageMissingError("no such file")
            content = self.files[orthanc_id]
            for start in range(0, len(content), PIECE):
                if self.breaks_after is not None and start >= self.breaks_after:
                    raise ImageStoreUnavailableError("connection to secret-host lost")
                if start:
                    self.in_the_middle()
                yield content[start : start + PIECE]
        finally:
            self._closed.release()

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        return frozenset(orthanc_ids).intersection(self.files)

    def ready(self) -> bool:
        return self.available

    def is_closed_in_time(self) -> bool:
        """Waits until one more stream has been given back."""
        return self._closed.acquire(timeout=10)
