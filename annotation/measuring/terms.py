"""What each measurement is called, its unit (UCUM), its rounding step, its code and how it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label
from lesion_model.measurement.measured import STEP_DEGREES, STEP_MM, STEP_PERCENT
from lesion_model.measurement.names import MEASUREMENTS, Concept

STEP_MM2 = Decimal("0.1")
STEP_MM3 = Decimal(1)
STEP_HU = Decimal("0.1")
STEP_SUV = Decimal("0.01")
STEP_COUNT = Decimal(1)
STEP_SIGNAL = Decimal("0.001")
STEP_CORTEX_MM = Decimal("0.01")


class Method(Enum):
    """How a number was made."""

    BETWEEN_POINTS = "between_points"
    ALONG_AXIS = "along_axis"
    AXES_AS_DRAWN = "axes_as_drawn"
    AXES_OF_CONTOUR = "axes_of_contour"
    AREA_OF_ELLIPSE = "area_of_ellipse"
    AREA_OF_POLYGON = "area_of_polygon"
    VOXELS_IN_CONTOUR = "voxels_in_contour"
    PLANE_INTERPOLATED = "plane_interpolated"
    VOXELS_OF_MASK = "voxels_of_mask"
    VOXEL_AT_POINT = "voxel_at_point"
    SPHERE_1_CM3 = "sphere_1_cm3"
    BETWEEN_LANDMARKS = "between_landmarks"
    MEAN_OF_NEIGHBOURS = "mean_of_neighbours"
    ONE_NEIGHBOUR = "one_neighbour"
    POSTERIOR_WALL = "posterior_wall"
    ENDPLATES_OF_BODY = "endplates_of_body"
    ENDPLATES_OF_NEIGHBOURS = "endplates_of_neighbours"
    CORTEX_CONTOURS = "cortex_contours"


METHOD_LABELS: Mapping[Method, Label] = MappingProxyType(
    {
        Method.BETWEEN_POINTS: label("distance between the points", "distance entre les points"),
        Method.ALONG_AXIS: label("extent along the axis of the bone", "étendue le long de l’axe de l’os"),
        Method.AXES_AS_DRAWN: label("axes as drawn", "axes tels que tracés"),
        Method.AXES_OF_CONTOUR: label(
            "largest diameter, and the largest at right angles to it (RECIST 1.1)",
            "plus grand diamètre, et le plus grand perpendiculaire (RECIST 1.1)",
        ),
        Method.AREA_OF_ELLIPSE: label("of the ellipse with these axes", "de l’ellipse ayant ces axes"),
        Method.AREA_OF_POLYGON: label("of the polygon through the points", "du polygone passant par les points"),
        Method.VOXELS_IN_CONTOUR: label(
            "voxels of the image whose centre is inside", "voxels de l’image dont le centre est à l’intérieur"
        ),
        Method.PLANE_INTERPOLATED: label(
            "reformatted plane, interpolated linearly", "plan reformaté, interpolation linéaire"
        ),
        Method.VOXELS_OF_MASK: label("voxels of the segment", "voxels du segment"),
        Method.VOXEL_AT_POINT: label("voxel that the point lies in", "voxel contenant le point"),
        Method.SPHERE_1_CM3: label(
            "highest mean over a sphere of 1 cm³ with its centre in the region",
            "moyenne la plus élevée d’une sphère de 1 cm³ centrée dans la région",
        ),
        Method.BETWEEN_LANDMARKS: label("distance between landmarks", "distance entre les repères"),
        Method.MEAN_OF_NEIGHBOURS: label(
            "same height, mean of the vertebrae above and below",
            "même hauteur, moyenne des vertèbres sus- et sous-jacentes",
        ),
        Method.ONE_NEIGHBOUR: label(
            "same height of one adjacent vertebra", "même hauteur d’une seule vertèbre adjacente"
        ),
        Method.POSTERIOR_WALL: label("posterior wall of the same vertebra", "mur postérieur de la même vertèbre"),
        Method.ENDPLATES_OF_BODY: label(
            "between the endplates of the vertebra; kyphosis positive",
            "entre les plateaux de la vertèbre ; cyphose positive",
        ),
        Method.ENDPLATES_OF_NEIGHBOURS: label(
            "from the vertebra above to the one below; kyphosis positive",
            "de la vertèbre sus-jacente à la sous-jacente ; cyphose positive",
        ),
        Method.CORTEX_CONTOURS: label("from the contours of the cortex", "d’après les contours de la corticale"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`concept`: what is measured; `derivation`: which statistic of it."""

    label: Label
    unit: str
    step: Decimal
    concept: Concept | None = None
    derivation: Concept | None = None


def _sct(code: str, meaning: str) -> Concept:
    return Concept(scheme="SCT", code=code, meaning=meaning)


_DERIVATIONS = {
    "mean": (label("mean", "moyenne"), _sct("373098007", "Mean")),
    "sd": (label("standard deviation", "écart-type"), _sct("386136009", "Standard Deviation")),
    "minimum": (label("minimum", "minimum"), _sct("255605001", "Minimum")),
    "maximum": (label("maximum", "maximum"), _sct("56851009", "Maximum")),
    "median": (label("median", "médiane"), _sct("373099004", "Median")),
    "p5": (label("5th percentile", "5e centile"), None),
    "p25": (label("25th percentile", "25e centile"), None),
    "p75": (label("75th percentile", "75e centile"), None),
    "p95": (label("95th percentile", "95e centile"), None),
}
_SHORT = {"maximum": "max", "minimum": "min"}
STATISTICS = tuple(_DERIVATIONS)
PERCENTILES: Mapping[str, float] = MappingProxyType({"p5": 5, "p25": 25, "p75": 75, "p95": 95})
HU, SUV, SIGNAL = "hu", "suv", "signal"
_QUANTITIES = {
    HU: (
        label("density", "densité"),
        "[hnsf'U]",
        STEP_HU,
        Concept(scheme="DCM", code="112031", meaning="Attenuation Coefficient"),
    ),
    SUV: (label("SUVbw", "SUVbw"), "{SUVbw}g/ml", STEP_SUV, Concept(scheme="DCM", code="126401", meaning="SUVbw")),
    SIGNAL: (label("signal", "signal"), "1", STEP_SIGNAL, None),
}


def statistic(quantity: str, name: str) -> str:
    """`mean_hu`, but `suv_max` and `suv_mean` as they are known."""
    if quantity == SUV:
        return f"suv_{_SHORT.get(name, name)}"
    return f"{name}_{quantity}"


def _statistics() -> Mapping[str, Term]:
    return {
        statistic(quantity, name): Term(
            label=label(f"{what.en}, {each.en}", f"{what.fr}, {each.fr}"),
            unit=unit,
            step=step,
            concept=concept,
            derivation=derivation,
        )
        for quantity, (what, unit, step, concept) in _QUANTITIES.items()
        for name, (each, derivation) in _DERIVATIONS.items()
    }


def _at_points() -> Mapping[str, Term]:
    return {
        quantity: Term(label=what, unit=unit, step=step, concept=concept)
        for quantity, (what, unit, step, concept) in _QUANTITIES.items()
    }


def _known(name: str, step: Decimal) -> Term:
    """As the lesion model names it."""
    known = MEASUREMENTS[name]
    return Term(label=known.label, unit=known.unit, step=step, concept=known.concept)


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "length_mm": Term(
            label=label("length", "longueur"), unit="mm", step=STEP_MM, concept=_sct("410668003", "Length")
        ),
        "long_axis_mm": _known("long_axis_mm", STEP_MM),
        "short_axis_mm": _known("short_axis_mm", STEP_MM),
        "axial_cortical_mm": _known("axial_cortical_mm", STEP_MM),
        "area_mm2": Term(label=label("area", "surface"), unit="mm2", step=STEP_MM2, concept=_sct("42798000", "Area")),
        "perimeter_mm": Term(
            label=label("perimeter", "périmètre"), unit="mm", step=STEP_MM, concept=_sct("131191004", "Perimeter")
        ),
        "volume_mm3": Term(
            label=label("volume", "volume"), unit="mm3", step=STEP_MM3, concept=_sct("118565006", "Volume")
        ),
        "voxels": Term(label=label("number of voxels", "nombre de voxels"), unit="{voxels}", step=STEP_COUNT),
        "anterior_mm": _known("anterior_mm", STEP_MM),
        "middle_mm": _known("middle_mm", STEP_MM),
        "posterior_mm": _known("posterior_mm", STEP_MM),
        "height_loss_percent": _known("height_loss_percent", STEP_PERCENT),
        "kyphosis_degrees": _known("kyphosis_degrees", STEP_DEGREES),
        "destroyed_mm": _known("destroyed_mm", STEP_CORTEX_MM),
        "total_mm": Term(
            label=label("thickness of the cortex, or width of the bone", "épaisseur corticale ou largeur de l’os"),
            unit="mm",
            step=STEP_CORTEX_MM,
        ),
        "cortical_share_percent": Term(label=label("destroyed share", "part détruite"), unit="%", step=STEP_PERCENT),
        "circumferential_cortical_percent": _known("circumferential_cortical_percent", STEP_PERCENT),
        "cortical_area_percent": Term(
            label=label("destroyed share of the area of the cortex", "part détruite de la surface corticale"),
            unit="%",
            step=STEP_PERCENT,
        ),
        "suv_peak": Term(
            label=label("SUVpeak", "SUVpeak"),
            unit="{SUVbw}g/ml",
            step=STEP_SUV,
            concept=Concept(scheme="DCM", code="126401", meaning="SUVbw"),
            derivation=Concept(scheme="DCM", code="126031", meaning="Peak Value Within ROI"),
        ),
        **_statistics(),
        **_at_points(),
    }
)
