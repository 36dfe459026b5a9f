"""Where on the images a lesion was seen, in patient coordinates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.errors import GeometryError, Problem

MOST_POINTS = 10_000
FARTHEST_MM = 10_000  # 10 m: beyond any scanner's coordinate system

# DICOM PS3.5 9.1: digits and dots, no component with a leading zero, at most 64 characters.
_UID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")
_LONGEST_UID = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point in patient space: mm, LPS (x to the left, y to the back, z to the head)."""

    x: float
    y: float
    z: float

    def __post_init__(self) -> None:
        problems = tuple(
            Problem(field=axis, detail=f"must be a number of mm from -{FARTHEST_MM} to {FARTHEST_MM}")
            for axis, value in (("x", self.x), ("y", self.y), ("z", self.z))
            if not _is_coordinate(value)
        )
        if problems:
            raise GeometryError(problems)


class Shape(Enum):
    """What points enclose, where they are the outline of something."""

    CONTOUR = "contour"
    """A closed contour, drawn by hand: its corners, the last one joined to the first."""
    ELLIPSE = "ellipse"
    """The two ends of one axis, then those of the other."""


POINTS_OF: Mapping[Shape, range] = MappingProxyType(
    {Shape.CONTOUR: range(3, MOST_POINTS + 1), Shape.ELLIPSE: range(4, 5)}
)
"""How many points each has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """One or more points, and what they were drawn on.

    Drawn on an image: its SOP Instance UID. Drawn on a reformatted plane, which is no stored image: the
    Frame of Reference UID. Both may be given. `shape` is None for points that enclose nothing, or of which it is not
    known: landmarks, lines, drawings together.
    """

    points: tuple[Point, ...]
    sop_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None
    shape: Shape | None = None

    def __post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise GeometryError(problems)

    def _problems(self) -> Iterator[Problem]:
        if not 1 <= len(self.points) <= MOST_POINTS:
            yield Problem(field="points", detail=f"from 1 to {MOST_POINTS} points are needed")
        elif self.shape is not None and len(self.points) not in POINTS_OF[self.shape]:
            yield Problem(field="points", detail=f"not as many as {self.shape.value} has")
        if self.sop_instance_uid is None and self.frame_of_reference_uid is None:
            detail = "give sop_instance_uid, frame_of_reference_uid, or both"
            yield Problem(field="sop_instance_uid", detail=detail)
        for field in ("sop_instance_uid", "frame_of_reference_uid"):
            uid = getattr(self, field)
            if uid is not None and not is_uid(uid):
                yield Problem(field=field, detail="not a DICOM unique identifier")


def is_uid(text: object) -> bool:
    """Whether it is a well-formed DICOM UID (PS3.5 9.1)."""
    return isinstance(text, str) and len(text) <= _LONGEST_UID and _UID.fullmatch(text) is not None


def _is_coordinate(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= FARTHEST_MM  # also false for NaN and infinity
