"""Fracture risk of a metastasis of the femur by cortical involvement (van der Linden 2003 and 2004)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import cast

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, always, decide_one, points_of, question
from lesion_model.entries import Entry
from lesion_model.facts import Number, YesNo, read_facts
from lesion_model.findings import LONGEST_MM
from lesion_model.labels import label

AXIAL_MM = 30
CIRCUMFERENTIAL_PERCENT = 50

_FEMUR = YesNo(name="femur", label=label("The lesion is in the femur", "La lésion siège au fémur"))
_AXIAL = Number(
    name="axial_cortical_mm",
    label=label("Axial cortical involvement", "Atteinte corticale axiale"),
    unit="mm",
    minimum=Decimal(0),
    maximum=Decimal(LONGEST_MM),
    help=label("Along the axis of the bone.", "Dans l'axe de l'os."),
)
_CIRCUMFERENTIAL = Number(
    name="circumferential_pct",
    label=label("Circumferential cortical involvement", "Atteinte corticale circonférentielle"),
    unit="%",
    minimum=Decimal(0),
    maximum=Decimal(100),
)
_BREACH = YesNo(name="cortical_breach", label=label("Cortical breach", "Rupture corticale"))
FACTS = (_FEMUR, _AXIAL, _CIRCUMFERENTIAL, _BREACH)
_SAMPLERS = {
    _AXIAL.name: always(Decimal(AXIAL_MM), _AXIAL.maximum),
    _CIRCUMFERENTIAL.name: always(Decimal(CIRCUMFERENTIAL_PERCENT), _CIRCUMFERENTIAL.maximum),
}


def decide(items: Mapping[str, object]) -> Answer:
    """Either predictor suffices; raises `ItemsError` for wrong facts."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _flags(known), points_of(ENTRY, _POINTS, known))


def _long(facts: Facts) -> bool:
    return cast(Decimal, facts[_AXIAL.name]) > AXIAL_MM


def _wide(facts: Facts) -> bool:
    return cast(Decimal, facts[_CIRCUMFERENTIAL.name]) > CIRCUMFERENTIAL_PERCENT


def _breached(facts: Facts) -> bool:
    return facts[_BREACH.name] is True


def _outcome(facts: Facts) -> str:
    if not facts[_FEMUR.name]:
        return "not_applicable"
    return "high_risk" if _long(facts) or _wide(facts) else "not_high_risk"


def _flags(known: Facts) -> Iterator[str]:
    if known.get(_AXIAL.name) == AXIAL_MM or known.get(_CIRCUMFERENTIAL.name) == CIRCUMFERENTIAL_PERCENT:
        yield flags.BOUNDARY
    if known.get(_BREACH.name):
        yield flags.CORTICAL_BREACH


_QUESTION = question(_outcome, FACTS, _SAMPLERS)
_POINTS = {
    "axial_over_30_mm": question(_long, (_AXIAL,), _SAMPLERS),
    "circumferential_over_50_percent": question(_wide, (_CIRCUMFERENTIAL,), _SAMPLERS),
    "cortical_breach": question(_breached, (_BREACH,)),
}
ENTRY = Entry(
    name="van_der_linden",
    version="2004",
    title=label("Cortical involvement of the femur", "Atteinte corticale du fémur"),
    purpose=label(
        "Risk of fracture of a metastasis of the femur, by its cortical involvement",
        "Risque de fracture d'une métastase du fémur, selon l'atteinte corticale",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "high_risk": label("high risk of fracture", "risque de fracture élevé"),
        "not_high_risk": label("no predictor of fracture", "pas de facteur prédictif de fracture"),
        "not_applicable": label("not applicable outside the femur", "non applicable hors du fémur"),
    },
    suggestions={
        "high_risk": label(
            "van der Linden 2003, 2004: axial cortical involvement over 30 mm or circumferential involvement over "
            "50 % predicts a fracture of the femur; prophylactic surgery may be discussed.",
            "van der Linden 2003, 2004 : une atteinte corticale axiale de plus de 30 mm, ou circonférentielle de plus "
            "de 50 %, prédit une fracture du fémur ; une chirurgie préventive peut être discutée.",
        ),
        "not_high_risk": label(
            "van der Linden 2003, 2004: neither predictor of a fracture of the femur is present.",
            "van der Linden 2003, 2004 : aucun des deux facteurs prédictifs de fracture du fémur n'est présent.",
        ),
        "not_applicable": label(
            "van der Linden 2003, 2004: only femurs were studied.",
            "van der Linden 2003, 2004 : seuls des fémurs ont été étudiés.",
        ),
    },
    points={
        "axial_over_30_mm": label("axial involvement over 30 mm", "atteinte axiale de plus de 30 mm"),
        "circumferential_over_50_percent": label(
            "circumferential involvement over 50 %", "atteinte circonférentielle de plus de 50 %"
        ),
        "cortical_breach": _BREACH.label,
    },
    reference=(
        "van der Linden YM, Kroon HM, Dijkstra SPDS, et al. Simple radiographic parameter predicts fracturing in "
        "metastatic femoral bone lesions: results from a randomised trial. Radiother Oncol. 2003;69(1):21-31. "
        "van der Linden YM, Dijkstra PDS, Kroon HM, et al. Comparative analysis of risk factors for pathological "
        "fracture with femoral metastases. J Bone Joint Surg Br. 2004;86(4):566-573."
    ),
    conventions=(
        label(
            "Exactly 30 mm and exactly 50 % are not over the limit, and are flagged.",
            "Exactement 30 mm et exactement 50 % ne dépassent pas la limite, et sont signalés.",
        ),
        label(
            "A cortical breach is shown and flagged; the 2004 comparison kept only the two measurements as predictors, "
            "and so it does not change the answer.",
            "Une rupture corticale est montrée et signalée ; la comparaison de 2004 n'a retenu que les deux mesures "
            "comme facteurs prédictifs : elle ne change donc pas la réponse.",
        ),
    ),
)
