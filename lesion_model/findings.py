"""What a reader sees of one bone lesion on one examination; None is always "not known"."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lesion_model.acetabulum import AcetabularDefect
from lesion_model.change import ChangeSinceEarlier, Sclerosis, Trend
from lesion_model.checks import (
    DECIMAL_PLACES,
    FULL_PERCENT,
    LONGEST_MM,
    collection_problems,
    member_problems,
    number_problems,
    positive_problems,
    refuse,
    value_problems,
    yes_no_problems,
)
from lesion_model.cortex import (
    ONE_THIRD,
    TWO_THIRDS,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    MeasuredShare,
)
from lesion_model.epidural import BilskyGrade, EpiduralExtension
from lesion_model.errors import Problem
from lesion_model.provenance import Finding, FindingSource, How
from lesion_model.tumour import (
    LARGEST_CM3,
    HounsfieldModality,
    HounsfieldStatistics,
    LesionType,
    SoftTissueComponent,
)
from lesion_model.vertebral import (
    SURE_COLLAPSE_PERCENT,
    Alignment,
    PosterolateralElement,
    Structure,
    VertebralCollapse,
    VertebralHeights,
)

__all__ = [
    "DECIMAL_PLACES",
    "FULL_PERCENT",
    "LARGEST_CM3",
    "LONGEST_MM",
    "ONE_THIRD",
    "SURE_COLLAPSE_PERCENT",
    "TWO_THIRDS",
    "AcetabularDefect",
    "Alignment",
    "BilskyGrade",
    "ChangeSinceEarlier",
    "CorticalInvolvement",
    "CorticalShare",
    "Denominator",
    "EpiduralExtension",
    "Finding",
    "FindingSource",
    "HounsfieldModality",
    "HounsfieldStatistics",
    "How",
    "ImagingFindings",
    "LesionType",
    "MeasuredShare",
    "PosterolateralElement",
    "Sclerosis",
    "SoftTissueComponent",
    "Structure",
    "Trend",
    "VertebralCollapse",
    "VertebralHeights",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingFindings:
    """Everything one reading may say. An empty `posterolateral` means "looked, none".

    `axial_cortical_mm` is the length of the involved cortex along the bone's axis, in mm, and
    `circumferential_cortical_percent` the share of the circumference that is involved (van der Linden 2004);
    `volume_cm3` is in cm³. `sources` says where findings come from that are not simply seen on the study
    that is read, at most once for each.
    """

    lesion_type: LesionType | None = None
    cortical_involvement: CorticalInvolvement | None = None
    axial_cortical_mm: Decimal | None = None
    circumferential_cortical_percent: Decimal | None = None
    cortical_breach: bool | None = None
    vertebral_collapse: VertebralCollapse | None = None
    vertebral_heights: VertebralHeights | None = None
    posterolateral: frozenset[PosterolateralElement] | None = None
    alignment: Alignment | None = None
    retropulsion: bool | None = None
    epidural_extension: EpiduralExtension | None = None
    acetabular_defect: AcetabularDefect | None = None
    pathological_fracture: bool | None = None
    long_axis_mm: Decimal | None = None
    short_axis_mm: Decimal | None = None
    soft_tissue: SoftTissueComponent | None = None
    volume_cm3: Decimal | None = None
    hounsfield: HounsfieldStatistics | None = None
    change: ChangeSinceEarlier | None = None
    sources: frozenset[FindingSource] = frozenset()

    def __post_init__(self) -> None:
        problems = [
            *member_problems("lesion_type", self.lesion_type, LesionType, optional=True),
            *member_problems("alignment", self.alignment, Alignment, optional=True),
            *value_problems("cortical_involvement", self.cortical_involvement, CorticalInvolvement),
            *value_problems("vertebral_collapse", self.vertebral_collapse, VertebralCollapse),
            *value_problems("vertebral_heights", self.vertebral_heights, VertebralHeights),
            *value_problems("epidural_extension", self.epidural_extension, EpiduralExtension),
            *value_problems("acetabular_defect", self.acetabular_defect, AcetabularDefect),
            *value_problems("soft_tissue", self.soft_tissue, SoftTissueComponent),
            *value_problems("hounsfield", self.hounsfield, HounsfieldStatistics),
            *value_problems("change", self.change, ChangeSinceEarlier),
            *collection_problems("posterolateral", self.posterolateral, frozenset, PosterolateralElement),
            *collection_problems("sources", self.sources, frozenset, FindingSource),
            *yes_no_problems("retropulsion", self.retropulsion),
            *yes_no_problems("pathological_fracture", self.pathological_fracture),
            *yes_no_problems("cortical_breach", self.cortical_breach),
            *number_problems("axial_cortical_mm", self.axial_cortical_mm, LONGEST_MM, optional=True),
            *number_problems(
                "circumferential_cortical_percent", self.circumferential_cortical_percent, FULL_PERCENT, optional=True
            ),
            *positive_problems("long_axis_mm", self.long_axis_mm, LONGEST_MM),
            *positive_problems("short_axis_mm", self.short_axis_mm, LONGEST_MM),
            *positive_problems("volume_cm3", self.volume_cm3, LARGEST_CM3),
        ]
        refuse(problems or self._contradictions())

    @property
    def known(self) -> frozenset[Finding]:
        """The findings that this reading states."""
        return frozenset(finding for finding in Finding if getattr(self, finding.value) is not None)

    def source_of(self, finding: Finding) -> FindingSource | None:
        """Where it comes from; None when it was simply seen on the study that is read."""
        return next((source for source in self.sources if source.finding is finding), None)

    def _contradictions(self) -> Iterator[Problem]:
        axes = [axis for axis in (self.short_axis_mm, self.long_axis_mm) if axis is not None]
        if axes != sorted(axes):
            yield Problem(field="short_axis_mm", detail="must not be above long_axis_mm")
        yield from self._cortical_contradictions()
        yield from self._change_contradictions()
        yield from self._source_problems()

    def _cortical_contradictions(self) -> Iterator[Problem]:
        """The cortex is involved or it is not, however that is measured."""
        axial, around = self.axial_cortical_mm, self.circumferential_cortical_percent
        if axial is not None and around is not None and (axial == 0) != (around == 0):
            yield Problem(field="circumferential_cortical_percent", detail="contradicts axial_cortical_mm")
        if self.cortical_breach is True and 0 in (axial, around):
            yield Problem(field="cortical_breach", detail="contradicts a cortex that is not involved")

    def _change_contradictions(self) -> Iterator[Problem]:
        if self.change is None or self.soft_tissue is None:
            return
        if self.change.soft_tissue is Trend.INCREASE and not self.soft_tissue.present:
            yield Problem(field="change.soft_tissue", detail="an increase contradicts soft_tissue.present = false")

    def _source_problems(self) -> Iterator[Problem]:
        named = [source.finding for source in self.sources]
        if len(set(named)) < len(named):
            yield Problem(field="sources", detail="at most one source per finding")
        for finding in sorted(set(named) - self.known, key=lambda each: each.value):
            yield Problem(field="sources", detail=f"{finding.value} is not known: leave its source out")
