"""Cumulative incidence of one cause while others compete: the Aalen-Johansen estimator.

Aalen OO, Johansen S. Scand J Stat 1978;5:141-50. Its variance is that of the delta method over the increments of each
day (Marubini E, Valsecchi MG. Analysing Survival Data from Clinical Trials and Observational Studies, 1995, ch. 10),
which stays right with late entry (Allignol A, Schumacher M, Beyersmann J. Biom J 2010;52:126-37).

lifelines has the estimator, but moves tied days apart at random; days are tied here, and the same table is to give the
same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.endpoints.estimates import UNKNOWN, Estimate, complement, log_log, logarithmic

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
CENSORED, CAUSE, COMPETING = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """At risk after day `entry` up to and with day `exit`, on which `outcome` happened."""

    entry: int
    exit: float
    outcome: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """On each day with an event, in order: numbers, incidence of the cause and of the others, and standard errors."""

    days: Floats
    at_risk: Whole
    caused: Whole
    competed: Whole
    of_cause: Floats
    of_competing: Floats
    event_free: Floats
    error: Floats
    entries: Floats
    exits: Floats

    def without_cause(self, day: float) -> Estimate:
        """1 minus the cumulative incidence of the cause up to and with a day."""
        if not self.reaches(day):
            return UNKNOWN
        last = int(np.searchsorted(self.days, day, side="right")) - 1
        if last < 0:
            return Estimate(value=1.0, low=None, high=None)
        return log_log(1 - float(self.of_cause[last]), float(self.error[last]))

    def cumulative(self, day: float) -> Estimate:
        """Cumulative incidence of the cause up to and with a day."""
        return complement(self.without_cause(day))

    def cumulative_hazard(self, day: float) -> Estimate:
        """Nelson-Aalen estimate of the cause-specific hazard, summed up to and with a day."""
        if not self.reaches(day):
            return UNKNOWN
        last = int(np.searchsorted(self.days, day, side="right")) - 1
        share = (self.caused / self.at_risk)[: last + 1]
        error = float(np.sqrt((share * (1 - share) / self.at_risk[: last + 1]).sum()))
        return logarithmic(float(share.sum()), error)

    def reaches(self, day: float) -> bool:
        """Whether somebody was followed so long, or nothing more can happen to anybody."""
        ended = len(self.event_free) > 0 and self.event_free[-1] <= 0
        return self.number_at_risk(day) > 0 or (ended and day >= self.days[-1])

    def number_at_risk(self, day: float) -> int:
        """Who is followed on that day and free of any event before it."""
        return int(at_risk(self.entries, self.exits, np.asarray([day], dtype=np.float64))[0])

    def events(self, day: float) -> tuple[int, int]:
        """Of the cause, and of others, up to and with a day."""
        so_far = self.days <= day
        return int(self.caused[so_far].sum()), int(self.competed[so_far].sum())


def cumulative_incidence(spells: Sequence[Spell]) -> Incidence:
    """Events that fall on one day happen at once; who leaves on a day is at risk on it."""
    entries = np.sort(np.asarray([each.entry for each in spells], dtype=np.float64))
    exits = np.asarray([each.exit for each in spells], dtype=np.float64)
    outcomes = np.asarray([each.outcome for each in spells], dtype=np.int64)
    days = np.unique(exits[outcomes != CENSORED])
    caused, competed = (_counted(days, exits[outcomes == which]) for which in (CAUSE, COMPETING))
    exits = np.sort(exits)
    risk = at_risk(entries, exits, days)
    of_cause, of_all = caused / risk, (caused + competed) / risk
    free = np.asarray(np.cumprod(1 - of_all), dtype=np.float64)
    before = np.concatenate(([1.0], free[:-1]))
    incidence = np.cumsum(before * of_cause)
    return Incidence(
        days=days,
        at_risk=risk,
        caused=caused,
        competed=competed,
        of_cause=incidence,
        of_competing=np.cumsum(before * (of_all - of_cause)),
        event_free=free,
        error=_error(incidence, before, of_cause, of_all, risk),
        entries=entries,
        exits=exits,
    )


def at_risk(entries: Floats, exits: Floats, days: Floats) -> Whole:
    """Both sorted. Who entered before each day and has not left before it."""
    return np.searchsorted(entries, days, side="left") - np.searchsorted(exits, days, side="left")


def _counted(days: Floats, when: Floats) -> Whole:
    return np.searchsorted(np.sort(when), days, side="right") - np.searchsorted(np.sort(when), days, side="left")


def _error(incidence: Floats, before: Floats, of_cause: Floats, of_all: Floats, risk: Whole) -> Floats:
    """Of F(t) = Σ S(u-) q(u), whose S is the product of 1 - p(u): Σ over u of the variance of

    S(u-) q(u) - (F(t) - F(u)) p(u) / (1 - p(u)), where q and p are shares of the same number at risk. The square of
    F(t) - F(u) is written out, so that one pass gives all t.
    """
    left = 1 - of_all
    share = np.divide(of_all, left * risk, out=np.zeros_like(left), where=left > 0)
    cross = before * of_cause / risk
    own = np.cumsum(before**2 * of_cause * (1 - of_cause) / risk)
    squared = incidence**2 * np.cumsum(share) - 2 * incidence * np.cumsum(share * incidence)
    squared += np.cumsum(share * incidence**2)
    both = incidence * np.cumsum(cross) - np.cumsum(cross * incidence)
    errors: Floats = np.sqrt(np.maximum(own + squared - 2 * both, 0.0))
    return errors
