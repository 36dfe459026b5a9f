"""Which findings a bone can show."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

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
_EXCEPT = MappingProxyType({Finding.VERTEBRAL_HEIGHTS: _WITHOUT_BODY, Finding.EPIDURAL_EXTENSION: _WITHOUT_CANAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a finding can be: in bones of these kinds; None: in any region of them; not in these vertebrae."""

    kinds: tuple[Kind, ...]
    regions: tuple[Region, ...] | None = None
    except_levels: tuple[Level, ...] = ()


def scope_of(finding: Finding) -> Scope:
    """Where a finding can be, for a form that asks for no other."""
    kinds = tuple(Kind)
    if finding in _SPINAL:
        kinds = (Kind.SPINE,)
    elif finding in _OF_LONG_BONES:
        kinds = (Kind.LONG_BONE,)
    elif finding in _NON_SPINAL:
        kinds = tuple(kind for kind in Kind if kind is not Kind.SPINE)
    if finding is Finding.ACETABULAR_DEFECT:
        return Scope(kinds=kinds, regions=(Region.ACETABULUM,))
    return Scope(kinds=kinds, except_levels=_EXCEPT.get(finding, ()))


def elements_at(structure: Structure) -> tuple[Level, ...] | None:
    """The vertebrae that have this posterolateral element; None: all."""
    if structure is not Structure.COSTOVERTEBRAL_JOINT:
        return None
    return tuple(level for level in Level if _is_thoracic(level))


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
    if site.level is not None and not _is_thoracic(site.level):
        structures = {element.structure for element in findings.posterolateral or ()}
        if Structure.COSTOVERTEBRAL_JOINT in structures:
            detail = f"costovertebral joints are at T1 to T12; this lesion is in: {site.name_en}"
            yield Problem(field="posterolateral", detail=detail, allowed=("facet", "pedicle"))


def _is_thoracic(level: Level) -> bool:
    return level.value.startswith("T")


def _named(site: Site, findings: ImagingFindings, which: tuple[Finding, ...], why: str) -> Iterator[Problem]:
    for finding in which:
        if finding in findings.known:
            yield Problem(field=finding.value, detail=f"{why}; this lesion is in: {site.name_en}")
