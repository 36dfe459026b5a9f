"""The numbers that a viewer showed for the same drawing, against those that were computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.errors import UnacceptableError
from annotation.measuring.values import Value
from lesion_model.errors import Problem

MOST_PERCENT = 1.0
FULL_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`difference_percent`: of the computed number; None where that is 0. `differs`: by more than 1 %."""

    client_value: float
    difference_percent: float | None
    differs: bool


def compared(values: Sequence[Value], given: Mapping[str, float]) -> Mapping[str, Compared]:
    """By the key of each value. Raises UnacceptableError for numbers of something that was not measured."""
    by_key = {each.key: each for each in values}
    if not by_key.keys() >= given.keys():
        detail = "has numbers that were not measured on this drawing"
        raise UnacceptableError([Problem(field="client_values", detail=detail, allowed=tuple(by_key))])
    return {key: _compared(by_key[key].number.unrounded, number) for key, number in given.items()}


def _compared(computed: float, shown: float) -> Compared:
    if computed == 0:
        return Compared(client_value=shown, difference_percent=None, differs=shown != 0)
    percent = FULL_PERCENT * (shown - computed) / abs(computed)
    return Compared(client_value=shown, difference_percent=percent, differs=abs(percent) > MOST_PERCENT)
