"""File names of converted series, after the Brain Imaging Data Structure (BIDS 1.10, "Filenames")."""

import re

SUFFIXES = {"CT": "ct", "MR": "mr", "PT": "pet"}
NIFTI, SIDECAR = ".nii.gz", ".json"
_label = re.compile(r"[0-9A-Za-z]+")


def bids_name(
    *,
    pseudonym: str,
    session: str,
    modality: str,
    run: int,
    acquisition: str | None = None,
    suv: bool = False,
    segment: int | None = None,
) -> str:
    """`sub-…_ses-…[_acq-…]_run-…[_seg-…]_<suffix>`, without ending: .nii.gz and .json belong to it.

    `modality` as DICOM writes it; `run` counts the series of one modality in one session from 1; `segment` names a
    mask. Signs that BIDS has no place for are left out of the labels. Raises ValueError for a label of none.
    """
    parts = [("sub", _clean(pseudonym)), ("ses", _clean(session))]
    if acquisition is not None:
        parts.append(("acq", _clean(acquisition)))
    parts.append(("run", f"{run:02d}"))
    suffix = SUFFIXES[modality]
    if segment is not None:
        parts.append(("seg", f"{segment:02d}"))
        suffix = "mask"
    elif suv:
        suffix = f"{suffix}_suvbw"
    return "_".join([*(f"{key}-{value}" for key, value in parts), suffix])


def _clean(label: str) -> str:
    if not (cleaned := "".join(_label.findall(label))):
        raise ValueError("a label needs a letter or a digit")
    return cleaned
