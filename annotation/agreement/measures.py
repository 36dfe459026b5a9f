"""Agreement of readers who measure the same cases.

Intraclass correlation: Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-8; McGraw KO, Wong SP. Psychol Methods
1996;1:30-46. Limits of agreement: Bland JM, Altman DG. Lancet 1986;1:307-10.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.agreement.categories import NORMAL_95
from annotation.agreement.quantiles import f_quantile, t_quantile
from annotation.errors import UnacceptableError
from lesion_model.errors import Problem

UPPER = 0.975
"""Share below the upper end of a 95 % interval."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value, and what bounds it with 95 % confidence; all None where nothing varies."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Interval(value=None, low=None, high=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc:
    """Of single measurements, in the forms of Shrout and Fleiss; each None where nothing varies.

    `one_way` is ICC(1,1): cases are measured by whoever it was. `agreement` is ICC(2,1), the same readers, drawn at
    random; `consistency` ICC(3,1), these readers. `intervals` have the same values with their bounds.
    """

    one_way: float | None
    agreement: float | None
    consistency: float | None
    intervals: tuple[Interval, Interval, Interval]
    cases: int
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """First reader minus second, in the unit of the measurement: `bias`, and limits that hold 95 % of differences.

    `points` are (mean of both, difference) for each case, to be drawn. The 95 % intervals are those of Bland and
    Altman 1986: by t, with a standard error of sd / √n for the bias and sd √(3/n) for each limit.
    """

    bias: float
    sd: float
    lower_limit: float
    upper_limit: float
    bias_error: float
    limit_error: float
    points: tuple[tuple[float, float], ...]


def icc(measured: Sequence[Sequence[float]]) -> Icc:
    """`measured`: for each case the value of every reader. Shape (cases, readers), two or more of both.

    Raises UnacceptableError for another shape or values that are not finite.
    """
    values = _table(measured)
    squares = _mean_squares(values)
    intervals = (_one_way(squares), _agreement(squares), _consistency(squares))
    return Icc(
        one_way=intervals[0].value,
        agreement=intervals[1].value,
        consistency=intervals[2].value,
        intervals=intervals,
        cases=values.shape[0],
        readers=values.shape[1],
    )


def bland_altman(first: Sequence[float], second: Sequence[float]) -> BlandAltman:
    """Raises UnacceptableError for lists of different length, fewer than two cases or values that are not finite."""
    if len(first) != len(second):
        raise _refusal("both readers need the same cases")
    values = _table(list(zip(first, second, strict=True)))
    differences = values[:, 0] - values[:, 1]
    bias, sd, cases = float(differences.mean()), float(differences.std(ddof=1)), len(differences)
    error = t_quantile(UPPER, cases - 1) * sd / math.sqrt(cases)
    return BlandAltman(
        bias=bias,
        sd=sd,
        lower_limit=bias - NORMAL_95 * sd,
        upper_limit=bias + NORMAL_95 * sd,
        bias_error=error,
        limit_error=error * math.sqrt(3),
        points=tuple(zip(values.mean(axis=1).tolist(), differences.tolist(), strict=True)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeanSquares:
    """Of the analysis of variance: between cases, within cases, between readers, and what is left."""

    cases: int
    readers: int
    between_cases: float
    within_cases: float
    between_readers: float
    residual: float


def _mean_squares(values: Floats) -> _MeanSquares:
    cases, readers = values.shape
    mean = values.mean()
    of_cases, of_readers = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    return _MeanSquares(
        cases=cases,
        readers=readers,
        between_cases=float(readers * ((of_cases - mean) ** 2).sum() / (cases - 1)),
        within_cases=float(((values - of_cases) ** 2).sum() / (cases * (readers - 1))),
        between_readers=float(cases * ((of_readers - mean) ** 2).sum() / (readers - 1)),
        residual=float(((values - of_cases - of_readers + mean) ** 2).sum() / ((cases - 1) * (readers - 1))),
    )


def _one_way(squares: _MeanSquares) -> Interval:
    """Shrout and Fleiss 1979, ICC(1,1)."""
    freedom = (squares.cases - 1, squares.cases * (squares.readers - 1))
    return _by_ratio(squares.between_cases, squares.within_cases, squares.readers, freedom)


def _consistency(squares: _MeanSquares) -> Interval:
    """Shrout and Fleiss 1979, ICC(3,1)."""
    freedom = (squares.cases - 1, (squares.cases - 1) * (squares.readers - 1))
    return _by_ratio(squares.between_cases, squares.residual, squares.readers, freedom)


def _by_ratio(between: float, rest: float, readers: int, freedom: tuple[int, int]) -> Interval:
    value = _ratio(between - rest, between + (readers - 1) * rest)
    if value is None:
        return NOTHING
    if rest <= 0:
        return Interval(value=value, low=None, high=None)
    ratio = between / rest
    low, high = ratio / f_quantile(UPPER, *freedom), ratio * f_quantile(UPPER, *reversed(freedom))
    return Interval(value=value, low=(low - 1) / (low + readers - 1), high=(high - 1) / (high + readers - 1))


def _agreement(squares: _MeanSquares) -> Interval:
    """Shrout and Fleiss 1979, ICC(2,1), with their approximate degrees of freedom."""
    cases, readers = squares.cases, squares.readers
    between, columns, rest = squares.between_cases, squares.between_readers, squares.residual
    value = _ratio(between - rest, between + (readers - 1) * rest + readers * (columns - rest) / cases)
    if value is None:
        return NOTHING
    if rest <= 0 or value >= 1:
        return Interval(value=value, low=None, high=None)
    ratio = columns / rest
    one, other = readers * value * ratio, cases * (1 + (readers - 1) * value) - readers * value
    spread = (cases - 1) * one**2 + other**2
    freedom = (readers - 1) * (cases - 1) * (one + other) ** 2 / spread if spread > 0 else 0.0
    if freedom <= 0:
        return Interval(value=value, low=None, high=None)
    # By their inverses: a quantile for few degrees of freedom can be beyond all numbers.
    down, up = 1 / f_quantile(UPPER, cases - 1, freedom), 1 / f_quantile(UPPER, freedom, cases - 1)
    noise = readers * columns + (readers * cases - readers - cases) * rest
    low = _ratio(cases * (down * between - rest), noise + cases * down * between)
    high = _ratio(cases * (between - up * rest), up * noise + cases * between)
    return Interval(value=value, low=low, high=high)


def _table(measured: Sequence[Sequence[float]]) -> Floats:
    if len({len(case) for case in measured}) != 1 or len(measured) < 2 or len(measured[0]) < 2:  # noqa: PLR2004
        raise _refusal("two or more cases are needed, each measured by the same two or more readers")
    values = np.asarray(measured, dtype=np.float64)
    if not np.isfinite(values).all():
        raise _refusal("every measurement must be a finite number")
    return values


def _ratio(part: float, whole: float) -> float | None:
    return None if whole <= 0 else float(part / whole)


def _refusal(detail: str) -> UnacceptableError:
    return UnacceptableError([Problem(field="measured", detail=detail)])
