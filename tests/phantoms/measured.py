"""Each phantom measured as an application would do it; what the tests assert and the documentation prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.image_measurement.cortical_ring import cortical_ring
from annotation.image_measurement.endplates import at_endplates
from annotation.image_measurement.lesion_volume import counted_volume, partial_volume
from lesion_model.geometry import Point
from lesion_model.measurement.cortex import cortical_destruction
from lesion_model.measurement.heights import loss_against_neighbours
from lesion_model.places import Level
from tests.phantoms.geometries import scan_of
from tests.phantoms.readers import CLICK_MISSES_MM, WALL_Y, landmarks, marked
from tests.phantoms.scenes import Lesion, Shaft, Spine
from tests.phantoms.series import scanned

LESION_MM, SPINE_MM, SHAFT_MM = 70.0, 135.0, 60.0
AXIS = (Point(x=0.0, y=0.0, z=-20.0), Point(x=0.0, y=0.0, z=20.0))
NEAR_THE_MIDDLE = Point(x=1.5, y=-1.0, z=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeErrors:
    """In percent of the true volume."""

    counted: float
    weighed: float


def volume_errors(lesion: Lesion, pose: str, thickness_mm: float, *, seed: int = 5) -> VolumeErrors:
    scan = scan_of(pose, thickness_mm, LESION_MM)
    volume = scanned(lesion, scan, seed=seed)
    region = marked(lesion, scan, volume)
    counted, weighed = (
        100 * (found.volume_mm3 / lesion.volume_mm3 - 1)
        for found in (counted_volume(region), partial_volume(volume, region))
    )
    return VolumeErrors(counted=counted, weighed=weighed)


def height_loss_errors(spine: Spine, pose: str, thickness_mm: float, *, seed: int = 5) -> Sequence[float]:
    """Anterior, middle, posterior; percentage points. The reader's landmarks are off by up to 1.5 mm."""
    volume = scanned(spine, scan_of(pose, thickness_mm, SPINE_MM), seed=seed)
    above, middle, below = (
        at_endplates(volume, landmarks(body, misses_mm=CLICK_MISSES_MM, seed=seed + place)).landmarks
        for place, body in enumerate(spine.bodies)
    )
    losses = loss_against_neighbours(Level.L3, middle, {Level.L2: above, Level.L4: below})
    return [loss.loss_percent.unrounded - spine.loss_percent_at(y) for loss, y in zip(losses, WALL_Y, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareErrors:
    """Percentage points: of the rays on the image, and of their contours given to the lesion model."""

    rays: float
    contours: float


def circumference_errors(shaft: Shaft, pose: str, thickness_mm: float, *, seed: int = 5) -> ShareErrors:
    volume = scanned(shaft, scan_of(pose, thickness_mm, SHAFT_MM), seed=seed)
    ring = cortical_ring(volume, AXIS, NEAR_THE_MIDDLE)
    drawn = cortical_destruction(ring.outer, ring.inner, ring.gaps)
    return ShareErrors(
        rays=ring.gone_percent.unrounded - shaft.gone_percent,
        contours=drawn.circumference_percent.unrounded - shaft.gone_percent,
    )
