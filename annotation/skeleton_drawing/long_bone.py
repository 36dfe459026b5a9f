"""Long bones in their parts: cut straight across, or along a bent shaft."""

from collections.abc import Callable, Iterator, Sequence

from annotation.skeleton_drawing.curves import Curve, Point, band, between
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, shape, sided
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Region, Side

ENDS = ((Region.PROXIMAL, 0, 2), (Region.DISTAL, 3, 5))
PARTS = (
    (Region.PROXIMAL_EPIPHYSIS, 0, 1),
    (Region.PROXIMAL_METAPHYSIS, 1, 2),
    (Region.SHAFT, 2, 3),
    (Region.DISTAL_METAPHYSIS, 3, 4),
    (Region.DISTAL_EPIPHYSIS, 4, 5),
)
_FAR = 10_000.0
Place = Callable[[Curve], Curve]


def cut_across(bone: Bone, side: Side, outline: Curve, cuts: Sequence[float], place: Place) -> Iterator[Drawn]:
    """`outline` upright; `cuts`: the four borders of its five parts, downwards; `place` puts it on the page."""
    borders = (-_FAR, *cuts, _FAR)
    for whole, parts in ((True, ENDS), (False, PARTS)):
        for region, first, last in parts:
            piece = sided(place(between(outline, borders[first], borders[last])), side)
            yield shape(Site(bone=bone, region=region, side=side), piece, whole=whole)
    yield front(Ink.OUTLINE, sided(place(outline), side))


def banded(
    bone: Bone, side: Side, line: Sequence[Point], widths: Sequence[float], shares: Sequence[float]
) -> Iterator[Drawn]:
    """A bone like a bent rod; `shares` of its length are the four borders of its five parts."""
    borders = (0.0, *shares, 1.0)
    for whole, parts in ((True, ENDS), (False, PARTS)):
        for region, first, last in parts:
            piece = sided(band(line, widths, borders[first], borders[last]), side)
            yield shape(Site(bone=bone, region=region, side=side), piece, whole=whole)
    yield front(Ink.OUTLINE, sided(band(line, widths), side))
