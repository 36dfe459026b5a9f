"""The names under which callers are counted: those that are known, the first few others, and one for all the rest."""

import re
import threading
from collections.abc import Iterable

OTHER = "other"
MOST_UNKNOWN = 50
"""Callers that are named though nobody announced them: whoever reaches the port can call itself anything."""

_LONGEST = 16
_ELSE = re.compile(r"[^A-Za-z0-9 ._+/:#@-]")


class Callers:
    """From an AE title to the label it is counted under. Safe between threads."""

    def __init__(self, known: Iterable[str] = (), most_unknown: int = MOST_UNKNOWN) -> None:
        self._labels: dict[str, str] = {}
        self._left = most_unknown
        self._lock = threading.Lock()
        self.know(known)

    def know(self, titles: Iterable[str]) -> None:
        """These are always counted under their own names."""
        with self._lock:
            for title in titles:
                self._labels[title] = _clean(title)

    def label(self, title: str) -> str:
        found = self._labels.get(title)
        return self._new(title) if found is None else found

    def _new(self, title: str) -> str:
        with self._lock:
            if title in self._labels:
                return self._labels[title]
            if self._left == 0:
                return OTHER
            self._left -= 1
            made = self._labels[title] = _clean(title)
            return made


def _clean(title: str) -> str:
    return _ELSE.sub("_", title[:_LONGEST]) or "_"
