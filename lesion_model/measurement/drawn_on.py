"""Whether points were really drawn on an image, and which mistake explains it when they were not.

Client programs send points in mm and often pixels as well. The usual mistakes (row for column, the two spacings
swapped, RAS for LPS, cm for mm, pixels counted from 1 or from their corner) each move points in their own way, so
that trying them tells which one was made.
"""

from collections.abc import Iterator

import numpy as np

from lesion_model.errors import GeometryError, Problem
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import Rows

LPS_TO_RAS = np.array((-1.0, -1.0, 1.0))
MM_IN_CM = 10.0
# Points on a reformatted or thick image are put on its middle; half the thinnest usual slice.
OFF_IMAGE_MM = 0.5
HALF_PIXEL = 0.5


def check_pixels(plane: ImagePlane, pixels: Rows, points: Rows) -> None:
    """Refuse points that are half a pixel or more from where their pixels are.

    `pixels`: (n, 2), (column, row), counted from 0 at the centre of the first pixel; `points`: (n, 3), mm, LPS.
    Raises `GeometryError` naming the mistake where one explains all points. A mistake that moves every point by
    less than half a pixel passes: swapped spacings that are equal or whose pixels are near the first one, column
    and row swapped along the diagonal, RAS within half a pixel of x = y = 0.
    """
    if _agree(plane, plane.to_patient(pixels), points):
        return
    explained = next(
        (mistake for mistake, placed, drawn in _mistakes(plane, pixels, points) if _agree(plane, placed, drawn)), None
    )
    detail = explained or "not where the pixels of this image are"
    raise GeometryError([Problem(field="points", detail=detail, allowed=("mm, LPS, of these pixels",))])


def check_on_image(plane: ImagePlane, points: Rows, *, off_mm: float = OFF_IMAGE_MM) -> None:
    """Refuse points that lie off the image, or outside its field of view.

    `points`: (n, 3), mm, LPS. `off_mm` is how far off its plane they may be. Raises `GeometryError` naming the
    mistake where one explains all points. A mistake that leaves them on the image, such as RAS on an axial image
    centred on the patient, only `check_pixels` can see.
    """
    if _on_image(plane, points, off_mm):
        return
    known = (
        ("the points are in RAS, not LPS", points * LPS_TO_RAS),
        ("the points are in cm, not mm", points * MM_IN_CM),
        ("the points have z downwards: slices were counted in decreasing order", points * (1.0, 1.0, -1.0)),
    )
    explained = next((mistake for mistake, corrected in known if _on_image(plane, corrected, off_mm)), None)
    detail = explained or f"not within {off_mm:g} mm of this image and inside its field of view"
    raise GeometryError([Problem(field="points", detail=detail, allowed=("mm, LPS, on this image",))])


def _agree(plane: ImagePlane, placed: Rows, drawn: Rows) -> bool:
    apart = np.linalg.norm(placed - drawn, axis=1)
    return bool((apart < HALF_PIXEL * min(plane.spacing)).all())


def _on_image(plane: ImagePlane, points: Rows, off_mm: float) -> bool:
    pixels = plane.to_pixels(points)
    inside = (pixels >= -HALF_PIXEL) & (pixels <= np.array((plane.columns, plane.rows)) - HALF_PIXEL)
    return bool(inside.all() and (np.abs(plane.distances(points)) <= off_mm).all())


def _mistakes(plane: ImagePlane, pixels: Rows, points: Rows) -> Iterator[tuple[str, Rows, Rows]]:
    """Each mistake, with where the pixels would be had it been made, and the points had it not."""
    placed = plane.to_patient(pixels)
    yield "column and row are swapped", plane.to_patient(pixels[:, ::-1]), points
    yield "the two pixel spacings are swapped", _spacing_swapped(plane, pixels), points
    yield "the points are in RAS, not LPS", placed, points * LPS_TO_RAS
    yield "the points are in cm, not mm", placed, points * MM_IN_CM
    yield "the pixels are counted from 1, not 0", plane.to_patient(pixels - 1), points
    yield "the pixels are counted from their corner, not their centre", plane.to_patient(pixels - HALF_PIXEL), points


def _spacing_swapped(plane: ImagePlane, pixels: Rows) -> Rows:
    between_rows, between_columns = plane.spacing
    return plane.to_patient(pixels * (between_rows / between_columns, between_columns / between_rows))
