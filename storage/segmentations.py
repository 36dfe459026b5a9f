"""The voxels of one segment of a DICOM SEG, on the very voxels of the images that it was drawn on."""

from io import BytesIO

import highdicom
import numpy as np
import pydicom
from pydicom.dataset import Dataset

from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.nifti.damage import DAMAGED
from lesion_model.errors import FindingError, GeometryError, Problem
from lesion_model.measurement.vectors import Rows

# Positions are written to about 0.01 mm, indices follow from them.
SAME_VOXEL = 0.05
DIMENSIONS = 3


def segment_voxels(file: bytes, segment: int, volume: ImageVolume) -> Indices:
    """(n, 3): slice, row, column of the volume.

    Raises `FindingError` for what is no binary segmentation or has no such segment, `GeometryError` for one on other
    voxels: it is not resampled.
    """
    try:
        dataset = pydicom.dcmread(BytesIO(file))
        seg = highdicom.seg.Segmentation.from_dataset(dataset, copy=False)
    except DAMAGED as error:
        raise FindingError([Problem(field="geometry.mask_sop_instance_uid", detail="is no segmentation")]) from error
    _check(seg, segment, volume)
    marked = seg.get_volume(segment_numbers=[segment], combine_segments=True, rescale_fractional=False)
    here = np.argwhere(np.asarray(marked.array) != 0)
    if not len(here):
        raise FindingError([Problem(field="geometry.segment", detail="is empty: no voxel is marked")])
    affine = np.asarray(marked.affine, dtype=np.float64)
    return _on_grid(here @ affine[:DIMENSIONS, :DIMENSIONS].T + affine[:DIMENSIONS, DIMENSIONS], affine, volume)


def _check(seg: Dataset, segment: int, volume: ImageVolume) -> None:
    if seg.SegmentationType != "BINARY":
        raise FindingError(
            [Problem(field="geometry.mask_sop_instance_uid", detail="must be binary", allowed=("BINARY",))]
        )
    if segment not in seg.segment_numbers:
        raise FindingError([Problem(field="geometry.segment", detail="the segmentation has no such segment")])
    if seg.get("FrameOfReferenceUID") != volume.frame_of_reference_uid:
        detail = "is in another frame of reference than the images"
        raise GeometryError([Problem(field="geometry.mask_sop_instance_uid", detail=detail)])


def _on_grid(places: Rows, affine: Rows, volume: ImageVolume) -> Indices:
    """Every marked voxel must be one of the image, and of its size."""
    indices = volume.grid.to_indices(places)
    nearest = np.rint(indices)
    size = abs(float(np.linalg.det(affine[:DIMENSIONS, :DIMENSIONS])))
    inside = ((nearest >= 0) & (nearest < np.array(volume.grid.shape))).all()
    same = np.abs(indices - nearest).max() <= SAME_VOXEL and abs(size / volume.grid.voxel_mm3 - 1) <= SAME_VOXEL
    if not inside or not same:
        detail = "is not on the voxels of these images"
        raise GeometryError([Problem(field="geometry.mask_sop_instance_uid", detail=detail)])
    return nearest.astype(np.intp)
