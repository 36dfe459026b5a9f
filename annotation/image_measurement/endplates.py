"""The endplates of a vertebral body along the lines that a reader drew, so that its heights do not depend on clicks.

The reader's six landmarks say along which three lines the heights are meant; the density along each line says
where the body ends. Expected is spongy bone between two discs (or other soft tissue) that are less dense; a dense
bony endplate between them is recognised and belongs to the body.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.columns import Patch
from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.dense_layer import dense_layer, unexplained
from annotation.image_measurement.edges import half_maximum, next_crossing
from annotation.image_measurement.profile import Profile, profile
from annotation.image_measurement.surface import (
    LEAST_DOUBT_MM,
    Layer,
    Surface,
    check_room,
    moved_inwards,
    refined,
    surface_near,
)
from lesion_model.errors import FindingError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.landmarks import VertebralLandmarks
from lesion_model.measurement.vectors import Vector, point, unit, vector

# The bundle of lines: wide enough to average noise out, narrow enough that an endplate is flat within it.
HALF_WIDTH_MM = 2.0
# The part of an endplate that is taken for flat. Backwards it has to stay within the walls, which are about 5 mm
# from an anterior or posterior landmark; sideways there is room.
PATCH_SIDEWAYS_MM = 6.0
PATCH_BACKWARDS_MM = 2.0
# Discs are 4 mm (thoracic) to 12 mm (lumbar) thick: a line reaches across one into the next body, or as far as
# the images do.
REACH_MM = 16.0
REACH_STEP_MM = 1.0
LEAST_REACH_MM = 4.0
# Of the length between the landmarks, the part on each side of the middle that is surely body, however they were
# clicked.
MIDDLE_PART = 0.15
# Spongy bone of less density above the disc than this cannot be told from it in the noise of a CT.
LEAST_CONTRAST_HU = 40.0
# A surface is placed in passes, each from what the one before found. At first it may lie and lean otherwise by
# this much over the patch.
FIRST_DOUBT_MM = 2.5
# While it is not known how thick a dense endplate is, room is left for this much.
MOST_DENSE_MM = 2.0
LAYER_PASSES = 3
LAST_PASSES = 3
ROUGH_SLICES = 0.2
# Noise leaves 0.05 to 0.15 unexplained, a dense endplate in thin slices up to 0.26. A lesion or a vessel at the
# endplate leaves more.
MOST_UNEXPLAINED = 0.35
# In slices of 1 mm a dense endplate is told apart to 1 percentage point of height, in slices of 2.5 mm to 2, in
# slices of 5 mm only roughly (docs/measurement.md).
THICKEST_FOR_DENSE_MM = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """From the lower to the upper landmark, and beyond both; `middle_mm` is half way between them."""

    start: Vector
    along: Vector
    sideways: Vector
    densities: Profile
    middle_mm: float
    span_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Edge:
    """An end of the body: its surface, and the room on both sides of it in mm."""

    surface: Surface
    inside_mm: float
    outside_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEndplates:
    """The six landmarks at the edges of the body, and the dense layer that its endplates were found to have.

    `sure` is False where a dense layer is thin against the slices: a loss of height may then be off by more than 1
    percentage point.
    """

    landmarks: VertebralLandmarks
    layer: Layer
    sure: bool


def at_endplates(volume: CtVolume, landmarks: VertebralLandmarks) -> FoundEndplates:
    """Move each of the six landmarks along its line to the edge of the body.

    Raises `FindingError` where a line shows no edge, too little contrast to place one, or too little room for
    slices of this thickness, and `GeometryError` where a line leaves the images.
    """
    backwards = vector(landmarks.lower_posterior) - vector(landmarks.lower_anterior)
    lines = [
        _line(volume, vector(low), vector(high), backwards)
        for low, high in zip(landmarks.lower, landmarks.upper, strict=True)
    ]
    edges = [_edge(volume, line, towards) for towards in (-1.0, 1.0) for line in lines]
    points, layer = _placed(edges)
    lower_anterior, lower_middle, lower_posterior, upper_anterior, upper_middle, upper_posterior = points
    moved = VertebralLandmarks(
        upper_anterior=upper_anterior,
        upper_middle=upper_middle,
        upper_posterior=upper_posterior,
        lower_anterior=lower_anterior,
        lower_middle=lower_middle,
        lower_posterior=lower_posterior,
    )
    sure = not layer.excess_mm or volume.thickness_mm <= THICKEST_FOR_DENSE_MM
    return FoundEndplates(landmarks=moved, layer=layer, sure=sure)


def _placed(edges: Sequence[_Edge]) -> tuple[list[Point], Layer]:
    """The landmarks in the order of the edges, and the layer common to all."""
    surfaces = [edge.surface for edge in edges]
    layer = Layer()
    for doubt_mm in (FIRST_DOUBT_MM, *(LEAST_DOUBT_MM,) * LAYER_PASSES):
        surfaces = [refined(each, layer, doubt_mm=doubt_mm, dense_mm=MOST_DENSE_MM) for each in surfaces]
        found = dense_layer(surfaces, layer)
        surfaces = [moved_inwards(each, found.excess_mm - layer.excess_mm) for each in surfaces]
        layer = found
    for _ in range(LAST_PASSES):
        surfaces = [refined(each, layer, doubt_mm=LEAST_DOUBT_MM, dense_mm=layer.thickness_mm) for each in surfaces]
    for edge, surface in zip(edges, surfaces, strict=True):
        # The room was measured between half-maximum edges, which thick slices and a dense layer displace.
        off = ROUGH_SLICES * surface.columns.reach * surface.columns.length_mm + 2 * layer.excess_mm
        check_room(surface, inside_mm=edge.inside_mm + off, outside_mm=edge.outside_mm + off)
    if unexplained(surfaces, layer) > MOST_UNEXPLAINED:
        detail = "the density near the endplates is not that of one body between two discs"
        raise FindingError([Problem(field="landmarks", detail=detail)])
    return [point(surface.crossing()) for surface in surfaces], layer


def _line(volume: CtVolume, low: Vector, high: Vector, backwards: Vector) -> _Line:
    span = float(np.linalg.norm(high - low))
    along = (high - low) / span
    down, up = (_reach(volume, end, way) for end, way in ((low, -along), (high, along)))
    start = low - down * along
    densities = profile(volume, start, high + up * along, half_width_mm=HALF_WIDTH_MM)
    sideways = unit(np.cross(along, backwards), "landmarks")
    return _Line(
        start=start, along=along, sideways=sideways, densities=densities, middle_mm=down + span / 2, span_mm=span
    )


def _reach(volume: CtVolume, end: Vector, way: Vector) -> float:
    """How far beyond a landmark the images go, at most `REACH_MM`; with room for the bundle of lines."""
    last = np.array(volume.grid.shape) - 1
    reach = REACH_MM
    margin = HALF_WIDTH_MM / np.linalg.norm(volume.grid.steps, axis=1)
    while reach > LEAST_REACH_MM:
        index = volume.grid.to_indices((end + reach * way)[None])[0]
        if (index >= margin).all() and (index <= last - margin).all():
            break
        reach -= REACH_STEP_MM
    return reach


def _edge(volume: CtVolume, line: _Line, towards: float) -> _Edge:
    at, values = line.densities.at_mm, line.densities.hounsfield
    inside_hu = float(np.median(values[np.abs(at - line.middle_mm) <= MIDDLE_PART * line.span_mm]))
    beyond = towards * (at - line.middle_mm) > MIDDLE_PART * line.span_mm
    outside_mm, outside_hu = float(at[beyond][values[beyond].argmin()]), float(values[beyond].min())
    if inside_hu - outside_hu < LEAST_CONTRAST_HU:
        detail = "no edge to be told: the body is hardly denser than what lies beyond its landmarks"
        raise FindingError([Problem(field="landmarks", detail=detail)])
    rough_mm = half_maximum(line.densities, line.middle_mm, outside_mm, inside_hu, outside_hu)
    end_mm = float(at[-1] if towards > 0 else at[0])
    next_mm = next_crossing(line.densities, rough_mm + towards, end_mm, (inside_hu + outside_hu) / 2)
    patch = Patch(
        place=line.start + rough_mm * line.along,
        wide=line.sideways,
        wide_mm=PATCH_SIDEWAYS_MM,
        narrow_mm=PATCH_BACKWARDS_MM,
    )
    return _Edge(
        surface=surface_near(volume, patch, towards * line.along),
        inside_mm=line.span_mm,
        outside_mm=abs(next_mm - rough_mm),
    )
