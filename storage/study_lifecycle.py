"""The life of a study as a table: how complete it is taken to be, and what changes that. Pure: no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class StudyState(Enum):
    """How complete a study is taken to be. A listener cannot know more than this."""

    RECEIVING = "receiving"
    """Objects are coming, or came a moment ago."""
    PROVISIONAL = "provisional"
    """Nothing has come for a while. Whether that was all, nobody has said."""
    CONFIRMED = "confirmed"
    """Everything that the source names, of the kinds that are taken, is here."""
    REVISED = "revised"
    """Objects are coming again, after the study had come to rest: what was read before is not all."""


class StudyEvent(Enum):
    """What can happen to a study."""

    OBJECTS_CAME = "objects_came"
    """New ones: a re-send of what is here is none."""
    WENT_IDLE = "went_idle"
    SOURCE_AGREES = "source_agrees"
    SOURCE_SAYS_OTHERWISE = "source_says_otherwise"
    """Or says nothing that can be used."""
    OBJECTS_LOST = "objects_lost"
    """Some that were here are not in the image store any more."""


class Reason(Enum):
    """Why a study at rest is not confirmed."""

    FEWER_THAN_SOURCE = "fewer_than_source"
    NOT_KNOWN_AT_SOURCE = "not_known_at_source"
    NO_ANSWER = "no_answer"
    ANSWER_UNUSABLE = "answer_unusable"
    OBJECTS_LOST = "objects_lost"
    RECORDED_BEFORE = "recorded_before"
    """By a version that kept no states."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where an event leads."""

    to: StudyState
    opens_revision: bool = False


_R, _P, _C, _V = StudyState.RECEIVING, StudyState.PROVISIONAL, StudyState.CONFIRMED, StudyState.REVISED
_E = StudyEvent

STEPS: Mapping[tuple[StudyState | None, StudyEvent], Step] = MappingProxyType(
    {
        (None, _E.OBJECTS_CAME): Step(_R),
        (_R, _E.OBJECTS_CAME): Step(_R),
        (_P, _E.OBJECTS_CAME): Step(_V, opens_revision=True),
        (_C, _E.OBJECTS_CAME): Step(_V, opens_revision=True),
        (_V, _E.OBJECTS_CAME): Step(_V),
        (_R, _E.WENT_IDLE): Step(_P),
        (_V, _E.WENT_IDLE): Step(_P),
        (_P, _E.SOURCE_AGREES): Step(_C),
        (_P, _E.SOURCE_SAYS_OTHERWISE): Step(_P),
        (_P, _E.OBJECTS_LOST): Step(_P),
        (_C, _E.OBJECTS_LOST): Step(_P),
    }
)
"""Every step there is. Whatever is not here changes nothing: it came too late, and is out of date."""

AT_REST = frozenset({StudyState.PROVISIONAL, StudyState.CONFIRMED})
GROWING = frozenset({StudyState.RECEIVING, StudyState.REVISED})


def step(state: StudyState | None, event: StudyEvent) -> Step | None:
    """Where an event leads; None when it changes nothing. `state` is None before the first object."""
    return STEPS.get((state, event))
