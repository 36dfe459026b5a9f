"""Which findings a bone can show."""

from collections.abc import Iterator

from lesion_model.anatomy import Site
from lesion_model.errors import FindingNotApplicableError, Problem
from lesion_model.findings import Finding, ImagingFindings, Structure
from lesion_model.skeleton import Kind, Level, Region

_SPINAL = (
    Finding.VERTEBRAL_COLLAPSE,
    Finding.VERTEBRAL_HEIGHTS,
    Finding.POSTEROLATERAL,
    Finding.ALIGNMENT,
    Finding.RETROPULSION,
    Finding.EPIDURAL_EXTENSION,
)
_NON_SPINAL = (Finding.CORTICAL_INVOLVEMENT,)
_OF_LONG_BONES = (Finding.AXIAL_CORTICAL, Finding.CIRCUMFERENTIAL_CORTICAL)  # they need a shaft's axis

_WITHOUT_BODY = (Level.C0, Level.C1, Level.COCCYX)  # the atlas has arches only
_WITHOUT_CANAL = (Level.COCCYX,)


def check_applicable(site: Site, findings: ImagingFindings) -> None:
    """Raise `FindingNotApplicableError` for findings that this site cannot show."""
    problems = tuple(_problems(site, findings))
    if problems:
        raise FindingNotApplicableError(problems)


def _problems(site: Site, findings: ImagingFindings) -> Iterator[Problem]:
    if site.kind is Kind.SPINE:
        yield from _named(site, findings, _NON_SPINAL, "is a finding outside the spine")
        yield from _level_problems(site, findings)
    else:
        yield from _named(site, findings, _SPINAL, "is a finding of a vertebra")
    if site.kind is not Kind.LONG_BONE:
        yield from _named(site, findings, _OF_LONG_BONES, "is a finding of a long bone")
    if site.region is not Region.ACETABULUM:
        yield from _named(site, findings, (Finding.ACETABULAR_DEFECT,), "is a finding of the acetabulum")


def _level_problems(site: Site, findings: ImagingFindings) -> Iterator[Problem]:
    if site.level in _WITHOUT_BODY:
        yield from _named(site, findings, (Finding.VERTEBRAL_HEIGHTS,), "needs a vertebral body")
    if site.level in _WITHOUT_CANAL:
        yield from _named(site, findings, (Finding.EPIDURAL_EXTENSION,), "needs a spinal canal")
    if site.level is not None and not site.level.value.startswith("T"):
        structures = {element.structure for element in findings.posterolateral or ()}
        if Structure.COSTOVERTEBRAL_JOINT in structures:
            detail = f"costovertebral joints are at T1 to T12; this lesion is in: {site.name_en}"
            yield Problem(field="posterolateral", detail=detail, allowed=("facet", "pedicle"))


def _named(site: Site, findings: ImagingFindings, which: tuple[Finding, ...], why: str) -> Iterator[Problem]:
    for finding in which:
        if finding in findings.known:
            yield Problem(field=finding.value, detail=f"{why}; this lesion is in: {site.name_en}")
