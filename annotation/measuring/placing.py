"""Which series a drawing belongs to, and whether it was really drawn there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotation.errors import SeriesNotFoundError, UnacceptableError
from annotation.image_measurement.image_volume import ImageVolume
from annotation.measuring.drawings import Mask, Place
from annotation.measuring.ports import Images, SeriesReference
from lesion_model.errors import GeometryError, Problem
from lesion_model.geometry import Point
from lesion_model.measurement.drawing import OFF_PLANE_MM
from lesion_model.measurement.drawn_on import OFF_IMAGE_MM, check_on_image
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import refuse, rows, unit, vector

MEASURABLE = ("CT", "MR", "PT")
MASK = "geometry.mask_sop_instance_uid"
SERIES, IMAGE, FRAME = "series_instance_uid", "geometry.sop_instance_uid", "geometry.frame_of_reference_uid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a drawing is to be measured. `image`: the SOP Instance UID, for a drawing on a stored image."""

    series: SeriesReference
    image: str | None


def target(study_instance_uid: str, series_instance_uid: str | None, place: Place, images: Images) -> Target:
    """The series that is named, that of the image, or the only one of the frame of reference.

    Raises StudyNotFoundError, SeriesNotFoundError, and UnacceptableError for a place that does not fit the study.
    """
    found = images.series_of_study(study_instance_uid)
    by_uid = {each.series_instance_uid: each for each in found}
    if series_instance_uid is not None and series_instance_uid not in by_uid:
        raise SeriesNotFoundError
    if place.sop_instance_uid is not None:
        wanted = images.series_of_image(place.sop_instance_uid)
        if wanted is None or wanted not in by_uid:
            raise UnacceptableError([Problem(field=IMAGE, detail="no such image in this study")])
        if series_instance_uid not in (None, wanted):
            raise UnacceptableError([Problem(field=IMAGE, detail="is not an image of this series")])
        chosen = by_uid[wanted]
    elif series_instance_uid is not None:
        chosen = by_uid[series_instance_uid]
    else:
        chosen = _only_series(found, place)
    if chosen.modality not in MEASURABLE:
        raise UnacceptableError([Problem(field=SERIES, detail="nothing is measured on it", allowed=MEASURABLE)])
    return Target(series=chosen, image=place.sop_instance_uid)


def check_frame(place: Place, frame_of_reference_uid: str | None) -> None:
    """Raises UnacceptableError when the drawing is in another frame of reference than the images."""
    given = place.frame_of_reference_uid
    if given is not None and given != frame_of_reference_uid:
        raise UnacceptableError([Problem(field=FRAME, detail="is not that of the images")])


def check_mask(mask: Mask, study_instance_uid: str, images: Images) -> None:
    """Raises UnacceptableError for a mask that is not in the study."""
    series = images.series_of_image(mask.sop_instance_uid)
    if series not in {each.series_instance_uid for each in images.series_of_study(study_instance_uid)}:
        raise UnacceptableError([Problem(field=MASK, detail="no such object in this study")])


def check_drawn_on(plane: ImagePlane, points: Mapping[str, tuple[Point, ...]], *, off_mm: float) -> None:
    """Raises `GeometryError` for points off the image; `off_mm`: how far they may be."""
    for name, some in points.items():
        try:
            check_on_image(plane, rows(some), off_mm=max(off_mm, OFF_IMAGE_MM))
        except GeometryError as error:
            raise GeometryError([Problem(field=name, detail=each.detail) for each in error.problems]) from None


def check_within(volume: ImageVolume, points: Mapping[str, tuple[Point, ...]]) -> None:
    """Raises `GeometryError` for points outside the images."""
    refuse(
        Problem(field=name, detail="lie outside the images", allowed=("mm, LPS, on these images",))
        for name, some in points.items()
        if some and not volume.contains(rows(some))
    )


def check_normal(place: Place, points: Mapping[str, tuple[Point, ...]]) -> None:
    """Raises `GeometryError` for points that do not lie in one plane with the normal that the viewer gave."""
    if place.plane_normal is None:
        return
    normal = unit(vector(place.plane_normal), "plane_normal")
    off = rows([each for some in points.values() for each in some]) @ normal
    if len(off) and float(np.ptp(off)) > 2 * OFF_PLANE_MM:
        raise GeometryError([Problem(field="plane_normal", detail="the points are not in one plane with this normal")])


def _only_series(found: tuple[SeriesReference, ...], place: Place) -> SeriesReference:
    frame = place.frame_of_reference_uid
    if frame is None:
        raise UnacceptableError([Problem(field=SERIES, detail="give a series, an image or a frame of reference")])
    in_frame = [each for each in found if each.frame_of_reference_uid == frame]
    if not in_frame:
        raise UnacceptableError([Problem(field=FRAME, detail="no series of this study is in it")])
    measurable = [each for each in in_frame if each.modality in MEASURABLE]
    if len(measurable) > 1:
        raise UnacceptableError([Problem(field=SERIES, detail="is needed: several series are in this frame")])
    return measurable[0] if measurable else in_frame[0]
