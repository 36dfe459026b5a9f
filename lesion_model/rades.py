"""Rades score: walking after radiotherapy for cord compression (Int J Radiat Oncol Biol Phys 2008;72:905-8)."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from lesion_model import flags
from lesion_model.labels import label
from lesion_model.quantities import exact_number, whole_number
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
from lesion_model.stand_ins import measured

INTERVAL_MONTHS = 15
WEEK_DAYS = 7
FORTNIGHT_DAYS = 14


class Primary(Enum):
    """The paper's classes of the primary tumour. CUP: cancer of unknown primary."""

    BREAST = "breast"
    PROSTATE = "prostate"
    MYELOMA_LYMPHOMA = "myeloma_lymphoma"
    NSCLC = "nsclc"
    SCLC = "sclc"
    CUP = "cup"
    KIDNEY = "kidney"
    COLORECTAL = "colorectal"
    OTHER = "other"


class Interval(Enum):
    """From the diagnosis of the tumour to the compression; exactly 15 months is in the first class."""

    LE_15_MONTHS = "le_15_months"
    GT_15_MONTHS = "gt_15_months"


class Visceral(Enum):
    """Visceral metastases when radiotherapy begins."""

    YES = "yes"
    NO = "no"


class Motor(Enum):
    """Motor function before radiotherapy."""

    AMBULATORY_UNAIDED = "ambulatory_unaided"
    AMBULATORY_AIDED = "ambulatory_aided"
    NON_AMBULATORY = "non_ambulatory"
    PARAPLEGIC = "paraplegic"


class Onset(Enum):
    """Time over which the motor deficit developed before radiotherapy; under one day is in the first class."""

    D1_7 = "d1_7"
    D8_14 = "d8_14"
    GT_14 = "gt_14"


TABLE: Table = MappingProxyType(
    {
        "primary": MappingProxyType(
            {
                Primary.BREAST: 8,
                Primary.PROSTATE: 7,
                Primary.MYELOMA_LYMPHOMA: 9,
                Primary.NSCLC: 5,
                Primary.SCLC: 6,
                Primary.CUP: 5,
                Primary.KIDNEY: 6,
                Primary.COLORECTAL: 6,
                Primary.OTHER: 6,
            }
        ),
        "interval": MappingProxyType(
            {
                Interval.LE_15_MONTHS: 6,
                Interval.GT_15_MONTHS: 8,
            }
        ),
        "visceral": MappingProxyType(
            {
                Visceral.YES: 5,
                Visceral.NO: 8,
            }
        ),
        "motor": MappingProxyType(
            {
                Motor.AMBULATORY_UNAIDED: 10,
                Motor.AMBULATORY_AIDED: 9,
                Motor.NON_AMBULATORY: 3,
                Motor.PARAPLEGIC: 1,
            }
        ),
        "onset": MappingProxyType(
            {
                Onset.D1_7: 4,
                Onset.D8_14: 7,
                Onset.GT_14: 9,
            }
        ),
    }
)

NO_CORD_COMPRESSION_REASON = label(
    "The Rades score is defined for metastatic spinal cord compression.",
    "Le score de Rades est défini pour la compression médullaire métastatique.",
)
NO_MOTOR_DEFICIT_REASON = label(
    "The Rades score asks how fast a motor deficit developed: without one it does not apply.",
    "Le score de Rades demande la vitesse d'installation du déficit moteur : sans déficit, il ne s'applique pas.",
)

INSTRUMENT = Instrument(
    name="rades",
    version="2008",
    reference=(
        "Rades D, Rudat V, Veninga T, et al. A score predicting posttreatment ambulatory status in patients "
        "irradiated for metastatic spinal cord compression. Int J Radiat Oncol Biol Phys. 2008;72(3):905-908. "
        "Validated in: Rades D, Douglas S, Huttenlocher S, et al. Int J Radiat Oncol Biol Phys. "
        "2011;79(5):1503-1506."
    ),
    table=TABLE,
    bands=(
        Band(
            floor=21,
            name="I",
            suggestion=label(
                "Rades 2008: 28 points or less, short-course radiotherapy against pain or best supportive care may "
                "be considered.",
                "Rades 2008 : 28 points ou moins, une radiothérapie courte à visée antalgique ou des soins de "
                "support peuvent être envisagés.",
            ),
        ),
        Band(
            floor=29,
            name="II",
            suggestion=label(
                "Rades 2008: 29 to 37 points, surgery is to be considered, since radiotherapy alone was not optimal. "
                "Rades 2011: 83.9 % could walk after laminectomy with stabilisation and radiotherapy, 62.5 % after "
                "laminectomy alone and radiotherapy, 70.9 % after radiotherapy alone.",
                "Rades 2008 : de 29 à 37 points, la chirurgie est à envisager, la radiothérapie seule n'étant pas "
                "optimale. Rades 2011 : 83,9 % marchaient après laminectomie avec stabilisation et radiothérapie, "
                "62,5 % après laminectomie seule et radiothérapie, 70,9 % après radiothérapie seule.",
            ),
        ),
        Band(
            floor=38,
            name="III",
            suggestion=label(
                "Rades 2008: 38 points or more, excellent results with radiotherapy alone.",
                "Rades 2008 : 38 points ou plus, excellents résultats de la radiothérapie seule.",
            ),
        ),
    ),
)


def calculate(items: Mapping[str, object]) -> Score:
    """Score items named and valued as in the table; any of them may be missing or None.

    Raises `ItemsError` for anything that the table does not have. The outcomes published for the totals that
    are still possible are in `rades_evidence`.
    """
    return add_up(INSTRUMENT, read_items(TABLE, items))


def assess(
    items: Mapping[str, object],
    *,
    cord_compression: bool | None,
    motor_deficit: bool | None,
    interval_months: Decimal | None = None,
    onset_days: int | None = None,
) -> Score | NotApplicable:
    """Score measured times with the other items, where the score applies.

    Raises `ItemsError` as `calculate` does, and for a class in `items` that contradicts the measured time;
    `FindingError` for a time that is none.
    """
    if cord_compression is False:
        return not_applicable(INSTRUMENT, NO_CORD_COMPRESSION_REASON)
    if motor_deficit is False:
        return not_applicable(INSTRUMENT, NO_MOTOR_DEFICIT_REASON)
    read = read_items(TABLE, items)
    raised: list[str] = []
    if cord_compression is None:
        raised.append(flags.CORD_COMPRESSION_NOT_CONFIRMED)
    if motor_deficit is None:
        raised.append(flags.MOTOR_DEFICIT_NOT_CONFIRMED)
    if interval_months is not None:
        measured(read, "interval", interval_class(interval_months))
        raised += interval_flags(interval_months)
    if onset_days is not None:
        measured(read, "onset", onset_class(onset_days))
        raised += onset_flags(onset_days)
    return add_up(INSTRUMENT, read, raised)


def interval_class(months: Decimal) -> Interval:
    """The class of the months from diagnosis to compression: exactly 15 is not above 15."""
    above = exact_number("interval_months", months) > INTERVAL_MONTHS
    return Interval.GT_15_MONTHS if above else Interval.LE_15_MONTHS


def interval_flags(months: Decimal) -> list[str]:
    return [flags.BOUNDARY] if months == INTERVAL_MONTHS else []


def onset_class(days: int) -> Onset:
    """The class of the completed days over which the deficit developed; 0 is less than one day."""
    if whole_number("onset_days", days) <= WEEK_DAYS:
        return Onset.D1_7
    return Onset.D8_14 if days <= FORTNIGHT_DAYS else Onset.GT_14


def onset_flags(days: int) -> list[str]:
    return [flags.ONSET_UNDER_ONE_DAY] if days == 0 else []
