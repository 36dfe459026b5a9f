"""The key image of a reading: at the lesion's plane, in the bone's window, with what was drawn on it."""

from typing import Protocol

import numpy as np

from annotation.entities import Reading
from annotation.image_measurement.image_volume import ImageVolume, Modality
from annotation.key_images.picture import picture
from annotation.key_images.section import Section, of_image, through
from annotation.key_images.tones import window_of
from annotation.measuring.ports import SeriesReference
from lesion_model.errors import FindingError, Problem
from lesion_model.geometry import Geometry
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import Rows


class Shown(Protocol):
    """One image with its values; of PET, the values have no unit of their own."""

    @property
    def modality(self) -> Modality: ...
    @property
    def plane(self) -> ImagePlane: ...
    @property
    def values(self) -> Rows: ...


class Images(Protocol):
    """What is needed of the image store; `storage.measurable_images` satisfies it."""

    def series_of_study(self, study_instance_uid: str) -> tuple[SeriesReference, ...]: ...
    def series_of_image(self, sop_instance_uid: str) -> str | None: ...
    def shown(self, sop_instance_uid: str) -> Shown: ...
    def volume(self, series_instance_uid: str) -> ImageVolume: ...


def key_image(reading: Reading, images: Images) -> bytes:
    """PNG. Raises `FindingError` where nothing was drawn, or on nothing that can be shown, and what images raise."""
    geometry = reading.geometry
    if geometry is None:
        raise FindingError([Problem(field="geometry", detail="nothing was drawn: there is no plane to show")])
    points = np.array([(each.x, each.y, each.z) for each in geometry.points], dtype=np.float64)
    if geometry.sop_instance_uid is not None:
        image = images.shown(geometry.sop_instance_uid)
        if image.modality is not Modality.PET:
            section = of_image(image.values, image.plane, image.modality)
            return picture(section, window_of(section.values, image.modality), points)
    volume = images.volume(_series(reading, geometry, images))
    section = through(volume, points) if geometry.sop_instance_uid is None else _slice(volume, geometry)
    return picture(section, window_of(section.values, volume.modality, volume.pet), points)


def _slice(volume: ImageVolume, geometry: Geometry) -> Section:
    assert geometry.sop_instance_uid is not None  # noqa: S101 - the caller's branch
    place = volume.slice_of(geometry.sop_instance_uid) or 0
    middle = volume.grid.to_patient(np.array([[place, 0, 0]], dtype=np.float64))
    return through(volume, middle)


def _series(reading: Reading, geometry: Geometry, images: Images) -> str:
    """That of the image; in a frame of reference alone CT is shown rather than MR, and both rather than PET."""
    if geometry.sop_instance_uid is not None and (series := images.series_of_image(geometry.sop_instance_uid)):
        return series
    order = [each.value for each in (Modality.CT, Modality.MR, Modality.PET)]
    found = [
        (order.index(each.modality), each.series_instance_uid)
        for each in images.series_of_study(reading.study_instance_uid)
        if each.modality in order and each.frame_of_reference_uid == geometry.frame_of_reference_uid
    ]
    if not found:
        raise FindingError([Problem(field="geometry", detail="no series of the study lies in its frame of reference")])
    return min(found)[1]
