"""Values of the image in a region: Hounsfield units on CT, SUV on PET, the stored signal on MR."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from annotation.image_measurement.hounsfield import LEAST_HU, MOST_HU
from annotation.image_measurement.image_volume import ImageVolume, Indices, Modality
from annotation.image_measurement.suv import suv_factor
from annotation.image_measurement.suv_peak import peak
from annotation.measuring.terms import HU, PERCENTILES, SIGNAL, STEP_HU, SUV, Method, statistic
from annotation.measuring.values import NotMeasured, Value, value
from lesion_model.errors import FindingError
from lesion_model.findings import HounsfieldStatistics
from lesion_model.measurement.vectors import Rows

QUANTITIES = {Modality.CT: HU, Modality.PET: SUV, Modality.MR: SIGNAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensities:
    """Of one region; `hounsfield` is the finding of a CT."""

    values: tuple[Value, ...] = ()
    not_measured: tuple[NotMeasured, ...] = ()
    hounsfield: HounsfieldStatistics | None = None


def intensities(volume: ImageVolume, values: Rows, voxels: Indices, method: Method) -> Intensities:
    """`values`: as the volume gives them, (n,); `voxels`: those of the region, where SUVpeak is looked for."""
    quantity = QUANTITIES[volume.modality]
    factor, reason = _factor(volume)
    if reason is None and quantity == HU:
        reason = _no_tissue(values)
    if reason is not None:
        return Intensities(not_measured=(NotMeasured(name=quantity, reason=reason),))
    found = dict(_statistics(values * factor))
    measured = [value(statistic(quantity, name), number, method) for name, number in found.items()]
    if quantity != SUV:
        return Intensities(values=tuple(measured), hounsfield=_finding(found) if quantity == HU else None)
    highest = peak(volume, voxels)
    if highest is None:
        missing = NotMeasured(name="suv_peak", reason="no whole sphere of 1 cm³ around the region is on the images")
        return Intensities(values=tuple(measured), not_measured=(missing,))
    return Intensities(values=(*measured, value("suv_peak", highest * factor, Method.SPHERE_1_CM3)))


def at_points(volume: ImageVolume, points: Rows) -> Intensities:
    """The voxel that each point, (n, 3), mm, LPS, lies in."""
    quantity = QUANTITIES[volume.modality]
    factor, reason = _factor(volume)
    if reason is not None:
        return Intensities(not_measured=(NotMeasured(name=quantity, reason=reason),))
    numbers = volume.at(volume.nearest(points)) * factor
    return Intensities(
        values=tuple(
            value(quantity, float(number), Method.VOXEL_AT_POINT, str(place)) for place, number in enumerate(numbers)
        )
    )


def _factor(volume: ImageVolume) -> tuple[float, str | None]:
    """By what values are multiplied, or why they are of no use."""
    if volume.modality is Modality.CT:
        return 1.0, volume.not_hounsfield
    if volume.modality is Modality.MR or volume.pet is None:
        return 1.0, None
    try:
        return suv_factor(volume.pet), None
    except FindingError as error:
        return 1.0, str(error)


def _no_tissue(values: Rows) -> str | None:
    if float(values.min()) < LEAST_HU:
        return f"values below {LEAST_HU:g} HU: the region leaves the field of view"
    return f"values above {MOST_HU:g} HU: not in Hounsfield units" if float(values.max()) > MOST_HU else None


def _statistics(values: Rows) -> Iterator[tuple[str, float]]:
    yield "mean", float(values.mean())
    yield "sd", float(values.std())
    yield "minimum", float(values.min())
    yield "maximum", float(values.max())
    yield "median", float(np.median(values))
    for name, percent in PERCENTILES.items():
        yield name, float(np.percentile(values, percent))


def _finding(found: dict[str, float]) -> HounsfieldStatistics:
    rounded = {
        name: Decimal(found[name]).quantize(STEP_HU, rounding=ROUND_HALF_UP)
        for name in ("mean", "sd", "minimum", "maximum")
    }
    return HounsfieldStatistics(
        mean_hu=rounded["mean"],
        sd_hu=rounded["sd"],
        minimum_hu=rounded["minimum"],
        maximum_hu=rounded["maximum"],
    )
