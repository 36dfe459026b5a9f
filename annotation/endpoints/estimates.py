"""A value with what bounds it, and the intervals that are used everywhere: 95 %, by log-log, log or Wilson."""

import math
from dataclasses import dataclass

NORMAL_95 = 1.959963984540054
DAYS_PER_YEAR = 365.25
NOTHING_MORE = 1e-12
"""What sums of shares leave of 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """All None where nobody was followed so long; `low` and `high` None where the formula has none (0 or 1)."""

    value: float | None
    low: float | None
    high: float | None


UNKNOWN = Estimate(value=None, low=None, high=None)


def years(count: int) -> int:
    """Days: one year is 365, day 365 included; more of them by 365.25, the part of a day left away."""
    return math.floor(count * DAYS_PER_YEAR)


def log_log(share: float, error: float) -> Estimate:
    """Of a probability and its standard error, on the scale log(-log p) (Kalbfleisch and Prentice 1980)."""
    if share < NOTHING_MORE or share > 1 - NOTHING_MORE or error <= 0:
        return Estimate(value=float(round(share)) if error > 0 else share, low=None, high=None)
    width = NORMAL_95 * error / (share * abs(math.log(share)))
    return Estimate(value=share, low=share ** math.exp(width), high=share ** math.exp(-width))


def complement(estimate: Estimate) -> Estimate:
    """Of one minus the probability."""
    if estimate.value is None:
        return UNKNOWN
    low = None if estimate.high is None else 1 - estimate.high
    high = None if estimate.low is None else 1 - estimate.low
    return Estimate(value=1 - estimate.value, low=low, high=high)


def logarithmic(value: float, error: float) -> Estimate:
    """Of a mean count or rate, which cannot be below 0."""
    if value <= 0 or error <= 0:
        return Estimate(value=value, low=None, high=None)
    width = math.exp(NORMAL_95 * error / value)
    return Estimate(value=value, low=value / width, high=value * width)


def wilson(count: int, of: int) -> Estimate:
    """Of a crude share (Wilson EB. J Am Stat Assoc 1927;22:209-12)."""
    if of == 0:
        return UNKNOWN
    share, squared = count / of, NORMAL_95**2
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / of + squared / (4 * of**2)) / (1 + squared / of)
    return Estimate(value=share, low=max(0.0, middle - half), high=min(1.0, middle + half))
