"""The frames of an Enhanced object: places from its functional groups (PS3.3 C.7.6.16), never from numbering."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from annotation.nifti.attributes import Attributes
from annotation.nifti.damage import refusing_damage
from annotation.nifti.frames import Frame, frame_of
from annotation.nifti.objects import KEPT, ImageObject, header_of
from annotation.nifti.refusals import Reason, RefusedSeriesError


def frames_of(image: ImageObject, source: int) -> list[Frame]:
    """Raises RefusedSeriesError for a frame without a place.

    What is there for one frame counts before what all frames share, and that before the object's own attributes.
    """
    header = header_of(image.source)
    with refusing_damage(Reason.UNREADABLE):
        shared = _group_attributes(next(iter(header.get("SharedFunctionalGroupsSequence") or ()), Dataset()))
        own = [_group_attributes(each) for each in header.get("PerFrameFunctionalGroupsSequence") or ()]
    if len(own) != image.frames:
        detail = "PerFrameFunctionalGroupsSequence has not one item for each frame"
        raise RefusedSeriesError(Reason.MISSING_GEOMETRY, detail)
    common = shared.over(image.attributes)
    return [frame_of(each.over(common), source=source, number=number) for number, each in enumerate(own)]


def _group_attributes(groups: Dataset) -> Attributes:
    """Of all functional groups of one item together; sequences within them are followed."""
    found = Attributes(values={})
    for item in _items(groups):
        found = found.over(Attributes.of(item, KEPT))
    return found


def _items(groups: Dataset) -> Iterator[Dataset]:
    """The functional groups, each a sequence of one item; MR Diffusion has sequences of its own."""
    for element in groups:
        if element.VR == "SQ" and not element.tag.is_private and element.keyword in GROUPS:
            yield from element.value or ()


GROUPS = frozenset(
    {
        "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "FrameContentSequence",
        "PixelValueTransformationSequence", "CTImageFrameTypeSequence", "MRImageFrameTypeSequence",
        "PETFrameTypeSequence", "MREchoSequence", "MRDiffusionSequence", "MRTimingAndRelatedParametersSequence",
        "CardiacSynchronizationSequence", "MRAveragesSequence", "MRImagingModifierSequence", "CTXRayDetailsSequence",
        "CTExposureSequence", "CTReconstructionSequence", "CTGeometrySequence", "FrameAnatomySequence",
        "PETReconstructionSequence", "PETFrameAcquisitionSequence", "PETFrameCorrectionFactorsSequence",
    }
)  # fmt: skip
"""Only these: others (real-world values, windows) repeat names with other meanings."""
