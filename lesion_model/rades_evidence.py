"""What was observed at each total of the Rades score: walking, survival, and the surgery arms of 2011.

Shown beside the score, so that a meeting sees the figures and not only a group. Rates are proportions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType


class Outcome(Enum):
    """What the rate is a rate of. Walking includes walking with an aid."""

    AMBULATORY_AFTER_TREATMENT = "ambulatory_after_treatment"
    ALIVE_AT_6_MONTHS = "alive_at_6_months"


class Treatment(Enum):
    """What all patients of the series had."""

    RADIOTHERAPY = "radiotherapy"
    LAMINECTOMY_RADIOTHERAPY = "laminectomy_radiotherapy"
    LAMINECTOMY_STABILISATION_RADIOTHERAPY = "laminectomy_stabilisation_radiotherapy"


class Study(Enum):
    """The series that a rate comes from."""

    RETROSPECTIVE_2008 = "retrospective_2008"
    PROSPECTIVE_2011 = "prospective_2011"
    SURGERY_2011 = "surgery_2011"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Who was observed."""

    patients: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The proportion of patients with totals from `lowest` to `highest`, both included, who had the outcome."""

    study: Study
    treatment: Treatment
    outcome: Outcome
    lowest: int
    highest: int
    proportion: Decimal


_VALIDATION = (
    "Rades D, Douglas S, Huttenlocher S, et al. Validation of a score predicting post-treatment ambulatory status "
    "after radiotherapy for metastatic spinal cord compression. Int J Radiat Oncol Biol Phys. "
    "2011;79(5):1503-1506."
)
SERIES: Mapping[Study, Series] = MappingProxyType(
    {
        Study.RETROSPECTIVE_2008: Series(
            patients=2096,
            reference=(
                "Rades D, Rudat V, Veninga T, et al. A score predicting posttreatment ambulatory status in patients "
                "irradiated for metastatic spinal cord compression. Int J Radiat Oncol Biol Phys. "
                "2008;72(3):905-908."
            ),
        ),
        Study.PROSPECTIVE_2011: Series(patients=653, reference=_VALIDATION),
        Study.SURGERY_2011: Series(patients=104, reference=_VALIDATION),
    }
)

# Lowest and highest total of each published group: five in 2008, three since 2011.
FIVE_GROUPS = ((21, 28), (29, 31), (32, 34), (35, 37), (38, 44))
THREE_GROUPS = ((21, 28), (29, 37), (38, 44))


def _rates(
    study: Study, treatment: Treatment, outcome: Outcome, groups: tuple[tuple[int, int], ...], proportions: str
) -> Iterator[Rate]:
    for (lowest, highest), proportion in zip(groups, proportions.split(), strict=True):
        yield Rate(
            study=study,
            treatment=treatment,
            outcome=outcome,
            lowest=lowest,
            highest=highest,
            proportion=Decimal(proportion),
        )


RATES: tuple[Rate, ...] = (
    *_rates(
        Study.RETROSPECTIVE_2008,
        Treatment.RADIOTHERAPY,
        Outcome.AMBULATORY_AFTER_TREATMENT,
        FIVE_GROUPS,
        "0.062 0.435 0.700 0.861 0.987",
    ),
    *_rates(
        Study.PROSPECTIVE_2011,
        Treatment.RADIOTHERAPY,
        Outcome.AMBULATORY_AFTER_TREATMENT,
        FIVE_GROUPS,
        "0.106 0.435 0.710 0.895 0.985",
    ),
    *_rates(
        Study.PROSPECTIVE_2011,
        Treatment.RADIOTHERAPY,
        Outcome.AMBULATORY_AFTER_TREATMENT,
        THREE_GROUPS[1:2],  # the outer two groups are the same in both groupings
        "0.709",
    ),
    *_rates(
        Study.SURGERY_2011,
        Treatment.LAMINECTOMY_RADIOTHERAPY,
        Outcome.AMBULATORY_AFTER_TREATMENT,
        THREE_GROUPS,
        "0.000 0.625 0.909",
    ),
    *_rates(
        Study.SURGERY_2011,
        Treatment.LAMINECTOMY_STABILISATION_RADIOTHERAPY,
        Outcome.AMBULATORY_AFTER_TREATMENT,
        THREE_GROUPS,
        "0.143 0.839 1.000",
    ),
    *_rates(
        Study.RETROSPECTIVE_2008,
        Treatment.RADIOTHERAPY,
        Outcome.ALIVE_AT_6_MONTHS,
        FIVE_GROUPS,
        "0.06 0.31 0.42 0.61 0.93",
    ),
)


def rates(minimum: int, maximum: int) -> tuple[Rate, ...]:
    """The published rates of every group that a total from `minimum` to `maximum` can lie in."""
    return tuple(rate for rate in RATES if rate.lowest <= maximum and rate.highest >= minimum)
