"""How much of a long bone's cortex a lesion destroys, in one plane across or along the bone.

Drawn are the outer (periosteal) and the inner (endosteal) contour, both as they were before the lesion, and the
lesion. Four shares are measured, because papers and reprints mean different ones:

depth           of the local thickness of the cortex, at the worst place. Feeds the size item of Mirels,
                `MeasuredShare(of=CORTICAL)`.
diameter        of the bone's width along a line through its middle, in the worst direction. Feeds the size
                item when the reader declares that denominator, `MeasuredShare(of=BONE_DIAMETER)`.
circumference   of the length of the outer contour under which cortex is destroyed. Feeds
                `circumferential_cortical_percent` (van der Linden 2004: more than 50 %); only in a plane
                across the bone.
area            of the area between the two contours. Feeds no score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import starmap

import numpy as np

from lesion_model.errors import Problem
from lesion_model.findings import CorticalInvolvement, Denominator, MeasuredShare
from lesion_model.geometry import Point
from lesion_model.measurement.clipping import area_where, lengths_inside
from lesion_model.measurement.drawing import plane_of
from lesion_model.measurement.measured import STEP_PERCENT, Measured, measured
from lesion_model.measurement.polygons import Flags, area_mm2, around, centroid, contains, crossing, nearest, polygon
from lesion_model.measurement.vectors import Rows, refuse

# A cortex is 1 to 8 mm thick, so that a tenth of a mm would already move its share by several percent.
STEP_CORTEX_MM = Decimal("0.01")
# A hand-drawn lesion overlaps the edge of an intact cortex by about a pixel: less than this is not destruction.
LEAST_DEPTH_MM = 0.5
# The circumferential share is counted in this many equal steps: each end of the destroyed part is known to
# 1/1440 of the circumference, 0.07 percentage points.
STEPS = 1440
DIRECTIONS = 360  # of the diameter: every half degree
# From a fibula or clavicle (about 10 mm) to the trochanters (about 100 mm), with a margin on both sides.
NARROWEST_MM = 5.0
WIDEST_MM = 200.0
THINNEST_CORTEX_MM = 0.1
FULL_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfLength:
    """Destroyed length of total length in mm, along one line; `share` is unrounded, 0 to 1."""

    destroyed_mm: Measured
    total_mm: Measured
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CorticalDestruction:
    """The shares of one plane; see the module for what each one means and feeds.

    `least_depth_mm` is how deep the destruction had to be to count in `circumference_percent`.
    """

    depth: ShareOfLength
    diameter: ShareOfLength
    circumference_percent: Measured
    area_percent: Measured
    least_depth_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """Outlines in the plane, (n, 2), mm."""

    outer: Rows
    inner: Rows
    lesions: tuple[Rows, ...]


def cortical_destruction(
    outer: Sequence[Point],
    inner: Sequence[Point],
    lesions: Sequence[Sequence[Point]],
    *,
    least_depth_mm: float = LEAST_DEPTH_MM,
) -> CorticalDestruction:
    """Measure one plane. Contours are closed, in mm, LPS; several lesion contours count together.

    Raises `GeometryError` for contours that are not in one plane, cross themselves, are not one within the
    other, or are not the size of a bone in mm.
    """
    if not 0 <= least_depth_mm <= WIDEST_MM:
        refuse([Problem(field="least_depth_mm", detail=f"must be from 0 to {WIDEST_MM:g} mm")])
    drawn = _drawn(outer, inner, lesions)
    destroyed, thickness = _depths(drawn)
    worst = int(np.argmax(destroyed / thickness))
    cortex = area_mm2(drawn.outer) - area_mm2(drawn.inner)
    lost = area_where((drawn.outer, drawn.inner, *drawn.lesions), _destroyed_cortex)
    return CorticalDestruction(
        depth=_share(float(destroyed[worst]), float(thickness[worst])),
        diameter=_diameter(drawn),
        circumference_percent=measured(FULL_PERCENT * float((destroyed > least_depth_mm).mean()), STEP_PERCENT),
        area_percent=measured(FULL_PERCENT * lost / cortex, STEP_PERCENT),
        least_depth_mm=least_depth_mm,
    )


def worst_of(planes: Sequence[CorticalDestruction]) -> CorticalDestruction:
    """The plane that Mirels' size is judged in: where the cortex is destroyed deepest, in any plane."""
    return max(planes, key=lambda plane: (plane.depth.share, plane.diameter.share))


def cortical_involvement(
    destruction: CorticalDestruction, denominator: Denominator = Denominator.CORTICAL
) -> CorticalInvolvement:
    """The finding with both measurements; `denominator` is the one that scores use."""
    shares = {Denominator.CORTICAL: destruction.depth, Denominator.BONE_DIAMETER: destruction.diameter}
    return CorticalInvolvement(
        measured=tuple(
            MeasuredShare(of=of, destroyed_mm=share.destroyed_mm.value, total_mm=share.total_mm.value)
            for of, share in shares.items()
        ),
        denominator=denominator,
    )


def _drawn(outer: Sequence[Point], inner: Sequence[Point], lesions: Sequence[Sequence[Point]]) -> _Drawn:
    named = {f"lesions.{place}": lesion for place, lesion in enumerate(lesions)}
    plane = plane_of({"outer": outer, "inner": inner, **named})
    drawn = _Drawn(
        outer=polygon("outer", plane.flat(outer)),
        inner=polygon("inner", plane.flat(inner)),
        lesions=tuple(starmap(polygon, ((name, plane.flat(lesion)) for name, lesion in named.items()))),
    )
    refuse(_problems(drawn))
    return drawn


def _problems(drawn: _Drawn) -> Iterator[Problem]:
    if not drawn.lesions:
        yield Problem(field="lesions", detail="at least one contour is needed")
    width = float(np.linalg.norm(np.ptp(drawn.outer, axis=0)))
    if not NARROWEST_MM <= width <= WIDEST_MM:
        detail = f"must be {NARROWEST_MM:g} to {WIDEST_MM:g} mm wide: coordinates must be in mm"
        yield Problem(field="outer", detail=detail)
    elif not contains(drawn.outer, drawn.inner).all() or crossing(drawn.outer, drawn.inner) is not None:
        yield Problem(field="inner", detail="must be inside the outer contour")


def _depths(drawn: _Drawn) -> tuple[Rows, Rows]:
    """(steps,) each: destroyed and whole thickness in mm, from the outer contour straight to the inner one."""
    starts = around(drawn.outer, STEPS)
    stops, thickness = nearest(starts, drawn.inner)
    if thickness.min() < THINNEST_CORTEX_MM:
        detail = f"must leave {THINNEST_CORTEX_MM:g} mm of cortex or more within the outer contour"
        refuse([Problem(field="inner", detail=detail)])
    return np.minimum(lengths_inside(starts, stops, drawn.lesions, _any), thickness), thickness


def _diameter(drawn: _Drawn) -> ShareOfLength:
    middle = centroid(drawn.outer)
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    reach = WIDEST_MM * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    outlines = (drawn.outer, *drawn.lesions)
    total = lengths_inside(middle - reach, middle + reach, outlines, _within_bone)
    destroyed = lengths_inside(middle - reach, middle + reach, outlines, _destroyed_bone)
    worst = int(np.argmax(destroyed / total))
    return _share(float(destroyed[worst]), float(total[worst]))


def _share(destroyed: float, total: float) -> ShareOfLength:
    return ShareOfLength(
        destroyed_mm=measured(destroyed, STEP_CORTEX_MM),
        total_mm=measured(total, STEP_CORTEX_MM),
        share=destroyed / total,
    )


def _within_bone(inside: Flags) -> Flags:
    return _every(inside[:1])


def _destroyed_bone(inside: Flags) -> Flags:
    """Within the outer contour and any lesion."""
    return _every(np.stack((inside[0], _any(inside[1:]))))


def _destroyed_cortex(inside: Flags) -> Flags:
    """Within the outer contour, not within the inner one, within any lesion."""
    return _every(np.stack((inside[0], ~inside[1], _any(inside[2:]))))


def _every(inside: Flags) -> Flags:
    found: Flags = np.logical_and.reduce(inside, axis=0)
    return found


def _any(inside: Flags) -> Flags:
    found: Flags = np.logical_or.reduce(inside, axis=0)
    return found
