"""Agreement of readers who put the same cases into categories, beyond what chance alone would give.

Cohen J. Educ Psychol Meas 1960;20:37-46 (two readers); Cohen J. Psychol Bull 1968;70:213-20 (weights);
Fleiss JL. Psychol Bull 1971;76:378-82 (several readers); errors of Cohen's: Fleiss, Cohen, Everitt. Psychol Bull
1969;72:323-7, equations 13 and 8; of Fleiss': Gwet KL. Educ Psychol Meas 2021;81:781-90.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotation.errors import UnacceptableError
from lesion_model.errors import Problem

NORMAL_95 = 1.959963984540054
"""Standard errors to each side of a 95 % interval."""

Floats = NDArray[np.float64]


class Weights(Enum):
    """What a disagreement counts: all alike, by the steps between categories, or by their square."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """`value` is None where chance alone explains everything: all cases in one category.

    `observed` and `expected` are (weighted) shares of agreement, from 0 to 1. `low` and `high` bound 95 %; they
    are None where `value` is, and for several readers of a single case.
    """

    value: float | None
    observed: float
    expected: float
    low: float | None
    high: float | None
    cases: int


def cohen(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    categories: Sequence[Hashable],
    weights: Weights = Weights.NONE,
) -> Kappa:
    """Two readers. `categories` in their order, for the weights; those that nobody used may be among them.

    Raises UnacceptableError for lists of different length or none, and for a value outside the categories.
    """
    counted = confusion(first, second, categories)
    table = counted / counted.sum()
    agree = _agreement_weights(len(categories), weights)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    chance = np.outer(rows, columns)
    observed, expected = float((agree * table).sum()), float((agree * chance).sum())
    value = None if expected >= 1 else (observed - expected) / (1 - expected)
    error = None if value is None else _standard_error(table, agree, observed, expected, len(first))
    return Kappa(
        value=value,
        observed=observed,
        expected=expected,
        low=None if value is None or error is None else max(-1.0, value - NORMAL_95 * error),
        high=None if value is None or error is None else min(1.0, value + NORMAL_95 * error),
        cases=len(first),
    )


def fleiss(ratings: Sequence[Sequence[Hashable]], categories: Sequence[Hashable]) -> Kappa:
    """Several readers: for each case the category of every reader, as many for each case.

    Raises UnacceptableError for cases with different numbers of readers, fewer than two, or no case.
    """
    readers = {len(case) for case in ratings}
    if len(readers) != 1 or min(readers) < 2:  # noqa: PLR2004 - one reader agrees with nobody
        raise _refusal("ratings", "every case needs the same number of readers, two or more")
    index = _index(categories)
    counts = np.zeros((len(ratings), len(categories)))
    for number, case in enumerate(ratings):
        for value in case:
            counts[number, _place(index, value)] += 1
    each = counts.sum(axis=1)[0]
    used = counts.mean(axis=0) / each
    agreeing = (counts * (counts - 1)).sum(axis=1) / (each * (each - 1))
    observed, expected = float(agreeing.mean()), float(used @ used)
    value = None if expected >= 1 else (observed - expected) / (1 - expected)
    error = None
    if value is not None and len(ratings) > 1:
        error = _standard_error_of_several(agreeing, counts @ used / each, expected)
    return Kappa(
        value=value,
        observed=observed,
        expected=expected,
        low=None if value is None or error is None else max(-1.0, value - NORMAL_95 * error),
        high=None if value is None or error is None else min(1.0, value + NORMAL_95 * error),
        cases=len(ratings),
    )


def confusion(first: Sequence[Hashable], second: Sequence[Hashable], categories: Sequence[Hashable]) -> Floats:
    """Shape (categories, categories): cases by the first reader's category (rows) and the second's (columns).

    Raises UnacceptableError as `cohen` does.
    """
    if len(first) != len(second) or not first:
        raise _refusal("ratings", "both readers need the same cases, one or more")
    index = _index(categories)
    table = np.zeros((len(categories), len(categories)))
    for one, other in zip(first, second, strict=True):
        table[_place(index, one), _place(index, other)] += 1
    return table


def _agreement_weights(count: int, weights: Weights) -> Floats:
    """1 on the diagonal; what a disagreement still counts as agreement beside it."""
    steps: Floats = np.abs(np.subtract.outer(np.arange(count), np.arange(count))).astype(np.float64)
    if weights is Weights.NONE:
        return np.eye(count)
    share = steps / max(count - 1, 1)
    disagreement: Floats = share if weights is Weights.LINEAR else np.square(share)
    return np.subtract(1.0, disagreement, dtype=np.float64)


def _standard_error(table: Floats, agree: Floats, observed: float, expected: float, cases: int) -> float:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    mean_of_row, mean_of_column = agree @ columns, rows @ agree
    means = np.add.outer(mean_of_row, mean_of_column)
    spread = float((table * (agree * (1 - expected) - means * (1 - observed)) ** 2).sum())
    centre = observed * expected - 2 * expected + observed
    return float(np.sqrt(max(0.0, spread - centre**2) / cases) / (1 - expected) ** 2)


def _standard_error_of_several(agreeing: Floats, by_chance: Floats, expected: float) -> float:
    """Gwet KL. Educ Psychol Meas 2021;81:781-90: of Fleiss' kappa, over cases drawn at random.

    `agreeing` and `by_chance`: each case's share of observed agreement and of agreement by chance.
    """
    of_case = (agreeing - expected) / (1 - expected)
    value = float(of_case.mean())
    corrected = of_case - 2 * (1 - value) * (by_chance - expected) / (1 - expected)
    cases = len(agreeing)
    return float(np.sqrt(((corrected - value) ** 2).sum() / (cases * (cases - 1))))


def _index(categories: Sequence[Hashable]) -> dict[Hashable, int]:
    index = {category: number for number, category in enumerate(categories)}
    if len(index) != len(categories) or not index:
        raise _refusal("categories", "each category once, and one or more")
    return index


def _place(index: dict[Hashable, int], value: Hashable) -> int:
    if value not in index:
        raise _refusal("ratings", "a value is not among the categories")
    return index[value]


def _refusal(field: str, detail: str) -> UnacceptableError:
    return UnacceptableError([Problem(field=field, detail=detail)])


# Landis JR, Koch GG. Biometrics 1977;33:159-74: words for kappa, from below.
LANDIS_KOCH = ((0.0, "slight"), (0.2, "fair"), (0.4, "moderate"), (0.6, "substantial"), (0.8, "almost_perfect"))


def strength(value: float) -> str:
    """Landis and Koch's word: below 0 "poor", then up to and including 0.20 "slight", 0.40 "fair", …"""
    if value < 0:
        return "poor"
    for (_, word), (ceiling, _) in pairwise(LANDIS_KOCH):
        if value <= ceiling:
            return word
    return LANDIS_KOCH[-1][1]
