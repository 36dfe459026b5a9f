"""The images of one series as a stack: their order, their distance, the tilt of the gantry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lesion_model.errors import Problem
from lesion_model.measurement.planes import COSINE_TOLERANCE, ImagePlane
from lesion_model.measurement.vectors import Rows, Vector, refuse

FEWEST_IMAGES = 2
# Stored positions are rounded to about 0.01 mm; distances that differ by more hide a missing image.
UNEVEN_MM = 0.05
SAME_PLACE_MM = 0.01
# A gantry is tilted by at most 30 degrees; beyond it the positions do not belong to these orientations.
MOST_TILT_DEGREES = 31.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Images from first to last along their normal.

    `step`: from one image position to the next, mm, LPS; `spacing_mm`: its part along the normal, which is the
    distance between the images; `tilt_degrees`: the angle between both, 0 without gantry tilt.
    """

    images: tuple[ImagePlane, ...]
    step: Vector
    spacing_mm: float
    tilt_degrees: float


def in_order(images: Sequence[ImagePlane]) -> tuple[ImagePlane, ...]:
    """The same images along their normal, whatever order they came in."""
    return tuple(sorted(images, key=lambda image: float(images[0].normal @ np.array(image.position))))


def stack(images: Sequence[ImagePlane], *, uneven_mm: float = UNEVEN_MM) -> Stack:
    """Check that images are one evenly spaced stack in increasing order along their normal.

    `uneven_mm`: by how much two distances between neighbours may differ.

    Raises `GeometryError` for mixed orientation, spacing or size, for decreasing or no order (see `in_order`),
    for two images at one place, for a gap, and for positions that slide sideways more than a gantry tilts.
    """
    if len(images) < FEWEST_IMAGES:
        refuse([Problem(field="images", detail=f"{FEWEST_IMAGES} images or more are needed")])
    refuse(_mixed_problems(images))
    steps = np.diff(np.array([image.position for image in images]), axis=0)
    along = steps @ images[0].normal
    refuse(_order_problems(along))
    refuse(_gap_problems(steps, along, uneven_mm))
    step: Vector = steps.mean(axis=0)
    spacing = float(along.mean())
    tilt = float(np.degrees(np.arccos(np.clip(spacing / np.linalg.norm(step), -1, 1))))
    if tilt > MOST_TILT_DEGREES:
        refuse([Problem(field="position", detail=f"moves sideways by more than {MOST_TILT_DEGREES:g} degrees of tilt")])
    return Stack(images=tuple(images), step=step, spacing_mm=spacing, tilt_degrees=tilt)


def _mixed_problems(images: Sequence[ImagePlane]) -> Iterator[Problem]:
    first = images[0]
    for field in ("orientation", "spacing", "rows", "columns"):
        values = np.array([getattr(image, field) for image in images], dtype=np.float64)
        if float(np.abs(values - getattr(first, field)).max()) > COSINE_TOLERANCE:
            yield Problem(field=field, detail="must be the same on all images")


def _order_problems(along: Rows) -> Iterator[Problem]:
    if (np.abs(along) < SAME_PLACE_MM).any():
        yield Problem(field="position", detail="two images are at the same place")
    elif (along < 0).all():
        yield Problem(field="position", detail="images are in decreasing order along their normal: put them in order")
    elif (along < 0).any():
        yield Problem(field="position", detail="images are in no order along their normal: put them in order")


def _gap_problems(steps: Rows, along: Rows, uneven_mm: float) -> Iterator[Problem]:
    if float(np.ptp(along)) > uneven_mm:
        yield Problem(field="position", detail="images are unevenly spaced: one is missing, or belongs elsewhere")
    elif any(float(np.linalg.norm(later - earlier)) > 2 * uneven_mm for earlier, later in pairwise(steps)):
        yield Problem(field="position", detail="images are not in one line: one belongs elsewhere")
