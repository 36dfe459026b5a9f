"""Free text that may name a patient, found by simple patterns: a warning before it is kept, no proof of anything.

Places are counted in characters from nought; what was found is never repeated.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label


class Trait(Enum):
    """What a piece of text looks like."""

    NATIONAL_NUMBER = "national_number"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    PERSON = "person"
    LONG_NUMBER = "long_number"


LABELS: Mapping[Trait, Label] = MappingProxyType(
    {
        Trait.NATIONAL_NUMBER: label("a national health number", "un numéro de sécurité sociale (NIR, INS)"),
        Trait.EMAIL: label("an e-mail address", "une adresse électronique"),
        Trait.PHONE: label("a telephone number", "un numéro de téléphone"),
        Trait.DATE: label("a full date", "une date complète"),
        Trait.PERSON: label("a person's name", "le nom d'une personne"),
        Trait.LONG_NUMBER: label("a long number", "un long numéro"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Characters from `start` up to `end`, without it, of one text look like `trait`."""

    trait: Trait
    start: int
    end: int


NIR_MODULUS = 97
CORSICA = MappingProxyType({"2A": "19", "2B": "18"})
DAYS, MONTHS = 31, 12

_UPPER, _LETTER = "A-ZÀ-ÖØ-ÞŒ", "A-Za-zÀ-ÖØ-öø-ÿŒœ"
# A name has two letters at least, and no digit behind it: L1 and T12 are none.
_NAME = rf"(?:[{_UPPER}]\.[ \u00a0-]?)?[{_UPPER}][{_LETTER}'’]+(?:-[{_LETTER}]+)*(?![{_LETTER}\d])"
# MR, DR, PR and MS in capitals are imaging and the course of a disease, not titles.
_TITLE = (
    r"(?:M|MM|Mr|Dr|Pr|Me)\.[ \u00a0]?|(?:Mr|Mrs|Ms|Miss|Mme|MME|mme|Mmes|Mlle|MLLE|mlle|Madame|MADAME|madame"
    r"|Mademoiselle|Monsieur|MONSIEUR|monsieur|Dr|dr|Docteur|docteur|Doctor|Pr|Prof"
    r"|Professeur|professeur|Professor)\.?[ \u00a0]+"
)
_MONTH = (
    r"(?:janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    r"|janv|févr|fevr|avr|juil|sept|oct|nov|déc|dec"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep)\b\.?"
)
_GAP = r"[ \u00a0\u202f.\-]?"
# Three lengths in a row are written like a date: 15/12/26 mm.
_NO_UNIT = r"(?![\d/.,-]*\d)(?!\s*(?:mm|cm|ml|%|°|HU|UH|points?|pts)\b)(?!\s*[%°])"

_NIR = re.compile(
    rf"(?<!\d)([1-478]){_GAP}(\d\d){_GAP}(\d\d){_GAP}(\d\d|2[AB]){_GAP}(\d{{3}}){_GAP}(\d{{3}}){_GAP}(\d\d)(?!\d)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    rf"(?<![\d.,/+])(?:(?:\+|00)33{_GAP}(?:\(0\){_GAP})?|0)[1-9](?:{_GAP}\d\d){{4}}(?!\d)"
    r"|(?<![\d.,/+])(?:\+|00)(?=[1-9])\d{1,3}(?:[ \u00a0\u202f.()-]{0,2}\d){7,12}(?!\d)"
)
_NUMERIC_DATE = re.compile(rf"(?<![\d/.,-])(\d{{1,2}})([/.-])(\d{{1,2}})\2((?:18|19|20)\d\d|\d\d){_NO_UNIT}")
_ISO_DATE = re.compile(r"(?<![\d/.,-])((?:18|19|20)\d\d)([/.-])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_WRITTEN_DATE = re.compile(
    rf"(?<![\d/.,-])(\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}(?!\d)"
    rf"|\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(?:né[e]?\s*(?:\(e\))?\s+(?:le|en)|DDN|date\s+de\s+naissance|born(?:\s+(?:on|in))?|DOB|date\s+of\s+birth)"
    r"\s*:?\s*(?:\d{1,2}[/.\- ]\d{1,2}[/.\- ])?\d{2,4}(?!\d)",
    re.IGNORECASE,
)
_PERSON = re.compile(rf"(?<![{_LETTER}\d])(?:{_TITLE}){_NAME}")
_LONG_NUMBER = re.compile(r"(?<![\d.,])\d{7,}")


def suspicions(text: str) -> tuple[Suspicion, ...]:
    """In the order of the text; where two overlap, the one that is told first in `Trait`."""
    found: list[Suspicion] = []
    for trait, search in _SEARCHES.items():
        for start, end in search(text):
            if not any(start < each.end and each.start < end for each in found):
                found.append(Suspicion(trait=trait, start=start, end=end))
    return tuple(sorted(found, key=lambda each: each.start))


def _national_numbers(text: str) -> Iterator[tuple[int, int]]:
    """The last two digits are the key: what is left to 97 of the others; Corsica's letters count as 19 and 18."""
    for match in _NIR.finditer(text):
        sex, year, month, department, *rest, key = match.groups()
        number = int("".join([sex, year, month, CORSICA.get(department.upper(), department), *rest]))
        if NIR_MODULUS - number % NIR_MODULUS == int(key):
            yield match.span()


def _dates(text: str) -> Iterator[tuple[int, int]]:
    for match in _NUMERIC_DATE.finditer(text):
        first, second = int(match[1]), int(match[3])
        if _is_day(first, second) or _is_day(second, first):
            yield match.span()
    for match in _ISO_DATE.finditer(text):
        if _is_day(int(match[4]), int(match[3])):
            yield match.span()
    for match in _WRITTEN_DATE.finditer(text):
        if 1 <= int(match[1] or match[2]) <= DAYS:
            yield match.span()
    yield from _spans(_BIRTH)(text)


def _is_day(day: int, month: int) -> bool:
    return 1 <= day <= DAYS and 1 <= month <= MONTHS


def _spans(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
    return lambda text: (match.span() for match in pattern.finditer(text))


_SEARCHES: Mapping[Trait, Callable[[str], Iterator[tuple[int, int]]]] = MappingProxyType(
    {
        Trait.NATIONAL_NUMBER: _national_numbers,
        Trait.EMAIL: _spans(_EMAIL),
        Trait.PHONE: _spans(_PHONE),
        Trait.DATE: _dates,
        Trait.PERSON: _spans(_PERSON),
        Trait.LONG_NUMBER: _spans(_LONG_NUMBER),
    }
)
