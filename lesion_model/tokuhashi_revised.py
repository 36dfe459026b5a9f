"""Revised Tokuhashi score: life expectancy with a spinal metastasis (Spine 2005;30:2186-91)."""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model import flags, primary
from lesion_model.frankel import Frankel
from lesion_model.labels import label
from lesion_model.performance_status import Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.quantities import whole_number
from lesion_model.scoring import (
    Band,
    Instrument,
    NotApplicable,
    Score,
    Table,
    add_up,
    not_applicable,
    read_items,
)
from lesion_model.stand_ins import StandIn, measured, settle

MANY = 3  # foci or vertebrae: from here the paper counts no further


class General(Enum):
    """General condition by Karnofsky's percentage: poor, moderate, good."""

    KPS_10_40 = "kps_10_40"
    KPS_50_70 = "kps_50_70"
    KPS_80_100 = "kps_80_100"


class ExtraspinalBone(Enum):
    """Number of bone metastases outside the spine."""

    GE_3 = "ge_3"
    FROM_1_TO_2 = "1_2"
    NONE = "0"


class Vertebral(Enum):
    """Number of metastases in the vertebral bodies."""

    GE_3 = "ge_3"
    TWO = "2"
    ONE = "1"


class Visceral(Enum):
    """Metastases to the major internal organs."""

    UNRESECTABLE = "unresectable"
    RESECTABLE = "resectable"
    NONE = "none"


class Primary(Enum):
    """The paper's class of the primary tumour, named by its points."""

    P0 = "p0"
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"
    P5 = "p5"


class Palsy(Enum):
    """Palsy by Frankel grade: complete, incomplete, none."""

    FRANKEL_AB = "frankel_AB"
    FRANKEL_CD = "frankel_CD"
    FRANKEL_E = "frankel_E"


TABLE: Table = MappingProxyType(
    {
        "general": MappingProxyType(
            {
                General.KPS_10_40: 0,
                General.KPS_50_70: 1,
                General.KPS_80_100: 2,
            }
        ),
        "extraspinal_bone": MappingProxyType(
            {
                ExtraspinalBone.GE_3: 0,
                ExtraspinalBone.FROM_1_TO_2: 1,
                ExtraspinalBone.NONE: 2,
            }
        ),
        "vertebral": MappingProxyType(
            {
                Vertebral.GE_3: 0,
                Vertebral.TWO: 1,
                Vertebral.ONE: 2,
            }
        ),
        "visceral": MappingProxyType(
            {
                Visceral.UNRESECTABLE: 0,
                Visceral.RESECTABLE: 1,
                Visceral.NONE: 2,
            }
        ),
        "primary": MappingProxyType(
            {
                Primary.P0: 0,
                Primary.P1: 1,
                Primary.P2: 2,
                Primary.P3: 3,
                Primary.P4: 4,
                Primary.P5: 5,
            }
        ),
        "palsy": MappingProxyType(
            {
                Palsy.FRANKEL_AB: 0,
                Palsy.FRANKEL_CD: 1,
                Palsy.FRANKEL_E: 2,
            }
        ),
    }
)

# The paper's own rows. A tumour that it does not list belongs to its row "others", 2 points.
TUMOURS_BY_PRIMARY: Mapping[Primary, str] = MappingProxyType(
    {
        Primary.P0: "lung lung_nsclc lung_sclc osteosarcoma stomach bladder oesophagus pancreas",
        Primary.P1: "liver gallbladder unidentified",
        Primary.P2: "other colon melanoma myeloma lymphoma",
        Primary.P3: "kidney uterus",
        Primary.P4: "rectum",
        Primary.P5: "thyroid breast prostate carcinoid",
    }
)
PRIMARY_BY_TUMOUR: Mapping[PrimaryTumour, Primary] = MappingProxyType(
    {PrimaryTumour(tumour): row for row, tumours in TUMOURS_BY_PRIMARY.items() for tumour in tumours.split()}
)
DECADES_BY_GENERAL: Mapping[General, str] = MappingProxyType(
    {General.KPS_10_40: "10 20 30 40", General.KPS_50_70: "50 60 70", General.KPS_80_100: "80 90 100"}
)
GENERAL_BY_KARNOFSKY: Mapping[Karnofsky, General] = MappingProxyType(
    {Karnofsky(decade): condition for condition, each in DECADES_BY_GENERAL.items() for decade in each.split()}
)
GRADES_BY_PALSY: Mapping[Palsy, str] = MappingProxyType(
    {Palsy.FRANKEL_AB: "A B", Palsy.FRANKEL_CD: "C D D1 D2 D3", Palsy.FRANKEL_E: "E"}
)
PALSY_BY_FRANKEL: Mapping[Frankel, Palsy] = MappingProxyType(
    {Frankel(grade): palsy for palsy, grades in GRADES_BY_PALSY.items() for grade in grades.split()}
)

STAND_INS = (
    StandIn(source="primary_tumour", item="primary", gives=PRIMARY_BY_TUMOUR),
    StandIn(source="karnofsky", item="general", gives=GENERAL_BY_KARNOFSKY),
    StandIn(source="frankel", item="palsy", gives=PALSY_BY_FRANKEL),
)
CALCULATOR_ITEMS: Mapping[str, Iterable[Enum]] = MappingProxyType(
    {**TABLE, **{each.source: tuple(each.gives) for each in STAND_INS}}
)

NO_VERTEBRA_REASON = label(
    "The revised Tokuhashi score is defined for metastases of the spine: no vertebra is involved.",
    "Le score de Tokuhashi révisé est défini pour les métastases rachidiennes : aucune vertèbre n'est atteinte.",
)

INSTRUMENT = Instrument(
    name="tokuhashi_revised",
    version="2005",
    reference=(
        "Tokuhashi Y, Matsuzaki H, Oda H, Oshima M, Ryu J. A revised scoring system for preoperative evaluation of "
        "metastatic spine tumor prognosis. Spine (Phila Pa 1976). 2005;30(19):2186-2191."
    ),
    table=TABLE,
    bands=(
        Band(
            floor=0,
            name="lt_6_months",
            suggestion=label(
                "Tokuhashi 2005: 8 points or less, less than 6 months expected, conservative treatment or "
                "palliative surgery.",
                "Tokuhashi 2005 : 8 points ou moins, survie attendue de moins de 6 mois, traitement conservateur ou "
                "chirurgie palliative.",
            ),
        ),
        Band(
            floor=9,
            name="ge_6_months",
            suggestion=label(
                "Tokuhashi 2005: 9 to 11 points, 6 months or more expected, palliative surgery; excisional surgery "
                "for a single lesion without visceral metastases.",
                "Tokuhashi 2005 : de 9 à 11 points, survie attendue de 6 mois ou plus, chirurgie palliative ; "
                "chirurgie d'exérèse pour une lésion unique sans métastase viscérale.",
            ),
        ),
        Band(
            floor=12,
            name="ge_1_year",
            suggestion=label(
                "Tokuhashi 2005: 12 points or more, 1 year or more expected, excisional surgery.",
                "Tokuhashi 2005 : 12 points ou plus, survie attendue d'un an ou plus, chirurgie d'exérèse.",
            ),
        ),
    ),
)


def calculate(items: Mapping[str, object]) -> Score:
    """Score items named and valued as in the table; any of them may be missing or None.

    `primary_tumour`, `karnofsky` and `frankel` may stand in for `primary`, `general` and `palsy`. Raises
    `ItemsError` for anything that the table does not have, and for an item that contradicts its stand-in.
    """
    read = read_items(CALCULATOR_ITEMS, items)
    return add_up(INSTRUMENT, settle(read, STAND_INS), primary_flags(read))


def assess(
    items: Mapping[str, object], *, vertebral_metastases: int | None, extraspinal_bone_metastases: int | None
) -> Score | NotApplicable:
    """Score counted metastases with the other items; not applicable where no vertebra is involved.

    Raises `ItemsError` as `calculate` does, and for a class in `items` that contradicts its count;
    `FindingError` for a count that is none.
    """
    read = read_items(CALCULATOR_ITEMS, items)
    settled = settle(read, STAND_INS)
    if vertebral_metastases is not None:
        vertebral = vertebral_class(vertebral_metastases)
        if vertebral is None:
            return not_applicable(INSTRUMENT, NO_VERTEBRA_REASON)
        measured(settled, "vertebral", vertebral)
    if extraspinal_bone_metastases is not None:
        measured(settled, "extraspinal_bone", extraspinal_class(extraspinal_bone_metastases))
    return add_up(INSTRUMENT, settled, primary_flags(read))


def vertebral_class(count: int) -> Vertebral | None:
    """The class of a number of vertebral metastases; none has no class, for then the score does not apply."""
    if not whole_number("vertebral_metastases", count):
        return None
    return {1: Vertebral.ONE, 2: Vertebral.TWO}.get(count, Vertebral.GE_3)


def extraspinal_class(count: int) -> ExtraspinalBone:
    """The class of a number of bone metastases outside the spine."""
    if not whole_number("extraspinal_bone_metastases", count):
        return ExtraspinalBone.NONE
    return ExtraspinalBone.GE_3 if count >= MANY else ExtraspinalBone.FROM_1_TO_2


def primary_flags(read: Mapping[str, tuple[Enum]]) -> list[str]:
    """The paper's lung cancers were treated before targeted therapy."""
    (tumour,) = read.get("primary_tumour", (None,))
    return [flags.LUNG_PREDATES_TARGETED_THERAPY] if tumour in primary.LUNG else []
