"""Free text as people type it, as far as every database can keep it."""

import unicodedata

LINE_BREAKS = "\t\n\r"


def is_text(text: str, longest: int, *, also: str = "") -> bool:
    """From 1 to `longest` characters that say something, no control character but those in `also`, no half surrogate.

    Non-breaking spaces and joiners are text: French puts them before its punctuation, names and emoji inside.
    """
    if text.isprintable():
        return 1 <= len(text.strip()) <= longest
    allowed = all(mark in also or unicodedata.category(mark) not in ("Cc", "Cs") for mark in text)
    return allowed and 1 <= len(text.strip()) <= longest
