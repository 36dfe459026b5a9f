"""Genant's semiquantitative grade of a vertebral fracture (J Bone Miner Res 1993;8:1137-48)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, always, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Number, read_facts
from lesion_model.labels import label

MILD_FROM_PERCENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade and the most height, in percent, that a vertebra of it has lost."""

    name: str
    most: int


GRADES = (Grade(name="1", most=25), Grade(name="2", most=40), Grade(name="3", most=100))
_LIMITS = (MILD_FROM_PERCENT, *(grade.most for grade in GRADES[:-1]))
FACTS = (
    Number(
        name="height_loss_percent",
        label=label("Loss of vertebral height", "Perte de hauteur vertébrale"),
        unit="%",
        minimum=Decimal(0),
        maximum=Decimal(100),
        help=label(
            "The largest of the anterior, middle and posterior losses.",
            "La plus grande des pertes antérieure, moyenne et postérieure.",
        ),
    ),
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but `height_loss_percent`."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _flags(known))


def _outcome(facts: Facts) -> str:
    loss = cast(Decimal, facts["height_loss_percent"])
    if loss < MILD_FROM_PERCENT:
        return "0"
    return next(grade.name for grade in GRADES if loss <= grade.most)


def _flags(known: Facts) -> Iterator[str]:
    if known.get("height_loss_percent") in _LIMITS:
        yield flags.BOUNDARY


_SAMPLES = (Decimal(0), *(Decimal(grade.most) for grade in GRADES))
_QUESTION = question(_outcome, FACTS, {"height_loss_percent": always(*_SAMPLES)})
ENTRY = Entry(
    name="genant",
    version="1993",
    title=label("Genant grade", "Grade de Genant"),
    purpose=label("Severity of a vertebral fracture by loss of height", "Sévérité d'un tassement vertébral"),
    facts=FACTS,
    decide=decide,
    answers={
        "0": label("0: under 20 %", "0 : moins de 20 %"),
        "1": label("1: mild, 20 to 25 %", "1 : léger, 20 à 25 %"),
        "2": label("2: moderate, over 25 to 40 %", "2 : modéré, plus de 25 à 40 %"),
        "3": label("3: severe, over 40 %", "3 : sévère, plus de 40 %"),
    },
    reference=(
        "Genant HK, Wu CY, van Kuijk C, Nevitt MC. Vertebral fracture assessment using a semiquantitative technique. "
        "J Bone Miner Res. 1993;8(9):1137-1148."
    ),
    conventions=(
        label(
            "The printed classes share their ends: exactly 20 and 25 % are grade 1, exactly 40 % is grade 2, all with "
            "a flag.",
            "Les classes imprimées partagent leurs bornes : exactement 20 et 25 % sont de grade 1, exactement 40 % de "
            "grade 2, avec un signalement.",
        ),
        label(
            "The scale was made for osteoporotic fractures; the reader says whether a loss of height is a fracture.",
            "L'échelle a été conçue pour les tassements ostéoporotiques ; c'est le lecteur qui dit si une perte de "
            "hauteur est un tassement.",
        ),
    ),
)
