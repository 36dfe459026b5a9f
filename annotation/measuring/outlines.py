"""Ellipses, freehand contours and masks: their size, and the values of the image in them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from annotation.image_measurement.drawn_region import drawn_region
from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.measuring.drawings import Ellipse, Freehand
from annotation.measuring.intensities import Intensities, intensities
from annotation.measuring.lines import axes_found, measured_source
from annotation.measuring.terms import Method
from annotation.measuring.values import Results, value
from lesion_model.checks import DECIMAL_PLACES
from lesion_model.errors import Problem
from lesion_model.findings import LARGEST_CM3, Finding, ImagingFindings
from lesion_model.geometry import Point
from lesion_model.measurement.axes import axes
from lesion_model.measurement.drawing import plane_of
from lesion_model.measurement.polygons import area_mm2, perimeter_mm, polygon
from lesion_model.measurement.vectors import Rows, Vector, point, refuse, vector

# An ellipse as a polygon of so many corners encloses 99.99 % of its area.
CORNERS = 360
SAME_MIDDLE_MM = 0.5
MOST_SLANT_DEGREES = 2.0
SHORTEST_MM = 0.1
MM3_IN_CM3 = Decimal(1000)


def ellipse(drawn: Ellipse, volume: ImageVolume, slice_number: int | None) -> Results:
    """Raises `GeometryError` for lines that are not the axes of one ellipse."""
    one, other = _half_axis(drawn.one), _half_axis(drawn.other)
    refuse(_ellipse_problems(drawn, one, other))
    long, short = sorted((float(np.linalg.norm(one)), float(np.linalg.norm(other))), reverse=True)
    inside = _inside(volume, [point(each) for each in outline_of(drawn)], slice_number)
    sizes = Results(
        values=(
            value("long_axis_mm", 2 * long, Method.AXES_AS_DRAWN),
            value("short_axis_mm", 2 * short, Method.AXES_AS_DRAWN),
            value("area_mm2", np.pi * long * short, Method.AREA_OF_ELLIPSE),
            value("perimeter_mm", _perimeter(long, short), Method.AREA_OF_ELLIPSE),
        )
    )
    return _with(sizes, inside)


def outline_of(drawn: Ellipse) -> Rows:
    """(n, 3), mm, LPS: as a polygon. Raises `GeometryError` for lines that are not the axes of one ellipse."""
    one, other = _half_axis(drawn.one), _half_axis(drawn.other)
    refuse(_ellipse_problems(drawn, one, other))
    middle = (_middle(drawn.one) + _middle(drawn.other)) / 2
    angles = np.arange(CORNERS) * (2 * np.pi / CORNERS)
    outline: Rows = middle + np.cos(angles)[:, None] * one + np.sin(angles)[:, None] * other
    return outline


def freehand(drawn: Freehand, volume: ImageVolume, slice_number: int | None) -> Results:
    """Raises `GeometryError` for a contour that is not flat, crosses itself, or leaves the images."""
    plane = plane_of({"points": drawn.contour})
    outline = polygon("points", plane.flat(drawn.contour))
    both = axes([plane.point(corner) for corner in outline])
    inside = _inside(volume, drawn.contour, slice_number)
    sizes = Results(
        values=(
            value("long_axis_mm", both.long.length_mm, Method.AXES_OF_CONTOUR),
            value("short_axis_mm", both.short.length_mm, Method.AXES_OF_CONTOUR),
            value("area_mm2", area_mm2(outline), Method.AREA_OF_POLYGON),
            value("perimeter_mm", perimeter_mm(outline), Method.AREA_OF_POLYGON),
        ),
        findings=axes_found(both.long.length_mm, both.short.length_mm),
    )
    return _with(sizes, inside)


def mask(voxels: Indices, volume: ImageVolume) -> Results:
    """Voxels counted whole."""
    mm3 = len(voxels) * volume.grid.voxel_mm3
    cm3 = (Decimal(mm3) / MM3_IN_CM3).quantize(Decimal(1).scaleb(-DECIMAL_PLACES), rounding=ROUND_HALF_UP)
    findings = ImagingFindings()
    if 0 < cm3 <= LARGEST_CM3:
        findings = ImagingFindings(volume_cm3=cm3, sources=measured_source(Finding.VOLUME))
    sizes = Results(
        values=(
            value("volume_mm3", mm3, Method.VOXELS_OF_MASK),
            value("voxels", float(len(voxels)), Method.VOXELS_OF_MASK),
        ),
        findings=findings,
    )
    return _with(sizes, intensities(volume, volume.at(voxels), voxels, Method.VOXELS_OF_MASK))


def _inside(volume: ImageVolume, contour: Sequence[Point], slice_number: int | None) -> Intensities:
    region = drawn_region(volume, contour, slice_number)
    method = Method.PLANE_INTERPOLATED if region.interpolated else Method.VOXELS_IN_CONTOUR
    found = intensities(volume, region.values, region.voxels, method)
    return replace(found, values=(value("voxels", float(len(region.values)), method), *found.values))


def _with(sizes: Results, inside: Intensities) -> Results:
    together = sizes.with_values(inside.values, inside.not_measured)
    if inside.hounsfield is None:
        return together
    findings = replace(
        sizes.findings,
        hounsfield=inside.hounsfield,
        sources=sizes.findings.sources | measured_source(Finding.HOUNSFIELD),
    )
    return replace(together, findings=findings)


def _half_axis(ends: tuple[Point, Point]) -> Vector:
    half: Vector = (vector(ends[1]) - vector(ends[0])) / 2
    return half


def _middle(ends: tuple[Point, Point]) -> Vector:
    middle: Vector = (vector(ends[1]) + vector(ends[0])) / 2
    return middle


def _ellipse_problems(drawn: Ellipse, one: Rows, other: Rows) -> Iterator[Problem]:
    lengths = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    if min(lengths) * 2 < SHORTEST_MM:
        yield Problem(field="points", detail=f"both axes must be {SHORTEST_MM:g} mm long or more, in mm")
    elif float(np.linalg.norm(_middle(drawn.one) - _middle(drawn.other))) > SAME_MIDDLE_MM:
        yield Problem(field="points", detail="must be the two ends of one axis, then of the other: same middle")
    elif abs(float(one @ other)) > np.sin(np.radians(MOST_SLANT_DEGREES)) * lengths[0] * lengths[1]:
        yield Problem(field="points", detail="must be the two ends of one axis, then of the other: at right angles")


def _perimeter(long: float, short: float) -> float:
    """Of an ellipse with these semi-axes: Ramanujan's second formula, exact to 1 in 10,000 for any drawn one."""
    share = ((long - short) / (long + short)) ** 2
    return float(np.pi * (long + short) * (1 + 3 * share / (10 + np.sqrt(4 - 3 * share))))
