"""A rehearsal: an invented object goes through an engine, so that no sender waits while tables are read.

What is read and compiled once a process (safe private attributes, concepts, patterns) takes as long as a hundred
objects. Done before the workers are forked, it is also in memory once only.
"""

import io
from collections.abc import Callable

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.engine import Engine, Identify
from dicom_node.pseudonymisation.facts import Facts
from storage.identities import Pseudonymity

_NOBODY = Pseudonymity("REHEARSAL", -400)
_OBJECTS = 3
"""The first is worked out in full, the second makes a plan, the third goes by it (`plan`)."""


def rehearse(new_engine: Callable[[Identify], Engine]) -> None:
    """Let a few objects through an engine, which is forgotten afterwards. Nobody is asked whose they are."""
    engine = new_engine(_nobody)
    for number in range(1, _OBJECTS + 1):
        try:
            engine(_invented(number))
        except UnprocessableError:  # a profile may take no such object: then what it needs has been read all the same
            return


def _nobody(_facts: Facts, _charset: Charset, _sender: str) -> Pseudonymity:
    return _NOBODY


def _invented(number: int) -> bytes:
    """One of the images of a series, with an element of most kinds that there are."""
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 100"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, f"2.25.1000{number}"
    image.StudyDate = image.ContentDate = "20200102"
    image.StudyTime, image.ContentTime = "101112", f"10111{number}"
    image.AccessionNumber, image.Modality, image.Manufacturer = "A00000000", "CT", "NOBODY"
    image.StudyDescription, image.SeriesDescription = "CT chest", "axial 1 mm"
    image.InstitutionName, image.ReferringPhysicianName = "INVENTED HOSPITAL", "INVENTED^PHYSICIAN"
    image.PatientName, image.PatientID, image.PatientBirthDate = "INVENTED^PERSON", "000000000", "19500102"
    image.PatientSex, image.PatientAge, image.PatientWeight = "O", "070Y", "70"
    image.StudyInstanceUID, image.SeriesInstanceUID, image.FrameOfReferenceUID = "2.25.1001", "2.25.1002", "2.25.1003"
    image.SeriesNumber, image.InstanceNumber = "1", str(number)
    image.ImagePositionPatient, image.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = 2
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation, image.PixelSpacing = 15, 0, [1, 1]
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-D3000", "SRT", "Chest"
    image.AnatomicRegionSequence = Sequence([code])
    image.private_block(0x0009, "INVENTED", create=True).add_new(0x01, "LO", "something")
    image.PixelData = bytes(8)
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = CTImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    written = io.BytesIO()
    image.save_as(written, enforce_file_format=True)
    return written.getvalue()
