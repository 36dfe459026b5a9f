"""PET images of three makers, made from a real or an invented one, and the SUV factor computed from any of them.

The factor follows the vendor-neutral pseudo-code of the Quantitative Imaging Biomarkers Alliance (QIBA, FDG-PET/CT
Biomarker Committee, "Standardized Uptake Value (SUV)": Computing SUV from DICOM), and for Siemens the moment of decay
correction in (0071,xx22), as the vendors' conformance statements have it (arXiv 2410.13348).
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian, PositronEmissionTomographyImageStorage

from tests.builders.pseudonymised import read, written

GE_BLOCK, PHILIPS_BLOCK, SIEMENS_BLOCK = "GEMS_PETD_01", "Philips PET Private Group", "SIEMENS MED PT"


@dataclass(frozen=True, slots=True)
class Timing:
    """When the tracer was given, and when the scan began to which the pixels are decay-corrected."""

    injected: datetime
    scanned: datetime

    @property
    def decay_seconds(self) -> float:
        return (self.scanned - self.injected).total_seconds()


SAME_DAY = Timing(datetime(2021, 6, 30, 10, 35, 0, tzinfo=UTC), datetime(2021, 6, 30, 11, 20, 11, tzinfo=UTC))
ACROSS_MIDNIGHT = Timing(datetime(2020, 12, 31, 23, 31, 7, tzinfo=UTC), datetime(2021, 1, 1, 0, 29, 58, tzinfo=UTC))
INTO_A_LEAP_DAY = Timing(datetime(2024, 2, 28, 23, 59, 59, tzinfo=UTC), datetime(2024, 2, 29, 1, 0, 0, tzinfo=UTC))


def invented() -> bytes:
    """A small PET image of nobody, for where no real one is at hand; what SUV needs is that of a real FDG scan."""
    dataset = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=bytes(128))
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = PositronEmissionTomographyImageStorage
    dataset.SOPClassUID, dataset.Modality = PositronEmissionTomographyImageStorage, "PT"
    dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = (
        f"1.2.250.1.9999.{number}" for number in (1, 2, 3, 4)
    )
    dataset.ImageType, dataset.Manufacturer = ["ORIGINAL", "PRIMARY"], "GE MEDICAL SYSTEMS"
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "Zwyngelbert^Molly", "QX7741982035", "F"
    dataset.PatientWeight, dataset.PatientSize, dataset.ActualFrameDuration = "71.0", "1.63", "240000"
    dataset.CorrectedImage, dataset.Units = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"], "BQML"
    dataset.DecayCorrection, dataset.DecayFactor, dataset.DoseCalibrationFactor = "START", "1.15077", "164.0"
    dataset.SeriesType, dataset.CountsSource, dataset.FrameReferenceTime = ["STATIC", "IMAGE"], "EMISSION", "1215000.0"
    dataset.RescaleSlope, dataset.RescaleIntercept = "1.7141", "0.0"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = 4
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.PixelData = bytes(range(32))
    tracer = Dataset()
    tracer.Radiopharmaceutical, tracer.RadiopharmaceuticalVolume = "FDG -- fluorodeoxyglucose", "0.0"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = "3.88777472E8", "6588.0"
    tracer.RadionuclidePositronFraction = "0.97"
    dataset.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    return written(dataset)


def date_of(moment: datetime) -> str:
    return f"{moment:%Y%m%d}"


def time_of(moment: datetime) -> str:
    return f"{moment:%H%M%S}.00"


def date_time_of(moment: datetime) -> str:
    return date_of(moment) + time_of(moment)


def ge(real: bytes, timing: Timing) -> bytes:
    """As GE writes it: a series made later than the scan, whose begin stands in a private attribute.

    Dates of measurement, administration and the empty syringe, with their activities and the half-life, are private.
    """
    dataset = _scan(real, timing)
    dataset.SeriesDate, dataset.SeriesTime = _later(timing.scanned)
    block = dataset.private_block(0x0009, GE_BLOCK, create=True)
    for element, moment in (
        (0x0D, timing.scanned),
        (0x39, timing.injected - timedelta(minutes=4)),
        (0x3B, timing.injected),
        (0x3D, timing.injected + timedelta(minutes=2)),
    ):
        block.add_new(element, "DT", date_time_of(moment))
    for element, number in ((0x38, 389.5), (0x3C, 1.25), (0x3F, 6588.0)):
        block.add_new(element, "FL", number)
    return written(dataset)


def siemens(real: bytes, timing: Timing) -> bytes:
    """As Siemens writes it: the moment of decay correction in a private attribute, and a whole start date and time."""
    dataset = _scan(real, timing)
    _clear_private(dataset)
    dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Biograph128_mCT"
    dataset.SeriesDate, dataset.SeriesTime = _later(timing.scanned)
    dataset.DecayCorrection = "START"
    _tracer(dataset).RadiopharmaceuticalStartDateTime = date_time_of(timing.injected)
    block = dataset.private_block(0x0071, SIEMENS_BLOCK, create=True)
    block.add_new(0x21, "UI", "1.3.12.2.1107.5.1.4.999")
    block.add_new(0x22, "DT", date_time_of(timing.scanned))
    block.add_new(0x24, "LO", "ZWYNGELBERT")
    return written(dataset)


def philips(real: bytes, timing: Timing, *, suv_factor: str | None) -> bytes:
    """As Philips writes it: counts, with the factors to SUV and to activity in private attributes."""
    dataset = _scan(real, timing)
    _clear_private(dataset)
    dataset.Manufacturer, dataset.ManufacturerModelName = "Philips Medical Systems", "Allegro Body(C)"
    dataset.Units = "CNTS"
    block = dataset.private_block(0x7053, PHILIPS_BLOCK, create=True)
    if suv_factor is not None:
        block.add_new(0x00, "DS", suv_factor)
    block.add_new(0x03, "ST", "zwyngelbert.ecat")
    block.add_new(0x09, "DS", "1.60741")
    block.add_new(0xC2, "UI", "1.3.46.670589.28.999")
    return written(dataset)


def suv_factor(file: bytes) -> float:
    """By what a rescaled pixel value is multiplied to give the SUV by body weight, in g/ml."""
    dataset = read(file)
    assert {"ATTN", "DECY"} <= set(dataset.CorrectedImage)
    assert dataset.DecayCorrection == "START"
    if dataset.Units == "CNTS":
        factor = _private_text(dataset, 0x7053, PHILIPS_BLOCK, 0x00)
        if factor:
            return float(factor)
        return float(_private_text(dataset, 0x7053, PHILIPS_BLOCK, 0x09)) * _factor_of_activity(dataset)
    assert dataset.Units == "BQML"
    return _factor_of_activity(dataset)


def decay_seconds(file: bytes) -> float:
    """From the administration to the moment to which the pixels are corrected."""
    dataset = read(file)
    return (_scan_begin(dataset) - _administration(dataset)).total_seconds()


def private_float(file: bytes, element: int) -> float:
    """A number of the GE block, from its bytes: without a VR pydicom may not know it."""
    block = read(file).private_block(0x0009, GE_BLOCK)
    value = block[element].value
    (number,) = struct.unpack("<f", value) if isinstance(value, bytes) else (value,)
    return float(number)


def _factor_of_activity(dataset: Dataset) -> float:
    tracer = _tracer(dataset)
    decay = (_scan_begin(dataset) - _administration(dataset)).total_seconds()
    dose = float(tracer.RadionuclideTotalDose) * 2 ** (-decay / float(tracer.RadionuclideHalfLife))
    return float(dataset.PatientWeight) * 1000 / dose


def _scan_begin(dataset: Dataset) -> datetime:
    """The series' date and time, unless it was made after the acquisition: then the vendor's own."""
    series = _moment(dataset.SeriesDate + dataset.SeriesTime)
    acquisition = _moment(dataset.AcquisitionDate + dataset.AcquisitionTime)
    if series <= acquisition:
        return series
    vendors = (0x0009, GE_BLOCK, 0x0D), (0x0071, SIEMENS_BLOCK, 0x22)
    own = next((text for vendor in vendors if (text := _private_text(dataset, *vendor))), "")
    return _moment(own) if own else acquisition


def _administration(dataset: Dataset) -> datetime:
    """Its whole date and time; or the time alone, on the scan's day or, when that is later, the day before."""
    tracer = _tracer(dataset)
    if "RadiopharmaceuticalStartDateTime" in tracer:
        return _moment(tracer.RadiopharmaceuticalStartDateTime)
    scanned = _scan_begin(dataset)
    injected = _moment(date_of(scanned) + tracer.RadiopharmaceuticalStartTime)
    return injected if injected <= scanned else injected - timedelta(days=1)


def _moment(text: str) -> datetime:
    whole, _, fraction = text.strip().partition(".")
    return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC) + timedelta(seconds=float(f"0.{fraction}0"))


def _private_text(dataset: Dataset, group: int, creator: str, element: int) -> str:
    try:
        value = dataset.private_block(group, creator)[element].value
    except KeyError:
        return ""
    return (value.decode("ascii") if isinstance(value, bytes) else str(value)).strip(" \0")


def _tracer(dataset: Dataset) -> Dataset:
    tracer: Dataset = dataset.RadiopharmaceuticalInformationSequence[0]
    return tracer


def _scan(real: bytes, timing: Timing) -> FileDataset:
    """The real image with other dates and times, consistent with each other."""
    dataset = read(real)
    dataset.StudyDate, dataset.StudyTime = date_of(timing.injected), time_of(timing.injected)
    dataset.SeriesDate = dataset.AcquisitionDate = date_of(timing.scanned)
    dataset.SeriesTime = dataset.AcquisitionTime = time_of(timing.scanned)
    dataset.ContentDate, dataset.ContentTime = _later(timing.scanned)
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = _later(timing.scanned)
    _tracer(dataset).RadiopharmaceuticalStartTime = time_of(timing.injected)
    return dataset


def _later(moment: datetime) -> tuple[str, str]:
    later = moment + timedelta(minutes=24, seconds=28)
    return date_of(later), time_of(later)


def _clear_private(dataset: Dataset) -> None:
    for element in [element for element in dataset if element.tag.is_private]:
        del dataset[element.tag]
