"""Lengths and points: what follows from where they are alone."""

from collections.abc import Iterator

import numpy as np

from annotation.measuring.drawings import Bidirectional, Length, Points
from annotation.measuring.terms import Method
from annotation.measuring.values import Results, Value, value
from lesion_model.errors import Problem
from lesion_model.findings import Finding, FindingSource, How, ImagingFindings
from lesion_model.geometry import Point
from lesion_model.measurement.axes import LONGEST_LESION_MM, axial_length_mm
from lesion_model.measurement.measured import STEP_MM, Measured, measured
from lesion_model.measurement.vectors import refuse, rows, vector

SHORTEST_MM = 0.1
# Viewers keep the two lines of a bidirectional at right angles; the rounding of points turns short ones a little.
MOST_SLANT_DEGREES = 5.0


def measured_source(*findings: Finding) -> frozenset[FindingSource]:
    """That these findings were measured."""
    return frozenset(FindingSource(finding=each, how=How.MEASURED) for each in findings)


def length(drawn: Length) -> Results:
    return Results(values=(value("length_mm", _distance(drawn.first, drawn.last), Method.BETWEEN_POINTS),))


def bidirectional(drawn: Bidirectional) -> Results:
    """Raises `GeometryError` for lines that are not at right angles, as the long and the short axis have to be."""
    one, other = _distance(*drawn.one), _distance(*drawn.other)
    refuse(_slant_problems(drawn))
    long, short = max(one, other, key=_unrounded), min(one, other, key=_unrounded)
    return Results(
        values=(
            value("long_axis_mm", long, Method.AXES_AS_DRAWN),
            value("short_axis_mm", short, Method.AXES_AS_DRAWN),
        ),
        findings=axes_found(long, short),
    )


def points(drawn: Points) -> Results:
    """The way along them, and, with an axis, how far they reach along it."""
    found: list[Value] = []
    if len(drawn.points) > 1:
        steps = np.diff(rows(drawn.points), axis=0)
        found.append(value("length_mm", float(np.linalg.norm(steps, axis=1).sum()), Method.BETWEEN_POINTS))
    if drawn.axis is None:
        return Results(values=tuple(found))
    along = axial_length_mm(drawn.points, drawn.axis)
    found.append(value("axial_cortical_mm", along, Method.ALONG_AXIS))
    findings = ImagingFindings(axial_cortical_mm=along.value, sources=measured_source(Finding.AXIAL_CORTICAL))
    return Results(values=tuple(found), findings=findings)


def axes_found(long: Measured, short: Measured) -> ImagingFindings:
    """The two axes as a reading takes them; one that rounds to 0 is left out."""
    if not short.value:
        return ImagingFindings(long_axis_mm=long.value, sources=measured_source(Finding.LONG_AXIS))
    return ImagingFindings(
        long_axis_mm=long.value,
        short_axis_mm=short.value,
        sources=measured_source(Finding.LONG_AXIS, Finding.SHORT_AXIS),
    )


def _distance(first: Point, last: Point) -> Measured:
    number = float(np.linalg.norm(vector(last) - vector(first)))
    if not SHORTEST_MM <= number <= LONGEST_LESION_MM:
        detail = f"must be {SHORTEST_MM:g} to {LONGEST_LESION_MM:g} mm apart: coordinates must be in mm"
        refuse([Problem(field="points", detail=detail)])
    return measured(number, STEP_MM)


def _slant_problems(drawn: Bidirectional) -> Iterator[Problem]:
    one, other = vector(drawn.one[1]) - vector(drawn.one[0]), vector(drawn.other[1]) - vector(drawn.other[0])
    cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    if abs(cosine) > np.sin(np.radians(MOST_SLANT_DEGREES)):
        detail = f"the two lines must be at right angles, to {MOST_SLANT_DEGREES:g} degrees"
        yield Problem(field="points", detail=detail)


def _unrounded(number: Measured) -> float:
    return number.unrounded
