"""The points of a reading as coordinates of a report, and back.

Points that lie on their image become SCOORD, which every viewer shows; others, drawn on a reformatted plane or off the
image, become SCOORD3D in their frame of reference (PS3.3 C.18.6 and C.18.9).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.structured_report.reading_back import Drawing
from lesion_model.errors import GeometryError
from lesion_model.geometry import Geometry, Point
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.polygons import FEWEST_CORNERS, area_mm2, polygon
from lesion_model.measurement.vectors import Rows

# What is left when points come from the screen of a viewer in single precision.
ON_PLANE_MM = 0.05
# PS3.3 C.18.6.1.2: 0.0 is the outer corner of the first pixel; our pixels are counted from its centre.
CENTRE = 0.5
COPLANAR_MM = 0.5
_SPATIAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """`coordinates`: (n, 2), (column, row), on an image that is named; (n, 3), mm, LPS, in a frame of reference.

    `points`: the same in mm, (n, 3), for what is measured from them.
    """

    coordinates: Rows
    points: Rows
    sop_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None


def placed(geometry: Geometry, image: Any) -> Placed | None:
    """`image`: the header of the image that it was drawn on, or of one in its frame of reference.

    None when the points are neither on the image nor in a frame of reference that is known.
    """
    points = np.array([(each.x, each.y, each.z) for each in geometry.points], dtype=np.float64)
    if geometry.sop_instance_uid is not None:
        plane = plane_of(image)
        if plane is not None and bool((np.abs(plane.distances(points)) <= ON_PLANE_MM).all()):
            pixels = plane.to_pixels(points) + CENTRE
            return Placed(coordinates=pixels, points=points, sop_instance_uid=geometry.sop_instance_uid)
    frame = geometry.frame_of_reference_uid or str(image.get("FrameOfReferenceUID") or "")
    return Placed(coordinates=points, points=points, frame_of_reference_uid=frame) if frame else None


def plane_of(image: Any) -> ImagePlane | None:
    """Where an image of one frame lies; None for one that has no place."""
    if image.get("NumberOfFrames") not in (None, "", 1):
        return None
    try:
        return ImagePlane(
            position=_numbers(image, "ImagePositionPatient"),
            orientation=_numbers(image, "ImageOrientationPatient"),
            spacing=_numbers(image, "PixelSpacing"),
            rows=int(image.get("Rows") or 0),
            columns=int(image.get("Columns") or 0),
        )
    except (GeometryError, TypeError, ValueError):
        return None


def outline_mm2(points: Rows) -> float | None:
    """The area inside points that go round once in one plane; None for other points. `points`: (n, 3), mm."""
    if len(points) < FEWEST_CORNERS:
        return None
    local = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(local, full_matrices=False)
    if len(directions) == _SPATIAL and float(np.abs(local @ directions[2]).max()) > COPLANAR_MM:
        return None
    try:
        return area_mm2(polygon("points", local @ directions[:2].T))
    except GeometryError:
        return None


def geometry_of(drawings: Sequence[Drawing], plane: Callable[[str], ImagePlane | None]) -> Geometry | None:
    """One after the other, what closes an outline left out; None where there is nothing, or the image has no place.

    `plane` gives the place of an image by its SOP Instance UID. Drawings on several images have no geometry of ours.
    Raises `GeometryError` for points that cannot be.
    """
    images = {each.sop_instance_uid for each in drawings}
    frames = {each.frame_of_reference_uid for each in drawings}
    if len(images) != 1 or len(frames) != 1 or any(each.frame_number not in (None, 1) for each in drawings):
        return None
    (uid,), (frame,) = images, frames
    points = [np.array(_opened(each.points), dtype=np.float64) for each in drawings]
    if uid is not None:
        where = plane(uid)
        if where is None:
            return None
        points = [where.to_patient(each - CENTRE) for each in points]
    elif frame is None:
        return None
    return Geometry(
        points=tuple(Point(x=float(x), y=float(y), z=float(z)) for each in points for x, y, z in each),
        sop_instance_uid=uid,
        frame_of_reference_uid=frame,
    )


def closed(coordinates: Rows) -> Rows:
    """With the first point again at the end, as an outline ends (PS3.3 C.18.6.1.2)."""
    if np.array_equal(coordinates[0], coordinates[-1]):
        return coordinates
    return np.vstack([coordinates, coordinates[:1]])


def _opened(points: Sequence[tuple[float, ...]]) -> Sequence[tuple[float, ...]]:
    return points[:-1] if len(points) > FEWEST_CORNERS and points[0] == points[-1] else points


def _numbers(image: Any, keyword: str) -> tuple[float, ...]:
    return tuple(float(each) for each in image.get(keyword) or ())
