"""How long a patient is expected to live, as far as anybody can say."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from lesion_model.checks import all_unknown, member_problems, refuse, value_problems, whole_problems
from lesion_model.errors import FindingError, Problem

LONGEST = 1_200  # months in a century
WEEK_DAYS = 7
MONTH_DAYS = Fraction(1461, 48)  # a twelfth of the mean Julian year: only to compare weeks with months


class Unit(Enum):
    """The unit in which it was estimated."""

    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A whole number of weeks or of months."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        problems = [*whole_problems("count", self.count, LONGEST), *member_problems("unit", self.unit, Unit)]
        if self.count is None:
            problems.append(Problem(field="count", detail="must be a number"))
        refuse(problems)

    @property
    def days(self) -> Fraction:
        """Of mean months where it is in months."""
        return self.count * (Fraction(WEEK_DAYS) if self.unit is Unit.WEEKS else MONTH_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeExpectancy:
    """Bounds, both included; the one that nobody dares to give is None."""

    at_least: Span | None = None
    at_most: Span | None = None

    def __post_init__(self) -> None:
        problems = [
            *value_problems("at_least", self.at_least, Span),
            *value_problems("at_most", self.at_most, Span),
        ]
        refuse(problems or all_unknown({"at_least": self.at_least, "at_most": self.at_most}))
        if self.at_least is not None and self.at_most is not None and self.at_least.days > self.at_most.days:
            raise FindingError([Problem(field="at_least", detail="must not be above at_most")])
