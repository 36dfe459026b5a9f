"""DICOM segmentations, as other programs write them."""

from collections.abc import Sequence

import highdicom
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian


def segmentation(marked: npt.NDArray[np.bool_], series: Sequence[Dataset], uid: str = "2.25.772") -> Dataset:
    """A binary one of one segment. `marked`: (slice, row, column)."""
    for dataset in series:
        dataset.PatientSex = dataset.PatientBirthDate = ""
    described = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label="lesion",
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
    )
    made: Dataset = highdicom.seg.Segmentation(
        source_images=series,
        pixel_array=marked.astype(np.uint8),
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[described],
        series_instance_uid="2.25.771",
        series_number=9,
        sop_instance_uid=uid,
        instance_number=1,
        manufacturer="nobody",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    return made
