"""Attributes of an image as numbers and words, checked: files hold anything in any multiplicity."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from annotation.nifti.refusals import Reason, RefusedSeriesError

FARTHEST = 1e6
"""No position (mm) and no spacing is larger: beyond it arithmetic would overflow."""

Value = str | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """By keyword; () for an attribute that is there and empty."""

    values: Mapping[str, tuple[Value, ...]]

    @classmethod
    def of(cls, dataset: Dataset, keywords: frozenset[str]) -> Self:
        """Those of `keywords` that the data set has itself, not in its sequences."""
        return cls(values={each: _values(dataset.get(each)) for each in keywords if each in dataset})

    def over(self, other: "Attributes") -> "Attributes":
        """Together; what both have is taken from this one."""
        return Attributes(values={**other.values, **self.values})

    def texts(self, keyword: str) -> tuple[str, ...]:
        return tuple(str(each) for each in self.values.get(keyword, ()))

    def text(self, keyword: str) -> str:
        """The first; empty where there is none."""
        return next(iter(self.texts(keyword)), "")

    def whole(self, keyword: str, *, absent: int) -> int:
        """Raises RefusedSeriesError for what is no whole number."""
        values = self.values.get(keyword, ())
        if not values:
            return absent
        try:
            (value,) = values
            return int(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise RefusedSeriesError(Reason.BAD_VALUE, f"{keyword} is not a whole number") from error

    def numbers(self, keyword: str, count: int) -> tuple[float, ...]:
        """`count` of them, or () where there is none; raises RefusedSeriesError for anything else."""
        values = self.values.get(keyword, ())
        if not values:
            return ()
        numbers = finite(values)
        if len(numbers) != count or not all(abs(each) <= FARTHEST for each in numbers):
            raise RefusedSeriesError(Reason.BAD_VALUE, f"{keyword} is not {count} numbers")
        return numbers

    def scale(self, keyword: str, *, absent: float) -> float:
        """Absent, nothing is rescaled; there and empty or no number, nobody knows: RefusedSeriesError."""
        if keyword not in self.values:
            return absent
        numbers = finite(self.values[keyword])
        if len(numbers) != 1:
            raise RefusedSeriesError(Reason.BAD_VALUE, f"{keyword} is not a number")
        return numbers[0]


def finite(values: tuple[Value, ...]) -> tuple[float, ...]:
    """As numbers; () when one of them is none."""
    try:
        numbers = tuple(float(each) for each in values)
    except (TypeError, ValueError):
        return ()
    return numbers if all(math.isfinite(each) for each in numbers) else ()


def _values(value: object) -> tuple[Value, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, MultiValue | list | tuple):
        return tuple(found for each in value for found in _values(each))
    if isinstance(value, float | int):
        return (float(value),)
    return (str(value),)
