"""Which findings a bone can show."""

from collections.abc import Iterator

from lesion_model.anatomy import Site
from lesion_model.errors import FindingNotApplicableError, Problem
from lesion_model.findings import ImagingFindings, Structure
from lesion_model.skeleton import Kind

_SPINAL = ("vertebral_collapse", "posterolateral", "alignment", "retropulsion")
_NON_SPINAL = ("cortical_involvement",)


def check_applicable(site: Site, findings: ImagingFindings) -> None:
    """Raise `FindingNotApplicableError` for findings that this site cannot show."""
    problems = tuple(_problems(site, findings))
    if problems:
        raise FindingNotApplicableError(problems)


def _problems(site: Site, findings: ImagingFindings) -> Iterator[Problem]:
    spinal = site.kind is Kind.SPINE
    for field in _NON_SPINAL if spinal else _SPINAL:
        if getattr(findings, field) is not None:
            where = "outside the spine" if spinal else "of a vertebra"
            yield Problem(field=field, detail=f"is a finding {where}; this lesion is in: {site.name_en}")
    if spinal and site.level is not None and not site.level.value.startswith("T"):
        structures = {element.structure for element in findings.posterolateral or ()}
        if Structure.COSTOVERTEBRAL_JOINT in structures:
            detail = f"costovertebral joints are at T1 to T12; this lesion is in: {site.name_en}"
            yield Problem(field="posterolateral", detail=detail, allowed=("facet", "pedicle"))
