"""The conversion of a series or a segmentation as another process does it: `annotation.nifti`, with a reason."""

import importlib
from typing import Any

from storage.releases.converting import FolderToConvert
from storage.releases.masking import MaskFolder, MasksMade

LONGEST_REASON = 500


def convert_folder(folder: FolderToConvert) -> str | None:
    """Satisfies `storage.releases.converting.ConvertFolder`. Raises OSError when files cannot be read or written.

    What converts is loaded by the process that converts, and by no other.
    """
    conversion: Any = importlib.import_module("annotation.nifti.conversion")
    refusals: Any = importlib.import_module("annotation.nifti.refusals")
    try:
        conversion.convert(folder.sources, folder.destination, suv=folder.suv)
    except refusals.RefusedSeriesError as refused:
        return str(refused)[:LONGEST_REASON]
    return None


def make_masks(folder: MaskFolder) -> MasksMade:
    """Satisfies `storage.releases.masking.MakeMasks`. Raises OSError when files cannot be read or written."""
    if folder.refused is not None:
        return MasksMade(refused=folder.refused)
    masks: Any = importlib.import_module("annotation.nifti.masks")
    refusals: Any = importlib.import_module("annotation.nifti.refusals")
    try:
        made = masks.convert_segmentation(folder.segmentation, folder.sources, folder.destination)
    except refusals.RefusedSeriesError as refused:
        return MasksMade(refused=str(refused)[:LONGEST_REASON])
    return MasksMade(names=tuple(each.name for each in made))
