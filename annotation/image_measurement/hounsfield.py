"""Density of a region on CT: mean, spread, median and extremes in Hounsfield units."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from annotation.image_measurement.ct_volume import CtVolume
from annotation.image_measurement.region import Region
from lesion_model.errors import FindingError, GeometryError, Problem
from lesion_model.findings import HounsfieldStatistics

STEP_HU = Decimal("0.1")
# Air has -1000 HU, and noise takes single voxels of it to about -1100. Below that is filling outside the field of
# view, or an intercept that was subtracted twice.
LEAST_HU = -1100.0
# Above titanium and steel nothing is left that a 12-bit or extended CT scale tells apart.
MOST_HU = 30_710.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """Of the `voxels` of a region, each of `voxel_mm3`.

    `sd_hu` is the standard deviation of these voxels (divided by their number). All are unrounded.
    """

    mean_hu: float
    sd_hu: float
    median_hu: float
    minimum_hu: float
    maximum_hu: float
    voxels: int
    voxel_mm3: float

    def finding(self) -> HounsfieldStatistics:
        """As the lesion model takes it, rounded to 0.1 HU."""
        return HounsfieldStatistics(
            mean_hu=_rounded(self.mean_hu),
            sd_hu=_rounded(self.sd_hu),
            minimum_hu=_rounded(self.minimum_hu),
            maximum_hu=_rounded(self.maximum_hu),
        )


def density(volume: CtVolume, region: Region) -> Density:
    """Measure a region of the same volume.

    Raises `GeometryError` for a region of another volume, `FindingError` for values that no tissue has.
    """
    check_same_grid(volume, region)
    values = volume.hounsfield[region.flags].astype(np.float64)
    problems = tuple(_value_problems(float(values.min()), float(values.max())))
    if problems:
        raise FindingError(problems)
    return Density(
        mean_hu=float(values.mean()),
        sd_hu=float(values.std()),
        median_hu=float(np.median(values)),
        minimum_hu=float(values.min()),
        maximum_hu=float(values.max()),
        voxels=region.voxels,
        voxel_mm3=volume.grid.voxel_mm3,
    )


def check_same_grid(volume: CtVolume, region: Region) -> None:
    if region.grid is not volume.grid:
        raise GeometryError([Problem(field="region", detail="was not made for this volume")])


def _value_problems(minimum: float, maximum: float) -> Iterator[Problem]:
    if minimum < LEAST_HU:
        detail = f"values below {LEAST_HU:g} HU: outside the field of view, or rescaled twice"
        yield Problem(field="hounsfield", detail=detail)
    if maximum > MOST_HU:
        yield Problem(field="hounsfield", detail=f"values above {MOST_HU:g} HU: not in Hounsfield units")


def _rounded(number: float) -> Decimal:
    return Decimal(number).quantize(STEP_HU, rounding=ROUND_HALF_UP)
