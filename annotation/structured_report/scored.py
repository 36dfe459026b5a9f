"""The scores and grades of a reading as report content: computed from the images alone, without the clinic."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.structured_report.codes import OWN_SCHEME, own
from lesion_model.answers import Answer
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.measurement.names import Concept
from lesion_model.scoring import Score

_LONGEST_MEANING = 64  # VR LO


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Points of a score: the total, or the least or the most that it can still become."""

    name: Concept
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The band of a score, a grade, or the answer of a rule."""

    name: Concept
    value: Concept


def totals(assessment: LesionAssessment) -> Iterator[Total]:
    """Of the scores that apply to the bone and of which something was seen; what the clinic has to say is unknown."""
    for score in (assessment.mirels, assessment.sins):
        if not isinstance(score, Score) or all(points is None for points in score.points.values()):
            continue
        title = _short(score.instrument)
        if score.total is not None:
            yield Total(name=own(f"{score.instrument}_total", f"{title}, total"), points=score.total)
        yield Total(name=own(f"{score.instrument}_lowest", f"{title}, lowest possible total"), points=score.minimum)
        yield Total(name=own(f"{score.instrument}_most", f"{title}, highest possible total"), points=score.maximum)


def outcomes(assessment: LesionAssessment) -> Iterator[Outcome]:
    """What is decided: the band of every total that is still possible, and grades."""
    for score in (assessment.mirels, assessment.sins):
        if isinstance(score, Score) and score.band is not None:
            name = own(f"{score.instrument}_band", f"{_short(score.instrument)}, category")
            yield Outcome(name=name, value=_value(score.instrument, score.band))
    for answer in (
        assessment.van_der_linden,
        assessment.genant,
        assessment.harrington,
        assessment.recist_bone,
        assessment.ct_response,
    ):
        if isinstance(answer, Answer) and answer.answer is not None:
            name = own(answer.name, DESCRIPTIONS[answer.name].title.en)
            yield Outcome(name=name, value=_value(answer.name, answer.answer))


def _value(instrument: str, outcome: str) -> Concept:
    """Named after the instrument too: one code has one meaning. It may be a Long Code Value (PS3.3 8.1)."""
    words = next(each.label.en for each in DESCRIPTIONS[instrument].outcomes if each.name == outcome)
    return Concept(scheme=OWN_SCHEME, code=f"{instrument}.{outcome}", meaning=words[:_LONGEST_MEANING])


def _short(instrument: str) -> str:
    return DESCRIPTIONS[instrument].title.en.partition(",")[0]
