"""What is known of each patient at the data lock, in days from the first meeting; and who is left out, and why.

What is dated after the lock is not seen: who dies later is alive, who is presented later is not yet in the study.
Rows that are dated later change nothing at all; a date that a patient has once only, as that of the last news, is taken
for the lock where it is later. Where dates are moved, each patient's own lock, moved alike, is the one that counts.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from annotation.endpoints.checking import Dossier, seen_on
from annotation.endpoints.records import RECURRENCES, Adjudication, Event, EventType, VitalStatus
from lesion_model.labels import Label, label

FROM_THE_START = -1
"""At risk from day 0 on, day 0 included; others are at risk after the day that they enter on."""


class LeftOut(Enum):
    """Why a patient is not counted."""

    OPPOSITION = "opposition"
    FAULTY = "faulty"
    NEVER_PRESENTED = "never_presented"
    PRESENTED_LATER = "presented_later"
    DEATH_WITHOUT_DATE = "death_without_date"
    ENROLLED_LATER = "enrolled_later"
    RECURRED_BEFORE_ENROLMENT = "recurred_before_enrolment"

    @property
    def words(self) -> Label:
        return _WORDS[self]


_WORDS = {
    LeftOut.OPPOSITION: label("Opposition recorded", "Opposition enregistrée"),
    LeftOut.FAULTY: label("Refused for what is wrong in the tables", "Refusé pour une erreur dans les tables"),
    LeftOut.NEVER_PRESENTED: label("Never presented at the meeting", "Jamais présenté en RCP"),
    LeftOut.PRESENTED_LATER: label(
        "First presented after the data lock", "Première présentation après le gel des données"
    ),
    LeftOut.DEATH_WITHOUT_DATE: label("Dead, date unknown", "Décédé, date inconnue"),
    LeftOut.ENROLLED_LATER: label(
        "No follow-up after enrolment and before the data lock",
        "Aucun suivi entre l'inclusion et le gel des données",
    ),
    LeftOut.RECURRED_BEFORE_ENROLMENT: label(
        "Recurred between first meeting and enrolment (recurrence-free endpoints only)",
        "Récidive entre première RCP et inclusion (critères sans récidive seulement)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One patient; all days are counted from the first meeting, which is day 0.

    `entry`: FROM_THE_START, or the day of enrolment. `last_alive` is the day of death for who is dead. `last_imaged`:
    the last day whose images could show a recurrence. `recurrences`: confirmed ones after day 0, in order; `midpoints`
    the same, each in the middle between its last negative day and its day. `history`: confirmed ones up to day 0.
    """

    dossier: Dossier
    entry: int
    status: VitalStatus
    last_alive: int
    last_imaged: int
    recurrences: tuple[int, ...]
    midpoints: tuple[float, ...]
    history: int
    presentations: tuple[int, ...]

    @property
    def dead(self) -> bool:
        return self.status is VitalStatus.DEAD

    @property
    def first_recurrence(self) -> int | None:
        return next(iter(self.recurrences), None)

    @property
    def watched_until(self) -> int:
        """The day until which recurrences are counted: death, or else the last images."""
        return self.last_alive if self.dead else self.last_imaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Who is counted; how many are not, by reason; events that do not count as recurrences, by adjudication."""

    lock: date | None
    followed: tuple[Followed, ...]
    left_out: Counter[LeftOut]
    not_confirmed: Counter[str]


def cohort(
    dossiers: Iterable[Dossier],
    lock: date | None,
    *,
    faulty: Collection[str] = (),
    recurrences: Collection[EventType] = RECURRENCES,
) -> Cohort:
    """`lock`: of patients who have none of their own; `faulty`: pseudonyms to be left out; `recurrences`: which events
    are recurrences in bone. Raises ValueError for a patient without any lock.
    """
    followed, left_out, not_confirmed = [], Counter[LeftOut](), Counter[str]()
    for dossier in dossiers:
        locked = dossier.patient.lock_date or lock
        if locked is None:
            raise ValueError("a patient has no data lock")
        why = LeftOut.FAULTY if dossier.patient.pseudonym in faulty else _why_left_out(dossier, locked)
        if why is not None:
            left_out[why] += 1
            continue
        seen = _up_to(locked, dossier)
        one = _followed(seen, locked, recurrences)
        if one.last_alive <= one.entry:
            left_out[LeftOut.ENROLLED_LATER] += 1
            continue
        followed.append(one)
        not_confirmed.update(
            "not_adjudicated" if each.adjudicated is None else each.adjudicated.value
            for each in seen.events
            if each.type in recurrences and each.adjudicated is not Adjudication.CONFIRMED
        )
    return Cohort(lock=lock, followed=tuple(followed), left_out=left_out, not_confirmed=not_confirmed)


def _up_to(lock: date, dossier: Dossier) -> Dossier:
    patient = replace(dossier.patient, death_date=dossier.death)
    return replace(
        dossier,
        patient=patient,
        presentations=tuple(each for each in dossier.presentations if each.meeting_date <= lock),
        events=tuple(each for each in dossier.events if each.date <= lock),
        imaged=tuple(each for each in dossier.imaged if each <= lock),
    )


def _why_left_out(dossier: Dossier, lock: date) -> LeftOut | None:
    if dossier.patient.opposition_recorded:
        return LeftOut.OPPOSITION
    if not dossier.presentations:
        return LeftOut.NEVER_PRESENTED
    if dossier.presentations[0].meeting_date > lock:
        return LeftOut.PRESENTED_LATER
    if dossier.patient.vital_status is VitalStatus.DEAD and dossier.death is None:
        return LeftOut.DEATH_WITHOUT_DATE
    return None


def _followed(dossier: Dossier, lock: date, recurrences: Collection[EventType]) -> Followed:
    start = dossier.presentations[0].meeting_date
    death = dossier.death if dossier.death is not None and dossier.death <= lock else None
    confirmed = _confirmed(dossier.events, recurrences)
    later = [each for each in confirmed if each.date > start]
    last_alive = death or min(lock, max(seen_on(dossier) + ([dossier.death] if dossier.death else [])))
    enrolled = dossier.patient.enrolment_date
    return Followed(
        dossier=dossier,
        entry=FROM_THE_START if enrolled is None or enrolled <= start else (enrolled - start).days,
        status=_status(dossier, lock, death),
        last_alive=(last_alive - start).days,
        last_imaged=max(0, (_last_imaged(dossier, lock, recurrences, start) - start).days),
        recurrences=tuple((each.date - start).days for each in later),
        midpoints=tuple(_midpoint(each, start) for each in later),
        history=len(confirmed) - len(later),
        presentations=tuple((each.meeting_date - start).days for each in dossier.presentations),
    )


def _confirmed(events: Iterable[Event], recurrences: Collection[EventType]) -> list[Event]:
    """Each kind at most once a day, in the order of the days."""
    once = {
        (each.date, each.type.value): each
        for each in events
        if each.type in recurrences and each.adjudicated is Adjudication.CONFIRMED
    }
    return [once[key] for key in sorted(once)]


def _status(dossier: Dossier, lock: date, death: date | None) -> VitalStatus:
    """At the lock: who died or was lost after it, or was seen since, is alive."""
    if death is not None:
        return VitalStatus.DEAD
    if dossier.patient.vital_status is not VitalStatus.LOST or max(seen_on(dossier)) >= lock:
        return VitalStatus.ALIVE
    return VitalStatus.LOST


def _last_imaged(dossier: Dossier, lock: date, recurrences: Collection[EventType], start: date) -> date:
    """Whatever showed a recurrence, or showed none, was an image of bone."""
    days = [start, *dossier.imaged]
    if dossier.patient.last_bone_imaging_date is not None:
        days.append(min(lock, dossier.patient.last_bone_imaging_date))
    for each in dossier.events:
        if each.type in recurrences:
            days += [each.date, *([each.date_prev_negative] if each.date_prev_negative else [])]
    return max(days)


def _midpoint(event: Event, start: date) -> float:
    before = event.date if event.date_prev_negative is None else max(event.date_prev_negative, start)
    return ((before - start).days + (event.date - start).days) / 2
