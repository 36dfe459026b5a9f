"""Shapes of a measurement: what is asked, and what was computed."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from annotation.measuring.measure import Asked, Measurement
from annotation.measuring.terms import METHOD_LABELS, Method
from annotation.measuring.values import NotMeasured, Value
from api.schemas.body import Body
from api.schemas.catalogue import FRAME_OF_REFERENCE_UID, INSTANCE_UID, SERIES_UID, STUDY_UID
from api.schemas.drawings import (
    BidirectionalGeometry,
    CortexGeometry,
    EllipseGeometry,
    FreehandGeometry,
    LengthGeometry,
    MaskGeometry,
    PointsGeometry,
    VertebraGeometry,
)
from api.schemas.findings import FindingsBody
from api.schemas.geometry import ImageUid
from api.schemas.tumour_findings import HounsfieldBody
from lesion_model.errors import located
from lesion_model.labels import Label
from lesion_model.measurement.density import Suggestion, suggest_lesion_type
from lesion_model.measurement.names import Concept
from lesion_model.tumour import LesionType

MOST_CLIENT_VALUES = 200
LARGEST = 1e12

ClientValue = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]

_FOUR = [
    {"x": -10.5, "y": 12, "z": 870},
    {"x": 20.5, "y": 12, "z": 870},
    {"x": 5, "y": 3.25, "z": 870},
    {"x": 5, "y": 20.75, "z": 870},
]
_SQUARE = [{"x": x, "y": y, "z": 870} for x, y in ((0, 0), (30, 0), (30, 30), (0, 30))]
_BODY = {
    f"{plate}_{wall}": {"x": 2, "y": y, "z": z}
    for plate, z in (("upper", 895), ("lower", 870))
    for wall, y in (("anterior", -20), ("middle", -5), ("posterior", 10))
}


def _example(kind: str, geometry: dict[str, Any], **more: Any) -> ConfigDict:
    example = {"study_instance_uid": STUDY_UID, "kind": kind, "geometry": geometry} | more
    return ConfigDict(json_schema_extra={"examples": [example]})


class _MeasuredBody(Body):
    """What every kind has in common. `client_values`: what the viewer showed, by the keys of the answer."""

    study_instance_uid: ImageUid
    series_instance_uid: ImageUid | None = Field(
        default=None, description="Not needed with an image, or when it is the only series of the frame of reference."
    )
    client_values: dict[str, ClientValue] = Field(default={}, max_length=MOST_CLIENT_VALUES)
    normal_bone: HounsfieldBody | None = Field(
        default=None, description="Density of sound bone on the same CT; that of the drawing is then compared with it."
    )


class LengthBody(_MeasuredBody):
    """A line."""

    model_config = _example("length", {"sop_instance_uid": INSTANCE_UID, "points": _FOUR[:2]})

    kind: Literal["length"]
    geometry: LengthGeometry


class BidirectionalBody(_MeasuredBody):
    """Long and short axis."""

    model_config = _example(
        "bidirectional",
        {"sop_instance_uid": INSTANCE_UID, "points": _FOUR},
        client_values={"long_axis_mm": 31, "short_axis_mm": 17.5},
    )

    kind: Literal["bidirectional"]
    geometry: BidirectionalGeometry


class EllipseBody(_MeasuredBody):
    """An ellipse, and the values of the image in it."""

    model_config = _example(
        "ellipse",
        {
            "frame_of_reference_uid": FRAME_OF_REFERENCE_UID,
            "plane_normal": {"x": 0, "y": 0, "z": 1},
            "points": _FOUR,
        },
        series_instance_uid=SERIES_UID,
    )

    kind: Literal["ellipse"]
    geometry: EllipseGeometry


class FreehandBody(_MeasuredBody):
    """A closed contour, and the values of the image in it."""

    model_config = _example("freehand", {"sop_instance_uid": INSTANCE_UID, "points": _SQUARE})

    kind: Literal["freehand"]
    geometry: FreehandGeometry


class PointsBody(_MeasuredBody):
    """Single places, and the values of the image there."""

    model_config = _example("points", {"sop_instance_uid": INSTANCE_UID, "points": _FOUR})

    kind: Literal["points"]
    geometry: PointsGeometry


class VertebraBody(_MeasuredBody):
    """Heights of a vertebra, their loss, kyphosis."""

    model_config = _example(
        "vertebra",
        {"frame_of_reference_uid": FRAME_OF_REFERENCE_UID, "level": "L1", "landmarks": _BODY},
        series_instance_uid=SERIES_UID,
    )

    kind: Literal["vertebra"]
    geometry: VertebraGeometry


class CortexBody(_MeasuredBody):
    """How much of the cortex of a long bone is destroyed, in one plane."""

    model_config = _example(
        "cortex",
        {
            "sop_instance_uid": INSTANCE_UID,
            "outer": _SQUARE,
            "inner": [{"x": x, "y": y, "z": 870} for x, y in ((6, 6), (24, 6), (24, 24), (6, 24))],
            "lesions": [[{"x": x, "y": y, "z": 870} for x, y in ((10, 3), (20, 3), (20, 10), (10, 10))]],
        },
    )

    kind: Literal["cortex"]
    geometry: CortexGeometry


class MaskBody(_MeasuredBody):
    """A segment of a DICOM SEG, and the values of the image in it."""

    model_config = _example(
        "mask", {"mask_sop_instance_uid": INSTANCE_UID, "segment": 1}, series_instance_uid=SERIES_UID
    )

    kind: Literal["mask"]
    geometry: MaskGeometry


BODIES: tuple[type[Body], ...] = (
    LengthBody,
    BidirectionalBody,
    EllipseBody,
    FreehandBody,
    PointsBody,
    VertebraBody,
    CortexBody,
    MaskBody,
)
MeasurementBody = Annotated[
    LengthBody | BidirectionalBody | EllipseBody | FreehandBody | PointsBody | VertebraBody | CortexBody | MaskBody,
    Field(discriminator="kind"),
]


def asked(body: MeasurementBody) -> Asked:
    """Raises `LesionModelError`."""
    return Asked(
        study_instance_uid=body.study_instance_uid,
        series_instance_uid=body.series_instance_uid,
        place=body.geometry.place(),
        drawing=body.geometry.drawing(),
        client_values=body.client_values,
    )


class LabelOut(BaseModel):
    en: str
    fr: str

    @classmethod
    def of(cls, words: Label) -> Self:
        return cls(en=words.en, fr=words.fr)


class CodeOut(BaseModel):
    """A coded concept of DICOM."""

    scheme: str = Field(examples=["SCT"])
    value: str = Field(examples=["103339001"])
    meaning: str = Field(examples=["Long axis"])

    @classmethod
    def of(cls, concept: Concept | None) -> Self | None:
        if concept is None:
            return None
        return cls(scheme=concept.scheme, value=concept.code, meaning=concept.meaning)


class ValueOut(BaseModel):
    """One number: `value` to the nearest `step`, `unrounded` as it was computed; `unit` is UCUM.

    `key` names it among the others, for `client_values`. `client_value` is what the viewer sent, and `mismatch` whether
    it differs by more than 1 %.
    """

    key: str = Field(examples=["long_axis_mm"])
    name: str = Field(examples=["long_axis_mm"])
    part: str | None = Field(examples=[None])
    label: LabelOut
    value: float = Field(examples=[31.0])
    unrounded: float = Field(examples=[31.0001])
    step: float = Field(examples=[0.1])
    unit: str = Field(examples=["mm"])
    method: Method
    method_label: LabelOut
    code: CodeOut | None
    derivation: CodeOut | None
    client_value: float | None = None
    difference_percent: float | None = None
    mismatch: bool = False

    @classmethod
    def of(cls, each: Value, measurement: Measurement) -> Self:
        shown = measurement.compared.get(each.key)
        return cls(
            key=each.key,
            name=each.name,
            part=each.part,
            label=LabelOut.of(each.term.label),
            value=float(each.number.value),
            unrounded=each.number.unrounded,
            step=float(each.number.step),
            unit=each.term.unit,
            method=each.method,
            method_label=LabelOut.of(METHOD_LABELS[each.method]),
            code=CodeOut.of(each.term.concept),
            derivation=CodeOut.of(each.term.derivation),
            client_value=shown.client_value if shown else None,
            difference_percent=shown.difference_percent if shown else None,
            mismatch=shown.differs if shown else False,
        )


class NotMeasuredOut(BaseModel):
    """What these images do not give, and why."""

    name: str = Field(examples=["suv"])
    reason: str = Field(examples=["PatientWeight: is missing"])

    @classmethod
    def of(cls, each: NotMeasured) -> Self:
        return cls(name=each.name, reason=each.reason)


class SuggestionOut(BaseModel):
    """What the density would say of the lesion type; null where it does not tell. The reader decides, always."""

    lesion_type: LesionType | None = Field(examples=["lytic"])
    notice: LabelOut
    reason: LabelOut

    @classmethod
    def of(cls, suggestion: Suggestion) -> Self:
        return cls(
            lesion_type=suggestion.lesion_type,
            notice=LabelOut.of(suggestion.notice),
            reason=LabelOut.of(suggestion.reason),
        )


class MeasurementOut(BaseModel):
    """What was computed. `findings` can be put into a reading as they are; those that do not follow are left out.

    `mismatches`: keys of the values that the viewer showed otherwise, by more than 1 %.
    """

    kind: str = Field(examples=["bidirectional"])
    study_instance_uid: str = Field(examples=[STUDY_UID])
    series_instance_uid: str = Field(examples=[SERIES_UID])
    modality: str = Field(examples=["CT"])
    values: list[ValueOut]
    not_measured: list[NotMeasuredOut]
    mismatches: list[str] = Field(examples=[[]])
    suggestion: SuggestionOut | None = Field(description="Of a density on CT, where `normal_bone` was given.")
    findings: dict[str, Any] = Field(
        description="As in a reading.", examples=[{"long_axis_mm": 31.0, "short_axis_mm": 17.5}]
    )

    @classmethod
    def of(cls, body: MeasurementBody, measurement: Measurement) -> Self:
        values = [ValueOut.of(each, measurement) for each in measurement.results.values]
        findings = FindingsBody.from_domain(measurement.results.findings)
        return cls(
            kind=body.kind,
            study_instance_uid=body.study_instance_uid,
            series_instance_uid=measurement.series_instance_uid,
            modality=measurement.modality,
            values=values,
            not_measured=[NotMeasuredOut.of(each) for each in measurement.results.not_measured],
            mismatches=[each.key for each in values if each.mismatch],
            suggestion=_suggestion(body, measurement),
            findings=findings.model_dump(mode="json", exclude_none=True, exclude_defaults=False),
        )


def _suggestion(body: MeasurementBody, measurement: Measurement) -> SuggestionOut | None:
    """Raises `FindingError` for normal bone that cannot be."""
    density = measurement.results.findings.hounsfield
    if body.normal_bone is None or density is None:
        return None
    with located("normal_bone"):
        return SuggestionOut.of(suggest_lesion_type(density, body.normal_bone.to_domain()))
