"""What the drawing is made of: the shape of each site, and lines that only make it a skeleton."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from annotation.skeleton_drawing.curves import Curve, Point, centre_of, mirrored
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Region, Side, SideRule


class View(Enum):
    """Where on the page it is: the whole skeleton from the front, or the spine from its left side, larger."""

    FRONT = "front"
    SPINE = "spine"


class Ink(Enum):
    """How a line or an area that is no site is drawn."""

    BONE = "bone"
    """Bone that is no site of the registry: hands, feet."""

    BEHIND = "behind"
    """The same, where it lies behind others."""

    CARTILAGE = "cartilage"
    CAVITY = "cavity"
    """An opening through which one sees what is behind: an orbit, a foramen."""

    OUTLINE = "outline"
    """The border of a bone, drawn over its parts."""

    LINE = "line"
    """A thin line on a bone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of one site in one view, and where a mark on it goes.

    `whole`: it covers the shapes of other sites, its parts, and lies below them: the end of a long bone, the skull.
    `behind`: it is seen through what is in front of it.
    """

    site: Site
    view: View
    outline: Curve
    mark: Point
    whole: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line or area that is no site."""

    view: View
    ink: Ink
    points: Curve
    closed: bool = True


Drawn = Shape | Stroke

_ENDS: Mapping[Region, Region] = MappingProxyType(
    {
        Region.PROXIMAL_EPIPHYSIS: Region.PROXIMAL,
        Region.PROXIMAL_METAPHYSIS: Region.PROXIMAL,
        Region.DISTAL_METAPHYSIS: Region.DISTAL,
        Region.DISTAL_EPIPHYSIS: Region.DISTAL,
    }
)


def key_of(site: Site) -> str:
    """The name of a site's shape: what the page calls it too. How vertebrae are counted does not part sites."""
    parts = (
        site.bone.value,
        site.level.value if site.level else None,
        str(site.number) if site.number else None,
        site.region.value if site.region else None,
        site.side.value if site.side else None,
    )
    return ":".join(part for part in parts if part is not None)


def whole_of(site: Site) -> Site | None:
    """The site that covers this one and more, where a reader may name it instead."""
    region = _ENDS.get(site.region) if site.region else None
    if region is not None and (site.bone, region) != (Bone.FEMUR, Region.PROXIMAL):
        return Site(bone=site.bone, region=region, side=site.side)
    return Site(bone=site.bone) if site.side and site.facts.side is SideRule.OPTIONAL else None


def shape(
    site: Site,
    outline: Curve,
    *,
    mark: Point | None = None,
    view: View = View.FRONT,
    whole: bool = False,
    behind: bool = False,
) -> Shape:
    """Its mark goes to the centre of its area, unless told otherwise."""
    return Shape(site=site, view=view, outline=outline, mark=mark or centre_of(outline), whole=whole, behind=behind)


def front(ink: Ink, points: Curve, *, closed: bool = True) -> Stroke:
    return Stroke(view=View.FRONT, ink=ink, points=points, closed=closed)


def on_both_sides(stroke: Stroke) -> tuple[Stroke, Stroke]:
    """Given as it is on the patient's left, which is right on the page."""
    return stroke, Stroke(view=stroke.view, ink=stroke.ink, points=mirrored(stroke.points), closed=stroke.closed)


def sided(points: Curve, side: Side) -> Curve:
    """Points given as they are on the patient's left."""
    return points if side is Side.LEFT else mirrored(points)
