"""What we have to say on an association that the peer has opened: N-EVENT-REPORT requests, one at a time."""

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_HIGHEST_MESSAGE_ID = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One N-EVENT-REPORT (PS3.7 10.1.1)."""

    sop_class_uid: str
    """Of a presentation context that was accepted."""
    sop_instance_uid: str
    event_type: int
    information: Callable[[str], bytes]
    """The data set in a transfer syntax."""
    answered: Callable[[int | None], None]
    """Told the status of the answer, or None when the association ended before it. Called by any thread."""


class Notices:
    """Put by any thread, sent by the one that serves the association. To be closed: it holds a file descriptor."""

    def __init__(self) -> None:
        """Raises OSError when there is no file descriptor left."""
        self._lock = threading.Lock()
        self._waiting: deque[Notice] = deque()
        self._sent: tuple[int, Notice] | None = None
        self._last_id = 0
        self._is_open = True
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def put(self, notice: Notice) -> bool:
        """Have it sent; False when the association is over."""
        with self._lock:
            if self._is_open:
                self._waiting.append(notice)
                os.eventfd_write(self._bell, 1)
            return self._is_open

    def withdraw(self, notice: Notice) -> bool:
        """Whether it was not sent yet, and now will not be."""
        with self._lock:
            if notice not in self._waiting:
                return False
            self._waiting.remove(notice)
            return True

    def fileno(self) -> int:
        """Readable when something was put."""
        return self._bell

    def heard(self) -> None:
        """Not readable any more, until something is put again."""
        os.eventfd_read(self._bell)

    def is_due(self) -> bool:
        """Whether something may be sent: it waits, and the peer owes us no answer."""
        with self._lock:
            return bool(self._waiting) and self._sent is None

    def next(self) -> tuple[int, Notice] | None:
        """What to send now, and its message id. Only when something is due; None when it was withdrawn meanwhile."""
        with self._lock:
            if not self._waiting:
                return None
            self._last_id = self._last_id % _HIGHEST_MESSAGE_ID + 1
            self._sent = self._last_id, self._waiting.popleft()
            return self._sent

    def answered(self, message_id: int | None, status: int | None) -> None:
        """The peer has answered; what answers nothing of ours is ignored."""
        with self._lock:
            sent = self._sent
            if sent is None or sent[0] != message_id or status is None:
                return
            self._sent = None
        sent[1].answered(status)

    def close(self) -> None:
        """The association is over: nothing more will be answered."""
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            unanswered = [*([] if self._sent is None else [self._sent[1]]), *self._waiting]
            self._waiting.clear()
            self._sent = None
            os.close(self._bell)
        for notice in unanswered:
            notice.answered(None)
