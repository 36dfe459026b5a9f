"""How much of the circumference of a long bone has lost its cortex, found on the images.

In a plane across the bone every ray from the marrow outwards either meets cortex or does not. Where it does, its
inner and outer surface are measured. Where it does not, the surfaces are those of the ellipses that fit the rest,
since nobody knows the outline that was there. A ray has lost its cortex where the middle half of the thickness is
less dense than half way between cortex and soft tissue, which is where half of the thickness or more is gone.

The contours can be drawn for a reader, and go into `lesion_model.measurement.cortex` as they are.
"""

from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.cortical_rays import RAYS, Flags, Rays, rays_across
from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.ellipse import fitted_radii
from lesion_model.errors import FindingError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.measured import STEP_PERCENT, Measured, measured
from lesion_model.measurement.vectors import Rows, point

FULL_PERCENT = 100
# With less of the circumference left than this, an ellipse through the rest is a guess.
LEAST_INTACT = 0.25
# The middle half of the thickness is judged: the outer quarters are mixed with what lies beyond.
QUARTER = 0.25
JUDGED_PLACES = 9
# A lesion is drawn this far beyond the cortex on both sides, so that no sliver of cortex is left over.
MARGIN_MM = 1.0
LEAST_RADIUS_MM = 0.5
# A narrow triangle has its centre of area two thirds from its tip.
OF_TRIANGLE = 2 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CorticalRing:
    """One plane across the bone. Contours are closed, in mm, LPS; `gaps` are the parts of the ring without cortex.

    `gone_percent`: of the length of the outer contour, in percent.
    """

    outer: tuple[Point, ...]
    inner: tuple[Point, ...]
    gaps: tuple[tuple[Point, ...], ...]
    gone_percent: Measured
    threshold_hu: float


def cortical_ring(volume: CtVolume, axis: tuple[Point, Point], middle: Point) -> CorticalRing:
    """Measure the plane through `middle`, a point in the marrow, at right angles to the bone's axis.

    `axis`: two points on it, mm, LPS. Raises `FindingError` where no ring of cortex can be told, `GeometryError`
    outside the images.
    """
    rays = rays_across(volume, axis, _centre(rays_across(volume, axis, middle)))
    inner, outer = _surfaces(rays)
    excess = _judged(rays, inner, outer) - rays.threshold_hu
    gone = _share_gone(excess)
    chords = _chords(rays, outer)
    return CorticalRing(
        outer=_points(rays.place(rays.angles, outer)),
        inner=_points(rays.place(rays.angles, inner)),
        gaps=tuple(_gap(rays, inner, outer, span) for span in _spans(excess)),
        gone_percent=measured(FULL_PERCENT * float((gone * chords).sum() / chords.sum()), STEP_PERCENT),
        threshold_hu=rays.threshold_hu,
    )


def _surfaces(rays: Rays) -> tuple[Rows, Rows]:
    """Inner and outer radius in mm of every ray."""
    if float(rays.intact.mean()) < LEAST_INTACT:
        raise FindingError([Problem(field="middle", detail="too little cortex left to tell where it was")])
    inner, outer = (fitted_radii(rays.angles, rays.intact, radii) for radii in rays.walls())
    return inner, outer


def _centre(rays: Rays) -> Point:
    """Centre of area of the outer surface: only from there do rays cross the cortex the shortest way."""
    _, outer = _surfaces(rays)
    middles = rays.place(rays.angles, OF_TRIANGLE * outer)
    return point((middles * (outer**2)[:, None]).sum(axis=0) / (outer**2).sum())


def _judged(rays: Rays, inner: Rows, outer: Rows) -> Rows:
    """(rays,): mean density over the middle half of the thickness."""
    parts = np.linspace(QUARTER, 1 - QUARTER, JUDGED_PLACES)
    radii = inner[:, None] + parts * (outer - inner)[:, None]
    return np.array(
        [np.interp(at, rays.radii_mm, ray).mean() for at, ray in zip(radii, rays.densities, strict=True)],
        dtype=np.float64,
    )


def _share_gone(excess: Rows) -> Rows:
    """(rays,): from each ray to the next, the share of the way that has no cortex."""
    here, there = excess, np.roll(excess, -1)
    apart = np.where(here == there, 1.0, here - there)
    crossing = np.clip(here / apart, 0, 1)
    both_gone = (here < 0) & (there < 0)
    shares: Rows = np.select(
        [both_gone, (here < 0) & (there >= 0), (here >= 0) & (there < 0)], [1.0, crossing, 1 - crossing], 0.0
    )
    return shares


def _spans(excess: Rows) -> list[tuple[float, float]]:
    """Start and end of each gap, in rays; the end may be beyond the last ray, when it goes on at the first."""
    gone: Flags = excess < 0
    starts = np.flatnonzero(gone & ~np.roll(gone, 1))
    spans = []
    for start in starts:
        count = int(np.argmin(np.roll(gone, -int(start)))) if not gone.all() else RAYS
        last = (int(start) + count - 1) % RAYS
        before = _way(excess[start], excess[start - 1])
        after = _way(excess[last], excess[(last + 1) % RAYS])
        spans.append((float(start) - before, float(start) + count - 1 + after))
    return spans


def _way(gone: float, there: float) -> float:
    """How far from a ray without cortex, towards its neighbour with cortex, the gap ends."""
    return float(gone / (gone - there))


def _gap(rays: Rays, inner: Rows, outer: Rows, span: tuple[float, float]) -> tuple[Point, ...]:
    """A closed contour around one gap: out along the outer surface, back along the inner one."""
    inside = np.arange(np.ceil(span[0]), np.floor(span[1]) + 1)
    turns = np.unique(np.concatenate(((span[0],), inside, (span[1],))))
    angles = turns * (2 * np.pi / RAYS)
    every = np.arange(RAYS)
    outside = np.interp(turns, every, outer, period=RAYS) + MARGIN_MM
    within = np.maximum(np.interp(turns, every, inner, period=RAYS) - MARGIN_MM, LEAST_RADIUS_MM)
    there = rays.place(angles, outside)
    back = rays.place(angles, within)[::-1]
    return _points(np.concatenate((there, back)))


def _chords(rays: Rays, outer: Rows) -> Rows:
    """(rays,): length in mm of the outer contour from each ray to the next."""
    places = rays.place(rays.angles, outer)
    lengths: Rows = np.linalg.norm(np.roll(places, -1, axis=0) - places, axis=1)
    return lengths


def _points(places: Rows) -> tuple[Point, ...]:
    return tuple(point(place) for place in places)
