"""How many recurrences there were at each presentation since the one before it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotation.endpoints.estimates import DAYS_PER_YEAR
from annotation.endpoints.follow_up import Followed

SEVERAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPresentation:
    """Patients who had that presentation, by their recurrences after the one before it, up to and with its day.

    Before the first there is none: its recurrences are 0, and `with_history` tells who had some before, or on its day.
    `by_count`: patients with 0, 1, 2, and 3 or more. `person_years` lie between the two presentations.
    """

    number: int
    patients: int
    recurrences: int
    by_count: tuple[int, int, int, int]
    with_history: int
    person_years: float

    @property
    def mean(self) -> float:
        return self.recurrences / self.patients


def at_presentations(followed: Sequence[Followed]) -> tuple[AtPresentation, ...]:
    """By number, counted in the order of the dates."""
    return tuple(_numbered(followed))


def _numbered(followed: Sequence[Followed]) -> Iterator[AtPresentation]:
    most = max((len(each.presentations) for each in followed), default=0)
    for index in range(most):
        there = [each for each in followed if len(each.presentations) > index]
        counts = [_since(each, index) for each in there]
        often = Counter(min(count, SEVERAL) for count in counts)
        days = sum(each.presentations[index] - each.presentations[index - 1] for each in there) if index else 0
        yield AtPresentation(
            number=index + 1,
            patients=len(there),
            recurrences=sum(counts),
            by_count=(often[0], often[1], often[2], often[SEVERAL]),
            with_history=sum(each.history > 0 for each in there),
            person_years=days / DAYS_PER_YEAR,
        )


def _since(one: Followed, index: int) -> int:
    if index == 0:
        return 0
    before, now = one.presentations[index - 1], one.presentations[index]
    return sum(before < day <= now for day in one.recurrences)
