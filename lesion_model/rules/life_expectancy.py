"""Life expectancy as a fact: a number and its unit, compared exactly."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import cast

from lesion_model import flags
from lesion_model.deciding import Facts, Sampler, always
from lesion_model.facts import Choice, Number
from lesion_model.labels import label

# Exact decimals, and so are their products with a life expectancy, of 10 digits at most.
DAYS_A_WEEK = Decimal(7)
DAYS_A_MONTH = Decimal("30.4375")
DAYS_A_YEAR = Decimal("365.25")


class TimeUnit(Enum):
    """An estimate in months is compared as months of a twelfth of a year of 365.25 days."""

    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_DAYS_A_UNIT = MappingProxyType(
    {
        TimeUnit.WEEKS: DAYS_A_WEEK,
        TimeUnit.MONTHS: DAYS_A_MONTH,
        TimeUnit.YEARS: DAYS_A_YEAR,
    }
)
FACTS = (
    Number(
        name="life_expectancy",
        label=label("Life expectancy", "Espérance de vie"),
        unit="",
        minimum=Decimal(0),
        maximum=Decimal(1200),
        help=label("In the unit given beside it.", "Dans l'unité indiquée à côté."),
    ),
    Choice(
        name="life_expectancy_unit",
        label=label("Unit of the life expectancy", "Unité de l'espérance de vie"),
        values={
            TimeUnit.WEEKS: label("weeks", "semaines"),
            TimeUnit.MONTHS: label("months", "mois"),
            TimeUnit.YEARS: label("years", "ans"),
        },
    ),
)
# Between 0, 6 weeks, 3 months, 6 months, 1 year and more: one in each stretch, in each unit. The ends of a
# stretch belong to one of its sides, whichever the rule.
_WEEKS = (1, 7, 14, 27, 53)
_MONTHS = (1, 2, 4, 7, 13)
_TENTHS_OF_YEARS = (1, 2, 3, 7, 20)
SAMPLERS: Mapping[str, Sampler] = MappingProxyType(
    {
        "life_expectancy": always(
            *(Decimal(number) for number in sorted({*_WEEKS, *_MONTHS})),
            *(Decimal(tenths) / 10 for tenths in _TENTHS_OF_YEARS),
        )
    }
)
CONVENTION = label(
    "A year has 365.25 days, a month is a twelfth of it and a week has 7 days: 13 weeks are less than 3 months.",
    "Une année compte 365,25 jours, un mois en est le douzième, une semaine 7 jours : "
    "13 semaines font moins de 3 mois.",
)


def in_days(number: int, unit: TimeUnit) -> Decimal:
    return number * _DAYS_A_UNIT[unit]


def expected_days(facts: Facts) -> Decimal:
    """The life expectancy of a complete set of facts, in days."""
    number, unit = cast(Decimal, facts["life_expectancy"]), cast(TimeUnit, facts["life_expectancy_unit"])
    return number * _DAYS_A_UNIT[unit]


def boundary_flags(known: Facts, *limits: Decimal) -> Iterator[str]:
    """The life expectancy is exactly one of these limits, in days."""
    if all(fact.name in known for fact in FACTS) and expected_days(known) in limits:
        yield flags.BOUNDARY
