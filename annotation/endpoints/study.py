"""The endpoints of the study at a data lock, for all patients and by subgroup."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.endpoints.competing import CAUSE, CENSORED, COMPETING, Incidence, Spell, cumulative_incidence
from annotation.endpoints.describing import Described, describe
from annotation.endpoints.estimates import UNKNOWN, Estimate, wilson, years
from annotation.endpoints.follow_up import Cohort, Followed
from annotation.endpoints.gray import gray_test
from annotation.endpoints.grouping import ALL, LEAST, OTHER, UNKNOWN_GROUP, groups
from annotation.endpoints.measures import WATCHED_DAYS, Measure, Unit
from annotation.endpoints.presenting import AtPresentation, at_presentations
from annotation.endpoints.recurring import Course, Mean, MeanCount, rate
from annotation.endpoints.survival import Survival, log_rank, survival

HORIZONS = tuple(years(count) for count in (1, 2, 5, 10))
ONE_YEAR = HORIZONS[0]
MONTH_DAYS = 30.4375
HALF_YEAR_DAYS = 182.625

GRAY, LOG_RANK = "Gray", "log-rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One figure. `events` and `at_risk` are those by, and on, the day of the horizon; shares are in per cent."""

    measure: Measure
    by: str
    group: str
    horizon: int | None
    patients: int
    events: int
    at_risk: int | None
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """From `day` on the curve has this value, in the unit of its measure."""

    day: int
    estimate: Estimate
    at_risk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    measure: Measure
    by: str
    group: str
    points: tuple[Point, ...]
    numbers: tuple[tuple[int, int], ...]
    """At risk every half year: day and patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`p` of the test over the groups that have a name: of an incidence Gray's, else the log-rank test; None where
    there is no test of it.
    """

    measure: Measure
    by: str
    groups: int
    p: float | None

    @property
    def test(self) -> str:
        return GRAY if self.measure in (Measure.INCIDENCE, Measure.DEATH_FIRST) else LOG_RANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    cohort: Cohort
    estimates: tuple[Estimated, ...]
    curves: tuple[Curve, ...]
    comparisons: tuple[Comparison, ...]
    presentations: tuple[AtPresentation, ...]
    described: tuple[Described, ...]
    recurred_before_entry: int


def endpoints(cohort: Cohort, by: Sequence[str] = (), least: int = LEAST, *, curves: bool = True) -> Endpoints:
    """`by`: subgroups as `annotation.endpoints.grouping` names them; smaller ones than `least` are put together."""
    parts = {(ALL, ALL): cohort.followed}
    comparisons: list[Comparison] = []
    for each in by:
        divided = groups(cohort.followed, each, least)
        parts |= {(each, name): members for name, members in divided.items()}
        comparisons += _compared(
            each, [members for name, members in divided.items() if name not in {OTHER, UNKNOWN_GROUP}]
        )
    measured = [_Part(by, name, members) for (by, name), members in parts.items() if members]
    return Endpoints(
        cohort=cohort,
        estimates=tuple(figure for part in measured for figure in part.figures()),
        curves=tuple(curve for part in measured for curve in part.curves()) if curves else (),
        comparisons=tuple(comparisons),
        presentations=at_presentations(cohort.followed),
        described=describe(cohort.followed),
        recurred_before_entry=len(cohort.followed) - len(first_recurrences(cohort.followed)),
    )


def deaths(followed: Sequence[Followed]) -> list[Spell]:
    """To death of any cause."""
    return [
        Spell(entry=each.entry, exit=each.last_alive, outcome=CAUSE if each.dead else CENSORED) for each in followed
    ]


def first_recurrences(followed: Sequence[Followed]) -> list[Spell]:
    """To the first recurrence, or death without one, or the last images; without those who recurred before entry."""
    spells = []
    for each in followed:
        day, outcome = each.watched_until, COMPETING if each.dead else CENSORED
        if each.first_recurrence is not None:
            day, outcome = each.first_recurrence, CAUSE
        spells.append(Spell(entry=each.entry, exit=day, outcome=outcome))
    return _entered(spells)


def midpoints(followed: Sequence[Followed]) -> list[Spell]:
    """As first recurrences, each midway between its last negative day and its day."""
    spells = []
    for each in followed:
        day, outcome = float(each.watched_until), COMPETING if each.dead else CENSORED
        if each.midpoints:
            day, outcome = min(each.midpoints), CAUSE
        spells.append(Spell(entry=each.entry, exit=day, outcome=outcome))
    return _entered(spells)


def watched(followed: Sequence[Followed]) -> list[Spell]:
    """As first recurrences; a death long after the last images says nothing of recurrences before it."""
    spells = []
    for each in followed:
        day, outcome = each.last_imaged, CENSORED
        if each.first_recurrence is not None:
            day, outcome = each.first_recurrence, CAUSE
        elif each.dead and each.last_alive - each.last_imaged <= WATCHED_DAYS:
            day, outcome = each.last_alive, COMPETING
        spells.append(Spell(entry=each.entry, exit=day, outcome=outcome))
    return _entered(spells)


def courses(followed: Sequence[Followed]) -> list[Course]:
    """All recurrences while each is watched."""
    return [
        Course(
            entry=each.entry,
            exit=each.watched_until,
            dead=each.dead,
            recurrences=tuple(day for day in each.recurrences if day > each.entry),
        )
        for each in followed
        if each.watched_until > each.entry
    ]


def _entered(spells: list[Spell]) -> list[Spell]:
    return [each for each in spells if each.exit > each.entry]


def _compared(by: str, divided: Sequence[Sequence[Followed]]) -> Iterator[Comparison]:
    survivals = [deaths(members) for members in divided]
    incidences = [recurred for members in divided if (recurred := first_recurrences(members))]
    for measure, ours in ((Measure.INCIDENCE, incidences), (Measure.DEATH_FIRST, list(map(_all_swapped, incidences)))):
        found = gray_test(ours)
        yield Comparison(measure=measure, by=by, groups=len(ours), p=None if found is None else found.p)
    hazards = [[_cause_only(each) for each in first_recurrences(members)] for members in divided]
    for measure, spells in ((Measure.ALIVE, survivals), (Measure.HAZARD, hazards)):
        filled = [each for each in spells if each]
        yield Comparison(measure=measure, by=by, groups=len(filled), p=log_rank(filled))


def _cause_only(spell: Spell) -> Spell:
    """The cause-specific hazard is of those alive: whoever dies is at risk no more, which is not to say censored
    from a probability."""
    return Spell(entry=spell.entry, exit=spell.exit, outcome=CAUSE if spell.outcome == CAUSE else CENSORED)


def _all_swapped(spells: Sequence[Spell]) -> list[Spell]:
    return [_swapped(each) for each in spells]


def _swapped(spell: Spell) -> Spell:
    return Spell(
        entry=spell.entry, exit=spell.exit, outcome={CAUSE: COMPETING, COMPETING: CAUSE}.get(spell.outcome, CENSORED)
    )


class _Part:
    """All figures and curves of one set of patients."""

    def __init__(self, by: str, group: str, followed: Sequence[Followed]) -> None:
        self._by, self._group, self._followed = by, group, followed
        self._alive = survival(deaths(followed))
        firsts = first_recurrences(followed)
        self._free = survival(firsts) if firsts else None
        self._recurred = cumulative_incidence(firsts)
        self._died_first = cumulative_incidence([_swapped(each) for each in firsts])
        self._watched = cumulative_incidence(watched(followed))
        self._midpoint = cumulative_incidence(midpoints(followed))
        self._courses = courses(followed)

    def figures(self) -> Iterator[Estimated]:
        for horizon in HORIZONS:
            yield self._survived(Measure.ALIVE, self._alive, horizon)
        yield from self._whole()
        for measure, found in (
            (Measure.WITHOUT_RECURRENCE, self._recurred),
            (Measure.WITHOUT_RECURRENCE_MIDPOINT, self._midpoint),
            (Measure.WITHOUT_RECURRENCE_WATCHED, self._watched),
        ):
            yield self._incident(measure, found, ONE_YEAR, found.without_cause(ONE_YEAR))
        if self._free is not None:
            yield self._survived(Measure.RECURRENCE_FREE, self._free, ONE_YEAR)
        for horizon in HORIZONS:
            yield from self._over_time(horizon)
        yield from self._times()
        yield from self._counted()

    def curves(self) -> Iterator[Curve]:
        alive = self._alive
        points = [self._point(day, alive.at(day), alive) for day in _days(alive)]
        yield self._curve(Measure.ALIVE, points, alive)
        for measure, found in ((Measure.INCIDENCE, self._recurred), (Measure.DEATH_FIRST, self._died_first)):
            yield self._curve(measure, [self._point(day, found.cumulative(day), found) for day in _days(found)], found)
        for measure, mean in ((Measure.MEAN_COUNTED, Mean.COUNTED), (Measure.MEAN_ALIVE, Mean.ALIVE)):
            if self._courses:
                counted = MeanCount(self._courses, mean)
                yield self._curve(
                    measure, [self._point(day, counted.at(day), counted) for day in self._months()], counted
                )

    def _whole(self) -> Iterator[Estimated]:
        patients, dead = len(self._followed), sum(each.dead for each in self._followed)
        yield self._figure(Measure.ALIVE_CRUDE, None, dead, None, wilson(patients - dead, patients))
        yield self._figure(Measure.SURVIVAL_MEDIAN, None, dead, None, self._alive.median())

    def _over_time(self, horizon: int) -> Iterator[Estimated]:
        yield self._incident(Measure.INCIDENCE, self._recurred, horizon, self._recurred.cumulative(horizon))
        yield self._incident(Measure.DEATH_FIRST, self._died_first, horizon, self._died_first.cumulative(horizon))
        yield self._incident(Measure.HAZARD, self._recurred, horizon, self._recurred.cumulative_hazard(horizon))

    def _times(self) -> Iterator[Estimated]:
        found = [each.first_recurrence for each in self._followed if each.first_recurrence is not None]
        low, middle, high = (float(each) for each in np.quantile(found, (0.25, 0.5, 0.75))) if found else (None,) * 3
        quartiles = Estimate(value=middle, low=low, high=high)
        yield self._figure(Measure.TIME_TO_RECURRENCE, None, len(found), None, quartiles)

    def _counted(self) -> Iterator[Estimated]:
        for measure, mean in ((Measure.MEAN_COUNTED, Mean.COUNTED), (Measure.MEAN_ALIVE, Mean.ALIVE)):
            counted = MeanCount(self._courses, mean) if self._courses else None
            for horizon in HORIZONS:
                events = sum(day <= horizon for each in self._courses for day in each.recurrences)
                estimate = counted.at(horizon) if counted else UNKNOWN
                risk = counted.number_at_risk(horizon) if counted else 0
                yield self._figure(measure, horizon, events, risk, estimate)
        per_year = rate(self._courses)
        yield self._figure(Measure.RATE, None, per_year.recurrences, None, per_year.rate)

    def _survived(self, measure: Measure, found: Survival, horizon: int) -> Estimated:
        return self._figure(measure, horizon, found.died(horizon), found.number_at_risk(horizon), found.at(horizon))

    def _incident(self, measure: Measure, found: Incidence, horizon: int, estimate: Estimate) -> Estimated:
        return self._figure(measure, horizon, found.events(horizon)[0], found.number_at_risk(horizon), estimate)

    def _figure(
        self, measure: Measure, horizon: int | None, events: int, at_risk: int | None, estimate: Estimate
    ) -> Estimated:
        return Estimated(
            measure=measure,
            by=self._by,
            group=self._group,
            horizon=horizon,
            patients=len(self._followed),
            events=events,
            at_risk=at_risk,
            estimate=_in_unit(measure, estimate),
        )

    def _curve(self, measure: Measure, points: Sequence[Point], of: Survival | Incidence | MeanCount) -> Curve:
        shown = [
            Point(day=each.day, estimate=_in_unit(measure, each.estimate), at_risk=each.at_risk)
            for each in points
            if each.estimate.value is not None
        ]
        halves = range(2 * points[-1].day // years(1) + 1)
        numbers = tuple((day, of.number_at_risk(day)) for day in (int(half * HALF_YEAR_DAYS) for half in halves))
        return Curve(measure=measure, by=self._by, group=self._group, points=tuple(shown), numbers=numbers)

    def _point(self, day: int, estimate: Estimate, of: Survival | Incidence | MeanCount) -> Point:
        return Point(day=day, estimate=estimate, at_risk=of.number_at_risk(day))

    def _months(self) -> list[int]:
        last = max(each.exit for each in self._courses)
        return [*sorted({int(month * MONTH_DAYS) for month in range(int(last / MONTH_DAYS) + 1)} | {last})]


def _days(found: Survival | Incidence) -> list[int]:
    """Where the curve may change, with its first and last day."""
    last = int(found.exits[-1]) if len(found.exits) else 0
    return sorted({0, last, *(int(day) for day in found.days if day >= 0)})


def _in_unit(measure: Measure, estimate: Estimate) -> Estimate:
    if measure.defined.unit is not Unit.PERCENT:
        return estimate
    value, low, high = (None if each is None else 100 * each for each in (estimate.value, estimate.low, estimate.high))
    return Estimate(value=value, low=low, high=high)
