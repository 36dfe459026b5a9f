"""What a free text is made of: words, numbers, measures, and things that identify by their shape alone."""

import re
from collections.abc import Collection
from enum import Enum, auto
from typing import NamedTuple

from dicom_node.pseudonymisation.folding import fold
from dicom_node.pseudonymisation.word_lists import word_list

_MONTH = (
    r"jan(?:uary|vier|uar|\.)?|ene(?:ro)?|f[eé]v(?:rier|r|\.)?|feb(?:ruary|ruar|rero|\.)?|mar(?:ch|s|zo|\.)?|m[aä]rz|"
    r"avr(?:il|\.)?|apr(?:il|\.)?|abr(?:il)?|mai|may(?:o)?|ju(?:ne?|in|ni|nio|ly?|illet|il|li|lio)|"
    r"ao[uû]t|aug(?:ust|\.)?|ago(?:sto)?|sep(?:t(?:ember|embre|iembre)?)?\.?|o[ck]t(?:ob(?:er|re)|ubre|ober|\.)?|"
    r"nov(?:ember|embre|iembre|\.)?|d[eé]c(?:ember|embre|\.)?|dez(?:ember|\.)?|dic(?:iembre)?"
)
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_ORDINAL = r"(?:er|st|nd|rd|th)?"
_NUMBER_OF_MONTH = r"(?:0?[1-9]|1[0-2])"
_DATES = (
    rf"{_YEAR}(?P<d1>[-/. _]){_NUMBER_OF_MONTH}(?P=d1){_DAY}(?!\d)",
    rf"{_DAY}(?P<d2>[-/. _]){_NUMBER_OF_MONTH}(?P=d2){_YEAR}(?!\d)",
    rf"{_NUMBER_OF_MONTH}(?P<d3>[-/. _]){_DAY}(?P=d3){_YEAR}(?!\d)",
    rf"{_DAY}(?P<d4>[-/.]){_NUMBER_OF_MONTH}(?P=d4)\d\d(?![\d.])",
    rf"{_NUMBER_OF_MONTH}(?P<d5>[-/.]){_DAY}(?P=d5)\d\d(?![\d.])",
    rf"{_NUMBER_OF_MONTH}[-/.]{_YEAR}(?!\d)|{_YEAR}[-/.]{_NUMBER_OF_MONTH}(?!\d)",
    rf"{_DAY}{_ORDINAL}[-/. _]{{0,2}}(?:de |of )?(?:{_MONTH})[-/., _]{{0,2}}(?:de )?(?:{_YEAR}|'?\d\d)(?!\d)",
    rf"{_DAY}{_ORDINAL}[-/.]?(?:{_MONTH})(?![^\W_])",
    rf"(?:{_MONTH})[-/., _]{{1,2}}{_DAY}{_ORDINAL}[-/., _]{{1,2}}(?:{_YEAR}|'\d\d)(?!\d)",
    rf"(?:{_MONTH})[-/., _]{{0,2}}(?:{_YEAR})(?!\d)",
)
_PRIVATE = "|".join(
    (
        r"[^\s@]{1,64}@\S+",
        r"(?:https?|ftp)://\S+|www\.\S+",
        *_DATES,
        r"\+\d[\d ./()-]{6,24}\d",  # a telephone number with the country's code
        r"\(?\d{2,5}\)?(?:[ ./-]\(?\d{2,4}\)?){3,12}+(?![\d.,])",
        r"\(?\d{2,5}\)?[ -]?\d{3,4}-\d{3,4}(?!\d)",
        r"\d+(?:-\d+){2,}(?![\d.,])",
    )
)
_TOKEN = re.compile(
    rf"(?<![^\W_])(?P<private>{_PRIVATE})"
    r"|(?P<version>\d{1,4}(?:\.\d{1,4}){2,}(?!\d))"
    r"|(?P<decimal>\d+[.,]\d+(?:[^\W\d_]{1,6}\d?)?(?![^\W_]))"
    r"|(?P<word>[^\W_]+)",
    re.IGNORECASE,
)

_WORDS_ONLY = re.compile(r"(?P<word>[^\W_]+)")
_NEEDS_A_CLOSER_LOOK = re.compile(r"\d|@|://|www\.", re.IGNORECASE)

TITLES = word_list("titles")
"""Words after which a person is named; those that may be harmless ("DR" is digital radiography) stay themselves."""

MARKS_OF_IDENTIFIERS = word_list("marks")
"""Words after which a number is an identifier, however short."""

UNITS = word_list("units")
_CODES = word_list("codes")
"""Short pieces that stand beside digits in names of sequences, kernels, series and versions."""

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_SIZE = re.compile(r"\d{1,4}(?:x\d{1,4}){1,3}(?:mm|cm|px)?")
_MEASURE = re.compile(r"(\d{1,4})([a-z]+)\d?")
_CODED_NUMBER = re.compile(r"(?:b|te|tr|ti|hu|kv|ma|mas)\d{1,4}")
_MOST_DIGITS = 4
_LONGEST_RUN = 3
_MOST_PARTS = 7


class Shape(Enum):
    """What a piece of text looks like."""

    WORD = auto()
    NUMBER = auto()
    DECIMAL = auto()
    VERSION = auto()
    MIXED = auto()
    PRIVATE = auto()


class Token(NamedTuple):
    """A piece of a text: where it stands and its folded form."""

    start: int
    end: int
    folded: str
    shape: Shape


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text, in their order; what lies between them is punctuation and space."""
    pattern = _TOKEN if _NEEDS_A_CLOSER_LOOK.search(text) else _WORDS_ONLY
    return [
        Token(match.start(), match.end(), folded := fold(match[0]), _shape(match, folded))
        for match in pattern.finditer(text)
    ]


def _shape(match: re.Match[str], folded: str) -> Shape:
    if match.lastgroup != "word":
        return {"private": Shape.PRIVATE, "version": Shape.VERSION, "decimal": Shape.DECIMAL}[match.lastgroup or ""]
    if folded.isalpha():
        return Shape.WORD
    return Shape.NUMBER if folded.isdigit() else Shape.MIXED


def parts_of(folded: str) -> list[str]:
    """The runs of letters and of digits in a mixed piece: "b70f" is b, 70, f."""
    return _PARTS.findall(folded)


def is_measure(folded: str, known: Collection[str]) -> bool:
    """Whether a mixed piece is a measure, a size, a level, a sequence or a kernel: known letters, few digits."""
    if _SIZE.fullmatch(folded) or _CODED_NUMBER.fullmatch(folded):
        return True
    measure = _MEASURE.fullmatch(folded)
    if measure and measure[2] in UNITS:
        return True
    parts = parts_of(folded)
    digits = [part for part in parts if part.isdigit()]
    letters = [part for part in parts if not part.isdigit()]
    return (
        len(parts) <= _MOST_PARTS
        and max(map(len, digits), default=0) <= _LONGEST_RUN
        and sum(map(len, digits)) <= _MOST_DIGITS
        and all(len(part) == 1 or part in _CODES or part in UNITS or part in known for part in letters)
    )
