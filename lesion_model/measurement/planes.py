"""One stored image in patient space: from pixels to mm and back (DICOM PS3.3 C.7.6.2.1.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from lesion_model.errors import Problem
from lesion_model.geometry import FARTHEST_MM
from lesion_model.measurement.vectors import Rows, Vector, refuse

# Direction cosines are stored with at least four decimals; directions more than 0.1 degrees off a right angle
# were rounded too much, or are not directions.
COSINE_TOLERANCE = 2e-3
# From high-resolution CT of a wrist to a PET of the whole body.
FINEST_MM = 0.05
COARSEST_MM = 10.0
# From a wrist to a whole body, in each direction.
NARROWEST_FIELD_MM = 60.0
WIDEST_FIELD_MM = 2500.0
MOST_PIXELS = 65_535  # Rows and Columns are 16-bit

POSITION_NUMBERS = 3
ORIENTATION_NUMBERS = 6
SPACING_NUMBERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlane:
    """Where an image lies, in DICOM's own order of numbers.

    `position`: Image Position (Patient), the centre of the first pixel, mm, LPS. `orientation`: Image
    Orientation (Patient), direction in which columns count (along a row), then in which rows count.
    `spacing`: Pixel Spacing, mm between rows, then between columns. Raises `GeometryError`, naming the
    attribute, for numbers that cannot be those of a clinical image in mm.
    """

    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    rows: int
    columns: int

    def __post_init__(self) -> None:
        numbers = (
            *_numbers_problems("position", self.position, POSITION_NUMBERS),
            *_numbers_problems("orientation", self.orientation, ORIENTATION_NUMBERS),
            *_numbers_problems("spacing", self.spacing, SPACING_NUMBERS),
            *_count_problems("rows", self.rows),
            *_count_problems("columns", self.columns),
        )
        refuse(numbers or (*self._orientation_problems(), *self._spacing_problems()))

    @property
    def along_row(self) -> Vector:
        """The direction in which the column number grows."""
        return np.array(self.orientation[:3], dtype=np.float64)

    @property
    def along_column(self) -> Vector:
        """The direction in which the row number grows."""
        return np.array(self.orientation[3:], dtype=np.float64)

    @property
    def normal(self) -> Vector:
        """At right angles to the image; of an ordinary axial image, to the head."""
        return np.cross(self.along_row, self.along_column)

    def to_patient(self, pixels: Rows) -> Rows:
        """Pixel centres to patient space: Equation C.7.6.2.1-1.

        `pixels`: (n, 2), (column, row), counted from 0. Result: (n, 3), mm, LPS.
        """
        between_rows, between_columns = self.spacing
        columns, row_numbers = pixels[:, :1], pixels[:, 1:]
        placed: Rows = (
            np.array(self.position)
            + columns * between_columns * self.along_row
            + row_numbers * between_rows * self.along_column
        )
        return placed

    def to_pixels(self, points: Rows) -> Rows:
        """Patient space to (column, row), (n, 2), of the foot of each point on the plane; not rounded."""
        between_rows, between_columns = self.spacing
        local = points - np.array(self.position)
        pixels: Rows = np.stack(
            (local @ self.along_row / between_columns, local @ self.along_column / between_rows), axis=1
        )
        return pixels

    def distances(self, points: Rows) -> Rows:
        """(n,): how far each point is off the plane in mm, positive along `normal`."""
        off: Rows = (points - np.array(self.position)) @ self.normal
        return off

    def _orientation_problems(self) -> Iterator[Problem]:
        lengths = np.linalg.norm(self.along_row), np.linalg.norm(self.along_column)
        if any(abs(length - 1) > COSINE_TOLERANCE for length in lengths):
            yield Problem(field="orientation", detail="must be two directions of length 1")
        elif abs(float(self.along_row @ self.along_column)) > COSINE_TOLERANCE:
            yield Problem(field="orientation", detail="must be two directions at right angles")

    def _spacing_problems(self) -> Iterator[Problem]:
        if not all(FINEST_MM <= distance <= COARSEST_MM for distance in self.spacing):
            yield Problem(field="spacing", detail=f"must be from {FINEST_MM:g} to {COARSEST_MM:g} mm")
            return
        between_rows, between_columns = self.spacing
        fields = {"rows": self.rows * between_rows, "columns": self.columns * between_columns}
        for field, width in fields.items():
            if not NARROWEST_FIELD_MM <= width <= WIDEST_FIELD_MM:
                detail = f"must span {NARROWEST_FIELD_MM:g} to {WIDEST_FIELD_MM:g} mm: spacing must be in mm"
                yield Problem(field=field, detail=detail)


def _numbers_problems(field: str, numbers: Sequence[float], count: int) -> Iterator[Problem]:
    if len(numbers) != count or not all(_is_number(number) for number in numbers):
        yield Problem(field=field, detail=f"must be {count} finite numbers")
    elif any(abs(number) > FARTHEST_MM for number in numbers):
        yield Problem(field=field, detail=f"must be within {FARTHEST_MM} mm")


def _is_number(number: object) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return isinstance(number, int) or isfinite(number)


def _count_problems(field: str, count: object) -> Iterator[Problem]:
    if type(count) is not int or not 1 <= count <= MOST_PIXELS:
        yield Problem(field=field, detail=f"must be a whole number from 1 to {MOST_PIXELS}")
