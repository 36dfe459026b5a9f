"""What surgery of a bone metastasis may bring, by life expectancy (French guideline, 17 September 2024)."""

from collections.abc import Mapping

from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline
from lesion_model.rules.life_expectancy import (
    CONVENTION,
    FACTS,
    SAMPLERS,
    TimeUnit,
    boundary_flags,
    expected_days,
    in_days,
)

SIX_WEEKS = in_days(6, TimeUnit.WEEKS)
ONE_YEAR = in_days(1, TimeUnit.YEARS)
SIX_MONTHS = in_days(6, TimeUnit.MONTHS)


def decide_surgery(items: Mapping[str, object]) -> Answer:
    """6 weeks and 1 year both belong to the middle; raises `ItemsError` for wrong facts."""
    known = read_facts(FACTS, items)
    return decide_one(SURGERY, _SURGERY, known, boundary_flags(known, SIX_WEEKS, ONE_YEAR))


def decide_arthroplasty(items: Mapping[str, object]) -> Answer:
    """Exactly 6 months is not more than 6 months; raises `ItemsError` for wrong facts."""
    known = read_facts(FACTS, items)
    return decide_one(ARTHROPLASTY, _ARTHROPLASTY, known, boundary_flags(known, SIX_MONTHS))


def _surgery(facts: Facts) -> str:
    days = expected_days(facts)
    if days < SIX_WEEKS:
        return "no_expected_benefit"
    return "less_aggressive_fixation" if days <= ONE_YEAR else "resection_and_reconstruction"


def _arthroplasty(facts: Facts) -> str:
    return "long_enough" if expected_days(facts) > SIX_MONTHS else "not_long_enough"


_SURGERY = question(_surgery, FACTS, SAMPLERS)
SURGERY = Entry(
    name="surgery_by_life_expectancy",
    version=guideline.VERSION,
    title=label("Surgery by life expectancy", "Chirurgie selon l'espérance de vie"),
    purpose=label(
        "Kind of surgery that a life expectancy leaves room for",
        "Type de chirurgie compatible avec l'espérance de vie",
    ),
    facts=FACTS,
    decide=decide_surgery,
    answers={
        "no_expected_benefit": label(
            "under 6 weeks: no benefit expected", "moins de 6 semaines : pas de bénéfice attendu"
        ),
        "less_aggressive_fixation": label(
            "6 weeks to 1 year: less aggressive fixation", "6 semaines à 1 an : fixation moins agressive"
        ),
        "resection_and_reconstruction": label(
            "over 1 year: resection and reconstruction", "plus d'un an : résection et reconstruction"
        ),
    },
    suggestions={
        "no_expected_benefit": guideline.suggests(
            "under 6 weeks of life expectancy no benefit of surgery is expected.",
            "en dessous de 6 semaines d'espérance de vie, aucun bénéfice de la chirurgie n'est attendu.",
        ),
        "less_aggressive_fixation": guideline.suggests(
            "from 6 weeks to 1 year of life expectancy a less aggressive fixation may be discussed.",
            "de 6 semaines à 1 an d'espérance de vie, une fixation moins agressive peut être discutée.",
        ),
        "resection_and_reconstruction": guideline.suggests(
            "beyond 1 year of life expectancy resection and reconstruction may be discussed.",
            "au-delà d'un an d'espérance de vie, une résection avec reconstruction peut être discutée.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "Exactly 6 weeks and exactly 1 year both belong to the middle, with a flag.",
            "Exactement 6 semaines et exactement 1 an appartiennent tous deux au milieu, avec un signalement.",
        ),
        CONVENTION,
    ),
)

_ARTHROPLASTY = question(_arthroplasty, FACTS, SAMPLERS)
ARTHROPLASTY = Entry(
    name="arthroplasty_by_life_expectancy",
    version=guideline.VERSION,
    title=label("Arthroplasty by life expectancy", "Arthroplastie selon l'espérance de vie"),
    purpose=label(
        "Whether the life expectancy leaves room for an arthroplasty",
        "L'espérance de vie est-elle compatible avec une arthroplastie",
    ),
    facts=FACTS,
    decide=decide_arthroplasty,
    answers={
        "not_long_enough": label("6 months or less", "6 mois ou moins"),
        "long_enough": label("more than 6 months", "plus de 6 mois"),
    },
    suggestions={
        "not_long_enough": guideline.suggests(
            "an arthroplasty supposes more than 6 months of life expectancy.",
            "une arthroplastie suppose plus de 6 mois d'espérance de vie.",
        ),
        "long_enough": guideline.suggests(
            "with more than 6 months of life expectancy an arthroplasty may be discussed.",
            "avec plus de 6 mois d'espérance de vie, une arthroplastie peut être discutée.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "Exactly 6 months is not more than 6 months, and is flagged.",
            "Exactement 6 mois n'est pas plus de 6 mois, et est signalé.",
        ),
        CONVENTION,
    ),
)
