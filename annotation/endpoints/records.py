"""What the endpoints are computed from: patients, cancers, presentations at the meeting, and events, as typed rows.

Every row knows its number in the table that it came from, so that what is wrong with it can be found there.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class VitalStatus(Enum):
    ALIVE = "alive"
    DEAD = "dead"
    LOST = "lost"


class EventType(Enum):
    NEW_BONE_LESION = "new_bone_lesion"
    LOCAL_RECURRENCE = "local_recurrence_treated_site"
    PROGRESSION = "progression_treated_lesion"
    FRACTURE = "SRE_fracture"
    CORD = "SRE_cord"
    RADIOTHERAPY = "SRE_RT"
    SURGERY = "SRE_surgery"
    DEATH = "death"


class Adjudication(Enum):
    CONFIRMED = "confirmed"
    FLARE = "flare_excluded"
    INCONCLUSIVE = "inconclusive"


RECURRENCES = (EventType.NEW_BONE_LESION, EventType.LOCAL_RECURRENCE, EventType.PROGRESSION)
"""What is a recurrence in bone unless it is chosen otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Once per patient. `last_bone_imaging_date`: beside the studies of a release, for images that it does not have.

    `lock_date`: the data lock as this patient's dates are moved; the lock that is asked for is then not looked at.
    """

    row: int
    pseudonym: str
    sex: str | None = None
    birth_month: dt.date | None = None
    vital_status: VitalStatus | None = None
    death_date: dt.date | None = None
    last_alive_date: dt.date | None = None
    last_bone_imaging_date: dt.date | None = None
    enrolment_date: dt.date | None = None
    lock_date: dt.date | None = None
    opposition_recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancer:
    """Once per patient. `diagnosed_from`: the earliest day that the date of diagnosis, of any precision, allows."""

    row: int
    pseudonym: str
    primary: str | None = None
    diagnosed_from: dt.date | None = None
    described: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """One meeting. `decision` names treatments; `described` is what else was known then, by the name of the item."""

    row: int
    pseudonym: str
    meeting_date: dt.date
    presentation_no: int | None = None
    decision: tuple[str, ...] = ()
    bands: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`date_prev_negative` is the last day on which it was known not to be there."""

    row: int
    pseudonym: str
    type: EventType
    date: dt.date
    date_prev_negative: dt.date | None = None
    adjudicated: Adjudication | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imaging:
    """A day on which the patient's bones were imaged."""

    pseudonym: str
    date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The tables as a release holds them."""

    patients: tuple[Patient, ...]
    cancers: tuple[Cancer, ...] = ()
    presentations: tuple[Presentation, ...] = ()
    events: tuple[Event, ...] = ()
    imaging: tuple[Imaging, ...] = ()
