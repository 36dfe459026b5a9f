"""Pixels that are compressed or oddly stored: decoded by SimpleITK from a file that holds nothing but them."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    SecondaryCaptureImageStorage,
)

from annotation.nifti.damage import refusing_damage
from annotation.nifti.layout import PixelLayout
from annotation.nifti.objects import read_whole
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.sources import Source

sitk: Any = SimpleITK  # it carries no types
Stored = NDArray[Any]  # (frame, row, column), integers

PIXEL_MODULE = (
    "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "NumberOfFrames", "PixelData",
)  # fmt: skip


def decoded(source: Source, layout: PixelLayout, frames: int) -> Stored:
    """All frames of one object, as stored. Raises RefusedSeriesError for what cannot be decoded, OSError."""
    dataset = read_whole(source)
    with refusing_damage(Reason.UNDECODABLE, "", RuntimeError):
        if layout.ordinary and not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            return _native(dataset, layout, frames)
        return _by_itk(dataset, layout, frames)


def _native(dataset: FileDataset, layout: PixelLayout, frames: int) -> Stored:
    """Native, but deflated, big-endian or behind an unusual header."""
    big = dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
    dtype = layout.dtype.newbyteorder(">") if big else layout.dtype
    content = dataset.PixelData
    if big and layout.allocated == 8 and dataset["PixelData"].VR == "OW":  # noqa: PLR2004 - bytes swapped in words
        content = np.frombuffer(content, dtype="u2").byteswap().tobytes()
    values = np.frombuffer(content, dtype=dtype, count=frames * layout.rows * layout.columns)
    return values.astype(layout.dtype, copy=False).reshape(frames, layout.rows, layout.columns)


def _by_itk(dataset: FileDataset, layout: PixelLayout, frames: int) -> Stored:
    """Copied without all else: SimpleITK would rescale some kinds of image and not others, and move some frames."""
    with tempfile.TemporaryDirectory(prefix="osteon-pixels-") as folder:
        path = Path(folder) / "pixels.dcm"
        _pixels_only(dataset, frames).save_as(path, enforce_file_format=True)
        values = _values_of(path)
    if values.size != frames * layout.rows * layout.columns or values.dtype.kind not in "iu":
        raise RefusedSeriesError(Reason.UNDECODABLE)
    stored: Stored = values.reshape(frames, layout.rows, layout.columns)
    return stored


def _values_of(path: Path) -> Stored:
    """Raises RuntimeError for what SimpleITK cannot decode; it says the same of a file that it cannot open."""
    try:
        values: Stored = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    except RuntimeError:
        path.read_bytes()
        raise
    return values


def _pixels_only(dataset: FileDataset, frames: int) -> FileDataset:
    single = frames == 1
    kind = SecondaryCaptureImageStorage if single else MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    meta = FileMetaDataset()
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    meta.TransferSyntaxUID = syntax if syntax.is_encapsulated else ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, UID("2.25.1")
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID = kind, UID("2.25.1")
    for keyword in PIXEL_MODULE:
        if keyword in dataset:
            made[keyword] = dataset[keyword]
    return made
