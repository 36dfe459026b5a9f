"""The last look at the bytes: nothing of what named the person may stand in the header that is about to leave."""

import re
from functools import lru_cache

from dicom_node.identifying import DEFINED_TERMS, fold

SHORTEST_NAME = 5
SHORTEST_NUMBER = 6
"""Shorter ones stand in any header by chance; they are caught where a text is kept (`identifying`)."""
REMEMBERED = 256


def has_residue(header: bytes, words: frozenset[str]) -> bool:
    """Whether an identifying word of some length stands in a header; a number, with no digit or dot beside it."""
    pattern = _pattern(words)
    return pattern is not None and pattern.search(fold(header.decode("latin-1"))) is not None


@lru_cache(maxsize=REMEMBERED)
def _pattern(words: frozenset[str]) -> re.Pattern[str] | None:
    names = [word for word in words - DEFINED_TERMS if len(word) >= SHORTEST_NAME and not word.isdigit()]
    numbers = [word for word in words if len(word) >= SHORTEST_NUMBER and word.isdigit()]
    alternatives = [re.escape(name) for name in sorted(names)]
    if numbers:
        alternatives.append(rf"(?<![0-9.])(?:{'|'.join(sorted(numbers))})(?![0-9.])")
    return re.compile("|".join(alternatives)) if alternatives else None
