"""Which objects are images that a volume can be made of."""

from collections.abc import Sequence

from annotation.nifti.frames import Frame, frame_of
from annotation.nifti.functional_groups import frames_of
from annotation.nifti.objects import ImageObject
from annotation.nifti.refusals import Reason, RefusedSeriesError

CLASSIC = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT
        "1.2.840.10008.5.1.4.1.1.4",  # MR
        "1.2.840.10008.5.1.4.1.1.128",  # PET
    }
)
ENHANCED = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT
        "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT
        "1.2.840.10008.5.1.4.1.1.4.1",  # Enhanced MR
        "1.2.840.10008.5.1.4.1.1.4.4",  # Legacy Converted Enhanced MR
        "1.2.840.10008.5.1.4.1.1.130",  # Enhanced PET
        "1.2.840.10008.5.1.4.1.1.128.1",  # Legacy Converted Enhanced PET
    }
)
MODALITIES = frozenset({"CT", "MR", "PT"})


def frames_of_series(images: Sequence[ImageObject]) -> list[Frame]:
    """All frames of all objects. Raises RefusedSeriesError for what is no image of CT, MR or PET with a place."""
    classes = {image.sop_class_uid for image in images}
    if not images or not classes <= CLASSIC | ENHANCED or not _modalities(images) <= MODALITIES:
        raise RefusedSeriesError(Reason.NOT_IMAGES)
    if len(classes) > 1 or len(_modalities(images)) > 1:
        raise RefusedSeriesError(Reason.MIXED_OBJECTS)
    for image in images:
        if image.attributes.whole("SamplesPerPixel", absent=1) != 1:
            raise RefusedSeriesError(Reason.COLOUR)
    if classes <= ENHANCED:
        frames = [frame for source, image in enumerate(images) for frame in frames_of(image, source)]
    else:
        frames = [_only_frame(image, source) for source, image in enumerate(images)]
    if any("LOCALIZER" in frame.about.texts(keyword) for frame in frames for keyword in ("ImageType", "FrameType")):
        raise RefusedSeriesError(Reason.LOCALIZER)
    if len(frames) == 1:
        raise RefusedSeriesError(Reason.SINGLE_SLICE)
    return frames


def _modalities(images: Sequence[ImageObject]) -> frozenset[str]:
    return frozenset(image.attributes.text("Modality") for image in images)


def _only_frame(image: ImageObject, source: int) -> Frame:
    if image.frames != 1:
        raise RefusedSeriesError(Reason.MISSING_GEOMETRY, "several frames in an object that has a place for one")
    return frame_of(image.attributes, source=source, number=0)
