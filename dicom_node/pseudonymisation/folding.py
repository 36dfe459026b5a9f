"""Folding: one spelling for a word however it was written, so that words can be compared."""

import re
import unicodedata

_NO_DECOMPOSITION = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The text without case, accents and ligatures; compatibility forms (full width, superscripts) made plain."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return plain.translate(_NO_DECOMPOSITION)


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, in their order; an underscore separates words, an apostrophe too."""
    return _WORD.findall(fold(text))
