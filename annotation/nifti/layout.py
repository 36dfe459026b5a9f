"""How the pixels of an object are stored (PS3.3 C.7.6.3)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotation.nifti.attributes import Attributes

BITS = (8, 16, 32)
Plane = NDArray[Any]  # (row, column), integers


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """Bits of one pixel; `rows` and `columns` of one frame."""

    rows: int
    columns: int
    allocated: int
    stored: int
    high: int
    signed: bool

    @classmethod
    def of(cls, attributes: Attributes) -> Self:
        allocated = attributes.whole("BitsAllocated", absent=0)
        stored = attributes.whole("BitsStored", absent=allocated)
        return cls(
            rows=attributes.whole("Rows", absent=0),
            columns=attributes.whole("Columns", absent=0),
            allocated=allocated,
            stored=stored,
            high=attributes.whole("HighBit", absent=stored - 1),
            signed=attributes.whole("PixelRepresentation", absent=0) == 1,
        )

    @property
    def ordinary(self) -> bool:
        """Whole bytes, with the value in their lowest bits."""
        return self.allocated in BITS and 0 < self.stored <= self.allocated and self.high == self.stored - 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """Little-endian."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{self.allocated // 8}")

    @property
    def frame_bytes(self) -> int:
        return self.rows * self.columns * self.allocated // 8

    @property
    def limits(self) -> tuple[int, int]:
        """Least and greatest value that the stored bits can hold."""
        if self.signed:
            return -(1 << (self.stored - 1)), (1 << (self.stored - 1)) - 1
        return 0, (1 << self.stored) - 1

    def without_other_bits(self, plane: Plane) -> Plane:
        """Bits above the stored ones, of overlays or of nothing, cleared; the sign of a signed value spread."""
        if self.stored == self.allocated:
            return plane
        lowest, highest = self.limits
        if int(plane.min()) >= lowest and int(plane.max()) <= highest:
            return plane
        spare = self.allocated - self.stored
        return np.right_shift(np.left_shift(plane, spare), spare)
