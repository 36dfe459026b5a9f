"""Shapes of what viewers draw: points in patient space (mm, LPS), and what they were drawn on."""

from typing import Annotated

from pydantic import Field

from annotation.measuring.drawings import (
    Bidirectional,
    Cortex,
    Ellipse,
    Freehand,
    Length,
    Mask,
    Place,
    Points,
    Vertebra,
)
from api.schemas.body import Body
from api.schemas.geometry import Coordinate, ImageUid, PointBody
from lesion_model.errors import GeometryError, Problem, located
from lesion_model.findings import Denominator
from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.measurement.polygons import FEWEST_CORNERS, MOST_CORNERS
from lesion_model.places import Level

MOST_PROBES = 1_000
MOST_LESIONS = 50
MOST_SEGMENT = 65_535

Contour = Annotated[list[PointBody], Field(min_length=FEWEST_CORNERS, max_length=MOST_CORNERS)]


def domain_point(body: PointBody) -> Point:
    return Point(x=body.x, y=body.y, z=body.z)


def domain_points(bodies: list[PointBody]) -> tuple[Point, ...]:
    return tuple(domain_point(each) for each in bodies)


class DirectionBody(Body):
    """A direction in patient space, LPS; its length does not matter."""

    x: Coordinate
    y: Coordinate
    z: Coordinate


class PlaceBody(Body):
    """On a stored image: `sop_instance_uid`. On a reformatted plane: `frame_of_reference_uid` and `plane_normal`."""

    sop_instance_uid: ImageUid | None = None
    frame_of_reference_uid: ImageUid | None = None
    plane_normal: DirectionBody | None = None

    def place(self) -> Place:
        normal = self.plane_normal
        return Place(
            sop_instance_uid=self.sop_instance_uid,
            frame_of_reference_uid=self.frame_of_reference_uid,
            plane_normal=Point(x=normal.x, y=normal.y, z=normal.z) if normal else None,
        )


class LengthGeometry(PlaceBody):
    """The two ends of a line."""

    points: list[PointBody] = Field(min_length=2, max_length=2)

    def drawing(self) -> Length:
        first, last = domain_points(self.points)
        return Length(first=first, last=last)


class FourPoints(PlaceBody):
    """The two ends of one line, then of the other."""

    points: list[PointBody] = Field(min_length=4, max_length=4)


class BidirectionalGeometry(FourPoints):
    """The two ends of one axis, then of the other; which is longer is found out."""

    def drawing(self) -> Bidirectional:
        one, two, three, four = domain_points(self.points)
        return Bidirectional(one=(one, two), other=(three, four))


class EllipseGeometry(FourPoints):
    """The two ends of one axis, then of the other; which is longer is found out."""

    def drawing(self) -> Ellipse:
        one, two, three, four = domain_points(self.points)
        return Ellipse(one=(one, two), other=(three, four))


class FreehandGeometry(PlaceBody):
    """A closed contour; the last point is joined to the first."""

    points: Contour

    def drawing(self) -> Freehand:
        return Freehand(contour=domain_points(self.points))


class PointsGeometry(PlaceBody):
    """Single places. With `axis`, two points on the axis of a long bone, their extent along it is measured."""

    points: list[PointBody] = Field(min_length=1, max_length=MOST_PROBES)
    axis: list[PointBody] | None = Field(default=None, min_length=2, max_length=2)

    def drawing(self) -> Points:
        axis = domain_points(self.axis) if self.axis else None
        return Points(points=domain_points(self.points), axis=(axis[0], axis[1]) if axis else None)


class LandmarksBody(Body):
    """The six landmarks of a vertebral body on its endplates; `upper` is towards the head."""

    upper_anterior: PointBody
    upper_middle: PointBody
    upper_posterior: PointBody
    lower_anterior: PointBody
    lower_middle: PointBody
    lower_posterior: PointBody

    def to_domain(self) -> VertebralLandmarks:
        return VertebralLandmarks(
            upper_anterior=domain_point(self.upper_anterior),
            upper_middle=domain_point(self.upper_middle),
            upper_posterior=domain_point(self.upper_posterior),
            lower_anterior=domain_point(self.lower_anterior),
            lower_middle=domain_point(self.lower_middle),
            lower_posterior=domain_point(self.lower_posterior),
        )


class NeighbourBody(Body):
    """A vertebra next to the measured one."""

    level: Level
    landmarks: LandmarksBody


class VertebraGeometry(PlaceBody):
    """One vertebra, and those next to it that its heights are compared with."""

    level: Level
    landmarks: LandmarksBody
    neighbours: list[NeighbourBody] = Field(default=[], max_length=2)

    def drawing(self) -> Vertebra:
        neighbours = {}
        for index, each in enumerate(self.neighbours):
            with located(f"geometry.neighbours.{index}.landmarks"):
                neighbours[each.level] = each.landmarks.to_domain()
        with located("geometry.landmarks"):
            landmarks = self.landmarks.to_domain()
        if len(neighbours) < len(self.neighbours):
            raise GeometryError([Problem(field="geometry.neighbours", detail="must be two different vertebrae")])
        return Vertebra(level=self.level, landmarks=landmarks, neighbours=neighbours)


class CortexGeometry(PlaceBody):
    """Contours of a long bone in one plane: its outer and inner surface as before the lesion, and the lesion."""

    outer: Contour
    inner: Contour
    lesions: list[Contour] = Field(min_length=1, max_length=MOST_LESIONS)
    denominator: Denominator = Denominator.CORTICAL

    def drawing(self) -> Cortex:
        return Cortex(
            outer=domain_points(self.outer),
            inner=domain_points(self.inner),
            lesions=tuple(domain_points(each) for each in self.lesions),
            denominator=self.denominator,
        )


class MaskGeometry(Body):
    """One segment of a stored DICOM SEG, drawn on the images of the series that is measured."""

    mask_sop_instance_uid: ImageUid
    segment: int = Field(default=1, ge=1, le=MOST_SEGMENT, strict=True)

    def place(self) -> Place:
        return Place()

    def drawing(self) -> Mask:
        return Mask(sop_instance_uid=self.mask_sop_instance_uid, segment=self.segment)
