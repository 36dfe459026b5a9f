"""The sample study: the phantoms as one CT examination of an invented patient, ready to send.

The identity is made up, and complete on purpose: names, numbers, dates, free text and a private
block, all of which the door has to remove. UIDs are derived from fixed names under `2.25.`, so
every generation is the same examination and sending it twice is a re-send.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from osteon.sample.canvas import Volume
from osteon.sample.femur import femur_volume
from osteon.sample.spine import spine_volume

ROOT = UUID("6f1d3a52-9d0c-5c6e-8f9b-2f7f6f0c4e21")
EDITION = "1"
"""Part of every UID: raise it when the phantom's pixels change."""
INTERCEPT = -1024

PATIENT_NAME = "DESROSIERS-LÉVÊQUE^Marie-Hélène"
PATIENT_ID = "0804417263"
ACCESSION = "A24RX0098812"
INSTITUTION = "CHU de Valmont-sur-Orne"
IDENTIFYING_TEXTS = (
    "DESROSIERS", "Marie-Hélène", PATIENT_ID, ACCESSION, "Valmont", "QUESNEL", "TERRASSON", "MANIP-ROUX",
    "14 rue des Tanneurs", "2580317", "0231990417", "CTVALM2", "19580317", "20240912",
)  # fmt: skip
"""Fragments of the invented identity: none may be found behind the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeries:
    """One series: how it was taken, and its pixels."""

    name: str
    number: int
    description: str
    body_part: str
    laterality: str | None
    kernel: str
    window: tuple[tuple[int, int], ...]
    """(centre, width), the first is shown"""
    volume: Volume
    exposure: tuple[int, int]
    """Exposure time in ms and tube current in mA."""

    @property
    def uid(self) -> str:
        return uid(f"series {self.name}")

    def slice_of_instance(self, number: int) -> int:
        """Volume index of an instance: numbers run from the head (1) to the feet."""
        return len(self.volume.voxels) - number

    def instance_of_slice(self, index: int) -> int:
        """Instance number of a volume index."""
        return len(self.volume.voxels) - index

    def sop_instance_uid(self, number: int) -> str:
        return uid(f"series {self.name} instance {number}")


def uid(name: str) -> str:
    """A UID that depends on nothing but its name (PS3.5 B.2)."""
    return f"2.25.{uuid5(ROOT, f'{EDITION} {name}').int}"


STUDY_UID = uid("study")
FRAME_OF_REFERENCE_UID = uid("frame of reference")


def sample_series() -> tuple[SampleSeries, SampleSeries]:
    """The spine and the femur (about three seconds of computing)."""
    return (
        SampleSeries(
            name="spine",
            number=2,
            description="RACHIS LOMBAIRE OS 2.5",
            body_part="LSPINE",
            laterality=None,
            kernel="BONE",
            window=((350, 1800), (40, 400)),
            volume=spine_volume(),
            exposure=(800, 310),
        ),
        SampleSeries(
            name="femur",
            number=3,
            description="FEMUR PROXIMAL GAUCHE OS 3.0",
            body_part="FEMUR",
            laterality="L",
            kernel="BONE",
            window=((400, 2000), (40, 400)),
            volume=femur_volume(),
            exposure=(600, 220),
        ),
    )


def sample_datasets(all_series: Iterable[SampleSeries]) -> Iterator[Dataset]:
    """Every image of the study, in instance order, file meta information included."""
    for series in all_series:
        for number in range(1, len(series.volume.voxels) + 1):
            yield image(series, number)


def write_sample_study(folder: Path, all_series: Iterable[SampleSeries] | None = None) -> list[Path]:
    """Write the study as `<series>-<number>.dcm` files; returns them in sending order.

    `all_series` spares computing what the caller already has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for dataset in sample_datasets(sample_series() if all_series is None else all_series):
        path = folder / f"{dataset.SeriesNumber}-{dataset.InstanceNumber:03d}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def image(series: SampleSeries, number: int) -> Dataset:
    """One CT image (PS3.3 A.3), as a scanner would write it."""
    index = series.slice_of_instance(number)
    dataset = Dataset()
    dataset.file_meta = _file_meta(series.sop_instance_uid(number))
    dataset.SpecificCharacterSet = "ISO_IR 100"
    _describe_patient(dataset)
    _describe_study(dataset)
    _describe_series(dataset, series)
    _describe_image(dataset, series, number)
    _place(dataset, series.volume, index)
    _add_private_block(dataset, number)
    _attach_pixels(dataset, series.volume, index)
    return dataset


def _file_meta(sop_instance_uid: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(uid("implementation"))
    meta.ImplementationVersionName = "OSTEON_SAMPLE"
    return meta


def _describe_patient(dataset: Dataset) -> None:
    dataset.PatientName = PATIENT_NAME
    dataset.PatientID = PATIENT_ID
    dataset.IssuerOfPatientID = "VALMONT"
    dataset.PatientBirthDate = "19580317"
    dataset.PatientSex = "F"
    dataset.PatientAge = "066Y"
    dataset.PatientSize = "1.62"
    dataset.PatientWeight = "58"
    dataset.PatientAddress = "14 rue des Tanneurs, 14999 Valmont-sur-Orne"
    dataset.PatientTelephoneNumbers = "0231990417"
    dataset.OtherPatientNames = "LÉVÊQUE^Marie"
    dataset.EthnicGroup = ""
    dataset.PatientComments = "Mme Desrosiers, suivie par le Dr Quesnel"


def _describe_study(dataset: Dataset) -> None:
    dataset.StudyInstanceUID = STUDY_UID
    dataset.StudyDate = "20240912"
    dataset.StudyTime = "101530"
    dataset.AccessionNumber = ACCESSION
    dataset.StudyID = "98812"
    dataset.StudyDescription = "TDM RACHIS LOMBAIRE ET FEMUR GAUCHE"
    dataset.ReferringPhysicianName = "QUESNEL^Aurélien^^Dr"
    dataset.NameOfPhysiciansReadingStudy = "TERRASSON^Jeanne^^Dr"
    dataset.AdditionalPatientHistory = "Bilan de métastases osseuses, Mme DESROSIERS"


def _describe_series(dataset: Dataset, series: SampleSeries) -> None:
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = series.uid
    dataset.SeriesNumber = series.number
    dataset.SeriesDate = "20240912"
    dataset.SeriesTime = f"10{15 + series.number}10"
    dataset.SeriesDescription = series.description
    dataset.ProtocolName = f"{series.description} QUESNEL"
    dataset.BodyPartExamined = series.body_part
    if series.laterality:
        dataset.Laterality = series.laterality
    dataset.PatientPosition = "HFS"
    dataset.OperatorsName = "MANIP-ROUX^Cédric"
    dataset.PerformingPhysicianName = "TERRASSON^Jeanne^^Dr"
    dataset.Manufacturer = "Osteon"
    dataset.ManufacturerModelName = "Anatomical phantom"
    dataset.InstitutionName = INSTITUTION
    dataset.InstitutionAddress = "Avenue de la Gare, 14999 Valmont-sur-Orne"
    dataset.InstitutionalDepartmentName = "Radiologie B"
    dataset.StationName = "CTVALM2"
    dataset.DeviceSerialNumber = "2580317"
    dataset.SoftwareVersions = "1.0"
    dataset.FrameOfReferenceUID = FRAME_OF_REFERENCE_UID
    dataset.PositionReferenceIndicator = ""
    dataset.RequestAttributesSequence = Sequence([_request()])


def _request() -> Dataset:
    request = Dataset()
    request.RequestedProcedureDescription = "TDM rachis, Mme DESROSIERS"
    request.RequestedProcedureID = ACCESSION
    request.ScheduledProcedureStepID = "SPS98812"
    request.ScheduledProcedureStepDescription = "TDM RACHIS"
    return request


def _describe_image(dataset: Dataset, series: SampleSeries, number: int) -> None:
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = series.sop_instance_uid(number)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber = number
    dataset.AcquisitionNumber = 1
    dataset.AcquisitionDate = dataset.ContentDate = dataset.InstanceCreationDate = "20240912"
    dataset.AcquisitionTime = dataset.ContentTime = dataset.InstanceCreationTime = f"1018{number % 60:02d}.250"
    dataset.KVP = "120"
    dataset.XRayTubeCurrent, dataset.ExposureTime = series.exposure[1], series.exposure[0]
    dataset.Exposure = series.exposure[0] * series.exposure[1] // 1000
    dataset.ConvolutionKernel = series.kernel
    dataset.ScanOptions = "HELICAL MODE"
    dataset.FilterType = "BODY FILTER"
    dataset.DataCollectionDiameter = "500"
    dataset.GantryDetectorTilt = "0"
    dataset.TableHeight = "152.5"
    dataset.RotationDirection = "CW"
    dataset.WindowCenter = [str(centre) for centre, _ in series.window]
    dataset.WindowWidth = [str(width) for _, width in series.window]
    dataset.WindowCenterWidthExplanation = ["BONE", "SOFT TISSUE"]


def _place(dataset: Dataset, volume: Volume, index: int) -> None:
    thickness, between_rows, between_columns = volume.spacing
    height = volume.slice_position(index)
    dataset.SliceThickness = f"{thickness:g}"
    dataset.ImagePositionPatient = [f"{value:.4f}" for value in (*volume.origin[:2], height)]
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    dataset.SliceLocation = f"{height:.4f}"
    dataset.PixelSpacing = [f"{between_rows:g}", f"{between_columns:g}"]
    dataset.ReconstructionDiameter = f"{between_columns * volume.voxels.shape[2]:.1f}"


def _add_private_block(dataset: Dataset, number: int) -> None:
    """What vendors leave behind: a name, a number and a UID where no standard looks."""
    block = dataset.private_block(0x0029, "OSTEON SAMPLE 1.0", create=True)
    block.add_new(0x01, "LO", f"{PATIENT_ID} {PATIENT_NAME}")
    block.add_new(0x02, "UI", STUDY_UID)
    block.add_new(0x03, "DS", str(number))


def _attach_pixels(dataset: Dataset, volume: Volume, index: int) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = volume.voxels.shape[1:]
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept = str(INTERCEPT)
    dataset.RescaleSlope = "1"
    dataset.RescaleType = "HU"
    stored = (volume.voxels[index].astype("<i4") - INTERCEPT).astype("<u2")
    dataset.add_new(0x7FE00010, "OW", stored.tobytes())
