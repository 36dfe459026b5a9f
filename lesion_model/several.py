"""Several lesions or levels: each keeps its score, the highest counts, and nothing is ever added up.

Mirels takes the highest lesion of each bone, SINS the highest vertebra; a lesion that runs over several
levels takes its most severe level.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from lesion_model import mirels, sins
from lesion_model.anatomy import Site
from lesion_model.errors import ItemsError, Problem
from lesion_model.labels import Label
from lesion_model.scoring import Instrument, NotApplicable, Score, not_applicable, reach
from lesion_model.skeleton import Bone, Level, Side

Place = TypeVar("Place", bound=Hashable)
Answer = Score | NotApplicable


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest(Generic[Place]):
    """The highest of several totals, as far as they are known.

    It lies between the highest minimum and the highest maximum. `band` and `suggestion` are None as in
    `Score`. `places` are those whose own total can be the highest. `answers` holds every answer that was
    given, the not-applicable ones too, which count for nothing.
    """

    instrument: str
    version: str
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    category_decided: bool
    suggestion: Label | None
    places: tuple[Place, ...]
    answers: Mapping[Place, Answer]
    reference: str


def highest(instrument: Instrument, answers: Mapping[Place, Answer]) -> Highest[Place] | None:
    """The highest of one instrument's answers; None when it applies nowhere.

    Raises `ItemsError` for an answer of another instrument.
    """
    if any(answer.instrument != instrument.name for answer in answers.values()):
        detail = "all answers must be of this instrument"
        raise ItemsError([Problem(field="instrument", detail=detail, allowed=(instrument.name,))])
    scores = {place: answer for place, answer in answers.items() if isinstance(answer, Score)}
    if not scores:
        return None
    minimum = max(score.minimum for score in scores.values())
    maximum = max(score.maximum for score in scores.values())
    reached = reach(instrument, minimum, maximum)
    return Highest(
        instrument=instrument.name,
        version=instrument.version,
        total=reached.total,
        minimum=minimum,
        maximum=maximum,
        band=reached.band,
        category_decided=reached.band is not None,
        suggestion=reached.suggestion,
        places=tuple(place for place, score in scores.items() if score.maximum >= minimum),
        answers=MappingProxyType(dict(answers)),
        reference=instrument.reference,
    )


def mirels_by_bone(
    lesions: Mapping[Place, tuple[Site, Answer]],
) -> Mapping[tuple[Bone, Side | None], Highest[Place]]:
    """The highest Mirels of each bone, left and right apart; bones to which it does not apply are left out."""
    bones: dict[tuple[Bone, Side | None], dict[Place, Answer]] = {}
    for lesion, (site, answer) in lesions.items():
        bones.setdefault((site.bone, site.side), {})[lesion] = answer
    scored = {bone: highest(mirels.INSTRUMENT, answers) for bone, answers in bones.items()}
    return MappingProxyType({bone: each for bone, each in scored.items() if each is not None})


def sins_of_levels(items: Mapping[Level, Mapping[str, object]]) -> Highest[Level] | None:
    """SINS of several vertebrae, or of one lesion over several levels, from the items of each level.

    None when only the coccyx, or nothing, is given. Raises `ItemsError` as `sins.calculate` does, naming the
    level, and for items that name a level again.
    """
    return highest(sins.INSTRUMENT, {level: _sins_of_level(level, each) for level, each in items.items()})


def _sins_of_level(level: Level, items: Mapping[str, object]) -> Answer:
    if "level" in items:
        raise ItemsError([Problem(field=f"{level.value}.level", detail="the level is given already: leave it out")])
    if level is Level.COCCYX:
        return not_applicable(sins.INSTRUMENT, sins.COCCYX_REASON)
    try:
        return sins.calculate({**items, "level": level.value})
    except ItemsError as error:
        raise ItemsError(problem.within(level.value) for problem in error.problems) from None
