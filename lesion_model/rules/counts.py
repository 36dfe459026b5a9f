"""Three counts that are often mistaken for one another (French guideline, 17 September 2024).

Oligometastatic disease counts the metastases in all organs, stereotactic radiotherapy the bone sites, and
local treatments the metastatic sites.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, Question, always, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Whole, read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline

OLIGOMETASTATIC_MOST = 5
STEREOTACTIC_MOST = 3
LOCAL_TREATMENT_MOST = 2

_MOST_COUNTED = 999
_ALL_METASTASES = Whole(
    name="n_all_mets",
    label=label("Metastases in all organs", "Métastases, tous organes confondus"),
    minimum=0,
    maximum=_MOST_COUNTED,
    help=label(
        "Metastases of every organ, not only of bone.", "Les métastases de tous les organes, pas seulement des os."
    ),
)
_BONE_SITES = Whole(
    name="n_bone_sites",
    label=label("Bone sites", "Sites osseux"),
    minimum=0,
    maximum=_MOST_COUNTED,
)
_METASTATIC_SITES = Whole(
    name="n_metastatic_sites",
    label=label("Metastatic sites", "Sites métastatiques"),
    minimum=0,
    maximum=_MOST_COUNTED,
)


def decide_oligometastatic(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but `n_all_mets`, a whole number."""
    return _count(OLIGOMETASTATIC, items, OLIGOMETASTATIC_MOST)


def decide_stereotactic_sites(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but `n_bone_sites`, a whole number."""
    return _count(STEREOTACTIC_SITES, items, STEREOTACTIC_MOST)


def decide_local_treatment_sites(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but `n_metastatic_sites`, a whole number."""
    return _count(LOCAL_TREATMENT_SITES, items, LOCAL_TREATMENT_MOST)


def _count(entry: Entry, items: Mapping[str, object], most: int) -> Answer:
    (fact,) = entry.facts
    known = read_facts(entry.facts, items)
    return decide_one(entry, _question(entry, most), known, _flags(known.get(fact.name), most))


@cache
def _question(entry: Entry, most: int) -> Question[str]:
    """The three answers of each of these rules are: none to count, up to the limit, above it."""
    (fact,) = entry.facts
    none, within, above = entry.answers

    def outcome(facts: Facts) -> str:
        counted = facts[fact.name]
        if counted == 0:
            return none
        return above if isinstance(counted, int) and counted > most else within

    return question(outcome, entry.facts, {fact.name: always(0, most, most + 1)})


def _flags(counted: object, most: int) -> Iterator[str]:
    if counted == most:
        yield flags.BOUNDARY


OLIGOMETASTATIC = Entry(
    name="oligometastatic",
    version=guideline.VERSION,
    title=label("Oligometastatic disease", "Maladie oligométastatique"),
    purpose=label("Number of metastases in all organs", "Nombre de métastases, tous organes confondus"),
    facts=(_ALL_METASTASES,),
    decide=decide_oligometastatic,
    answers={
        "no_metastasis": label("no metastasis", "pas de métastase"),
        "oligometastatic": label("oligometastatic", "oligométastatique"),
        "not_oligometastatic": label("more than 5 metastases", "plus de 5 métastases"),
    },
    suggestions={
        "oligometastatic": guideline.suggests(
            "up to 5 metastases in all organs are called oligometastatic disease.",
            "jusqu'à 5 métastases, tous organes confondus, la maladie est dite oligométastatique.",
        ),
        "not_oligometastatic": guideline.suggests(
            "more than 5 metastases in all organs are not oligometastatic disease.",
            "au-delà de 5 métastases, tous organes confondus, la maladie n'est pas oligométastatique.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(label("Exactly 5 is flagged.", "Exactement 5 est signalé."),),
)
STEREOTACTIC_SITES = Entry(
    name="stereotactic_sites",
    version=guideline.VERSION,
    title=label("Number of bone sites for stereotactic radiotherapy", "Nombre de sites osseux et stéréotaxie"),
    purpose=label(
        "Whether the number of bone sites lets stereotactic radiotherapy be considered",
        "Le nombre de sites osseux permet-il d'envisager une radiothérapie stéréotaxique",
    ),
    facts=(_BONE_SITES,),
    decide=decide_stereotactic_sites,
    answers={
        "no_bone_site": label("no bone site", "pas de site osseux"),
        "may_be_considered": label("1 to 3 bone sites: may be considered", "1 à 3 sites osseux : peut être envisagée"),
        "more_than_3_sites": label("more than 3 bone sites", "plus de 3 sites osseux"),
    },
    suggestions={
        "may_be_considered": guideline.suggests(
            "stereotactic radiotherapy may be considered for 1 to 3 bone sites.",
            "une radiothérapie stéréotaxique peut être envisagée pour 1 à 3 sites osseux.",
        ),
        "more_than_3_sites": guideline.suggests(
            "stereotactic radiotherapy is considered for 1 to 3 bone sites; there are more.",
            "la radiothérapie stéréotaxique est envisagée pour 1 à 3 sites osseux ; il y en a davantage.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(label("Exactly 3 is flagged.", "Exactement 3 est signalé."),),
)
LOCAL_TREATMENT_SITES = Entry(
    name="local_treatment_sites",
    version=guideline.VERSION,
    title=label(
        "Number of metastatic sites for local treatments", "Nombre de sites métastatiques et traitements locaux"
    ),
    purpose=label(
        "Whether the number of metastatic sites lets local treatments be considered",
        "Le nombre de sites métastatiques permet-il d'envisager des traitements locaux",
    ),
    facts=(_METASTATIC_SITES,),
    decide=decide_local_treatment_sites,
    answers={
        "no_metastatic_site": label("no metastatic site", "pas de site métastatique"),
        "may_be_considered": label(
            "1 or 2 metastatic sites: may be considered", "1 ou 2 sites métastatiques : peuvent être envisagés"
        ),
        "more_than_2_sites": label("more than 2 metastatic sites", "plus de 2 sites métastatiques"),
    },
    suggestions={
        "may_be_considered": guideline.suggests(
            "local treatments may be considered for up to 2 metastatic sites.",
            "des traitements locaux peuvent être envisagés jusqu'à 2 sites métastatiques.",
        ),
        "more_than_2_sites": guideline.suggests(
            "local treatments are considered for up to 2 metastatic sites; there are more.",
            "les traitements locaux sont envisagés jusqu'à 2 sites métastatiques ; il y en a davantage.",
        ),
    },
    reference=guideline.REFERENCE,
    conventions=(label("Exactly 2 is flagged.", "Exactement 2 est signalé."),),
)
