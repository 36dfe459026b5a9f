"""When percutaneous screw fixation may be considered (French guideline, 17 September 2024)."""

from collections.abc import Mapping
from enum import Enum

from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, points_of, question
from lesion_model.entries import Entry
from lesion_model.facts import Choice, YesNo, read_facts
from lesion_model.findings import LesionType
from lesion_model.labels import label
from lesion_model.rules import guideline
from lesion_model.rules.score_bands import MIRELS, MirelsBand
from lesion_model.wording.shared import LESION_TYPE


class ScrewSite(Enum):
    """Where the lesion is, as far as this rule looks."""

    PELVIS = "pelvis"
    PROXIMAL_FEMUR = "proximal_femur"
    ELSEWHERE = "elsewhere"


_LESION_TYPE = Choice(name="lesion_type", label=LESION_TYPE.label, values=LESION_TYPE.values)
_SITE = Choice(
    name="site",
    label=label("Site", "Localisation"),
    values={
        ScrewSite.PELVIS: label("pelvis", "bassin"),
        ScrewSite.PROXIMAL_FEMUR: label("proximal femur", "fémur proximal"),
        ScrewSite.ELSEWHERE: label("elsewhere", "ailleurs"),
    },
)
_FRACTURE = YesNo(name="pathological_fracture", label=label("Pathological fracture", "Fracture pathologique"))
FACTS = (_LESION_TYPE, _SITE, _FRACTURE, MIRELS)


def decide(items: Mapping[str, object]) -> Answer:
    """Lytic, and in one of the two situations; raises `ItemsError` for wrong facts."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, points=points_of(ENTRY, _POINTS, known))


def _lytic(facts: Facts) -> bool:
    return facts["lesion_type"] is LesionType.LYTIC


def _fractured_pelvis(facts: Facts) -> bool:
    return facts["site"] is ScrewSite.PELVIS and facts["pathological_fracture"] is True


def _threatened_femur(facts: Facts) -> bool:
    return facts["site"] is ScrewSite.PROXIMAL_FEMUR and facts["mirels_band"] is MirelsBand.HIGH


def _outcome(facts: Facts) -> str:
    situation = _fractured_pelvis(facts) or _threatened_femur(facts)
    return "may_be_considered" if _lytic(facts) and situation else "not_among_listed_situations"


_QUESTION = question(_outcome, FACTS)
_POINTS = {
    "lytic": question(_lytic, (_LESION_TYPE,)),
    "pathological_fracture_of_the_pelvis": question(_fractured_pelvis, (_SITE, _FRACTURE)),
    "proximal_femur_mirels_9_or_more": question(_threatened_femur, (_SITE, MIRELS)),
}
ENTRY = Entry(
    name="percutaneous_screw",
    version=guideline.VERSION,
    title=label("Percutaneous screw fixation", "Vissage percutané"),
    purpose=label(
        "Whether the lesion is in a situation for which percutaneous screws may be considered",
        "La lésion est-elle dans une situation où un vissage percutané peut être envisagé",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "may_be_considered": label("may be considered", "peut être envisagé"),
        "not_among_listed_situations": label(
            "not among the situations listed", "ne fait pas partie des situations listées"
        ),
    },
    suggestions={
        "may_be_considered": guideline.suggests(
            "percutaneous screws may be considered for a lytic lesion of the pelvis with a pathological fracture, "
            "or of the proximal femur with a Mirels score of 9 or more.",
            "un vissage percutané peut être envisagé pour une lésion lytique du bassin avec fracture pathologique, "
            "ou du fémur proximal avec un score de Mirels de 9 ou plus.",
        ),
    },
    points={
        "lytic": label("lytic lesion", "lésion lytique"),
        "pathological_fracture_of_the_pelvis": label(
            "pathological fracture of the pelvis", "fracture pathologique du bassin"
        ),
        "proximal_femur_mirels_9_or_more": label(
            "proximal femur with a Mirels score of 9 or more", "fémur proximal avec un score de Mirels de 9 ou plus"
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "The lesion is lytic in both situations: the pelvis with its fracture, the proximal femur with its score. "
            "Each point is shown by itself.",
            "La lésion est lytique dans les deux situations : le bassin avec sa fracture, le fémur proximal avec son "
            "score. Chaque point est montré séparément.",
        ),
    ),
)
