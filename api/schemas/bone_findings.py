"""Shapes of findings about the bone: its cortex, a vertebra, the acetabulum."""

from typing import Self

from pydantic import Field, StrictBool

from api.schemas.body import Body
from api.schemas.numbers import BodyHeight, Millimetres, Percent
from lesion_model.errors import located
from lesion_model.findings import (
    AcetabularDefect,
    BilskyGrade,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    EpiduralExtension,
    MeasuredShare,
    PosterolateralElement,
    Structure,
    VertebralCollapse,
    VertebralHeights,
)
from lesion_model.skeleton import Side


class MeasuredShareBody(Body):
    """Destroyed length of total length at the worst place in any plane."""

    of: Denominator
    destroyed_mm: Millimetres
    total_mm: Millimetres


class CorticalInvolvementBody(Body):
    """The reader's category, measurements, or both; scores use the declared `denominator`."""

    category: CorticalShare | None = None
    measured: list[MeasuredShareBody] = Field(default=[], max_length=len(Denominator))
    denominator: Denominator = Denominator.CORTICAL

    def to_domain(self) -> CorticalInvolvement:
        measured = []
        for index, each in enumerate(self.measured):
            with located(f"measured.{index}"):
                share = MeasuredShare(of=each.of, destroyed_mm=each.destroyed_mm, total_mm=each.total_mm)
                measured.append(share)
        return CorticalInvolvement(category=self.category, measured=tuple(measured), denominator=self.denominator)

    @classmethod
    def from_domain(cls, involvement: CorticalInvolvement) -> Self:
        measured = [
            MeasuredShareBody(of=each.of, destroyed_mm=each.destroyed_mm, total_mm=each.total_mm)
            for each in involvement.measured
        ]
        return cls(category=involvement.category, measured=measured, denominator=involvement.denominator)


class VertebralCollapseBody(Body):
    """A measured loss under 20 % counts as collapse only with `present` = true."""

    present: StrictBool | None = None
    height_loss_percent: Percent | None = None
    body_involved_percent: Percent | None = None

    def to_domain(self) -> VertebralCollapse:
        return VertebralCollapse(
            present=self.present,
            height_loss_percent=self.height_loss_percent,
            body_involved_percent=self.body_involved_percent,
        )

    @classmethod
    def from_domain(cls, collapse: VertebralCollapse) -> Self:
        return cls(
            present=collapse.present,
            height_loss_percent=collapse.height_loss_percent,
            body_involved_percent=collapse.body_involved_percent,
        )


class PosterolateralElementBody(Body):
    """A posterolateral element that is fractured or replaced by tumour."""

    structure: Structure
    side: Side

    def to_domain(self) -> PosterolateralElement:
        return PosterolateralElement(
            structure=self.structure,
            side=self.side,
        )

    @classmethod
    def from_domain(cls, element: PosterolateralElement) -> Self:
        return cls(
            structure=element.structure,
            side=element.side,
        )


class VertebralHeightsBody(Body):
    """Heights of the vertebral body in mm; at least one is needed."""

    anterior_mm: BodyHeight | None = None
    middle_mm: BodyHeight | None = None
    posterior_mm: BodyHeight | None = None

    def to_domain(self) -> VertebralHeights:
        return VertebralHeights(
            anterior_mm=self.anterior_mm,
            middle_mm=self.middle_mm,
            posterior_mm=self.posterior_mm,
        )

    @classmethod
    def from_domain(cls, heights: VertebralHeights) -> Self:
        return cls(
            anterior_mm=heights.anterior_mm,
            middle_mm=heights.middle_mm,
            posterior_mm=heights.posterior_mm,
        )


class EpiduralExtensionBody(Body):
    """Tumour in the spinal canal; at least one value is needed. A distance of 0 is contact with the cord."""

    bilsky: BilskyGrade | None = Field(default=None, description="Epidural spinal cord compression scale.")
    canal_narrowing_percent: Percent | None = None
    cord_distance_mm: Millimetres | None = None

    def to_domain(self) -> EpiduralExtension:
        return EpiduralExtension(
            bilsky=self.bilsky,
            canal_narrowing_percent=self.canal_narrowing_percent,
            cord_distance_mm=self.cord_distance_mm,
        )

    @classmethod
    def from_domain(cls, extension: EpiduralExtension) -> Self:
        return cls(
            bilsky=extension.bilsky,
            canal_narrowing_percent=extension.canal_narrowing_percent,
            cord_distance_mm=extension.cord_distance_mm,
        )


class AcetabularDefectBody(Body):
    """Walls of the acetabulum that no longer carry load; at least one value is needed."""

    medial_wall_deficient: StrictBool | None = None
    rim_deficient: StrictBool | None = Field(default=None, description="Lateral cortices or superior wall.")

    def to_domain(self) -> AcetabularDefect:
        return AcetabularDefect(
            medial_wall_deficient=self.medial_wall_deficient,
            rim_deficient=self.rim_deficient,
        )

    @classmethod
    def from_domain(cls, defect: AcetabularDefect) -> Self:
        return cls(
            medial_wall_deficient=defect.medial_wall_deficient,
            rim_deficient=defect.rim_deficient,
        )
