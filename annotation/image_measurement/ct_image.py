"""One stored CT image, in Hounsfield units and in its place; anything that is not surely that is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK

from lesion_model.errors import FindingError, GeometryError, Problem
from lesion_model.measurement.planes import ImagePlane

sitk: Any = SimpleITK  # it carries no types

Hounsfield = npt.NDArray[np.float32]

MODALITY, IMAGE_TYPE = "0008|0060", "0008|0008"
POSITION, ORIENTATION, SPACING = "0020|0032", "0020|0037", "0028|0030"
THICKNESS, FRAMES = "0018|0050", "0028|0008"
INTERCEPT, SLOPE, RESCALE_TYPE = "0028|1052", "0028|1053", "0028|1054"
# DICOM: an absent Rescale Type of a CT image means Hounsfield units (PS3.3 C.8.2.1.1.2).
HOUNSFIELD = ("", "HU")
THICKEST_MM = 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtImage:
    """`hounsfield`: (row, column). `thickness_mm` is None where the image does not say it."""

    plane: ImagePlane
    hounsfield: Hounsfield
    thickness_mm: float | None = None

    def __post_init__(self) -> None:
        if self.hounsfield.shape != (self.plane.rows, self.plane.columns):
            raise GeometryError([Problem(field="hounsfield", detail="must have the rows and columns of the plane")])


def read_ct_image(path: Path) -> CtImage:
    """Read one DICOM file. The stored values are rescaled by its own slope and intercept.

    Raises `FindingError` for an image whose numbers are not Hounsfield units, and `GeometryError` for one that
    has no place, or several.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.LoadPrivateTagsOff()
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise FindingError([Problem(field="", detail="not an image that can be read")]) from error
    texts = {key: reader.GetMetaData(key).strip() for key in reader.GetMetaDataKeys()}
    problems = tuple(_kind_problems(texts))
    if problems:
        raise FindingError(problems)
    return _placed(reader, texts)


def _placed(reader: Any, texts: dict[str, str]) -> CtImage:
    columns, rows = (int(count) for count in reader.GetSize()[:2])
    plane = ImagePlane(
        position=_numbers(texts, POSITION),
        orientation=_numbers(texts, ORIENTATION),
        spacing=_numbers(texts, SPACING),
        rows=rows,
        columns=columns,
    )
    try:
        pixels = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise FindingError([Problem(field="", detail="its pixels cannot be decoded")]) from error
    thickness = _numbers(texts, THICKNESS)
    return CtImage(
        plane=plane,
        hounsfield=pixels.reshape(rows, columns).astype(np.float32),
        thickness_mm=thickness[0] if thickness and 0 < thickness[0] <= THICKEST_MM else None,
    )


def _kind_problems(texts: dict[str, str]) -> Iterator[Problem]:
    if texts.get(MODALITY) != "CT":
        yield Problem(field="Modality", detail="only CT has Hounsfield units", allowed=("CT",))
    if "LOCALIZER" in texts.get(IMAGE_TYPE, "").split("\\"):
        yield Problem(field="ImageType", detail="a localizer is no cross-section")
    if texts.get(FRAMES, "1") not in ("", "1"):
        yield Problem(field="NumberOfFrames", detail="frames with places of their own are not read")
    for field, key in (("RescaleSlope", SLOPE), ("RescaleIntercept", INTERCEPT)):
        if len(_numbers(texts, key)) != 1:
            yield Problem(field=field, detail="is needed: without it the values are not Hounsfield units")
    if _numbers(texts, SLOPE) == (0.0,):
        yield Problem(field="RescaleSlope", detail="must not be 0")
    if texts.get(RESCALE_TYPE, "") not in HOUNSFIELD:
        yield Problem(field="RescaleType", detail="the values are not Hounsfield units", allowed=("HU",))


def _numbers(texts: dict[str, str], key: str) -> tuple[float, ...]:
    """The numbers of an attribute; none where it is absent or has something else."""
    try:
        return tuple(float(text) for text in texts.get(key, "").split("\\"))
    except ValueError:
        return ()
