"""What is wrong or odd in a file, with its place: row, column, value and reason, and nobody's identity."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from annotation.registry.dictionary import FORMS

MOST_FINDINGS = 1000
LONGEST_SHOWN = 40
_NUMBER = re.compile(r"-?[0-9]{1,5}(?:[.,][0-9]{1,6})?")
_CODES = frozenset(code.casefold() for form in FORMS for each in form.variables for code in each.codes)


class Weight(Enum):
    """An error keeps the whole file out; a flag is to be looked at."""

    ERROR = "error"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one cell. `value` is shown as far as it cannot identify anybody."""

    weight: Weight
    row: int
    column: str
    value: str
    reason: str
    detail: str
    part: str = ""


@dataclass(slots=True)
class Findings:
    """The first thousand, and how many there are."""

    items: list[Finding] = field(default_factory=list)
    errors: int = 0
    flags: int = 0

    def add(self, finding: Finding) -> None:
        if finding.weight is Weight.ERROR:
            self.errors += 1
        else:
            self.flags += 1
        if len(self.items) < MOST_FINDINGS:
            self.items.append(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)


def shown(text: object) -> str:
    """Short numbers and codes of the dictionary as they are; of all else only its shape: "Aaaaaa 99/99/9999".

    A word in a wrong column may be a name, and a long number a patient's.
    """
    given = "" if text is None else str(text).strip()
    if _NUMBER.fullmatch(given) or given.casefold() in _CODES:
        return given
    shape = "".join(_shape(mark) for mark in given[:LONGEST_SHOWN])
    return shape + ("…" if len(given) > LONGEST_SHOWN else "")


def _shape(mark: str) -> str:
    if mark.isdigit():
        return "9"
    if mark.isalpha():
        return "A" if mark.isupper() else "a"
    return mark if mark.isascii() and mark.isprintable() else "?"
