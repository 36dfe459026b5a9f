"""One stored image of CT, PET or MR from its file: where it lies, and its values as they were stored."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from annotation.image_measurement.image_volume import Modality, Stored
from annotation.nifti.damage import DAMAGED
from annotation.nifti.header_values import moment, number, numbers
from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import Rows

sitk: Any = SimpleITK  # it carries no types

# What makes an image; the rest of the header is walked over.
IMAGE_TAGS = (
    "SOPInstanceUID", "Modality", "ImageType", "FrameOfReferenceUID", "ImagePositionPatient",
    "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "Rows", "Columns", "NumberOfFrames",
    "SamplesPerPixel", "BitsAllocated", "PixelRepresentation", "RescaleSlope", "RescaleIntercept", "RescaleType",
    "AcquisitionDate", "AcquisitionTime", "PixelData",
)  # fmt: skip
NATIVE = {ImplicitVRLittleEndian: "<", ExplicitVRLittleEndian: "<", ExplicitVRBigEndian: ">"}
BITS = (8, 16, 32)
THICKEST_MM = 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageSlice:
    """`stored`: (row, column); None when only the place was asked for."""

    sop_instance_uid: str
    modality: Modality
    frame_of_reference_uid: str | None
    plane: ImagePlane
    thickness_mm: float | None
    stored: Stored | None
    slope: float
    intercept: float
    not_hounsfield: str | None
    acquired_at: datetime | None

    @property
    def values(self) -> Rows:
        """(row, column), rescaled. Only where the pixels were read."""
        if self.stored is None:
            raise FindingError([Problem(field="PixelData", detail="its pixels were not read")])
        values: Rows = self.stored.astype(np.float64) * self.slope + self.intercept
        return values


def read_slice(file: bytes, *, pixels: bool = True) -> ImageSlice:
    """Raises `FindingError` for what is no such image, `GeometryError` for one that has no place."""
    dataset = header(file, IMAGE_TAGS if pixels else IMAGE_TAGS[:-1])
    problems = tuple(_kind_problems(dataset))
    if problems:
        raise FindingError(problems)
    plane = ImagePlane(
        position=numbers(dataset, "ImagePositionPatient"),
        orientation=numbers(dataset, "ImageOrientationPatient"),
        spacing=numbers(dataset, "PixelSpacing"),
        rows=dataset.get("Rows"),
        columns=dataset.get("Columns"),
    )
    stored, rescaled = _pixels(file, dataset, plane) if pixels else (None, False)
    thickness = number(dataset, "SliceThickness")
    return ImageSlice(
        sop_instance_uid=str(dataset.SOPInstanceUID),
        modality=Modality(dataset.Modality),
        frame_of_reference_uid=dataset.get("FrameOfReferenceUID") or None,
        plane=plane,
        thickness_mm=thickness if thickness is not None and 0 < thickness <= THICKEST_MM else None,
        stored=stored,
        slope=1.0 if rescaled else _or(number(dataset, "RescaleSlope"), 1.0),
        intercept=0.0 if rescaled else _or(number(dataset, "RescaleIntercept"), 0.0),
        not_hounsfield=_not_hounsfield(dataset),
        acquired_at=moment(dataset.get("AcquisitionDate"), dataset.get("AcquisitionTime")),
    )


def header(file: bytes, tags: tuple[str, ...] | None = None) -> Dataset:
    """The named attributes, or all but the pixels. Raises `FindingError` for what is no DICOM."""
    try:
        return pydicom.dcmread(
            BytesIO(file), specific_tags=None if tags is None else list(tags), stop_before_pixels=tags is None
        )
    except DAMAGED as error:
        raise FindingError([Problem(field="", detail="not an image that can be read")]) from error


def _kind_problems(dataset: Dataset) -> Iterator[Problem]:
    known = tuple(each.value for each in Modality)
    if dataset.get("Modality") not in known:
        yield Problem(field="Modality", detail="nothing is measured on these objects", allowed=known)
        return
    if "LOCALIZER" in (dataset.get("ImageType") or ()):
        yield Problem(field="ImageType", detail="a localizer is no cross-section")
    if dataset.get("NumberOfFrames") not in (None, "", 1):
        yield Problem(field="NumberOfFrames", detail="frames with places of their own are not read")
    if dataset.get("SamplesPerPixel", 1) != 1:
        yield Problem(field="SamplesPerPixel", detail="a colour image has no values")
    if number(dataset, "RescaleSlope") == 0:
        yield Problem(field="RescaleSlope", detail="must not be 0")


def _not_hounsfield(dataset: Dataset) -> str | None:
    """DICOM: an absent Rescale Type of a CT image means Hounsfield units (PS3.3 C.8.2.1.1.2)."""
    if dataset.Modality != Modality.CT.value:
        return "only CT has Hounsfield units"
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        if number(dataset, keyword) is None:
            return f"{keyword} is missing"
    return None if (dataset.get("RescaleType") or "HU") == "HU" else "RescaleType is not HU"


def _pixels(file: bytes, dataset: Dataset, plane: ImagePlane) -> tuple[Stored, bool]:
    """The values, and whether they are rescaled already."""
    syntax = dataset.file_meta.get("TransferSyntaxUID", ImplicitVRLittleEndian)
    if syntax not in NATIVE:
        return _decompressed(file, plane), True
    bits = dataset.get("BitsAllocated")
    content = dataset.get("PixelData")
    if bits not in BITS or not isinstance(content, bytes) or len(content) < plane.rows * plane.columns * bits // 8:
        raise FindingError([Problem(field="PixelData", detail="its pixels cannot be decoded")])
    kind = "i" if dataset.get("PixelRepresentation") == 1 else "u"
    values = np.frombuffer(content, dtype=f"{NATIVE[syntax]}{kind}{bits // 8}", count=plane.rows * plane.columns)
    return values.reshape(plane.rows, plane.columns), False


def _decompressed(file: bytes, plane: ImagePlane) -> Stored:
    """SimpleITK reads files only, and applies slope and intercept."""
    with tempfile.NamedTemporaryFile(suffix=".dcm") as kept:
        kept.write(file)
        kept.flush()
        try:
            values = sitk.GetArrayFromImage(sitk.ReadImage(kept.name))
        except RuntimeError as error:
            raise FindingError([Problem(field="PixelData", detail="its pixels cannot be decoded")]) from error
    if values.size != plane.rows * plane.columns:
        raise FindingError([Problem(field="PixelData", detail="its pixels cannot be decoded")])
    pixels: Stored = values.astype(np.float32).reshape(plane.rows, plane.columns)
    return pixels


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
