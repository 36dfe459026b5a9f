"""Epidural spinal cord compression scale, Bilsky (J Neurosurg Spine 2010;13:324-8)."""

from collections.abc import Mapping
from itertools import pairwise

from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.errors import ItemsError, Problem
from lesion_model.facts import YesNo, read_facts
from lesion_model.labels import label

# Each stage includes the ones before it: a compressed cord is touched, and a touched cord lies in a deformed sac.
_STAGES = (
    YesNo(
        name="epidural_extension",
        label=label("Tumour in the epidural space", "Extension épidurale de la tumeur"),
    ),
    YesNo(
        name="thecal_sac_deformed",
        label=label("Thecal sac deformed", "Déformation du sac dural"),
    ),
    YesNo(
        name="cord_abutted",
        label=label("Tumour in contact with the cord", "Contact de la tumeur avec la moelle"),
    ),
    YesNo(
        name="cord_compressed",
        label=label("Cord displaced or compressed", "Moelle refoulée ou comprimée"),
    ),
)
_CSF = YesNo(
    name="csf_visible",
    label=label("Cerebrospinal fluid visible around the cord", "Liquide cérébrospinal visible autour de la moelle"),
    help=label("Matters only for a compressed cord.", "Ne compte que pour une moelle comprimée."),
)
FACTS = (*_STAGES, _CSF)
_GRADES_BY_STAGES = ("0", "1a", "1b", "1c")


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for wrong facts and for a stage without the one before it."""
    return decide_one(ENTRY, _QUESTION, read_facts(FACTS, items))


def _outcome(facts: Facts) -> str:
    for before, stage in pairwise(_STAGES):
        if facts[stage.name] and not facts[before.name]:
            detail = f"cannot be true when {before.name} is false"
            raise ItemsError([Problem(field=stage.name, detail=detail)])
    if facts["cord_compressed"]:
        return "2" if facts["csf_visible"] else "3"
    return _GRADES_BY_STAGES[sum(facts[stage.name] is True for stage in _STAGES)]


_LOW = label(
    "Laufer 2013 (NOMS): grades 0 and 1 are low-grade compression.",
    "Laufer 2013 (NOMS) : les grades 0 et 1 sont une compression de bas grade.",
)
_HIGH = label(
    "Laufer 2013 (NOMS): grades 2 and 3 are high-grade compression.",
    "Laufer 2013 (NOMS) : les grades 2 et 3 sont une compression de haut grade.",
)
_QUESTION = question(_outcome, FACTS)
ENTRY = Entry(
    name="bilsky_escc",
    version="2010",
    title=label("Bilsky grade (ESCC)", "Grade de Bilsky (ESCC)"),
    purpose=label("Degree of epidural spinal cord compression", "Degré de compression médullaire épidurale"),
    facts=FACTS,
    decide=decide,
    answers={
        "0": label("0: bone only", "0 : os seul"),
        "1a": label(
            "1a: epidural extension, thecal sac not deformed", "1a : extension épidurale sans déformation du sac dural"
        ),
        "1b": label(
            "1b: thecal sac deformed, no contact with the cord",
            "1b : déformation du sac dural, sans contact avec la moelle",
        ),
        "1c": label(
            "1c: contact with the cord, which is not compressed", "1c : contact avec la moelle, sans compression"
        ),
        "2": label(
            "2: cord compressed, cerebrospinal fluid visible", "2 : moelle comprimée, liquide cérébrospinal visible"
        ),
        "3": label(
            "3: cord compressed, no cerebrospinal fluid visible",
            "3 : moelle comprimée, liquide cérébrospinal non visible",
        ),
    },
    suggestions={"0": _LOW, "1a": _LOW, "1b": _LOW, "1c": _LOW, "2": _HIGH, "3": _HIGH},
    reference=(
        "Bilsky MH, Laufer I, Fourney DR, et al. Reliability analysis of the epidural spinal cord compression scale. "
        "J Neurosurg Spine. 2010;13(3):324-328. Low and high grade: Laufer I, Rubin DG, Lis E, et al. The NOMS "
        "framework: approach to the treatment of spinal metastatic tumors. Oncologist. 2013;18(6):744-751."
    ),
    conventions=(
        label(
            "Graded on axial T2-weighted MRI, where the canal is most compromised.",
            "Coté en IRM pondérée T2, en coupe axiale, au niveau le plus atteint.",
        ),
        label(
            "Each stage includes the ones before it: a contradiction is refused.",
            "Chaque stade comprend les précédents : une contradiction est refusée.",
        ),
    ),
)
