"""Cleaning of free text (Clean Descriptors Option, PS3.15 E.3.6): known harmless words stay, nothing else does.

What stays: words of the vocabulary; numbers of up to three digits, decimals, measures, image sizes, ratios, levels
of the spine. What goes: every other word; dates, telephone numbers, long numbers, network addresses, and numbers
after a mark such as "IPP"; the object's own identifying words, harmless or not; and words that are also names
("petit", "bras") where their surroundings say so: after a title, or beside an unknown word. A stranger whose whole
name is made of harmless words, with no title before it ("OS PETIT"), cannot be told from a description and stays.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate

from dicom_node.pseudonymisation.tokens import (
    MARKS_OF_IDENTIFIERS,
    TITLES,
    UNITS,
    Shape,
    Token,
    is_measure,
    parts_of,
    tokens_of,
)
from dicom_node.pseudonymisation.vocabulary import Vocabulary

_LONGEST_NUMBER = 3
_LONGEST_NUMBER_WITH_UNIT = 4
_LONGEST_FRACTION = 6
_LONGEST_VERSION = 6
_SIZES = frozenset({"1000", "1024", "1280", "1536", "2048", "4096", "8192"})
_BEFORE_LONG_NUMBERS = frozenset(
    {"b", "tr", "te", "ti", "ww", "wl", "wc", "hu", "uh", "kv", "ma", "mas", "jpeg", "bval"}
)
_SHORTEST_JOINED = 4
_REACH_OF_A_TITLE = 3
_BESIDE = re.compile(r"[ \t.,'’^_()\-]{0,3}")
"""What may stand between the words of one name."""
_AFTER_A_MARK = re.compile(r"[ \t.:#=_°º/-]{0,4}")
_IN_A_NUMBER = re.compile(r"[ ./-]")
_ODD = re.compile(r"[^\n\r\f\t -~\u00a0-\u00ff\u2010-\u2026\u2030\u2032\u2033\u20ac\u2192\u2264\u2265]")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}|<\s*>|\"\s*\"|«\s*»")
_REPEATED = re.compile(r"([-_/,;:.+&^|])(?:[ \t]*\1)+")
_SPACES = re.compile(r"[ \t]{2,}")
_EDGE = " \t-_/,;:.+&^|'’#=°"
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MEDICAL = re.compile(
    r"[a-z]{3,}(?:graph(?:ie|iques?|y|ic)|gramme|scop(?:ie|ique|y)|ectom(?:ie|y)|plast(?:ie|y)|metr(?:ie|ique|y)|"
    r"therap(?:ie|ique|y)|path(?:ie|ique|y)|olog(?:ie|ique|y)|algie|synthes[ei]|"
    r"(?:carcin|sarc|blast)om[ea])s?"
)
"""Words of medicine by their ending: "cystographie", "goniometry". No family is called so."""


class _Fate(Enum):
    KEEP = auto()
    AMBIGUOUS = auto()
    """A harmless word that may be a name, or a single letter that may be an initial."""
    UNKNOWN = auto()
    IDENTIFIER = auto()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without what might identify; `dropped` are its unknown words, folded, in their order.

    `removed` counts everything that was taken out. Dates, numbers and the object's own identifying words are not in
    `dropped`: nobody is to be asked to approve them.
    """

    text: str
    dropped: tuple[str, ...] = ()
    removed: int = 0


class TextCleaner:
    """Cleans texts by one vocabulary. Holds no state between texts; whoever calls it may remember its results."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __call__(self, text: str, identifying: frozenset[str] = frozenset()) -> Cleaned:
        """Clean a value, or several separated by backslashes, which keep their places.

        `identifying`: folded words (`IdentifyingValues.words`) that go even when harmless.
        """
        if "\\" not in text:
            return self._clean(text, identifying)
        values = [self._clean(value, identifying) for value in text.split("\\")]
        return Cleaned(
            text="\\".join(value.text for value in values),
            dropped=tuple(word for value in values for word in value.dropped),
            removed=sum(value.removed for value in values),
        )

    def _clean(self, text: str, identifying: frozenset[str]) -> Cleaned:
        plain = text if text.isascii() else unicodedata.normalize("NFC", text)
        tokens = tokens_of(plain)
        fates = [self._fate(token, plain) for token in tokens]
        _drop_numbers(plain, tokens, fates)
        _drop_identifying(tokens, fates, identifying)
        _drop_names(plain, tokens, fates)
        removed = sum(fate in {_Fate.UNKNOWN, _Fate.IDENTIFIER} for fate in fates)
        if not removed:
            return Cleaned(_ODD.sub("", plain))
        return Cleaned(
            text=_joined(plain, tokens, [fate in {_Fate.KEEP, _Fate.AMBIGUOUS} for fate in fates]),
            dropped=tuple(token.folded for token, fate in zip(tokens, fates, strict=True) if fate is _Fate.UNKNOWN),
            removed=removed,
        )

    def _fate(self, token: Token, text: str) -> _Fate:
        if token.shape is Shape.WORD:
            return self._fate_of_word(token, text)
        if token.shape is Shape.MIXED:
            return self._fate_of_mixed(token.folded)
        if token.shape is Shape.DECIMAL:
            return _kept_if(_is_plain_decimal(token.folded, self._vocabulary))
        if token.shape is Shape.VERSION:
            return _kept_if(sum(map(str.isdigit, token.folded)) <= _LONGEST_VERSION)
        if token.shape is Shape.NUMBER:
            return _kept_if(len(token.folded) <= _LONGEST_NUMBER or token.folded in _SIZES)
        return _Fate.IDENTIFIER

    def _fate_of_word(self, token: Token, text: str) -> _Fate:
        word, vocabulary = token.folded, self._vocabulary
        if len(word) == 1 and word.isascii():
            return _Fate.AMBIGUOUS
        if word in vocabulary:
            return _Fate.AMBIGUOUS if word in vocabulary.names else _Fate.KEEP
        if word in vocabulary.names:
            return _Fate.UNKNOWN
        return self._fate_of_formed_word(word, text[token.start : token.end])

    def _fate_of_formed_word(self, word: str, written: str) -> _Fate:
        """A word that is on no list: a plural, a word of medicine by its ending, or two words in one ("LightSpeed")."""
        vocabulary = self._vocabulary
        if word[-1] in "sx" and len(word) > _SHORTEST_JOINED - 1 and word[:-1] in vocabulary:
            return _Fate.AMBIGUOUS if word[:-1] in vocabulary.names else _Fate.KEEP
        if _MEDICAL.fullmatch(word):
            return _Fate.KEEP
        humps = _HUMPS.findall(written)
        together = len(humps) > 1 and sum(map(len, humps)) == len(word)
        if together and all(len(hump) > 1 and hump.lower() in vocabulary for hump in humps):
            return _Fate.AMBIGUOUS
        return _Fate.UNKNOWN

    def _fate_of_mixed(self, folded: str) -> _Fate:
        vocabulary = self._vocabulary
        if folded in vocabulary:
            return _Fate.KEEP
        if is_measure(folded, vocabulary.words):
            return _Fate.AMBIGUOUS if any(part in vocabulary.names for part in parts_of(folded)) else _Fate.KEEP
        long_number = any(part.isdigit() and len(part) > _LONGEST_NUMBER for part in parts_of(folded))
        return _Fate.IDENTIFIER if long_number else _Fate.UNKNOWN


def _kept_if(harmless: bool) -> _Fate:
    return _Fate.KEEP if harmless else _Fate.IDENTIFIER


def _is_plain_decimal(folded: str, vocabulary: Vocabulary) -> bool:
    whole, fraction, *unit = parts_of(folded)
    return (
        len(whole) <= _LONGEST_NUMBER_WITH_UNIT
        and len(fraction) <= _LONGEST_FRACTION
        and len(whole) + len(fraction) <= _LONGEST_FRACTION + 1
        and (not unit or unit[0] in UNITS or unit[0] in vocabulary or len(unit[0]) == 1)
    )


def _drop_numbers(text: str, tokens: Sequence[Token], fates: list[_Fate]) -> None:
    """Longer numbers stay beside their unit; those after a mark go, and those linked to one that went."""
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if token.shape is Shape.NUMBER and fates[index] is _Fate.IDENTIFIER:
            after = tokens[index + 1].folded if index + 1 < len(tokens) else ""
            measured = after in UNITS or (before is not None and before.folded in _BEFORE_LONG_NUMBERS)
            if measured and len(token.folded) <= _LONGEST_NUMBER_WITH_UNIT:
                fates[index] = _Fate.KEEP
        if (
            before is not None
            and before.folded in MARKS_OF_IDENTIFIERS
            and token.shape is not Shape.WORD
            and _AFTER_A_MARK.fullmatch(text, before.end, token.start)
        ):
            fates[index] = _Fate.IDENTIFIER
    numbers = [token.shape is Shape.NUMBER for token in tokens]
    for here, there in _neighbours(len(tokens)):
        if numbers[here] and numbers[there] and fates[here] is _Fate.IDENTIFIER:
            first, second = sorted((here, there))
            if _IN_A_NUMBER.fullmatch(text, tokens[first].end, tokens[second].start):
                fates[there] = _Fate.IDENTIFIER


def _neighbours(count: int) -> Iterator[tuple[int, int]]:
    """Pairs of a place and the one beside it: all to the right first, then all to the left."""
    yield from ((index, index + 1) for index in range(count - 1))
    yield from ((index, index - 1) for index in range(count - 1, 0, -1))


def _drop_identifying(tokens: Sequence[Token], fates: list[_Fate], identifying: frozenset[str]) -> None:
    """Drop the object's own words, also when they are spread over several pieces or stand beside digits."""
    if not identifying:
        return
    for index, token in enumerate(tokens):
        if token.folded in identifying or (
            token.shape is Shape.MIXED and not identifying.isdisjoint(parts_of(token.folded))
        ):
            fates[index] = _Fate.IDENTIFIER
    joined = "".join("".join(parts_of(token.folded)) for token in tokens)
    for word in identifying:
        if len(word) >= _SHORTEST_JOINED and word in joined:
            _drop_spread(tokens, fates, word, joined)


def _drop_spread(tokens: Sequence[Token], fates: list[_Fate], word: str, joined: str) -> None:
    """Drop the pieces that make `word` together; letters count only from the start of a piece to the end of one."""
    edges = list(accumulate((sum(map(len, parts_of(token.folded))) for token in tokens), initial=0))
    at = joined.find(word)
    while at >= 0:
        end = at + len(word)
        first, last = bisect_right(edges, at) - 1, bisect_left(edges, end)
        if word.isdigit() or (edges[first] == at and edges[last] == end):
            fates[first:last] = [_Fate.IDENTIFIER] * (last - first)
        at = joined.find(word, at + 1)


def _drop_names(text: str, tokens: Sequence[Token], fates: list[_Fate]) -> None:
    """Drop the ambiguous words that stand after a title or beside a word that was dropped."""
    words = [token.shape in {Shape.WORD, Shape.MIXED} for token in tokens]
    for index, token in enumerate(tokens):
        if token.folded in TITLES:
            _drop_after_title(text, tokens, fates, index)
    for here, there in _neighbours(len(tokens)):
        dropped = fates[here] in {_Fate.UNKNOWN, _Fate.IDENTIFIER}
        if dropped and words[here] and fates[there] is _Fate.AMBIGUOUS:
            first, second = sorted((here, there))
            if _BESIDE.fullmatch(text, tokens[first].end, tokens[second].start):
                fates[there] = _Fate.IDENTIFIER


def _drop_after_title(text: str, tokens: Sequence[Token], fates: list[_Fate], title: int) -> None:
    run = []
    for index in range(title + 1, min(title + 1 + _REACH_OF_A_TITLE, len(tokens))):
        separated = _AFTER_A_TITLE.fullmatch(text, tokens[index - 1].end, tokens[index].start) is None
        if separated or fates[index] is not _Fate.AMBIGUOUS:
            break
        run.append(index)
    if any(len(tokens[index].folded) > 1 for index in run):
        for index in run:
            fates[index] = _Fate.IDENTIFIER


_AFTER_A_TITLE = re.compile(r"[ \t.,'’^_():=\-]{0,3}")


def _joined(text: str, tokens: Sequence[Token], kept: Sequence[bool]) -> str:
    """The text without the pieces that are not kept, and without the punctuation that only they needed."""
    pieces, end = [], 0
    for token, keep in zip(tokens, kept, strict=True):
        pieces.append(text[end : token.start])
        if keep:
            pieces.append(text[token.start : token.end])
        end = token.end
    pieces.append(text[end:])
    plain = _ODD.sub("", "".join(pieces))
    plain = _EMPTY_BRACKETS.sub("", plain)
    plain = _SPACES.sub(" ", _REPEATED.sub(r"\1", plain))
    plain = plain if kept[0] else plain.lstrip(_EDGE)
    return plain if kept[-1] else plain.rstrip(_EDGE)
