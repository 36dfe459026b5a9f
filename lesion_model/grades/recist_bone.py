"""Whether a bone metastasis is measurable in RECIST 1.1 (Eur J Cancer 2009;45:228-47)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import cast

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, decide_one, question
from lesion_model.entries import Entry
from lesion_model.facts import Choice, Number, read_facts
from lesion_model.findings import LONGEST_MM, LesionType
from lesion_model.labels import label
from lesion_model.wording.shared import LESION_TYPE

LEAST_MM = Decimal(10)
SLICES_TO_MEASURE = 2  # thicker slices than half of the least length raise it to twice their thickness


class Modality(Enum):
    """What the lesion is measured on."""

    CT = "ct"
    MRI = "mri"
    OTHER = "other"


_SOFT_TISSUE = Number(
    name="soft_tissue_mm",
    label=label("Longest diameter of the soft-tissue component", "Plus grand diamètre de la composante tissulaire"),
    unit="mm",
    minimum=Decimal(0),
    maximum=Decimal(LONGEST_MM),
    help=label("In the plane of measurement; 0 when there is none.", "Dans le plan de mesure ; 0 s'il n'y en a pas."),
)
_SLICE = Number(
    name="slice_thickness_mm",
    label=label("Slice thickness", "Épaisseur de coupe"),
    unit="mm",
    minimum=Decimal("0.1"),
    maximum=Decimal(20),
)
FACTS = (
    Choice(name="lesion_type", label=LESION_TYPE.label, values=LESION_TYPE.values),
    _SOFT_TISSUE,
    Choice(
        name="modality",
        label=label("Modality", "Modalité"),
        values={
            Modality.CT: label("CT", "scanner"),
            Modality.MRI: label("MRI", "IRM"),
            Modality.OTHER: label(
                "bone scan, PET or plain films", "scintigraphie osseuse, TEP ou radiographie standard"
            ),
        },
    ),
    _SLICE,
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for wrong facts."""
    known = read_facts(FACTS, items)
    return decide_one(ENTRY, _QUESTION, known, _flags(known))


def _outcome(facts: Facts) -> str:
    if facts["lesion_type"] is LesionType.BLASTIC or facts["modality"] is Modality.OTHER:
        return "non_measurable"
    measured = cast(Decimal, facts[_SOFT_TISSUE.name])
    return "measurable" if measured >= _least(cast(Decimal, facts[_SLICE.name])) else "non_measurable"


def _least(slice_thickness: Decimal) -> Decimal:
    return max(LEAST_MM, SLICES_TO_MEASURE * slice_thickness)


def _flags(known: Facts) -> Iterator[str]:
    thickness = known.get(_SLICE.name)
    if isinstance(thickness, Decimal) and known.get(_SOFT_TISSUE.name) == _least(thickness):
        yield flags.BOUNDARY


def _diameters(known: Facts) -> Iterator[Decimal]:
    """Too short, long enough for thin slices only when the slices are not known, and long enough."""
    thickness = known.get(_SLICE.name)
    yield Decimal(0)
    yield LEAST_MM if thickness is None else _least(cast(Decimal, thickness))
    yield _SOFT_TISSUE.maximum


def _thicknesses(_: Facts) -> Iterator[Decimal]:
    yield from (_SLICE.minimum, _SLICE.maximum)


_QUESTION = question(_outcome, FACTS, {_SOFT_TISSUE.name: _diameters, _SLICE.name: _thicknesses})
ENTRY = Entry(
    name="recist_bone",
    version="1.1",
    title=label("Bone metastasis in RECIST 1.1", "Métastase osseuse dans RECIST 1.1"),
    purpose=label(
        "Whether a bone metastasis is measurable at baseline",
        "Caractère mesurable d'une métastase osseuse à l'inclusion",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "measurable": label("measurable", "mesurable"),
        "non_measurable": label("not measurable", "non mesurable"),
    },
    suggestions={
        "measurable": label(
            "RECIST 1.1: the soft-tissue component may be a target lesion.",
            "RECIST 1.1 : la composante tissulaire peut être une lésion cible.",
        ),
        "non_measurable": label(
            "RECIST 1.1: followed as a non-target lesion.", "RECIST 1.1 : suivie comme lésion non cible."
        ),
    },
    reference=(
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised "
        "RECIST guideline (version 1.1). Eur J Cancer. 2009;45(2):228-247."
    ),
    conventions=(
        label(
            "Lytic or mixed, with a soft-tissue component of at least 10 mm on CT or MRI; slices thicker than 5 mm "
            "raise this to twice their thickness. Exactly the limit is measurable and flagged.",
            "Lytique ou mixte, avec une composante tissulaire d'au moins 10 mm au scanner ou en IRM ; des coupes de "
            "plus de 5 mm portent ce seuil à deux fois leur épaisseur. Exactement au seuil : mesurable et signalé.",
        ),
        label("Blastic lesions are not measurable.", "Les lésions condensantes ne sont pas mesurables."),
        label(
            "A lesion irradiated before is usually not taken as measurable unless it has progressed since: the reader "
            "judges that.",
            "Une lésion déjà irradiée n'est en général pas tenue pour mesurable, sauf progression depuis : le lecteur "
            "en juge.",
        ),
    ),
)
