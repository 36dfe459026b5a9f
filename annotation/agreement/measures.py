"""Agreement of readers who measure the same cases.

Intraclass correlation: Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-8; McGraw KO, Wong SP. Psychol Methods
1996;1:30-46. Limits of agreement: Bland JM, Altman DG. Lancet 1986;1:307-10.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.agreement.categories import NORMAL_95
from annotation.errors import UnacceptableError
from lesion_model.errors import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc:
    """Of single measurements. `agreement` is ICC(2,1), readers drawn at random; `consistency` ICC(3,1), these readers.

    None where nothing varies.
    """

    agreement: float | None
    consistency: float | None
    cases: int
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """First reader minus second, in the unit of the measurement: `bias`, and limits that hold 95 % of differences.

    `points` are (mean of both, difference) for each case, to be drawn.
    """

    bias: float
    sd: float
    lower_limit: float
    upper_limit: float
    points: tuple[tuple[float, float], ...]


def icc(measured: Sequence[Sequence[float]]) -> Icc:
    """`measured`: for each case the value of every reader. Shape (cases, readers), two or more of both.

    Raises UnacceptableError for another shape or values that are not finite.
    """
    values = _table(measured)
    cases, readers = values.shape
    mean = values.mean()
    between_cases = readers * ((values.mean(axis=1) - mean) ** 2).sum() / (cases - 1)
    between_readers = cases * ((values.mean(axis=0) - mean) ** 2).sum() / (readers - 1)
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + mean
    residual = (left**2).sum() / ((cases - 1) * (readers - 1))
    consistent = between_cases + (readers - 1) * residual
    agreeing = consistent + readers * (between_readers - residual) / cases
    return Icc(
        agreement=_ratio(between_cases - residual, agreeing),
        consistency=_ratio(between_cases - residual, consistent),
        cases=cases,
        readers=readers,
    )


def bland_altman(first: Sequence[float], second: Sequence[float]) -> BlandAltman:
    """Raises UnacceptableError for lists of different length, fewer than two cases or values that are not finite."""
    if len(first) != len(second):
        raise _refusal("both readers need the same cases")
    values = _table(list(zip(first, second, strict=True)))
    differences = values[:, 0] - values[:, 1]
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    return BlandAltman(
        bias=bias,
        sd=sd,
        lower_limit=bias - NORMAL_95 * sd,
        upper_limit=bias + NORMAL_95 * sd,
        points=tuple(zip(values.mean(axis=1).tolist(), differences.tolist(), strict=True)),
    )


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
