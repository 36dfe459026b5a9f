"""Harrington's class of acetabular insufficiency by metastases (J Bone Joint Surg Am 1981;63:653-64)."""

from collections.abc import Iterator, Mapping

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import YesNo, read_facts
from lesion_model.labels import label

FACTS = (
    YesNo(
        name="resection_for_cure",
        label=label("Resection for cure is possible", "Résection à visée curative possible"),
        help=label(
            "The only known metastasis, which resection would remove.",
            "Seule métastase connue, que la résection enlèverait.",
        ),
    ),
    YesNo(
        name="medial_wall_deficient", label=label("Medial wall deficient", "Paroi médiale de l'acétabulum déficiente")
    ),
    YesNo(
        name="rim_deficient",
        label=label(
            "Lateral cortices or superior wall deficient", "Corticales latérales ou paroi supérieure déficientes"
        ),
    ),
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for anything but yes or no."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _flags(known))


def _outcome(facts: Facts) -> str:
    if facts["resection_for_cure"]:
        return "IV"
    if facts["rim_deficient"]:
        return "III"
    return "II" if facts["medial_wall_deficient"] else "I"


def _flags(known: Facts) -> Iterator[str]:
    if known.get("rim_deficient") is True and known.get("medial_wall_deficient") is False:
        yield flags.RIM_DEFICIENT_MEDIAL_WALL_INTACT


_QUESTION = question(_outcome, FACTS)
ENTRY = Entry(
    name="harrington",
    version="1981",
    title=label("Harrington class of the acetabulum", "Classe de Harrington de l'acétabulum"),
    purpose=label(
        "Insufficiency of an acetabulum with metastases, for its reconstruction",
        "Insuffisance d'un acétabulum métastatique, en vue de sa reconstruction",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "I": label(
            "I: lateral cortices, superior and medial walls intact",
            "I : corticales latérales, parois supérieure et médiale intactes",
        ),
        "II": label("II: medial wall deficient", "II : paroi médiale déficiente"),
        "III": label(
            "III: lateral cortices or superior wall deficient",
            "III : corticales latérales ou paroi supérieure déficientes",
        ),
        "IV": label("IV: resection for cure", "IV : résection à visée curative"),
    },
    suggestions={
        "I": label(
            "Harrington 1981: enough bone for a conventional cemented acetabular component.",
            "Harrington 1981 : le capital osseux permet un implant acétabulaire cimenté conventionnel.",
        ),
        "II": label(
            "Harrington 1981: a device that carries the load to the intact rim may be discussed.",
            "Harrington 1981 : un dispositif reportant la charge sur le pourtour intact peut être discuté.",
        ),
        "III": label(
            "Harrington 1981: a reconstruction that carries the load to sound bone of the pelvis may be discussed.",
            "Harrington 1981 : une reconstruction reportant la charge sur l'os sain du bassin peut être discutée.",
        ),
        "IV": label(
            "Harrington 1981: en bloc resection may be discussed.",
            "Harrington 1981 : une résection monobloc peut être discutée.",
        ),
    },
    reference=(
        "Harrington KD. The management of acetabular insufficiency secondary to metastatic malignant disease. "
        "J Bone Joint Surg Am. 1981;63(4):653-664."
    ),
    conventions=(
        label(
            "A possible resection for cure is class IV, whatever the walls.",
            "Une résection à visée curative possible est de classe IV, quelles que soient les parois.",
        ),
        label(
            "Classes I and II need an intact rim: any deficiency of the lateral cortices or the superior wall is "
            "class III; with an intact medial wall it is flagged.",
            "Les classes I et II supposent un pourtour intact : toute déficience des corticales latérales ou de la "
            "paroi supérieure est de classe III ; avec une paroi médiale intacte, elle est signalée.",
        ),
    ),
)
