"""A whole series from the image store, several files at a time, stacked by their true positions."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from annotation.image_measurement.grid import Grid
from annotation.image_measurement.image_volume import ImageVolume, Modality
from annotation.nifti.pet_headers import pet_scan
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.planes import COARSEST_MM
from lesion_model.measurement.stacks import UNEVEN_MM, in_order, stack
from lesion_model.measurement.vectors import refuse
from storage.image_slices import ImageSlice, header, read_slice

# Where two bed positions of a PET meet, slices are up to a tenth of a mm nearer or farther than elsewhere.
UNEVEN_PET_MM = 0.2
READERS = 4
"""One waits for the image store while another decodes."""


class Files(Protocol):
    """A store of Part 10 files; `storage.orthanc` is one."""

    def read(self, orthanc_id: str) -> Iterator[bytes]: ...


def read_file(files: Files, orthanc_id: str) -> bytes:
    """Raises ImageMissingError or ImageStoreUnavailableError."""
    return b"".join(files.read(orthanc_id))


def read_series(files: Files, series_instance_uid: str, orthanc_ids: Sequence[str]) -> ImageVolume:
    """Raises `FindingError` or `GeometryError` for images that are no even stack of one modality and frame."""
    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="series") as readers:
        slices = list(readers.map(lambda each: read_slice(read_file(files, each)), orthanc_ids))
    first = slices[0]
    refuse(_mixed_problems(slices))
    by_plane = {id(each.plane): each for each in slices}
    uneven_mm = UNEVEN_PET_MM if first.modality is Modality.PET else UNEVEN_MM
    stacked = stack(in_order([each.plane for each in slices]), uneven_mm=uneven_mm)
    refuse(_distance_problems(stacked.spacing_mm))
    placed = [by_plane[id(plane)] for plane in stacked.images]
    between_rows, between_columns = first.plane.spacing
    pet = None
    if first.modality is Modality.PET:
        pet = pet_scan(header(read_file(files, orthanc_ids[0])), [each.acquired_at for each in slices])
    bottom = placed[0].plane
    return ImageVolume(
        series_instance_uid=series_instance_uid,
        modality=first.modality,
        frame_of_reference_uid=first.frame_of_reference_uid,
        sop_instance_uids=tuple(each.sop_instance_uid for each in placed),
        grid=Grid(
            origin=np.array(bottom.position, dtype=np.float64),
            steps=np.stack((stacked.step, between_rows * bottom.along_column, between_columns * bottom.along_row)),
            shape=(len(placed), bottom.rows, bottom.columns),
        ),
        stored=np.stack([each.stored for each in placed if each.stored is not None]),
        slopes=np.array([each.slope for each in placed]),
        intercepts=np.array([each.intercept for each in placed]),
        not_hounsfield=next((each.not_hounsfield for each in placed if each.not_hounsfield), None),
        pet=pet,
    )


def _mixed_problems(slices: Sequence[ImageSlice]) -> Iterator[Problem]:
    if len({each.modality for each in slices}) > 1:
        raise FindingError([Problem(field="Modality", detail="must be the same on all images")])
    if len({each.frame_of_reference_uid for each in slices}) > 1:
        yield Problem(field="FrameOfReferenceUID", detail="must be the same on all images")
    if len({each.stored.dtype for each in slices if each.stored is not None}) > 1:
        yield Problem(field="PixelData", detail="must be stored alike on all images")


def _distance_problems(spacing_mm: float) -> Iterator[Problem]:
    if spacing_mm > COARSEST_MM:
        yield Problem(field="position", detail=f"images must be at most {COARSEST_MM:g} mm apart")
