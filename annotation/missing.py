"""Which items the scores of a lesion still wait for, and who knows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lesion_model.assess import Assessment
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.labels import Label
from lesion_model.scoring import NotApplicable, Score


class KnownBy(Enum):
    """Pain is what the patient says; the rest is on the images."""

    READER = "reader"
    MEETING = "meeting"


class Decides(Enum):
    """Whether this item alone decides the band while it is open: whatever its value, for some values, or not."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NOT_ALONE = "not_alone"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingItem:
    """One item of one score without points."""

    instrument: str
    item: str
    label: Label
    known_by: KnownBy
    decides: Decides


_OF_THE_MEETING = frozenset({"pain"})
_READ = frozenset({"mirels", "sins"})
"""Scores of what is seen; all others are of what the meeting knows."""


def missing_items(assessment: Assessment | LesionAssessment) -> tuple[MissingItem, ...]:
    """Of the scores that apply, in their tables' order."""
    return tuple(missing_of(assessment.mirels)) + tuple(missing_of(assessment.sins))


def missing_of(answer: Score | NotApplicable) -> Iterator[MissingItem]:
    """Of one score, in its table's order."""
    if isinstance(answer, NotApplicable):
        return
    labels = {item.name: item.label for item in DESCRIPTIONS[answer.instrument].items}
    for item, points in answer.points.items():
        if points is None:
            yield MissingItem(
                instrument=answer.instrument,
                item=item,
                label=labels[item],
                known_by=_known_by(answer.instrument, item),
                decides=_decides(answer, item),
            )


def _known_by(instrument: str, item: str) -> KnownBy:
    return KnownBy.READER if instrument in _READ and item not in _OF_THE_MEETING else KnownBy.MEETING


def _decides(score: Score, item: str) -> Decides:
    if score.category_decided:
        return Decides.DECIDED
    if item in score.decisive_items:
        return Decides.ALWAYS
    return Decides.SOMETIMES if item in score.could_decide else Decides.NOT_ALONE
