"""Tomita score: surgical strategy for a spinal metastasis (Spine 2001;26:298-306)."""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model import flags
from lesion_model.labels import label
from lesion_model.primary import PrimaryTumour
from lesion_model.scoring import Band, Instrument, Score, Table, add_up, read_items


class Growth(Enum):
    """How fast the primary tumour grows."""

    SLOW = "slow"
    MODERATE = "moderate"
    RAPID = "rapid"


class Visceral(Enum):
    """Metastases to vital organs, and whether they can be treated."""

    NONE = "none"
    TREATABLE = "treatable"
    UNTREATABLE = "untreatable"


class Bone(Enum):
    """Bone metastases, the spine included."""

    SOLITARY = "solitary"
    MULTIPLE = "multiple"


TABLE: Table = MappingProxyType(
    {
        "growth": MappingProxyType(
            {
                Growth.SLOW: 1,
                Growth.MODERATE: 2,
                Growth.RAPID: 4,
            }
        ),
        "visceral": MappingProxyType(
            {
                Visceral.NONE: 0,
                Visceral.TREATABLE: 2,
                Visceral.UNTREATABLE: 4,
            }
        ),
        "bone": MappingProxyType(
            {
                Bone.SOLITARY: 1,
                Bone.MULTIPLE: 2,
            }
        ),
    }
)

# The paper's examples. It gives no growth for other tumours, so neither do we.
TUMOURS_BY_GROWTH: Mapping[Growth, str] = MappingProxyType(
    {
        Growth.SLOW: "breast prostate thyroid",
        Growth.MODERATE: "kidney uterus",
        Growth.RAPID: "lung lung_nsclc lung_sclc liver stomach colon unidentified",
    }
)
GROWTH_BY_TUMOUR: Mapping[PrimaryTumour, Growth] = MappingProxyType(
    {PrimaryTumour(tumour): growth for growth, tumours in TUMOURS_BY_GROWTH.items() for tumour in tumours.split()}
)
CALCULATOR_ITEMS: Mapping[str, Iterable[Enum]] = MappingProxyType({**TABLE, "primary_tumour": tuple(PrimaryTumour)})

INSTRUMENT = Instrument(
    name="tomita",
    version="2001",
    reference=(
        "Tomita K, Kawahara N, Kobayashi T, Yoshida A, Murakami H, Akamaru T. Surgical strategy for spinal "
        "metastases. Spine (Phila Pa 1976). 2001;26(3):298-306."
    ),
    table=TABLE,
    bands=(
        Band(
            floor=2,
            name="en_bloc",
            suggestion=label(
                "Tomita 2001: 2 to 3 points, wide or marginal excision for long-term local control.",
                "Tomita 2001 : de 2 à 3 points, exérèse large ou marginale pour un contrôle local à long terme.",
            ),
        ),
        Band(
            floor=4,
            name="intralesional",
            suggestion=label(
                "Tomita 2001: 4 to 5 points, marginal or intralesional excision for middle-term local control.",
                "Tomita 2001 : de 4 à 5 points, exérèse marginale ou intralésionnelle pour un contrôle local à "
                "moyen terme.",
            ),
        ),
        Band(
            floor=6,
            name="palliative_surgery",
            suggestion=label(
                "Tomita 2001: 6 to 7 points, palliative surgery for short-term palliation.",
                "Tomita 2001 : de 6 à 7 points, chirurgie palliative pour un soulagement à court terme.",
            ),
        ),
        Band(
            floor=8,
            name="supportive_care",
            suggestion=label(
                "Tomita 2001: 8 points or more, supportive care without surgery.",
                "Tomita 2001 : 8 points ou plus, soins de support sans chirurgie.",
            ),
        ),
    ),
)


def calculate(items: Mapping[str, object]) -> Score:
    """Score items named and valued as in the table; any of them may be missing or None.

    `primary_tumour` gives the growth that the paper gives it; a growth named beside it wins. Raises
    `ItemsError` for anything that the table does not have.
    """
    read = read_items(CALCULATOR_ITEMS, items)
    (tumour,) = read.pop("primary_tumour", (None,))
    raised: list[str] = []
    if isinstance(tumour, PrimaryTumour):
        raised = _apply_growth(tumour, read)
    return add_up(INSTRUMENT, read, raised)


def _apply_growth(tumour: PrimaryTumour, read: dict[str, tuple[Enum]]) -> list[str]:
    published = GROWTH_BY_TUMOUR.get(tumour)
    if published is None:
        return [] if "growth" in read else [flags.PRIMARY_WITHOUT_PUBLISHED_GROWTH]
    given = read.setdefault("growth", (published,))
    return [] if given == (published,) else [flags.GROWTH_OVERRIDES_PRIMARY]
