"""The pixels inside of an outline that was drawn on an image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.image_measurement.drawn_region import lattice_inside
from annotation.lesion_masks.refusals import NoMask, RefusedOutlineError
from annotation.measuring.drawings import Ellipse
from annotation.measuring.outlines import outline_of
from annotation.structured_report.drawing import ON_PLANE_MM, plane_of
from lesion_model.errors import GeometryError
from lesion_model.geometry import Geometry, Shape
from lesion_model.measurement.polygons import polygon
from lesion_model.measurement.vectors import Rows, rows

Marked = NDArray[np.bool_]  # (row, column)


def marked(geometry: Geometry, image: Any) -> Marked:
    """True where a pixel's centre is inside. `image`: the header of the image that it was drawn on.

    Raises RefusedOutlineError; nothing is moved onto the image, cut off or mended.
    """
    outline = _outline(geometry)
    if geometry.sop_instance_uid is None:
        raise RefusedOutlineError(NoMask.NOT_ON_AN_IMAGE)
    plane = plane_of(image)
    if plane is None:
        raise RefusedOutlineError(NoMask.IMAGE_WITHOUT_PLACE)
    if float(np.abs(plane.distances(outline)).max()) > ON_PLANE_MM:
        raise RefusedOutlineError(NoMask.NOT_ON_AN_IMAGE)
    pixels = plane.to_pixels(outline)
    # A pixel reaches half its side beyond its centre.
    if (pixels < -1 / 2).any() or (pixels > np.array([plane.columns, plane.rows]) - 1 / 2).any():
        raise RefusedOutlineError(NoMask.OUTSIDE)
    _check_simple(pixels * (plane.spacing[1], plane.spacing[0]))
    inside = lattice_inside(pixels)
    inside = inside[(inside >= 0).all(axis=1) & (inside < (plane.columns, plane.rows)).all(axis=1)]
    if not len(inside):
        raise RefusedOutlineError(NoMask.EMPTY)
    found = np.zeros((plane.rows, plane.columns), dtype=bool)
    found[inside[:, 1], inside[:, 0]] = True
    return found


def _outline(geometry: Geometry) -> Rows:
    match geometry.shape:
        case Shape.CONTOUR:
            return rows(geometry.points)
        case Shape.ELLIPSE:
            first, second, third, last = geometry.points
            try:
                return outline_of(Ellipse(one=(first, second), other=(third, last)))
            except GeometryError as error:
                raise RefusedOutlineError(NoMask.NOT_CLOSED_ONCE) from error
    raise RefusedOutlineError(NoMask.NO_OUTLINE)


def _check_simple(flat: Rows) -> None:
    """`flat`: (n, 2), mm."""
    try:
        polygon("points", flat)
    except GeometryError as error:
        raise RefusedOutlineError(NoMask.NOT_CLOSED_ONCE) from error
