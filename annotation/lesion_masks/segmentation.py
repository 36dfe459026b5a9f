"""What was drawn of a lesion as a DICOM segmentation (PS3.3 A.51): one segment, on the image that was drawn on.

As in reports, nothing in it tells who the patient or the reader is, or when the examination really was.
"""

from copy import deepcopy

import highdicom
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from annotation.entities import Lesion, Reading
from annotation.lesion_masks.marking import marked
from annotation.lesion_masks.refusals import NoMask, RefusedOutlineError
from annotation.structured_report.document import FIRST_SERIES_NUMBER, MAKER, MODEL, dated, whole
from annotation.structured_report.identifiers import mask_dimensions_uid, mask_series_uid, mask_uid, tracking_uid

# Neither is known of an instance that no device made.
_VERSION, _SERIAL_NUMBER = "1", "0"


def mask_of(lesion: Lesion, reading: Reading, image: Dataset) -> Dataset:
    """The same for the same revision. `image`: header of the image that was drawn on. Raises RefusedOutlineError."""
    if reading.geometry is None:
        raise RefusedOutlineError(NoMask.NO_OUTLINE)
    pixels = marked(reading.geometry, image)
    source = _with_frame_of_reference(whole(deepcopy(image)))
    described = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label=lesion.label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=tracking_uid(lesion.id),
        tracking_id=lesion.label,
    )
    made: Dataset = highdicom.seg.Segmentation(
        source_images=[source],
        pixel_array=pixels[np.newaxis].astype(np.uint8),
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[described],
        series_instance_uid=mask_series_uid(reading.id),
        series_number=FIRST_SERIES_NUMBER + lesion.number,
        sop_instance_uid=mask_uid(reading.id, reading.revision),
        instance_number=reading.revision,
        manufacturer=MAKER,
        manufacturer_model_name=MODEL,
        software_versions=_VERSION,
        device_serial_number=_SERIAL_NUMBER,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        omit_empty_frames=False,
        series_description=f"Mask of {lesion.label}",
    )
    for keyword in ("PatientName", "PatientSex"):
        setattr(made, keyword, image.get(keyword, ""))
    dated(made, source)
    _settle(made, reading)
    return made


def _settle(made: Dataset, reading: Reading) -> None:
    """What highdicom makes anew each time."""
    uid = mask_dimensions_uid(reading.id)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid
    for item in made.ContributingEquipmentSequence:
        del item.ContributionDateTime


def _with_frame_of_reference(image: Dataset) -> Dataset:
    """Where pixels lie is said in it: without one, a segmentation has no place."""
    if not image.get("FrameOfReferenceUID"):
        raise RefusedOutlineError(NoMask.IMAGE_WITHOUT_PLACE)
    return image
