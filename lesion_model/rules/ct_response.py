"""Response of one bone metastasis to treatment, on CT (French guideline, 17 September 2024)."""

from collections.abc import Mapping
from enum import Enum

from lesion_model.answers import Answer
from lesion_model.change import Sclerosis, Trend
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Choice, YesNo, read_facts
from lesion_model.labels import Label, label
from lesion_model.rules import guideline

_CHANGES: Mapping[Enum, Label] = {
    Trend.INCREASE: label("increase", "augmentation"),
    Trend.STABLE: label("stable", "stable"),
    Trend.DECREASE: label("decrease", "diminution"),
}
FACTS = (
    Choice(name="lysis", label=label("Lysis", "Lyse"), values=_CHANGES),
    Choice(
        name="soft_tissue",
        label=label("Soft-tissue component", "Composante tissulaire"),
        values=_CHANGES,
        help=label("Stable also when there is none.", "Stable aussi lorsqu'il n'y en a pas."),
    ),
    Choice(
        name="sclerosis",
        label=label("New sclerosis", "Condensation nouvelle"),
        values={
            Sclerosis.NONE: label("none", "aucune"),
            Sclerosis.ON_LYTIC: label("on a lytic area", "sur une zone lytique"),
            Sclerosis.ON_NORMAL_BONE: label("on bone that looked normal", "sur un os d'aspect normal"),
        },
    ),
    YesNo(name="new_lytic_lesion", label=label("New lytic lesion", "Nouvelle lésion lytique")),
)


def decide(items: Mapping[str, object]) -> Answer:
    """Progression dominates; raises `ItemsError` for anything that the rule does not ask."""
    return decide_one(ENTRY, _QUESTION, read_facts(FACTS, items))


def _outcome(facts: Facts) -> str:
    changes = (facts["lysis"], facts["soft_tissue"])
    sclerosis = facts["sclerosis"]
    responds = Trend.DECREASE in changes or sclerosis is Sclerosis.ON_LYTIC
    if Trend.INCREASE in changes or facts["new_lytic_lesion"]:
        return "progression_discordant" if responds else "progression"
    if sclerosis is Sclerosis.ON_NORMAL_BONE:
        return "response_plus_inconclusive_focus" if responds else "inconclusive"
    return "response" if responds else "stable"


_QUESTION = question(_outcome, FACTS)
ENTRY = Entry(
    name="ct_response",
    version=guideline.VERSION,
    title=label("Response on CT", "Réponse au scanner"),
    purpose=label(
        "Response of one bone metastasis to treatment, on CT",
        "Réponse au traitement d'une métastase osseuse, au scanner",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "progression": label("progression", "progression"),
        "progression_discordant": label(
            "progression, with a discordant sign of response", "progression, avec un signe de réponse discordant"
        ),
        "response": label("response", "réponse"),
        "response_plus_inconclusive_focus": label(
            "response, with an inconclusive focus", "réponse, avec un foyer non concluant"
        ),
        "inconclusive": label("inconclusive", "non concluant"),
        "stable": label("stable", "stabilité"),
    },
    suggestions={
        "progression": guideline.suggests(
            "an increase or a new lytic lesion is in favour of progression.",
            "une augmentation ou une nouvelle lésion lytique est en faveur d'une progression.",
        ),
        "progression_discordant": guideline.suggests(
            "progression outweighs the sign of response beside it; the discordance is to be discussed.",
            "la progression l'emporte sur le signe de réponse associé ; la discordance est à discuter.",
        ),
        "response": guideline.suggests(
            "less lysis, less soft tissue or sclerosis of a lytic area is in favour of a response.",
            "une diminution de la lyse ou de la composante tissulaire, ou la condensation d'une zone lytique, "
            "est en faveur d'une réponse.",
        ),
        "response_plus_inconclusive_focus": guideline.suggests(
            "in favour of a response; sclerosis on bone that looked normal is not conclusive.",
            "en faveur d'une réponse ; une condensation sur un os d'aspect normal n'est pas concluante.",
        ),
        "inconclusive": guideline.suggests(
            "sclerosis on bone that looked normal is not conclusive by itself.",
            "une condensation sur un os d'aspect normal n'est pas concluante à elle seule.",
        ),
        "stable": guideline.suggests(
            "no change on CT is in favour of stable disease.",
            "l'absence de changement au scanner est en faveur d'une maladie stable.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "Progression dominates: a sign of response beside it is reported as discordant.",
            "La progression l'emporte : un signe de réponse associé est signalé comme discordant.",
        ),
        label("Each lesion is judged by itself.", "Chaque lésion est jugée séparément."),
    ),
)
