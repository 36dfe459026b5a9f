"""What each measurement is called, in which unit it is, and its DICOM code where there is one.

Names are those of the findings that take the measurement. Codes are those of the DICOM dictionaries (PS3.16); a
measurement that they have no concept for carries none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lesion_model.labels import Label, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A coded concept: `scheme` is the DICOM coding scheme designator."""

    scheme: str
    code: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """`unit` is its UCUM code; `concept` says what is measured, not of which structure."""

    label: Label
    unit: str
    concept: Concept | None = None


_HEIGHT = Concept(scheme="DCM", code="121207", meaning="Height")
_DISTANCE = Concept(scheme="DCM", code="121206", meaning="Distance")
_LENGTH = Concept(scheme="SCT", code="410668003", meaning="Length")
_LONG_AXIS = Concept(scheme="SCT", code="103339001", meaning="Long axis")
_SHORT_AXIS = Concept(scheme="SCT", code="103340004", meaning="Short axis")

MEASUREMENTS: Mapping[str, Measurement] = MappingProxyType(
    {
        "anterior_mm": Measurement(
            label=label("anterior vertebral height", "hauteur vertébrale antérieure"), unit="mm", concept=_HEIGHT
        ),
        "middle_mm": Measurement(
            label=label("middle vertebral height", "hauteur vertébrale moyenne"), unit="mm", concept=_HEIGHT
        ),
        "posterior_mm": Measurement(
            label=label("posterior vertebral height", "hauteur vertébrale postérieure"), unit="mm", concept=_HEIGHT
        ),
        "height_loss_percent": Measurement(
            label=label("loss of vertebral height", "perte de hauteur vertébrale"), unit="%"
        ),
        "kyphosis_degrees": Measurement(label=label("kyphosis angle", "angle de cyphose"), unit="deg"),
        "destroyed_mm": Measurement(
            label=label("destroyed length of the cortex or bone", "longueur détruite de la corticale ou de l’os"),
            unit="mm",
            concept=_LENGTH,
        ),
        "axial_cortical_mm": Measurement(
            label=label("axial cortical involvement", "atteinte corticale axiale"), unit="mm", concept=_LENGTH
        ),
        "circumferential_cortical_percent": Measurement(
            label=label("circumferential cortical involvement", "atteinte corticale circonférentielle"), unit="%"
        ),
        "long_axis_mm": Measurement(label=label("long axis", "grand axe"), unit="mm", concept=_LONG_AXIS),
        "short_axis_mm": Measurement(label=label("short axis", "petit axe"), unit="mm", concept=_SHORT_AXIS),
        "cord_distance_mm": Measurement(
            label=label("distance from tumour to spinal cord", "distance entre la tumeur et la moelle épinière"),
            unit="mm",
            concept=_DISTANCE,
        ),
        "canal_narrowing_percent": Measurement(
            label=label("narrowing of the spinal canal", "rétrécissement du canal rachidien"), unit="%"
        ),
    }
)
