"""Quantiles of the F and t distributions, for confidence intervals.

From the regularised incomplete beta function (DLMF 8.17.22, its continued fraction) by bisection.
"""

import math

_TINY = 1e-300
_ENOUGH = 1e-15
_MOST_TERMS = 10_000


def f_quantile(share: float, numerator: float, denominator: float) -> float:
    """The value that a share of the F distribution lies below; degrees of freedom may be fractions, above 0."""
    low, high = 0.0, 1.0
    while high - low > _ENOUGH * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(middle, numerator / 2, denominator / 2) < share:
            low = middle
        else:
            high = middle
    return math.inf if high >= 1 else denominator * high / (numerator * (1 - high))


def t_quantile(share: float, degrees: float) -> float:
    """For a share from 0.5 on: the square of t is F with one degree of freedom."""
    return math.sqrt(f_quantile(2 * share - 1, 1, degrees))


def incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b), for x from 0 to 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d1/(1 + d2/(1 + …)), by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):
        m = term // 2
        if term % 2:
            part = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            part = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / _away_from_zero(1 + part * denominator)
        numerator = _away_from_zero(1 + part / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1) < _ENOUGH:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
