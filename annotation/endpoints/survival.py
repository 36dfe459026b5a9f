"""Survival over time by lifelines: Kaplan-Meier with log-log intervals, and the log-rank test.

Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-81. Median: Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lifelines
import lifelines.exceptions
import lifelines.statistics
import numpy as np
from numpy.typing import NDArray

from annotation.endpoints.competing import CENSORED, Floats, Spell, Whole, at_risk
from annotation.endpoints.estimates import UNKNOWN, Estimate

_Fitter: Any = lifelines.KaplanMeierFitter
_logrank: Any = lifelines.statistics.multivariate_logrank_test
HALF = 0.5
FROM_BEFORE = -1
"""A day before all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """On each day with an event or an end of follow-up, in order; `low` and `high` are not numbers at 0 and 1."""

    days: Floats
    surviving: Floats
    low: Floats
    high: Floats
    events: Whole
    entries: Floats
    exits: Floats

    def at(self, day: float) -> Estimate:
        """Surviving day `day`."""
        last = int(np.searchsorted(self.days, day, side="right")) - 1
        value = float(self.surviving[last]) if last >= 0 else 1.0
        if np.isnan(value) or (self.number_at_risk(day) == 0 and value > 0):
            return UNKNOWN
        if not 0 < value < 1:
            return Estimate(value=value, low=None, high=None)
        return Estimate(value=value, low=float(self.low[last]), high=float(self.high[last]))

    def median(self) -> Estimate:
        """The first day on which half, or less, survive; None where it does not come so far."""
        return Estimate(value=self._first(self.surviving), low=self._first(self.low), high=self._first(self.high))

    def number_at_risk(self, day: float) -> int:
        return int(at_risk(self.entries, self.exits, np.asarray([day], dtype=np.float64))[0])

    def died(self, day: float) -> int:
        """Events up to and with a day."""
        return int(self.events[self.days <= day].sum())

    def _first(self, line: Floats) -> float | None:
        below = np.flatnonzero(line <= HALF)
        return float(self.days[below[0]]) if len(below) else None


def survival(spells: Sequence[Spell]) -> Survival:
    """Whatever outcome is not CENSORED is the event."""
    entries, exits, happened = _columns(spells)
    try:
        fitted = _Fitter().fit(exits, happened, entry=entries)
    except lifelines.exceptions.StatError:
        # All who had entered so far had the event before the others entered: nothing can be said of these.
        return _unknown(entries, exits)
    days = np.asarray(fitted.survival_function_.index, dtype=np.float64)
    bounds = fitted.confidence_interval_survival_function_.to_numpy(dtype=np.float64)
    observed = fitted.event_table["observed"].reindex(fitted.survival_function_.index).fillna(0)
    kept = np.isin(days, exits)
    return Survival(
        days=days[kept],
        surviving=fitted.survival_function_.to_numpy(dtype=np.float64)[kept, 0],
        low=bounds[kept, 0],
        high=bounds[kept, 1],
        events=observed.to_numpy(dtype=np.int64)[kept],
        entries=np.sort(entries),
        exits=np.sort(exits),
    )


def log_rank(groups: Sequence[Sequence[Spell]]) -> float | None:
    """The p value of two or more groups; None where lifelines has no test: late entry, or nothing happened."""
    spells = [each for group in groups for each in group]
    entries, exits, happened = _columns(spells)
    if len(groups) < 2 or (entries >= 0).any() or not happened.any():  # noqa: PLR2004
        return None
    names = [index for index, group in enumerate(groups) for _ in group]
    return float(_logrank(exits, names, happened).p_value)


def _unknown(entries: Floats, exits: Floats) -> Survival:
    nothing = np.asarray([np.nan])
    return Survival(
        days=np.asarray([float(FROM_BEFORE)]),
        surviving=nothing,
        low=nothing,
        high=nothing,
        events=np.asarray([0], dtype=np.int64),
        entries=np.sort(entries),
        exits=np.sort(exits),
    )


def _columns(spells: Sequence[Spell]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    entries = np.asarray([each.entry for each in spells], dtype=np.float64)
    exits = np.asarray([each.exit for each in spells], dtype=np.float64)
    return entries, exits, np.asarray([each.outcome != CENSORED for each in spells])
