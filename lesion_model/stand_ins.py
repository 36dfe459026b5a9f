"""Calculator inputs that are not in a points table but give one of its items: a grade, a named tumour."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lesion_model.errors import ItemsError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """The input `source` gives the table's `item`. `gives` is keyed by the values of `source`."""

    source: str
    item: str
    gives: Mapping[Any, Enum]


def settle(read: Mapping[str, tuple[Enum]], stand_ins: Iterable[StandIn]) -> dict[str, tuple[Enum]]:
    """The table's items, with what other inputs give; those inputs themselves are left out.

    Raises `ItemsError` naming every item that contradicts the input standing in for it.
    """
    settled = dict(read)
    problems = []
    for each in stand_ins:
        if each.source not in settled:
            continue
        (value,) = settled.pop(each.source)
        given = each.gives[value]
        if settled.setdefault(each.item, (given,)) != (given,):
            detail = f"contradicts {each.source}"
            problems.append(Problem(field=each.item, detail=detail, allowed=(given.value,)))
    if problems:
        raise ItemsError(problems)
    return settled


def measured(read: dict[str, tuple[Enum]], item: str, value: Enum) -> None:
    """Put the class of a measurement or count among the items.

    Raises `ItemsError` when the item is there already with another class.
    """
    if read.setdefault(item, (value,)) != (value,):
        raise ItemsError([Problem(field=item, detail="contradicts what was measured", allowed=(value.value,))])
