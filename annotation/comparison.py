"""Two blind readings of one study side by side: which lesions are the same, and which items differ."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from annotation.readings import LesionReading
from lesion_model.anatomy import Site
from lesion_model.findings import Finding, ImagingFindings
from lesion_model.geometry import Geometry, Point

SITE_ITEM, GEOMETRY_ITEM = "site", "geometry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One lesion as each of the two readers saw it; None where one of them saw none. Never both None.

    `differs` names the items that are not the same; `distance_mm` is between the centres of what was drawn, where both
    drew in one frame of reference or on one image.
    """

    first: LesionReading | None
    second: LesionReading | None
    differs: frozenset[str] = frozenset()
    distance_mm: float | None = None


def pair_up(first: Iterable[LesionReading], second: Iterable[LesionReading]) -> tuple[Pair, ...]:
    """Readings of one lesion belong together; then those of one place, the nearest ones first.

    A place is bone with level, number, region and side; a note on how vertebrae are counted does not part them.
    Where nothing comparable is drawn, lesions of one place are paired in the order of their numbers.
    """
    left, right = list(first), list(second)
    candidates = sorted(
        (
            (_closeness(one, other), index, other_index)
            for index, one in enumerate(left)
            for other_index, other in enumerate(right)
            if one.lesion.id == other.lesion.id or _place(one.lesion.site) == _place(other.lesion.site)
        ),
    )
    partners: dict[int, int] = {}
    for _, index, other_index in candidates:
        if index not in partners and other_index not in partners.values():
            partners[index] = other_index
    pairs = [_pair(left[index], right[other]) for index, other in sorted(partners.items())]
    pairs += [Pair(first=one, second=None) for index, one in enumerate(left) if index not in partners]
    alone = [other for index, other in enumerate(right) if index not in partners.values()]
    return (*pairs, *(Pair(first=None, second=other) for other in alone))


def items_of(findings: ImagingFindings) -> dict[str, Any]:
    """Each item of a reading by name, but for where the findings come from."""
    return {field.name: getattr(findings, field.name) for field in fields(findings) if field.name != "sources"}


def item_names() -> tuple[str, ...]:
    return tuple(finding.value for finding in Finding)


def _pair(one: LesionReading, other: LesionReading) -> Pair:
    mine, theirs = items_of(one.reading.findings), items_of(other.reading.findings)
    differs = {name for name, value in mine.items() if value != theirs[name]}
    if one.lesion.site != other.lesion.site:
        differs.add(SITE_ITEM)
    if one.reading.geometry != other.reading.geometry:
        differs.add(GEOMETRY_ITEM)
    return Pair(first=one, second=other, differs=frozenset(differs), distance_mm=_distance(one, other))


def _closeness(one: LesionReading, other: LesionReading) -> tuple[bool, float, int, int]:
    """The smaller, the closer."""
    distance = _distance(one, other)
    return (
        one.lesion.id != other.lesion.id,
        math.inf if distance is None else distance,
        one.lesion.number,
        other.lesion.number,
    )


def _place(site: Site) -> Sequence[object]:
    return (site.bone, site.level, site.number, site.region, site.side)


def _distance(one: LesionReading, other: LesionReading) -> float | None:
    mine, theirs = one.reading.geometry, other.reading.geometry
    if mine is None or theirs is None or not _in_one_space(mine, theirs):
        return None
    return math.dist(_centre(mine.points), _centre(theirs.points))


def _in_one_space(mine: Geometry, theirs: Geometry) -> bool:
    frames = (mine.frame_of_reference_uid, theirs.frame_of_reference_uid)
    if None not in frames:
        return frames[0] == frames[1]
    return mine.sop_instance_uid is not None and mine.sop_instance_uid == theirs.sop_instance_uid


def _centre(points: Sequence[Point]) -> tuple[float, float, float]:
    count = len(points)
    return (
        math.fsum(point.x for point in points) / count,
        math.fsum(point.y for point in points) / count,
        math.fsum(point.z for point in points) / count,
    )
