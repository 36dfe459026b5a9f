"""From stored values to those of the file.

Whole numbers stay whole, in 16 bits where they fit; fractions, and slopes that change from slice to slice, become
32-bit floats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.nifti.frames import Frame
from annotation.nifti.layout import PixelLayout, Plane

Values = NDArray[Any]
INT16_BITS = 16


class DoesNotFitError(Exception):
    """A value is beyond the type that was chosen: take the next larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """`dtype` of the file, little-endian; `factor` multiplies rescaled values (1, or that of the SUV)."""

    dtype: np.dtype[Any]
    factor: float = 1.0

    def plane(self, stored: Plane, frame: Frame, layout: PixelLayout) -> Values:
        """(row, column), rows from the last to the first: NIfTI counts to the front, DICOM to the back.

        Raises DoesNotFitError.
        """
        turned = stored[::-1]
        if self.dtype.kind == "f":
            values = turned * (frame.slope * self.factor) + frame.intercept * self.factor
            return np.asarray(values, dtype=self.dtype)
        return self._whole(turned, int(frame.slope), int(frame.intercept), layout)

    def _whole(self, turned: Plane, slope: int, intercept: int, layout: PixelLayout) -> Values:
        self._check_fit(turned, slope, intercept, layout)
        if slope == 1 and turned.dtype.itemsize == self.dtype.itemsize == INT16_BITS // 8:
            # Sums of 16 bits wrap round, which does no harm: the sum is known to fit.
            sums: Values = np.add(turned.view(self.dtype), _wrapped(intercept))
            return sums
        return (turned.astype(np.int64) * slope + intercept).astype(self.dtype)

    def _check_fit(self, turned: Plane, slope: int, intercept: int, layout: PixelLayout) -> None:
        limits = np.iinfo(self.dtype)
        if _within(layout.limits, slope, intercept, limits):
            return
        if not _within((int(turned.min()), int(turned.max())), slope, intercept, limits):
            raise DoesNotFitError


def conversions(frames: Sequence[Frame], *, suv_factor: float | None) -> tuple[Conversion, ...]:
    """What to try in turn; the last always fits."""
    if suv_factor is not None:
        return (Conversion(dtype=np.dtype("<f4"), factor=suv_factor),)
    whole = all(each.is_integer() for frame in frames for each in (frame.slope, frame.intercept))
    if not whole or len({frame.slope for frame in frames}) > 1:
        return (Conversion(dtype=np.dtype("<f4")),)
    return tuple(Conversion(dtype=np.dtype(code)) for code in ("<i2", "<i4", "<f8"))


def _within(ends: tuple[int, int], slope: int, intercept: int, limits: Any) -> bool:
    return all(limits.min <= end * slope + intercept <= limits.max for end in ends)


def _wrapped(number: int) -> np.int16:
    return np.int16((number + 0x8000) % 0x10000 - 0x8000)
