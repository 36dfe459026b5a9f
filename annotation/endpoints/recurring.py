"""How many recurrences a patient has had on average by a day: mean cumulative functions, and a rate.

Two means, which differ once patients die. `Mean.ALIVE` is Nelson's mean cumulative function: what a patient would have
had who does not die (Nelson W. Recurrent Events Data Analysis, 2003), with the robust variance of Lawless JF, Nadeau C.
Technometrics 1995;37:158-68. `Mean.COUNTED` is what patients do have, who have no more once they are dead (Ghosh D,
Lin DY. Biometrics 2000;56:554-62), with the variance of that paper. Both variances are sums over patients of the square
of each one's influence, so that recurrences of one patient need not be independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from annotation.endpoints.competing import Floats, Whole, at_risk
from annotation.endpoints.estimates import DAYS_PER_YEAR, UNKNOWN, Estimate, logarithmic


class Mean(Enum):
    ALIVE = "nelson"
    COUNTED = "ghosh_lin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """At risk after day `entry` up to and with day `exit`; `recurrences` are the days of events within."""

    entry: int
    exit: int
    dead: bool
    recurrences: tuple[int, ...]


class MeanCount:
    """The mean number of recurrences by each day, for one set of patients."""

    def __init__(self, courses: Sequence[Course], mean: Mean) -> None:
        self._entry = np.asarray([each.entry for each in courses], dtype=np.float64)
        self._exit = np.asarray([each.exit for each in courses], dtype=np.float64)
        dying = [each.dead and mean is Mean.COUNTED for each in courses]
        self._dead: NDArray[np.bool_] = np.asarray(dying, dtype=bool)
        self._who = np.asarray([who for who, each in enumerate(courses) for _ in each.recurrences], dtype=np.int64)
        self._when = np.asarray([day for each in courses for day in each.recurrences], dtype=np.float64)
        self.days: Floats = np.unique(np.concatenate((self._when, self._exit[self._dead])))
        risk = self._at_risk(self.days)
        recurring, dying_share = self._share(self._when, risk), self._share(self._exit[self._dead], risk)
        left = 1 - dying_share
        self._before = np.concatenate(([1.0], np.cumprod(left)[:-1]))
        self.means: Floats = np.cumsum(self._before * recurring)
        self._weight = self._before / risk
        # 1 / ((1 - q) Y): what the death of one at risk does to the survival of all, and with it to later recurrences.
        self._of_death = np.divide(1.0, left * risk, out=np.zeros_like(left), where=left > 0)
        self._expected = np.cumsum(self._weight * recurring)
        self._expected_death = np.cumsum(self._of_death * dying_share)
        self._expected_mean = np.cumsum(self._of_death * dying_share * self.means)

    def at(self, day: float) -> Estimate:
        """By day `day`, with its 95 % interval."""
        if self.number_at_risk(day) == 0:
            return UNKNOWN
        return logarithmic(self._up_to(self.means, day), self.error(day))

    def error(self, day: float) -> float:
        """Standard error of the mean by a day."""
        mean = self._up_to(self.means, day)
        influence = np.zeros(len(self._exit))
        happened = self._when <= day
        np.add.at(influence, self._who[happened], self._weight[self._index(self._when[happened])])
        until = np.minimum(self._exit, day)
        influence -= self._between(self._expected, until)
        influence += mean * self._between(self._expected_death, until) - self._between(self._expected_mean, until)
        died = np.flatnonzero(self._dead & (self._exit <= day))
        then = self._index(self._exit[died])
        influence[died] -= (mean - self.means[then]) * self._of_death[then]
        return float(np.sqrt((influence**2).sum()))

    def number_at_risk(self, day: float) -> int:
        """Who is followed on that day."""
        return int(self._at_risk(np.asarray([day], dtype=np.float64))[0])

    def _at_risk(self, days: Floats) -> Whole:
        return at_risk(np.sort(self._entry), np.sort(self._exit), days)

    def _share(self, when: Floats, risk: Whole) -> Floats:
        counts: Floats = np.bincount(self._index(when), minlength=len(self.days)) / risk
        return counts

    def _index(self, when: Floats) -> Whole:
        return np.searchsorted(self.days, when)

    def _up_to(self, sums: Floats, day: float) -> float:
        last = int(np.searchsorted(self.days, day, side="right")) - 1
        return float(sums[last]) if last >= 0 else 0.0

    def _between(self, sums: Floats, until: Floats) -> Floats:
        """What each patient has of a sum over days: after their entry, up to and with `until`."""
        whole = np.concatenate(([0.0], sums))
        ends = whole[np.searchsorted(self.days, until, side="right")]
        starts = whole[np.searchsorted(self.days, np.minimum(self._entry, until), side="right")]
        between: Floats = ends - starts
        return between


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Recurrences in a year of one patient's follow-up."""

    recurrences: int
    person_years: float
    rate: Estimate


def rate(courses: Sequence[Course]) -> Rate:
    """With a robust interval: patients may differ, and a recurrence may make the next more likely.

    On the scale of the logarithm the variance is Σ (n - rate · time)² / (Σ n)², the sandwich of a Poisson model whose
    only term is the rate (White H. Econometrica 1982;50:1-25).
    """
    counts = np.asarray([len(each.recurrences) for each in courses], dtype=np.float64)
    years = np.asarray([each.exit - max(each.entry, 0) for each in courses], dtype=np.float64) / DAYS_PER_YEAR
    total, time = float(counts.sum()), float(years.sum())
    if time <= 0:
        return Rate(recurrences=int(total), person_years=0.0, rate=UNKNOWN)
    found = total / time
    error = float(np.sqrt(((counts - found * years) ** 2).sum())) / time
    return Rate(recurrences=int(total), person_years=time, rate=logarithmic(found, error))
