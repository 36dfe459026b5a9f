"""Free text of an identified source, without what may name the patient: what is found gives way to a mark."""

import unicodedata
from collections.abc import Iterator, Sequence

from annotation.identifying_text import suspicions

REMOVED = "[…]"
SHORTEST = 3
"""A shorter text, an initial or a day, is found everywhere."""


def cleaned(text: str, identifying: Sequence[str]) -> tuple[str, int]:
    """The text, and how many pieces were taken out."""
    spans = _joined(sorted([*_known(text, identifying), *((each.start, each.end) for each in suspicions(text))]))
    for start, end in reversed(spans):
        text = text[:start] + REMOVED + text[end:]
    return text, len(spans)


def holds(text: str, identifying: Sequence[str]) -> bool:
    """Whether the text holds one of these."""
    return any(True for _ in _known(text, identifying))


def _known(text: str, identifying: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Whole words, and parts of names of several words, whatever their accents and capitals."""
    folded = _folded(text)
    parts = {part for each in identifying for part in (each, *each.replace("-", " ").split())}
    for part in {_folded(each) for each in parts if len(each) >= SHORTEST}:
        start = folded.find(part)
        while start >= 0:
            end = start + len(part)
            if not folded[start - 1 : start].isalnum() and not folded[end : end + 1].isalnum():
                yield start, end
            start = folded.find(part, end)


def _folded(text: str) -> str:
    """As many characters as before."""
    if text.isascii():
        return text.lower()
    return "".join((unicodedata.normalize("NFD", mark)[0].lower() or mark)[:1] for mark in text)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
