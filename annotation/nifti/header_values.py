"""Numbers and moments of a DICOM header, where it has them."""

from datetime import datetime, timedelta

import numpy as np
import pydicom.multival
from pydicom.dataset import Dataset


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The numbers of an attribute; none where it is absent or has something else."""
    try:
        value = dataset.get(keyword)
        if value is None:
            return ()
        many = value if isinstance(value, list | pydicom.multival.MultiValue) else [value]
        return tuple(float(each) for each in many)
    except (ValueError, TypeError):
        return ()


def number(dataset: Dataset, keyword: str) -> float | None:
    found = numbers(dataset, keyword)
    return found[0] if len(found) == 1 and np.isfinite(found[0]) else None


def moment(date: object, time: object) -> datetime | None:
    """DICOM's DA and TM together, as the clock of the scanner had it; None where there is no such time."""
    whole, _, fraction = str(time or "").strip().partition(".")
    digits = str(date or "").strip() + whole.ljust(6, "0")
    if not whole.isdigit() or (fraction and not fraction.isdigit()):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S") + timedelta(seconds=float(f"0.{fraction}0"))  # noqa: DTZ007
    except ValueError:
        return None
