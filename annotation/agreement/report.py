"""How far readers agree on one item: every statistic that suits it, or the reason why there is none."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TypeVar

from annotation.agreement.categories import Kappa, Weights, cohen, confusion, fleiss, strength
from annotation.agreement.literature import PUBLISHED, Published
from annotation.agreement.measures import NOTHING, BlandAltman, Interval, bland_altman, icc
from annotation.agreement.rated import Judged, Rated
from lesion_model.labels import Label, label

Answer = TypeVar("Answer")

TWO = 2
LEAST_CASES = 2
ONE_WAY, AGREEMENT, CONSISTENCY = "ICC(1,1)", "ICC(2,1)", "ICC(3,1)"


class Why(Enum):
    """Why a statistic, or its interval, is not there."""

    TOO_FEW = "too_few_cases"
    CONSTANT = "constant"
    NO_INTERVAL = "no_interval"
    SEVERAL_READERS = "several_readers"

    @property
    def words(self) -> Label:
        return _WORDS[self]


_WORDS = {
    Why.TOO_FEW: label(
        f"At least {LEAST_CASES} cases are needed that both readers answered.",
        f"Il faut au moins {LEAST_CASES} cas auxquels les deux lecteurs ont répondu.",
    ),
    Why.CONSTANT: label(
        "Every answer is the same: there is nothing that chance or variation could be told from.",
        "Toutes les réponses sont identiques : rien ne permet de distinguer l'accord du hasard.",
    ),
    Why.NO_INTERVAL: label(
        "The formula gives no usable interval for cases so few or so alike.",
        "La formule ne donne pas d'intervalle utilisable pour des cas si peu nombreux ou si semblables.",
    ),
    Why.SEVERAL_READERS: label(
        "More than two people read: whose value is taken from whose would be arbitrary.",
        "Plus de deux personnes ont lu : le sens de la différence serait arbitraire.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lesion on one study as its two blind readers saw it."""

    readers: tuple[str, str]
    judged: tuple[Judged, Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class KappaFound:
    """`method` is "cohen" or "fleiss"; `why` says why there is no value, or else no interval.

    `observed` and `expected` are (weighted) shares of agreement, from 0 to 1; `strength` is Landis and Koch's word.
    """

    method: str
    weights: Weights
    found: Interval
    observed: float | None = None
    expected: float | None = None
    strength: str | None = None
    why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IccFound:
    """One form of the intraclass correlation, in Shrout and Fleiss' notation."""

    form: str
    found: Interval
    why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltmanFound:
    """First of the two readers minus second."""

    found: BlandAltman | None
    why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Cases by the first reader's category (rows) and the second's (columns)."""

    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAgreement:
    """`cases` are those that both answered, `left_out` those that only one of them did.

    What does not suit the item is empty or None: kappa of a measurement, weights without an order, ICC of categories.
    """

    rated: Rated
    cases: int
    left_out: int
    kappas: tuple[KappaFound, ...]
    confusion: Confusion | None
    correlations: tuple[IccFound, ...]
    bland_altman: BlandAltmanFound | None
    published: Published | None


def agreement(rated: Rated, cases: Sequence[Case], readers: Sequence[str]) -> ItemAgreement:
    """`readers`: everybody who read. Of two of them, the first comes first in every case; of more, whoever did."""
    several = len(readers) > TWO
    pairs = [each if several or each.readers[0] == readers[0] else _turned(each) for each in cases]
    categories, half = _answers(pairs, rated.category)
    numbers, half_numbers = _answers(pairs, rated.number)
    return ItemAgreement(
        rated=rated,
        cases=max(len(categories), len(numbers)),
        left_out=max(half, half_numbers),
        kappas=tuple(_kappas(rated, categories, several=several)),
        confusion=_confusion(rated, categories),
        correlations=tuple(_correlations(rated, numbers, several=several)),
        bland_altman=None if rated.number is None else _bland_altman(numbers, several=several),
        published=PUBLISHED.get(rated.name),
    )


def _turned(case: Case) -> Case:
    return Case(readers=(case.readers[1], case.readers[0]), judged=(case.judged[1], case.judged[0]))


def _answers(
    pairs: Sequence[Case], answer: Callable[[Judged], Answer | None] | None
) -> tuple[list[tuple[Answer, Answer]], int]:
    """What both answered, and how often only one of them did."""
    if answer is None:
        return [], 0
    both, half = [], 0
    for pair in pairs:
        first, second = (answer(judged) for judged in pair.judged)
        if first is not None and second is not None:
            both.append((first, second))
        elif first is not None or second is not None:
            half += 1
    return both, half


def _kappas(rated: Rated, pairs: Sequence[tuple[str, str]], *, several: bool) -> Iterator[KappaFound]:
    if rated.category is None:
        return
    if several:
        yield _kappa("fleiss", Weights.NONE, pairs, lambda: fleiss(pairs, rated.categories))
        return
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    for weights in (Weights.NONE, Weights.LINEAR, Weights.QUADRATIC) if rated.ordered else (Weights.NONE,):
        yield _kappa("cohen", weights, pairs, partial(cohen, first, second, rated.categories, weights))


def _kappa(method: str, weights: Weights, pairs: Sequence[tuple[str, str]], count: Callable[[], Kappa]) -> KappaFound:
    if len(pairs) < LEAST_CASES:
        return KappaFound(method=method, weights=weights, found=NOTHING, why=Why.TOO_FEW)
    kappa = count()
    if kappa.value is None:
        return KappaFound(method=method, weights=weights, found=NOTHING, observed=kappa.observed, why=Why.CONSTANT)
    found = _usable(Interval(value=kappa.value, low=kappa.low, high=kappa.high))
    return KappaFound(
        method=method,
        weights=weights,
        found=found,
        observed=kappa.observed,
        expected=kappa.expected,
        strength=strength(kappa.value),
        why=Why.NO_INTERVAL if found.low is None else None,
    )


def _confusion(rated: Rated, pairs: Sequence[tuple[str, str]]) -> Confusion | None:
    if not pairs:
        return None
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    counted = confusion(first, second, rated.categories)
    return Confusion(categories=rated.categories, table=tuple(tuple(int(cell) for cell in row) for row in counted))


def _correlations(rated: Rated, numbers: Sequence[tuple[float, float]], *, several: bool) -> Iterator[IccFound]:
    if rated.number is None:
        return
    forms = (ONE_WAY,) if several else (AGREEMENT, CONSISTENCY)
    if len(numbers) < LEAST_CASES:
        yield from (IccFound(form=form, found=NOTHING, why=Why.TOO_FEW) for form in forms)
        return
    by_form = dict(zip((ONE_WAY, AGREEMENT, CONSISTENCY), icc(numbers).intervals, strict=True))
    for form in forms:
        found = _usable(by_form[form])
        why = Why.CONSTANT if found.value is None else Why.NO_INTERVAL if found.low is None else None
        yield IccFound(form=form, found=found, why=why)


def _bland_altman(numbers: Sequence[tuple[float, float]], *, several: bool) -> BlandAltmanFound:
    if several:
        return BlandAltmanFound(found=None, why=Why.SEVERAL_READERS)
    if len(numbers) < LEAST_CASES:
        return BlandAltmanFound(found=None, why=Why.TOO_FEW)
    return BlandAltmanFound(found=bland_altman(*zip(*numbers, strict=True)), why=None)


def _usable(found: Interval) -> Interval:
    """Without bounds that say nothing: of no width, or beyond all numbers."""
    if found.low is None or found.high is None or found.low == found.high:
        return replace(found, low=None, high=None)
    return found if math.isfinite(found.low) and math.isfinite(found.high) else replace(found, low=None, high=None)
