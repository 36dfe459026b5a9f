"""A distance that is known some other way against the pixel spacing of an image.

The numbers of one image cannot show that its two spacings were swapped, or that the image was enlarged: both are
plausible. A distance that another description gives can show it: a ruler or phantom in the image, the length that
the reader's workstation showed for the same line, or the same two landmarks on an image in another plane.
"""

from dataclasses import dataclass
from math import hypot

from lesion_model.errors import GeometryError, Problem
from lesion_model.geometry import FARTHEST_MM
from lesion_model.measurement.planes import ImagePlane

MM_IN_CM = 10.0
HALF_PIXEL = 0.5  # the first pixel reaches from -0.5 to 0.5
# Each end of a line is picked to about half a pixel, so that both together move its length by one.
PIXELS_OF_DOUBT = 1.0
# On a shorter line one pixel is more than a tenth of the length, and several mistakes would explain it.
FEWEST_PIXELS = 10.0
# (column, row), counted from 0 at the centre of the first pixel; fractions are places between the centres.
Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceCheck:
    """What a known distance says about an image.

    `distance_mm` is the length by the spacing as it is given, `tolerance_mm` how far the known one may differ.
    `sees_swap` is False where swapped spacings, or column and row swapped, would have passed as well: with equal
    or nearly equal spacings, and along or near the diagonal.
    """

    distance_mm: float
    tolerance_mm: float
    sees_swap: bool


def check_distance(plane: ImagePlane, first: Pixel, last: Pixel, known_mm: float) -> DistanceCheck:
    """Compare the length of a line on an image with the `known_mm` that it has.

    Swapped spacings and swapped column and row give the same length, so that neither can be told from the other.
    A mirrored or turned image keeps its lengths: RAS for LPS is seen by `check_pixels`, not here. Raises
    `GeometryError` for what is no length or no pixel, for a line too short to show a mistake, and for a length
    that differs, naming the mistake that explains it.
    """
    _refuse_wrong_numbers(plane, first, last, known_mm)
    between_rows, between_columns = plane.spacing
    columns, rows = abs(last[0] - first[0]), abs(last[1] - first[1])
    tolerance = PIXELS_OF_DOUBT * max(plane.spacing)
    distance = hypot(columns * between_columns, rows * between_rows)
    if distance < FEWEST_PIXELS * max(plane.spacing):
        detail = f"must be {FEWEST_PIXELS:g} pixels or more from the first, counted in the larger spacing"
        raise GeometryError([Problem(field="last", detail=detail)])
    swapped = hypot(columns * between_rows, rows * between_columns)
    if abs(distance - known_mm) > tolerance:
        explained = _mistake(distance, swapped, known_mm, tolerance)
        detail = explained or "the spacing gives another length: the image was enlarged, or this is another line"
        allowed = (f"{distance:.2f} mm, to {tolerance:g} mm",)
        raise GeometryError([Problem(field="known_mm", detail=detail, allowed=allowed)])
    return DistanceCheck(distance_mm=distance, tolerance_mm=tolerance, sees_swap=abs(swapped - known_mm) > tolerance)


def _mistake(distance: float, swapped: float, known_mm: float, tolerance: float) -> str | None:
    """The first that explains the difference. With a spacing in cm the tolerance is one in cm, too."""
    known = (
        ("the two pixel spacings, or column and row, are swapped", swapped - known_mm, tolerance),
        ("the known length is in cm, not mm", distance - known_mm * MM_IN_CM, tolerance),
        ("the spacing is in cm, not mm", distance * MM_IN_CM - known_mm, tolerance * MM_IN_CM),
    )
    return next((mistake for mistake, apart, most in known if abs(apart) <= most), None)


def _refuse_wrong_numbers(plane: ImagePlane, first: Pixel, last: Pixel, known_mm: float) -> None:
    problems = [
        Problem(field=field, detail="must be two numbers: a column and a row of this image")
        for field, pixel in (("first", first), ("last", last))
        if not _is_on(plane, pixel)
    ]
    if not _is_number(known_mm) or not 0 < known_mm <= FARTHEST_MM:
        problems.append(Problem(field="known_mm", detail=f"must be a number of mm above 0, at most {FARTHEST_MM}"))
    if problems:
        raise GeometryError(problems)


def _is_on(plane: ImagePlane, pixel: Pixel) -> bool:
    size = plane.columns, plane.rows
    if len(pixel) != len(size) or not all(_is_number(number) for number in pixel):
        return False
    # Also false for NaN and infinity.
    return all(-HALF_PIXEL <= number <= most - HALF_PIXEL for number, most in zip(pixel, size, strict=True))


def _is_number(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool)
