"""Small registries, written as days from the first meeting."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from annotation.endpoints.checking import dossiers
from annotation.endpoints.competing import Spell
from annotation.endpoints.follow_up import Cohort, Followed, cohort
from annotation.endpoints.records import (
    Adjudication,
    Cancer,
    Event,
    EventType,
    Imaging,
    Patient,
    Presentation,
    Registry,
    VitalStatus,
)

START = date(2020, 1, 1)
LOCK = date(2024, 1, 1)
ALONE = "P1"
OUTCOMES = {"C": 0, "R": 1, "D": 2}


def day(number: int) -> date:
    """Of the calendar, counted from the first meeting."""
    return START + timedelta(days=number)


def spells(letters: str) -> list[Spell]:
    """Day after day one patient leaves: R with a recurrence, D dead, C censored."""
    return [Spell(entry=-1, exit=index + 1, outcome=OUTCOMES[each]) for index, each in enumerate(letters)]


def event(at: int, kind: EventType = EventType.NEW_BONE_LESION, **changes: Any) -> Event:
    made = Event(row=2, pseudonym=ALONE, type=kind, date=day(at), adjudicated=Adjudication.CONFIRMED)
    return replace(made, **changes)


def registry(
    *,
    events: Iterable[Event] = (),
    meetings: Iterable[int] = (0,),
    imaged: Iterable[int] = (),
    cancer: Cancer | None = None,
    **of_patient: Any,
) -> Registry:
    """Of one patient, alive until long after the lock unless it is said otherwise."""
    patient = Patient(row=2, pseudonym=ALONE, vital_status=VitalStatus.ALIVE, last_alive_date=day(5000))
    return Registry(
        patients=(replace(patient, **of_patient),),
        cancers=() if cancer is None else (cancer,),
        presentations=tuple(
            Presentation(row=index + 2, pseudonym=ALONE, meeting_date=day(at), presentation_no=index + 1)
            for index, at in enumerate(meetings)
        ),
        events=tuple(events),
        imaging=tuple(Imaging(pseudonym=ALONE, date=day(at)) for at in imaged),
    )


def dead_on(at: int) -> dict[str, Any]:
    return {"vital_status": VitalStatus.DEAD, "death_date": day(at), "last_alive_date": None}


def cohort_of(made: Registry, lock: date = LOCK) -> Cohort:
    return cohort(dossiers(made), lock)


def followed(made: Registry, lock: date = LOCK) -> Followed:
    """The only patient."""
    (one,) = cohort_of(made, lock).followed
    return one


def several(*registries: Registry) -> Registry:
    """One registry of the only patient of each."""
    named = [(f"P{number:02d}", each) for number, each in enumerate(registries, 1)]
    return Registry(
        patients=tuple(replace(row, pseudonym=name) for name, each in named for row in each.patients),
        cancers=tuple(replace(row, pseudonym=name) for name, each in named for row in each.cancers),
        presentations=tuple(replace(row, pseudonym=name) for name, each in named for row in each.presentations),
        events=tuple(replace(row, pseudonym=name) for name, each in named for row in each.events),
        imaging=tuple(replace(row, pseudonym=name) for name, each in named for row in each.imaging),
    )
