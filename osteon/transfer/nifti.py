"""One series as NIfTI, by SimpleITK. Imported only when asked for: SimpleITK is large."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import SimpleITK

from osteon.transfer.errors import RefusedSeriesError
from osteon.transfer.volume_geometry import Stack, stack_of

COMPRESSION_LEVEL = 1
sitk: Any = SimpleITK  # it carries no types
INT16 = range(-32768, 32768)


def convert(paths: Sequence[Path], destination: Path) -> None:
    """Write the series as `destination` (.nii.gz): rescaled values, geometry from DICOM, not from numbering."""
    stack = stack_of(paths)
    image = _read(stack)
    _place(image, stack)
    part = destination.with_name(f"part-{destination.name}")  # the writer goes by the ending
    try:
        sitk.WriteImage(image, str(part), useCompression=True, compressionLevel=COMPRESSION_LEVEL)
    except RuntimeError as error:
        part.unlink(missing_ok=True)
        raise RefusedSeriesError("the volume could not be written") from error
    part.replace(destination)


def _place(image: Any, stack: Stack) -> None:
    try:
        image.SetOrigin([float(value) for value in stack.origin])
        image.SetSpacing(stack.spacing)
        image.SetDirection([float(value) for value in stack.directions.ravel()])
    except RuntimeError as error:
        raise RefusedSeriesError("its geometry cannot be that of a volume") from error


def _read(stack: Stack) -> Any:
    """Whole numbers stay whole (16 bits where they fit); a scale per slice (PET) or a fraction needs floats."""
    whole = all(slope == 1 and intercept == int(intercept) for slope, intercept in stack.rescales)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in stack.paths])
    reader.SetOutputPixelType(sitk.sitkInt32 if whole else sitk.sitkFloat32)
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise RefusedSeriesError("its pixels cannot be decoded") from error
    if not whole:
        return image
    extremes = sitk.MinimumMaximumImageFilter()
    extremes.Execute(image)
    fits = extremes.GetMinimum() in INT16 and extremes.GetMaximum() in INT16
    return sitk.Cast(image, sitk.sitkInt16) if fits else image
