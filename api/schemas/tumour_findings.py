"""Shapes of findings about the tumour itself, about its change, and about where findings come from."""

from typing import Self

from pydantic import StrictBool

from api.schemas.body import Body
from api.schemas.geometry import ImageUid
from api.schemas.numbers import HounsfieldSpread, HounsfieldUnits, Millimetres
from lesion_model.findings import (
    ChangeSinceEarlier,
    Finding,
    FindingSource,
    HounsfieldModality,
    HounsfieldStatistics,
    How,
    Sclerosis,
    SoftTissueComponent,
    Trend,
)


class SoftTissueBody(Body):
    """Tumour outside the bone; a length only of one that is there."""

    present: StrictBool
    longest_mm: Millimetres | None = None

    def to_domain(self) -> SoftTissueComponent:
        return SoftTissueComponent(
            present=self.present,
            longest_mm=self.longest_mm,
        )

    @classmethod
    def from_domain(cls, component: SoftTissueComponent) -> Self:
        return cls(
            present=component.present,
            longest_mm=component.longest_mm,
        )


class HounsfieldBody(Body):
    """Density over the whole lesion on CT, in Hounsfield units."""

    mean_hu: HounsfieldUnits
    sd_hu: HounsfieldSpread
    minimum_hu: HounsfieldUnits
    maximum_hu: HounsfieldUnits
    modality: HounsfieldModality = HounsfieldModality.CT

    def to_domain(self) -> HounsfieldStatistics:
        return HounsfieldStatistics(
            mean_hu=self.mean_hu,
            sd_hu=self.sd_hu,
            minimum_hu=self.minimum_hu,
            maximum_hu=self.maximum_hu,
            modality=self.modality,
        )

    @classmethod
    def from_domain(cls, statistics: HounsfieldStatistics) -> Self:
        return cls(
            mean_hu=statistics.mean_hu,
            sd_hu=statistics.sd_hu,
            minimum_hu=statistics.minimum_hu,
            maximum_hu=statistics.maximum_hu,
            modality=statistics.modality,
        )


class ChangeBody(Body):
    """What changed since an earlier study of the same patient; at least one finding is needed."""

    earlier_study_instance_uid: ImageUid
    lysis: Trend | None = None
    soft_tissue: Trend | None = None
    sclerosis: Sclerosis | None = None
    new_lytic_lesion: StrictBool | None = None

    def to_domain(self) -> ChangeSinceEarlier:
        return ChangeSinceEarlier(
            earlier_study_instance_uid=self.earlier_study_instance_uid,
            lysis=self.lysis,
            soft_tissue=self.soft_tissue,
            sclerosis=self.sclerosis,
            new_lytic_lesion=self.new_lytic_lesion,
        )

    @classmethod
    def from_domain(cls, change: ChangeSinceEarlier) -> Self:
        return cls(
            earlier_study_instance_uid=change.earlier_study_instance_uid,
            lysis=change.lysis,
            soft_tissue=change.soft_tissue,
            sclerosis=change.sclerosis,
            new_lytic_lesion=change.new_lytic_lesion,
        )


class SourceBody(Body):
    """How one finding was made, and on which study (without: the one that is read) and image."""

    finding: Finding
    how: How
    study_instance_uid: ImageUid | None = None
    sop_instance_uid: ImageUid | None = None

    def to_domain(self) -> FindingSource:
        return FindingSource(
            finding=self.finding,
            how=self.how,
            study_instance_uid=self.study_instance_uid,
            sop_instance_uid=self.sop_instance_uid,
        )

    @classmethod
    def from_domain(cls, source: FindingSource) -> Self:
        return cls(
            finding=source.finding,
            how=source.how,
            study_instance_uid=source.study_instance_uid,
            sop_instance_uid=source.sop_instance_uid,
        )
