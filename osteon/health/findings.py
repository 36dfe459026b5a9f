"""One line of the doctor's report."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a check came out."""

    GOOD = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`details`: one line for each object, where that matters; never cut short."""

    check: str
    verdict: Verdict
    detail: str
    details: tuple[str, ...] = ()
