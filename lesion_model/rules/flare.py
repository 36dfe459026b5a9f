"""More uptake on bone scan or PET soon after a treatment began (French guideline, 17 September 2024)."""

from collections.abc import Mapping
from enum import Enum

from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Choice, Day, YesNo, read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline
from lesion_model.rules.elapsed import Elapsed

FLARE_MONTHS = 6


class Uptake(Enum):
    """Against the examination compared with."""

    INCREASED = "increased"
    NEW = "new"
    NEITHER = "neither"


FACTS = (
    Choice(
        name="uptake",
        label=label("Uptake of the bone lesions", "Fixation des lésions osseuses"),
        values={
            Uptake.INCREASED: label("increased", "augmentée"),
            Uptake.NEW: label("new", "nouvelle"),
            Uptake.NEITHER: label("neither increased nor new", "ni augmentée ni nouvelle"),
        },
    ),
    Day(
        name="systemic_line_start",
        label=label("Start of the current systemic line", "Début de la ligne systémique en cours"),
    ),
    Day(name="examination_date", label=label("Date of the examination", "Date de l'examen")),
    YesNo(name="new_bone_pain", label=label("New bone pain", "Nouvelle douleur osseuse")),
)


_SINCE_START = Elapsed(earlier="systemic_line_start", later="examination_date", months=FLARE_MONTHS)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for wrong facts and for an examination before the line began."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _SINCE_START.boundary_flags(known))


def _outcome(facts: Facts) -> str:
    days_past = _SINCE_START.days_past_limit(facts)
    if facts["uptake"] is Uptake.NEITHER:
        return "no_increased_or_new_uptake"
    if days_past > 0:
        return "progression"
    if facts["new_bone_pain"]:
        return "possible_flare_clinical_review"
    return "possible_flare_do_not_change_treatment"


_QUESTION = question(_outcome, FACTS, _SINCE_START.samplers())
ENTRY = Entry(
    name="flare",
    version=guideline.VERSION,
    title=label("Flare on bone scan or PET", "Flare en scintigraphie osseuse ou en TEP"),
    purpose=label(
        "Whether more uptake may be a flare of bone that heals",
        "Reconnaître une augmentation de fixation qui peut être un flare de réparation osseuse",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "possible_flare_do_not_change_treatment": label(
            "possible flare: no reason by itself to change the treatment",
            "flare possible : ne justifie pas à lui seul un changement de traitement",
        ),
        "possible_flare_clinical_review": label(
            "possible flare with new bone pain: clinical review", "flare possible avec douleur nouvelle : avis clinique"
        ),
        "progression": label("progression", "progression"),
        "no_increased_or_new_uptake": label(
            "no increased or new uptake", "pas de fixation augmentée ni de nouvelle fixation"
        ),
    },
    suggestions={
        "possible_flare_do_not_change_treatment": guideline.suggests(
            "up to 6 months after the current systemic line began, more uptake may be a flare and is no reason "
            "by itself to change the treatment.",
            "jusqu'à 6 mois après le début de la ligne systémique en cours, une augmentation de fixation peut être "
            "un flare et ne justifie pas à elle seule un changement de traitement.",
        ),
        "possible_flare_clinical_review": guideline.suggests(
            "a flare is possible, but new bone pain calls for a clinical review.",
            "un flare est possible, mais une douleur osseuse nouvelle appelle une réévaluation clinique.",
        ),
        "progression": guideline.suggests(
            "beyond 6 months after the current systemic line began, more uptake is in favour of progression.",
            "au-delà de 6 mois après le début de la ligne systémique en cours, une augmentation de fixation est "
            "en faveur d'une progression.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "Six calendar months, the last day included: from 15 January to 15 July. The last day is flagged.",
            "Six mois calendaires, dernier jour compris : du 15 janvier au 15 juillet. Le dernier jour est signalé.",
        ),
        label(
            "A month without that day ends on its own last day: from 31 August to 28 or 29 February.",
            "Un mois qui n'a pas ce quantième s'arrête à son dernier jour : du 31 août au 28 ou 29 février.",
        ),
    ),
)
