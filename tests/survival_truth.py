"""A registry whose truth is known: recurrence and death at constant rates, of two kinds of patients.

Kinds differ in both, so that recurrences of one patient are not independent, and who recurs dies sooner: nothing here
is as simple as a Poisson process. A day is the next whole one, which leaves what is true by the end of a day as it is.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from annotation.endpoints.measures import Measure
from annotation.endpoints.records import (
    RECURRENCES,
    Adjudication,
    Cancer,
    Event,
    EventType,
    Patient,
    Presentation,
    Registry,
    VitalStatus,
)

FIRST_MEETING = date(2008, 1, 1)
LOCK = date(2021, 1, 1)
LOST_A_DAY = 1 / 6000
YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Rates a day: of the first recurrence, of each later one, of death before and after the first recurrence."""

    primary: str
    share: float
    first: float
    again: float
    death: float
    death_after: float

    def survival(self, day: float) -> float:
        leaving = self.first + self.death
        recurred = self.first * (math.exp(-self.death_after * day) - math.exp(-leaving * day))
        return math.exp(-leaving * day) + recurred / (leaving - self.death_after)

    def incidence(self, day: float) -> float:
        return self.first / (self.first + self.death) * (1 - math.exp(-(self.first + self.death) * day))

    def death_first(self, day: float) -> float:
        return self.incidence(day) * self.death / self.first

    def recurrence_free(self, day: float) -> float:
        return math.exp(-(self.first + self.death) * day)

    def mean(self, day: float) -> float:
        """The first, and later ones at a constant rate while alive after it."""
        leaving = self.first + self.death
        alive_after = self.first / (leaving - self.death_after)
        alive_days = alive_after * (
            (1 - math.exp(-self.death_after * day)) / self.death_after - (1 - math.exp(-leaving * day)) / leaving
        )
        return self.incidence(day) + self.again * alive_days


KINDS = (
    Kind(
        primary="breast",
        share=0.6,
        first=0.35 / YEAR,
        again=0.5 / YEAR,
        death=0.12 / YEAR,
        death_after=0.22 / YEAR,
    ),
    Kind(
        primary="lung_nsclc",
        share=0.4,
        first=0.6 / YEAR,
        again=0.9 / YEAR,
        death=0.45 / YEAR,
        death_after=0.75 / YEAR,
    ),
)


def truth(measure: Measure, day: float) -> float:
    """Over all patients, as a share or a mean."""
    by_measure: dict[Measure, Callable[[Kind, float], float]] = {
        Measure.ALIVE: Kind.survival,
        Measure.WITHOUT_RECURRENCE: lambda kind, day: 1 - kind.incidence(day),
        Measure.RECURRENCE_FREE: Kind.recurrence_free,
        Measure.INCIDENCE: Kind.incidence,
        Measure.DEATH_FIRST: Kind.death_first,
        Measure.MEAN_COUNTED: Kind.mean,
    }
    return sum(kind.share * by_measure[measure](kind, day) for kind in KINDS)


def simulated(patients: int, seed: int) -> Registry:
    """Presented over 13 years, until the lock; some are lost, all at once, whatever becomes of them."""
    draw = np.random.default_rng(seed)
    people, cancers, presentations = [], [], []
    events: list[Event] = []
    for number in range(patients):
        kind = KINDS[int(draw.random() >= KINDS[0].share)]
        name = f"P{number:05d}"
        start = FIRST_MEETING + timedelta(days=int(draw.integers(0, (LOCK - FIRST_MEETING).days)))
        recurrences, death = _life(kind, draw)
        lost = math.ceil(draw.exponential(1 / LOST_A_DAY))
        until = min((LOCK - start).days, lost)
        dead = death <= until
        last = start + timedelta(days=min(death, until))
        people.append(
            Patient(
                row=number + 2,
                pseudonym=name,
                vital_status=VitalStatus.DEAD if dead else VitalStatus.LOST if last < LOCK else VitalStatus.ALIVE,
                death_date=last if dead else None,
                last_alive_date=last,
                last_bone_imaging_date=last,
            )
        )
        cancers.append(Cancer(row=number + 2, pseudonym=name, primary=kind.primary))
        presentations.append(Presentation(row=number + 2, pseudonym=name, meeting_date=start))
        events += _events(name, start, [day for day in recurrences if day <= until], len(events) + 2)
    return Registry(
        patients=tuple(people), cancers=tuple(cancers), presentations=tuple(presentations), events=tuple(events)
    )


def _life(kind: Kind, draw: np.random.Generator) -> tuple[list[int], int]:
    """Days of all recurrences before death, and that of death."""
    first, death = draw.exponential(1 / kind.first), draw.exponential(1 / kind.death)
    if death <= first:
        return [], math.ceil(death)
    death = first + draw.exponential(1 / kind.death_after)
    later = first + draw.exponential(1 / kind.again)
    recurrences = [first]
    while later < death:
        recurrences.append(later)
        later += draw.exponential(1 / kind.again)
    return [math.ceil(day) for day in recurrences], math.ceil(death)


def _events(name: str, start: date, days: list[int], row: int) -> Iterator[Event]:
    """Kinds of recurrence take turns: two of one kind on one day would be one."""
    for index, day in enumerate(days):
        yield Event(
            row=row + index,
            pseudonym=name,
            type=EventType(RECURRENCES[index % len(RECURRENCES)]),
            date=start + timedelta(days=day),
            adjudicated=Adjudication.CONFIRMED,
        )


def without_images(registry: Registry, half_life_days: float, seed: int) -> Registry:
    """As if each patient's bones were imaged no more from a random day on, half of them from `half_life_days` on.

    What recurs later is never seen; deaths still are.
    """
    draw = np.random.default_rng(seed)
    stops = {
        each.pseudonym: each.meeting_date + timedelta(days=math.ceil(draw.exponential(half_life_days / math.log(2))))
        for each in registry.presentations
    }
    return replace(
        registry,
        patients=tuple(
            replace(each, last_bone_imaging_date=min(each.last_alive_date or LOCK, stops[each.pseudonym]))
            for each in registry.patients
        ),
        events=tuple(each for each in registry.events if each.date <= stops[each.pseudonym]),
    )
