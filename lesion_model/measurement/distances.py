"""How near a tumour is to the spinal cord, and how much of the spinal canal is left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

import numpy as np

from lesion_model.errors import Problem
from lesion_model.geometry import Point
from lesion_model.measurement.clipping import area_where
from lesion_model.measurement.drawing import plane_of
from lesion_model.measurement.measured import STEP_MM, STEP_PERCENT, Measured, measured
from lesion_model.measurement.polygons import Flags, area_mm2, contains, crossing, nearest, polygon
from lesion_model.measurement.vectors import Rows, Vector, refuse

FULL_PERCENT = 100
# Spinal canals are 10 to 25 mm deep and 80 to 500 mm² wide; the margins leave room for a canal nearly closed
# and for a dilated one, not for cm.
SMALLEST_CANAL_MM2 = 20.0
LARGEST_CANAL_MM2 = 2000.0
SHALLOWEST_CANAL_MM = 5.0
DEEPEST_CANAL_MM = 60.0


class NarrowingMethod(Enum):
    """What is compared with what."""

    AREA_TAKEN = "area_taken"  # area of the tumour within the bony canal, of the canal's area on the same image
    AREA_LEFT = "area_left"  # area that is left at this level, against that of reference levels
    AP_DIAMETER = "ap_diameter"  # anteroposterior diameter at this level, against that of reference levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The shortest way from tumour to cord, and its two ends (the same point twice when they touch)."""

    distance_mm: Measured
    tumour: Point
    cord: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class CanalNarrowing:
    """Share of the canal that is lost: 100 × (reference − left) / reference.

    `left` and `reference` are in mm² or, for the diameter, in mm. `narrowing_percent` is below 0 where the
    canal is wider than its reference.
    """

    method: NarrowingMethod
    left: float
    reference: float
    narrowing_percent: Measured

    @property
    def canal_narrowing_percent(self) -> Decimal:
        """As the finding `EpiduralExtension` takes it: a canal wider than its reference has lost 0 %."""
        return max(self.narrowing_percent.value, Decimal(0))


def cord_distance(tumour: Sequence[Point], cord: Sequence[Point]) -> Nearest:
    """Shortest distance in mm between two closed contours on one image; 0 when they touch or overlap.

    Only this plane is looked at: take the smallest of all images. Raises `GeometryError` for contours that are
    not in one plane, or cross themselves.
    """
    plane = plane_of({"tumour": tumour, "cord": cord})
    one, other = polygon("tumour", plane.flat(tumour)), polygon("cord", plane.flat(cord))
    first, last = _nearest(one, other)
    return Nearest(
        distance_mm=measured(float(np.linalg.norm(last - first)), STEP_MM),
        tumour=plane.point(first),
        cord=plane.point(last),
    )


def nearest_of(images: Sequence[Nearest]) -> Nearest:
    return min(images, key=lambda image: image.distance_mm.unrounded)


def canal_taken(canal: Sequence[Point], tumour: Sequence[Sequence[Point]]) -> CanalNarrowing:
    """How much of the bony canal is tumour, on one image. What lies outside the canal does not count."""
    named = {f"tumour.{place}": contour for place, contour in enumerate(tumour)}
    plane = plane_of({"canal": canal, **named})
    bony = polygon("canal", plane.flat(canal))
    parts = [polygon(name, plane.flat(contour)) for name, contour in named.items()]
    reference = area_mm2(bony)
    refuse(_range_problems("canal", reference, SMALLEST_CANAL_MM2, LARGEST_CANAL_MM2, "mm²"))
    left = area_where((bony, *parts), _canal_left)
    return _narrowing(NarrowingMethod.AREA_TAKEN, left, reference)


def canal_area_left(left: Sequence[Point], references: Sequence[Sequence[Point]]) -> CanalNarrowing:
    """The area that is left at this level, against the mean area of one or both adjacent levels.

    Each contour may lie on an image of its own.
    """
    areas = [_area_of("left", left)]
    areas.extend(_area_of(f"references.{place}", contour) for place, contour in enumerate(references))
    refuse(_reference_problems(len(references)))
    for place, reference in enumerate(areas[1:]):
        refuse(_range_problems(f"references.{place}", reference, SMALLEST_CANAL_MM2, LARGEST_CANAL_MM2, "mm²"))
    return _narrowing(NarrowingMethod.AREA_LEFT, areas[0], sum(areas[1:]) / len(references))


def canal_diameter_left(left_mm: float, references_mm: Sequence[float]) -> CanalNarrowing:
    """The anteroposterior diameter at this level in mm, against the mean of one or both adjacent levels."""
    refuse(_reference_problems(len(references_mm)))
    problems = [
        problem
        for place, reference in enumerate(references_mm)
        for problem in _range_problems(f"references_mm.{place}", reference, SHALLOWEST_CANAL_MM, DEEPEST_CANAL_MM, "mm")
    ]
    problems.extend(_range_problems("left_mm", left_mm, 0.0, DEEPEST_CANAL_MM, "mm"))
    refuse(problems)
    return _narrowing(NarrowingMethod.AP_DIAMETER, left_mm, sum(references_mm) / len(references_mm))


def _nearest(one: Rows, other: Rows) -> tuple[Vector, Vector]:
    meeting = crossing(one, other)
    if meeting is not None:
        return meeting, meeting
    for outer, inner in ((one, other), (other, one)):
        if contains(outer, inner[:1]).all():
            return inner[0], inner[0]
    # Of two outlines that do not cross, one end of the shortest way is always a corner.
    feet, distances = nearest(one, other)
    back_feet, back_distances = nearest(other, one)
    corner, back_corner = int(distances.argmin()), int(back_distances.argmin())
    if distances[corner] <= back_distances[back_corner]:
        return one[corner], feet[corner]
    return back_feet[back_corner], other[back_corner]


def _area_of(field: str, contour: Sequence[Point]) -> float:
    return area_mm2(polygon(field, plane_of({field: contour}).flat(contour)))


def _narrowing(method: NarrowingMethod, left: float, reference: float) -> CanalNarrowing:
    percent = measured(FULL_PERCENT * (reference - left) / reference, STEP_PERCENT)
    return CanalNarrowing(method=method, left=left, reference=reference, narrowing_percent=percent)


def _reference_problems(count: int) -> Iterator[Problem]:
    if count not in (1, 2):
        yield Problem(field="references", detail="give one or both adjacent levels")


def _range_problems(field: str, value: float, least: float, most: float, unit: str) -> Iterator[Problem]:
    if not least <= value <= most:
        yield Problem(field=field, detail=f"must be from {least:g} to {most:g} {unit}: coordinates must be in mm")


def _canal_left(inside: Flags) -> Flags:
    left: Flags = np.logical_and(inside[0], ~inside[1:].any(axis=0))
    return left
