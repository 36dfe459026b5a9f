"""What is missing of patients and of the study, as a list that people can work through.

Dates of the record are moved by a number of days that nobody here knows, so nothing is measured from them to today:
what is late is late by the time of entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from annotation.registry.values import Values
from lesion_model.labels import Label, label


class Lack(Enum):
    """What is missing, in the order in which it holds up the rest."""

    PRESENTATION_MISSING = "presentation_missing"
    IMAGES_NOT_RECEIVED = "images_not_received"
    IMAGES_INCOMPLETE = "images_incomplete"
    STUDY_UNREAD = "study_unread"
    READING_UNSIGNED = "reading_unsigned"
    SCORE_UNDECIDED = "score_undecided"
    PRESENTATION_INCOMPLETE = "presentation_incomplete"
    FACTS_DIFFER = "facts_differ"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"


LABELS: Mapping[Lack, Label] = MappingProxyType(
    {
        Lack.PRESENTATION_MISSING: label("No presentation in the record", "Aucune présentation dans le dossier"),
        Lack.IMAGES_NOT_RECEIVED: label("Images announced, not received", "Images annoncées, non reçues"),
        Lack.IMAGES_INCOMPLETE: label("Images received in part", "Images reçues en partie"),
        Lack.STUDY_UNREAD: label("Study not read", "Examen non lu"),
        Lack.READING_UNSIGNED: label("Reading not signed", "Lecture non signée"),
        Lack.SCORE_UNDECIDED: label("Score not decided", "Score indécis"),
        Lack.PRESENTATION_INCOMPLETE: label("Presentation incomplete", "Présentation incomplète"),
        Lack.FACTS_DIFFER: label("The record says two things", "Le dossier se contredit"),
        Lack.FOLLOW_UP_OVERDUE: label("Follow-up overdue", "Suivi en retard"),
    }
)

SEVEN_POINTS: tuple[tuple[str, ...], ...] = (
    ("circumstances",),
    ("pain",),
    ("drugs",),
    ("prior_local_treatment",),
    ("bone_agent",),
    ("anticoagulant",),
    ("intent", "prognosis_and_plan", "life_expectancy_min", "life_expectancy_max"),
)
"""Of each, one variable at least must be there."""
ALSO_ASKED = ("primary", "diagnosis_date", "karnofsky", "question", "decision")

ARRIVAL = timedelta(days=7)
"""So long after they were announced, images may still be on their way."""
SIGNING = timedelta(days=7)
FOLLOW_UP = timedelta(days=183)
"""So long may nothing be heard of somebody who is not known to be dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One thing that is missing. `detail` holds codes: variables, a modality, an instrument."""

    lack: Lack
    pseudonym: str
    object_id: str
    """The entry, study, draft or reading; the pseudonym where it is the patient as a whole."""
    since: datetime | None = None
    detail: tuple[str, ...] = ()


def missing_of(presentation: Values) -> tuple[str, ...]:
    """What a presentation does not say: of several that would do, the first is named."""
    lacking = [point[0] for point in SEVEN_POINTS if not any(name in presentation for name in point)]
    return (*lacking, *(name for name in ALSO_ASKED if name not in presentation))
