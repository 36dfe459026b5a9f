"""One answer of a score or a grade as a line of the sheet: how much, what it means, what is missing, who said what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotation.completion import Supplier
from annotation.missing import Decides, KnownBy, missing_of
from annotation.scores import ScoredLesion
from lesion_model.answers import Answer
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.labels import Label
from lesion_model.rules.catalogue import BY_NAME
from lesion_model.scoring import NotApplicable, Score
from lesion_model.wording.flags import FLAGS

OF_A_LESION = ("mirels", "sins")
OF_THE_PATIENT = ("tokuhashi_revised", "tomita", "rades")
GRADES = ("bilsky_escc", "van_der_linden", "genant", "harrington", "recist_bone", "ct_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredItem:
    """`points` None: not known, and `missing` then says whether it could decide. `most`: what it can give."""

    label: Label
    points: int | None
    most: int
    supplier: Supplier | None
    known_by: KnownBy | None = None
    decides: Decides | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """`amount`: the total or its bounds; None for a grade and for what does not apply.

    `meaning`: the band or the grade, None while it is open; of what does not apply, why.
    """

    instrument: str
    title: Label
    version: str
    reference: str
    applies: bool
    amount: str | None
    meaning: Label | None
    decided: bool
    suggestion: Label | None
    items: tuple[ScoredItem, ...] = ()
    missing: tuple[Label, ...] = ()
    flags: tuple[Label, ...] = ()


def lines_of(scored: ScoredLesion) -> tuple[ScoreLine, ...]:
    """Those that have something to say of this lesion."""
    return tuple(_lines(scored))


def line_of(name: str, scored: ScoredLesion) -> ScoreLine | None:
    answer = getattr(scored.assessment, name)
    return _score(name, answer, scored) if isinstance(answer, Score) else None


def known_points(line: ScoreLine) -> bool:
    return any(item.points is not None for item in line.items)


def _lines(scored: ScoredLesion) -> Iterator[ScoreLine]:
    for name in OF_A_LESION:
        answer = getattr(scored.assessment, name)
        if isinstance(answer, Score):
            yield _score(name, answer, scored)
        elif _is_withheld(name, scored):
            yield _withheld(answer)
    for name in GRADES:
        answer = getattr(scored.assessment, name)
        if isinstance(answer, Answer) and answer.facts_used:
            yield _grade(answer)


def _is_withheld(name: str, scored: ScoredLesion) -> bool:
    """A long bone that is broken, and the coccyx, are worth a word; that Mirels is not for vertebrae is not."""
    site = scored.lesion.site
    return (name == "mirels" and site.kind.value == "long_bone") or (name == "sins" and site.level is not None)


def _score(name: str, score: Score, scored: ScoredLesion) -> ScoreLine:
    description = DESCRIPTIONS[name]
    band = next((each.label for each in description.outcomes if each.name == score.band), None)
    total = f"{score.minimum}" if score.total is not None else f"{score.minimum}–{score.maximum}"
    items = tuple(_items(name, score, scored))
    return ScoreLine(
        instrument=name,
        title=description.title,
        version=score.version,
        reference=score.reference,
        applies=True,
        amount=f"{total}/{description.maximum}",
        meaning=band,
        decided=score.category_decided,
        suggestion=score.suggestion,
        items=items,
        missing=tuple(each.label for each in items if each.points is None),
        flags=tuple(FLAGS[each] for each in score.flags if each in FLAGS),
    )


def _items(name: str, score: Score, scored: ScoredLesion) -> Iterator[ScoredItem]:
    described = {item.name: item for item in DESCRIPTIONS[name].items}
    supplied: Mapping[str, Supplier] = scored.supplied.get(name, {})
    waited = {each.item: each for each in missing_of(score)}
    for item, points in score.points.items():
        missing = waited.get(item)
        yield ScoredItem(
            label=described[item].label,
            points=points,
            most=max(value.points or 0 for value in described[item].values),
            supplier=supplied.get(item),
            known_by=missing.known_by if missing else None,
            decides=missing.decides if missing else None,
        )


def _grade(answer: Answer) -> ScoreLine:
    entry = BY_NAME[answer.name]
    facts = {fact.name: fact.label for fact in entry.facts}
    missing = () if answer.decided else tuple(facts[each] for each in answer.facts_missing if each in facts)
    return ScoreLine(
        instrument=answer.name,
        title=entry.title,
        version=answer.version,
        reference=answer.reference,
        applies=True,
        amount=None,
        meaning=None if answer.answer is None else entry.answers[answer.answer],
        decided=answer.decided,
        suggestion=answer.suggestion,
        missing=missing,
        flags=tuple(FLAGS[each] for each in answer.flags if each in FLAGS),
    )


def _withheld(answer: NotApplicable) -> ScoreLine:
    return ScoreLine(
        instrument=answer.instrument,
        title=DESCRIPTIONS[answer.instrument].title,
        version=answer.version,
        reference=answer.reference,
        applies=False,
        amount=None,
        meaning=answer.reason,
        decided=True,
        suggestion=None,
    )
