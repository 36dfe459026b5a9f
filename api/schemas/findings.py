"""Shapes of imaging findings, the same in requests and in answers; null is "not known"."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, Self, TypeVar

from pydantic import ConfigDict, Field, StrictBool

from api.schemas.body import Body
from api.schemas.bone_findings import (
    AcetabularDefectBody,
    CorticalInvolvementBody,
    EpiduralExtensionBody,
    PosterolateralElementBody,
    VertebralCollapseBody,
    VertebralHeightsBody,
)
from api.schemas.numbers import CubicCentimetres, Millimetres, Percent
from api.schemas.tumour_findings import ChangeBody, HounsfieldBody, SoftTissueBody, SourceBody
from lesion_model.errors import located
from lesion_model.findings import (
    Alignment,
    Finding,
    FindingSource,
    ImagingFindings,
    LesionType,
    PosterolateralElement,
    Structure,
)
from lesion_model.skeleton import Side

MOST_ELEMENTS = len(Structure) * len(Side)
Built_co = TypeVar("Built_co", covariant=True)

VERTEBRA_EXAMPLE: dict[str, Any] = {
    "lesion_type": "lytic",
    "vertebral_collapse": {"present": True, "height_loss_percent": 40, "body_involved_percent": 60},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": False,
    "vertebral_heights": {"anterior_mm": 15.5, "middle_mm": 17, "posterior_mm": 26},
    "epidural_extension": {"bilsky": "1b", "canal_narrowing_percent": 20, "cord_distance_mm": 2.5},
    "sources": [{"finding": "vertebral_heights", "how": "measured"}],
    "long_axis_mm": 24.5,
    "short_axis_mm": 18,
}
FEMUR_EXAMPLE: dict[str, Any] = {
    "lesion_type": "lytic",
    "cortical_involvement": {
        "measured": [
            {"of": "cortical", "destroyed_mm": 3.5, "total_mm": 7},
            {"of": "bone_diameter", "destroyed_mm": 12, "total_mm": 30},
        ],
        "denominator": "cortical",
    },
    "axial_cortical_mm": 34,
    "circumferential_cortical_percent": 40,
    "cortical_breach": True,
    "pathological_fracture": False,
    "long_axis_mm": 31,
    "soft_tissue": {"present": True, "longest_mm": 12},
    "volume_cm3": 9.25,
    "hounsfield": {"mean_hu": 48.5, "sd_hu": 21, "minimum_hu": -60, "maximum_hu": 310, "modality": "CT"},
}

ACETABULUM_EXAMPLE: dict[str, Any] = {
    "lesion_type": "lytic",
    "acetabular_defect": {"medial_wall_deficient": True, "rim_deficient": False},
}


class Part(Protocol[Built_co]):
    """A finding that has a shape of its own."""

    def to_domain(self) -> Built_co: ...


class FindingsBody(Body):
    """What is seen of one lesion. An empty `posterolateral` means "looked, none".

    `sources` says where findings come from that are not simply seen on the study that is read.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [VERTEBRA_EXAMPLE, FEMUR_EXAMPLE, ACETABULUM_EXAMPLE]})

    lesion_type: LesionType | None = None
    cortical_involvement: CorticalInvolvementBody | None = None
    axial_cortical_mm: Millimetres | None = Field(
        default=None, description="Length of the involved cortex along the axis of a long bone."
    )
    circumferential_cortical_percent: Percent | None = Field(
        default=None, description="Share of the circumference of a long bone's cortex that is involved."
    )
    cortical_breach: StrictBool | None = None
    vertebral_collapse: VertebralCollapseBody | None = None
    vertebral_heights: VertebralHeightsBody | None = None
    posterolateral: list[PosterolateralElementBody] | None = Field(default=None, max_length=MOST_ELEMENTS)
    alignment: Alignment | None = None
    retropulsion: StrictBool | None = None
    epidural_extension: EpiduralExtensionBody | None = None
    acetabular_defect: AcetabularDefectBody | None = None
    pathological_fracture: StrictBool | None = Field(default=None, description="A completed one.")
    long_axis_mm: Millimetres | None = None
    short_axis_mm: Millimetres | None = None
    soft_tissue: SoftTissueBody | None = None
    volume_cm3: CubicCentimetres | None = None
    hounsfield: HounsfieldBody | None = None
    change: ChangeBody | None = None
    sources: list[SourceBody] | None = Field(default=None, max_length=len(Finding))

    def to_domain(self) -> ImagingFindings:
        with located("findings"):
            return ImagingFindings(
                lesion_type=self.lesion_type,
                cortical_involvement=_built("cortical_involvement", self.cortical_involvement),
                axial_cortical_mm=self.axial_cortical_mm,
                circumferential_cortical_percent=self.circumferential_cortical_percent,
                cortical_breach=self.cortical_breach,
                vertebral_collapse=_built("vertebral_collapse", self.vertebral_collapse),
                vertebral_heights=_built("vertebral_heights", self.vertebral_heights),
                posterolateral=None
                if self.posterolateral is None
                else frozenset(_each("posterolateral", self.posterolateral)),
                alignment=self.alignment,
                retropulsion=self.retropulsion,
                epidural_extension=_built("epidural_extension", self.epidural_extension),
                acetabular_defect=_built("acetabular_defect", self.acetabular_defect),
                pathological_fracture=self.pathological_fracture,
                long_axis_mm=self.long_axis_mm,
                short_axis_mm=self.short_axis_mm,
                soft_tissue=_built("soft_tissue", self.soft_tissue),
                volume_cm3=self.volume_cm3,
                hounsfield=_built("hounsfield", self.hounsfield),
                change=_built("change", self.change),
                sources=frozenset(_each("sources", self.sources or ())),
            )

    @classmethod
    def from_domain(cls, findings: ImagingFindings) -> Self:
        cortical, collapse = findings.cortical_involvement, findings.vertebral_collapse
        heights, epidural = findings.vertebral_heights, findings.epidural_extension
        acetabulum = findings.acetabular_defect
        soft_tissue, hounsfield, change = findings.soft_tissue, findings.hounsfield, findings.change
        return cls(
            lesion_type=findings.lesion_type,
            cortical_involvement=CorticalInvolvementBody.from_domain(cortical) if cortical else None,
            axial_cortical_mm=findings.axial_cortical_mm,
            circumferential_cortical_percent=findings.circumferential_cortical_percent,
            cortical_breach=findings.cortical_breach,
            vertebral_collapse=VertebralCollapseBody.from_domain(collapse) if collapse else None,
            vertebral_heights=VertebralHeightsBody.from_domain(heights) if heights else None,
            posterolateral=_elements(findings.posterolateral),
            alignment=findings.alignment,
            retropulsion=findings.retropulsion,
            epidural_extension=EpiduralExtensionBody.from_domain(epidural) if epidural else None,
            acetabular_defect=AcetabularDefectBody.from_domain(acetabulum) if acetabulum else None,
            pathological_fracture=findings.pathological_fracture,
            long_axis_mm=findings.long_axis_mm,
            short_axis_mm=findings.short_axis_mm,
            soft_tissue=SoftTissueBody.from_domain(soft_tissue) if soft_tissue else None,
            volume_cm3=findings.volume_cm3,
            hounsfield=HounsfieldBody.from_domain(hounsfield) if hounsfield else None,
            change=ChangeBody.from_domain(change) if change else None,
            sources=_sources(findings.sources),
        )


def _built(name: str, part: Part[Built_co] | None) -> Built_co | None:
    if part is None:
        return None
    with located(name):
        return part.to_domain()


def _each(name: str, parts: Iterable[Part[Built_co]]) -> Iterator[Built_co]:
    for index, part in enumerate(parts):
        with located(f"{name}.{index}"):
            yield part.to_domain()


def _elements(elements: frozenset[PosterolateralElement] | None) -> list[PosterolateralElementBody] | None:
    if elements is None:
        return None
    ordered = sorted(elements, key=lambda element: (element.structure.value, element.side.value))
    return [PosterolateralElementBody.from_domain(each) for each in ordered]


def _sources(sources: frozenset[FindingSource]) -> list[SourceBody] | None:
    ordered = sorted(sources, key=lambda source: source.finding.value)
    return [SourceBody.from_domain(each) for each in ordered] or None
