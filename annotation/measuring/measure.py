"""Measure one drawing anew, from its points and the image that it was drawn on; nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotation.image_measurement.image_volume import ImageVolume
from annotation.measuring import bones, lines, outlines
from annotation.measuring.clients import Compared, compared
from annotation.measuring.drawings import (
    Bidirectional,
    Cortex,
    Drawing,
    Ellipse,
    Freehand,
    Length,
    Mask,
    Place,
    Points,
    Vertebra,
    named_points,
)
from annotation.measuring.intensities import at_points
from annotation.measuring.placing import (
    Target,
    check_drawn_on,
    check_frame,
    check_mask,
    check_normal,
    check_within,
    target,
)
from annotation.measuring.ports import Images
from annotation.measuring.values import Results
from lesion_model.errors import FindingError, LesionModelError, Problem, located
from lesion_model.measurement.landmarks import OUT_OF_PLANE_MM
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import rows

# Bone is measured where it is seen: a PET shows neither endplates nor cortex.
BONE_MODALITIES = ("CT", "MR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be measured, and the numbers that the viewer showed, by name."""

    study_instance_uid: str
    series_instance_uid: str | None
    place: Place
    drawing: Drawing
    client_values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured, where."""

    series_instance_uid: str
    modality: str
    results: Results
    compared: Mapping[str, Compared]


def measure(asked: Asked, images: Images) -> Measurement:
    """Raises NotFoundError, UnacceptableError, and `LesionModelError` for what cannot be measured."""
    chosen = target(asked.study_instance_uid, asked.series_instance_uid, asked.place, images)
    modality = str(chosen.series.modality)
    if isinstance(asked.drawing, Vertebra | Cortex) and modality not in BONE_MODALITIES:
        detail = "bone is not measured on this modality"
        raise FindingError([Problem(field="series_instance_uid", detail=detail, allowed=BONE_MODALITIES)])
    with located("geometry"):
        check_normal(asked.place, named_points(asked.drawing))
    results = _results(asked, chosen, images)
    return Measurement(
        series_instance_uid=chosen.series.series_instance_uid,
        modality=modality,
        results=results,
        compared=compared(results.values, asked.client_values),
    )


def _results(asked: Asked, chosen: Target, images: Images) -> Results:
    """What needs no values of the image is measured on one image alone, where it was drawn on one."""
    drawing = asked.drawing
    if chosen.image is not None and isinstance(drawing, Length | Bidirectional | Vertebra | Cortex):
        image = images.image(chosen.image)
        check_frame(asked.place, image.frame_of_reference_uid)
        with located("geometry"):
            _check_image(drawing, image.plane)
            return _of_geometry(drawing)
    volume = _volume(chosen, images)
    check_frame(asked.place, volume.frame_of_reference_uid)
    if isinstance(drawing, Mask):
        check_mask(drawing, asked.study_instance_uid, images)
        return outlines.mask(images.mask(drawing.sop_instance_uid, drawing.segment, volume), volume)
    with located("geometry"):
        slice_number = volume.slice_of(chosen.image) if chosen.image else None
        if slice_number is not None:
            _check_image(drawing, volume.plane(slice_number))
        check_within(volume, named_points(drawing))
        return _of_volume(drawing, volume, slice_number)


def _volume(chosen: Target, images: Images) -> ImageVolume:
    """What is wrong with the images is said of the series, not of what was drawn."""
    try:
        return images.volume(chosen.series.series_instance_uid)
    except LesionModelError as error:
        found = "; ".join(str(problem) for problem in error.problems)
        detail = f"the series cannot be measured: {found}"
        raise FindingError([Problem(field="series_instance_uid", detail=detail)]) from error


def _check_image(drawing: Drawing, plane: ImagePlane) -> None:
    """Landmarks may be picked on neighbouring images of a spine; the axis of a bone leads through several."""
    off_mm = OUT_OF_PLANE_MM if isinstance(drawing, Vertebra) else 0.0
    points = {"points": drawing.points} if isinstance(drawing, Points) else named_points(drawing)
    check_drawn_on(plane, points, off_mm=off_mm)


def _of_geometry(drawing: Length | Bidirectional | Vertebra | Cortex) -> Results:
    match drawing:
        case Length():
            return lines.length(drawing)
        case Bidirectional():
            return lines.bidirectional(drawing)
        case Vertebra():
            return bones.vertebra(drawing)
        case Cortex():
            return bones.cortex(drawing)


def _of_volume(
    drawing: Length | Bidirectional | Ellipse | Freehand | Points | Vertebra | Cortex,
    volume: ImageVolume,
    slice_number: int | None,
) -> Results:
    match drawing:
        case Ellipse():
            return outlines.ellipse(drawing, volume, slice_number)
        case Freehand():
            return outlines.freehand(drawing, volume, slice_number)
        case Points():
            found = at_points(volume, rows(drawing.points))
            return lines.points(drawing).with_values(found.values, found.not_measured)
        case _:
            return _of_geometry(drawing)
