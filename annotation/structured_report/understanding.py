"""What a measurement group says in the words of a reading: site, findings and the drawing; and what it says besides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from annotation.structured_report.codes import (
    CHOICES,
    ELEMENTS,
    FINDINGS,
    FROM_IMAGE,
    FROM_STUDY,
    HOW_MADE,
    NAMES,
    NO,
    NONE,
    OF_FINDING,
    TRANSITIONAL,
    YES,
    Name,
    key_of,
    path_of,
    same,
    unit_of,
)
from annotation.structured_report.leaves import Leaf, gathered
from annotation.structured_report.reading_back import Evaluation, Group, Measurement
from annotation.structured_report.site_codes import site_of
from lesion_model.anatomy import Site
from lesion_model.errors import SiteError
from lesion_model.findings import Finding, FindingSource, How, ImagingFindings, PosterolateralElement
from lesion_model.measurement.names import Concept
from lesion_model.numbering import TransitionalAnatomy

# From the unit of a report to that of the field, for what other programs write.
_FACTORS: Mapping[tuple[str, str], Decimal] = {
    ("cm", "mm"): Decimal(10),
    ("um", "mm"): Decimal("0.001"),
    ("mm3", "cm3"): Decimal("0.001"),
    ("ml", "cm3"): Decimal(1),
    ("mL", "cm3"): Decimal(1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """`site` is None where the codes name no place of ours, or name it too loosely. `other`: names of what was read
    and has no field: scores, which are computed anew, and what another program measures."""

    site: Site | None
    findings: ImagingFindings
    other: tuple[Concept, ...]


def understood(group: Group) -> Understood:
    """Raises `FindingError` for values that contradict each other or are out of range."""
    known: dict[str, Leaf] = {}
    other: list[Concept] = []
    for path, value, name in (*_measured(group), *_evaluated(group), *_referred(group)):
        if path is None or value is None:
            other.append(name)
        elif isinstance(value, frozenset):
            before = known.get(path)
            known[path] = value | before if isinstance(before, frozenset) else value
        else:
            known.setdefault(path, value)
    made = gathered(known, _sources(group))
    other.extend(NAMES[path].concept for path in made.left_out)
    return Understood(site=_site(group), findings=made.findings, other=tuple(other))


def converted(measurement: Measurement, path: str) -> Decimal | None:
    """The value in the unit of the field; None where the unit cannot be turned into it, or there is no value."""
    if measurement.value is None or measurement.unit is None:
        return None
    wanted = unit_of(path)
    if same(measurement.unit, wanted):
        return measurement.value
    factor = _FACTORS.get((measurement.unit.code, wanted.code))
    return None if factor is None else measurement.value * factor


def _measured(group: Group) -> Iterator[tuple[str | None, Leaf | None, Concept]]:
    for each in group.measurements:
        path = path_of(each.name)
        yield path, None if path is None else converted(each, path), each.name.concept


def _evaluated(group: Group) -> Iterator[tuple[str | None, Leaf | None, Concept]]:
    for each in group.evaluations:
        if same(each.name, HOW_MADE) or same(each.name, TRANSITIONAL):
            continue
        yield path_of(Name(concept=each.name)), _value(each.value), each.name


def _referred(group: Group) -> Iterator[tuple[str | None, Leaf | None, Concept]]:
    for name, uid in group.uids:
        path = path_of(Name(concept=name))
        if path is not None:
            yield path, uid, name


def _value(value: Concept) -> Leaf | None:
    if same(value, YES) or same(value, NO):
        return same(value, YES)
    if same(value, NONE):
        return frozenset[PosterolateralElement]()
    element = key_of(value, ELEMENTS)
    return frozenset({element}) if element is not None else key_of(value, CHOICES)


def _sources(group: Group) -> frozenset[FindingSource]:
    return frozenset(
        source for each in group.evaluations if same(each.name, HOW_MADE) and (source := _source(each)) is not None
    )


def _source(evaluation: Evaluation) -> FindingSource | None:
    how = key_of(evaluation.value, CHOICES)
    named = next((value for name, value in evaluation.codes if same(name, OF_FINDING)), None)
    finding: Finding | None = None if named is None else key_of(named, FINDINGS)
    if not isinstance(how, How) or finding is None:
        return None
    uids = {name.code: uid for name, uid in evaluation.uids}
    return FindingSource(
        finding=finding,
        how=how,
        study_instance_uid=uids.get(FROM_STUDY.code),
        sop_instance_uid=uids.get(FROM_IMAGE.code),
    )


def _site(group: Group) -> Site | None:
    found = next((site for each in group.sites if (site := site_of(each)) is not None), None)
    variant = next((each.value for each in group.evaluations if same(each.name, TRANSITIONAL)), None)
    transitional = None if variant is None else key_of(variant, CHOICES)
    if found is None or not isinstance(transitional, TransitionalAnatomy):
        return found
    try:
        return Site(
            bone=found.bone,
            level=found.level,
            number=found.number,
            region=found.region,
            side=found.side,
            transitional=transitional,
        )
    except SiteError:
        return found
