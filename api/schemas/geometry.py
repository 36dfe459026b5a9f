"""Shape of the place on the images where a lesion was seen."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field

from api.schemas.body import Body
from api.schemas.catalogue import INSTANCE_UID, UID_PATTERN
from lesion_model.errors import located
from lesion_model.geometry import FARTHEST_MM, MOST_POINTS, Geometry, Point, Shape

Coordinate = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False, ge=-FARTHEST_MM, le=FARTHEST_MM),
    AfterValidator(lambda value: value + 0.0),  # nought has no sign
]
ImageUid = Annotated[str, Field(pattern=UID_PATTERN)]

GEOMETRY_EXAMPLE: dict[str, Any] = {
    "sop_instance_uid": INSTANCE_UID,
    "points": [{"x": 12.5, "y": -140.25, "z": 870}, {"x": 30, "y": -138, "z": 870}],
}

SHAPE = (
    "What the points enclose: `contour`, three of them or more, or `ellipse`, the two ends of one axis and then of the"
    " other. Without it they enclose nothing, and no mask is made of them."
)


class PointBody(Body):
    """A point in patient space: mm, LPS."""

    x: Coordinate
    y: Coordinate
    z: Coordinate


class GeometryBody(Body):
    """Points in patient space (mm, LPS), and the image or the frame of reference they were drawn on."""

    model_config = ConfigDict(json_schema_extra={"examples": [GEOMETRY_EXAMPLE]})

    sop_instance_uid: ImageUid | None = None
    frame_of_reference_uid: ImageUid | None = None
    points: list[PointBody] = Field(min_length=1, max_length=MOST_POINTS)
    shape: Shape | None = Field(default=None, description=SHAPE)

    def to_domain(self) -> Geometry:
        with located("geometry"):
            return Geometry(
                points=tuple(Point(x=each.x, y=each.y, z=each.z) for each in self.points),
                sop_instance_uid=self.sop_instance_uid,
                frame_of_reference_uid=self.frame_of_reference_uid,
                shape=self.shape,
            )

    @classmethod
    def from_domain(cls, geometry: Geometry) -> Self:
        return cls(
            sop_instance_uid=geometry.sop_instance_uid,
            frame_of_reference_uid=geometry.frame_of_reference_uid,
            points=[PointBody(x=each.x, y=each.y, z=each.z) for each in geometry.points],
            shape=geometry.shape,
        )
