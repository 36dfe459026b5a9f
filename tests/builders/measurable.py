"""Series to measure on, put into an image store and the ledger as the door would; phantoms of known content."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from storage.ledger_records import StoredObject
from storage.orthanc import instance_id
from tests.builders.ledger import stored_object

Voxels = npt.NDArray[np.int16]
Store = Callable[[bytes, str], object]

CT_STUDY, CT_SERIES, CT_FRAME = "2.25.901", "2.25.902", "2.25.903"


def stored_bytes(dataset: Dataset) -> bytes:
    kept = BytesIO()
    dataset.save_as(kept, enforce_file_format=True)
    return kept.getvalue()


def known(dataset: Dataset, file: bytes) -> StoredObject:
    """The row of the ledger for one object."""
    study, series, sop = dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID
    return stored_object(
        pseudonym=str(dataset.PatientID),
        study_instance_uid=str(study),
        series_instance_uid=str(series),
        sop_instance_uid=str(sop),
        sop_class_uid=str(dataset.SOPClassUID),
        transfer_syntax_uid=str(dataset.file_meta.TransferSyntaxUID),
        modality=str(dataset.Modality),
        frame_of_reference_uid=dataset.get("FrameOfReferenceUID"),
        rows=dataset.get("Rows"),
        columns=dataset.get("Columns"),
        size=len(file),
        sha256=hashlib.sha256(file).hexdigest(),
        orthanc_id=instance_id(str(dataset.PatientID), str(study), str(series), str(sop)),
    )


def keep(datasets: Iterable[Dataset], store: Store) -> list[StoredObject]:
    """Store the objects; their rows are for the caller to record."""
    rows = []
    for dataset in datasets:
        file = stored_bytes(dataset)
        row = known(dataset, file)
        store(file, row.orthanc_id)
        rows.append(row)
    return rows


def read(paths: Sequence[Any]) -> list[FileDataset]:
    return [pydicom.dcmread(path) for path in paths]


def ct_series(
    hounsfield: Voxels,
    *,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    spacing: tuple[float, float, float] = (2.0, 1.0, 1.0),
    series: str = CT_SERIES,
    study: str = CT_STUDY,
    frame: str = CT_FRAME,
    **attributes: Any,
) -> list[FileDataset]:
    """An axial CT of nobody. `hounsfield`: (slice, row, column); `spacing`: mm between slices, rows, columns."""
    return [
        _ct_image(
            hounsfield[number],
            number,
            position=(origin[0], origin[1], origin[2] + number * spacing[0]),
            spacing=spacing,
            uids=(study, series, frame),
            attributes=attributes,
        )
        for number in range(len(hounsfield))
    ]


def _ct_image(
    hounsfield: Voxels,
    number: int,
    *,
    position: tuple[float, float, float],
    spacing: tuple[float, float, float],
    uids: tuple[str, str, str],
    attributes: dict[str, Any],
) -> FileDataset:
    dataset = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=bytes(128))
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"{uids[1]}.{number + 1}")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = uids
    dataset.PatientID, dataset.Modality, dataset.ImageType = "OST-7K3M9-QPXRC", "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.PatientName = dataset.StudyID = dataset.AccessionNumber = ""
    dataset.PatientBirthDate = dataset.PatientSex = dataset.StudyDate = dataset.StudyTime = ""
    dataset.ReferringPhysicianName = ""
    dataset.ImagePositionPatient = list(position)
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [spacing[1], spacing[2]], spacing[0]
    dataset.Rows, dataset.Columns = hounsfield.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
    dataset.PixelData = (hounsfield + 1024).astype("<i2").tobytes()
    for keyword, value in attributes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset
