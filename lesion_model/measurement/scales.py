"""From a number to one of several classes, with every edge in the class that it belongs to.

An exact number (`Decimal`, `Fraction`, `int`) is compared in rational arithmetic: 10 mm of 30 mm is 1/3. A number
from geometry (`float`, `Measured`) is a binary approximation: it counts as the edge itself when it differs by no
more than floating-point noise, and is flagged as `boundary` when it lies within the stated tolerance of an edge,
because a slightly different drawing would have given the other class.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Generic, TypeVar

from lesion_model.errors import FindingError, Problem
from lesion_model.measurement.measured import Measured

Exact = Decimal | Fraction | int
Number = Exact | float | Measured

# Coordinates of hundreds of mm carry an error of about 1e-13 mm, and a measurement a few thousand times that.
FLOAT_NOISE = Fraction(1, 10**9)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Where one class ends and the next begins; `at` itself is in the lower one unless `opens_upper`."""

    at: Fraction
    opens_upper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Generic[T]):
    """A class, and whether the number lay on or near an edge.

    `tolerance` is how near an edge was called near, in the unit of the number; 0 for an exact one.
    """

    level: T
    boundary: bool
    tolerance: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Generic[T]):
    """Classes from low to high with the edges between them, and the tolerance of geometry in the same unit."""

    field: str
    levels: tuple[T, ...]
    edges: tuple[Edge, ...]
    tolerance: Fraction

    def grade(self, number: Number) -> Graded[T]:
        """Raises `FindingError` for what is no finite number."""
        value, tolerance = self._read(number)
        noise = FLOAT_NOISE if tolerance else Fraction(0)
        passed = sum(value >= edge.at - noise if edge.opens_upper else value > edge.at + noise for edge in self.edges)
        return Graded(
            level=self.levels[passed],
            boundary=any(abs(value - edge.at) <= tolerance for edge in self.edges),
            tolerance=tolerance,
        )

    def _read(self, number: object) -> tuple[Fraction, Fraction]:
        """The number as a fraction, and how near an edge it is called near."""
        if isinstance(number, Measured):
            return self._read(number.unrounded)
        if isinstance(number, bool) or not isinstance(number, Decimal | Fraction | int | float) or not _finite(number):
            raise FindingError([Problem(field=self.field, detail="must be a finite number")])
        return Fraction(number), self.tolerance if isinstance(number, float) else Fraction(0)


def _finite(number: Exact | float) -> bool:
    return isinstance(number, Fraction | int) or isfinite(number)
