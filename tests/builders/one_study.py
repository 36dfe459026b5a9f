"""Objects of one study: slices that the node takes, and what it does not take."""

from io import BytesIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from tests.builders.door import ct

STUDY, OTHER_STUDY = "1.2.826.0.1.3680043.8.498.77", "1.2.826.0.1.3680043.8.498.78"
SERIES = f"{STUDY}.1"


def slice_(number: int, study: str = STUDY) -> bytes:
    return ct(StudyInstanceUID=study, SeriesInstanceUID=f"{study}.1", SOPInstanceUID=f"{study}.1.{number}")


def screenshot() -> bytes:
    """Among the slices, of a SOP class that the node does not take."""
    dataset = pydicom.dcmread(BytesIO(slice_(99)))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def report() -> bytes:
    """A text report of the same study, which the node does not take."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = BasicTextSRStorage, f"{STUDY}.9.1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = STUDY, f"{STUDY}.9", "SR"
    dataset.PatientID, dataset.PatientName, dataset.StudyDate, dataset.StudyTime = "1CT1", "A^B", "20040119", "072730"
    dataset.StudyID, dataset.AccessionNumber, dataset.SeriesNumber, dataset.InstanceNumber = "1CT1", "", 9, 1
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()
