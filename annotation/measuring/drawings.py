"""What a reader drew, as viewers send it: points in patient space (mm, LPS), and what they were drawn on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from lesion_model.findings import Denominator
from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.places import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Drawn on a stored image: its SOP Instance UID. On a reformatted plane (MPR): frame of reference and normal."""

    sop_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None
    plane_normal: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A straight line."""

    first: Point
    last: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidirectional:
    """Two lines at right angles, in the order drawn; the longer one is the long axis."""

    one: tuple[Point, Point]
    other: tuple[Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """The ends of its two axes."""

    one: tuple[Point, Point]
    other: tuple[Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freehand:
    """A closed contour; the last point is joined to the first."""

    contour: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Single places. `axis`: two points on the axis of a long bone, along which their extent is measured."""

    points: tuple[Point, ...]
    axis: tuple[Point, Point] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertebra:
    """Six landmarks of one vertebra, and of those next to it."""

    level: Level
    landmarks: VertebralLandmarks
    neighbours: Mapping[Level, VertebralLandmarks] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cortex:
    """Contours of a long bone in one plane; `denominator` is the share that scores use."""

    outer: tuple[Point, ...]
    inner: tuple[Point, ...]
    lesions: tuple[tuple[Point, ...], ...]
    denominator: Denominator = Denominator.CORTICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A segment of a DICOM SEG."""

    sop_instance_uid: str
    segment: int = 1


Drawing = Length | Bidirectional | Ellipse | Freehand | Points | Vertebra | Cortex | Mask


def named_points(drawing: Drawing) -> Mapping[str, tuple[Point, ...]]:
    """Every point that was sent, under the name of the field that it came in."""
    found: Mapping[str, tuple[Point, ...]] = {}
    match drawing:
        case Length():
            found = {"points": (drawing.first, drawing.last)}
        case Bidirectional() | Ellipse():
            found = {"points": (*drawing.one, *drawing.other)}
        case Freehand():
            found = {"points": drawing.contour}
        case Points():
            found = {"points": drawing.points} | ({"axis": drawing.axis} if drawing.axis else {})
        case Vertebra():
            found = dict(_landmark_points(drawing))
        case Cortex():
            found = {"outer": drawing.outer, "inner": drawing.inner, "lesions": tuple(chain(*drawing.lesions))}
    return found


def _landmark_points(vertebra: Vertebra) -> Iterator[tuple[str, tuple[Point, ...]]]:
    yield "landmarks", (*vertebra.landmarks.upper, *vertebra.landmarks.lower)
    for level, body in vertebra.neighbours.items():
        yield f"neighbours.{level.value}", (*body.upper, *body.lower)
