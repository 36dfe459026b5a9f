"""Volume of a lesion in mm³, by counting the voxels of a mask or by weighing what each voxel holds of it.

counted         number of marked voxels times the volume of one. What a mask says, no more: it depends on how the
                reader treats voxels that the edge runs through.
partial_volume  a voxel that the edge runs through averages lesion and surroundings, so that its density tells its
                share of lesion: (density - surroundings) / (lesion - surroundings). The sum of the shares is the
                volume, whatever the thickness of the slices, as long as a scanner averages linearly. The mask is
                only a place to start from: the lesion is what lies on its side of the threshold half way between
                both densities.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from annotation.image_measurement.ct_image import Hounsfield
from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.hounsfield import check_same_grid
from annotation.image_measurement.neighbourhood import grown, shrunk
from annotation.image_measurement.region import Flags, Region
from lesion_model.errors import FindingError, Problem

HALF = 0.5
# How far a reader's mask may miss the edge, and how far from the edge the surroundings are looked at.
MASK_MISSES_MM = 2.0
SURROUNDINGS_MM = 4.0
# In the plane of a slice the edge reaches one voxel to each side, and what a soft reconstruction kernel spreads
# another one. From slice to slice it reaches as far as the slices are thick.
BAND_IN_PLANE = 2
PURE_IN_PLANE = 1
# Slices count as touching each other when they overlap by less than this share.
SAME_THICKNESS = 0.05
# Fewer voxels give no reliable density.
FEWEST_VOXELS = 20
# Two densities that differ by less than this many standard deviations are not told apart voxel by voxel.
LEAST_CONTRAST = 3.0
# Surroundings that vary by more than this share of the contrast are not one tissue: cortex, fat and muscle
# together have no single density that could be weighed against.
MOST_UNEVEN = 0.25


class VolumeMethod(Enum):
    """How a volume was measured."""

    COUNTED = "counted"
    PARTIAL_VOLUME = "partial_volume"


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionVolume:
    """`voxels` are those marked, or on the lesion's side of the threshold.

    The densities and the threshold are None when voxels were counted. `touches_edge`: part of the lesion may lie
    outside the images, the volume is then a lower bound.
    """

    method: VolumeMethod
    volume_mm3: float
    voxels: int
    touches_edge: bool
    lesion_hu: float | None = None
    surroundings_hu: float | None = None
    threshold_hu: float | None = None


def counted_volume(region: Region) -> LesionVolume:
    """Voxels of the mask, whole."""
    return LesionVolume(
        method=VolumeMethod.COUNTED,
        volume_mm3=region.voxels * region.grid.voxel_mm3,
        voxels=region.voxels,
        touches_edge=region.touches_edge,
    )


def partial_volume(volume: CtVolume, region: Region) -> LesionVolume:
    """Weigh the voxels in and around a mask by their density.

    Raises `FindingError`, with the reason, where density cannot tell: a lesion too small for its slices to hold a
    voxel of nothing else, surroundings that are not one tissue, or as dense as the lesion. Count voxels then.
    """
    check_same_grid(volume, region)
    lesion_hu, surroundings_hu = _densities(volume, region.flags)
    reach = grown(region.flags, _voxels(volume, MASK_MISSES_MM))
    found = reach & _on_lesion_side(volume, lesion_hu, surroundings_hu)
    lesion_hu, surroundings_hu = _densities(volume, found)
    found = reach & _on_lesion_side(volume, lesion_hu, surroundings_hu)
    band = grown(found, _edge(volume, BAND_IN_PLANE))
    shares = (volume.hounsfield[band].astype(np.float64) - surroundings_hu) / (lesion_hu - surroundings_hu)
    return LesionVolume(
        method=VolumeMethod.PARTIAL_VOLUME,
        volume_mm3=float(shares.sum()) * volume.grid.voxel_mm3,
        voxels=int(found.sum()),
        touches_edge=Region(grid=volume.grid, flags=band).touches_edge,
        lesion_hu=lesion_hu,
        surroundings_hu=surroundings_hu,
        threshold_hu=HALF * (lesion_hu + surroundings_hu),
    )


def _densities(volume: CtVolume, flags: Flags) -> tuple[float, float]:
    """Of the lesion, from voxels all of whose neighbours are in it too; of a shell around it, clear of its edge."""
    inside = volume.hounsfield[shrunk(flags, _edge(volume, PURE_IN_PLANE))]
    clear = grown(flags, _edge(volume, BAND_IN_PLANE))
    outside = volume.hounsfield[grown(clear, _voxels(volume, SURROUNDINGS_MM)) & ~clear]
    problems = tuple(_density_problems(inside, outside))
    if problems:
        raise FindingError(problems)
    return float(np.median(inside)), float(np.median(outside))


def _density_problems(inside: Hounsfield, outside: Hounsfield) -> Iterator[Problem]:
    if len(inside) < FEWEST_VOXELS:
        yield Problem(field="mask", detail="too small for these slices: no voxel is surely lesion alone")
    if len(outside) < FEWEST_VOXELS:
        yield Problem(field="mask", detail="no surroundings on the images")
    if inside.size == 0 or outside.size == 0:
        return
    contrast = abs(float(np.median(inside) - np.median(outside)))
    spread = float(inside.std())
    if contrast < LEAST_CONTRAST * spread:
        yield Problem(field="mask", detail="density does not tell the lesion from its surroundings")
    elif float(outside.std()) > max(MOST_UNEVEN * contrast, 2 * spread):
        yield Problem(field="mask", detail="the surroundings are not one tissue")


def _on_lesion_side(volume: CtVolume, lesion_hu: float, surroundings_hu: float) -> Flags:
    threshold = HALF * (lesion_hu + surroundings_hu)
    found: Flags = volume.hounsfield < threshold if lesion_hu < surroundings_hu else volume.hounsfield > threshold
    return found


def _edge(volume: CtVolume, in_plane: int) -> tuple[int, int, int]:
    """How many slices, rows and columns the edge of a lesion can reach."""
    slices = max(1, int(np.ceil(volume.thickness_mm / volume.grid.slice_distance_mm - SAME_THICKNESS)))
    return slices, in_plane, in_plane


def _voxels(volume: CtVolume, distance_mm: float) -> tuple[int, int, int]:
    """How many voxels reach over a distance along slice, row and column; one at least."""
    lengths = np.linalg.norm(volume.grid.steps, axis=1)
    slices, rows, columns = (max(1, int(np.ceil(distance_mm / length))) for length in lengths)
    return slices, rows, columns
