"""A plane through images, as it is shown: its values, and where it lies, turned as radiologists look at it."""

from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.image_volume import ImageVolume, Modality
from lesion_model.measurement.planes import ImagePlane
from lesion_model.measurement.vectors import Rows, Vector

_LEFT, _BACK, _HEAD = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """`values`: (row, column). `origin`: the centre of the first pixel, mm, LPS; `down`, `along`: from a
    pixel to the one in the next row and column. `stored`: it is one image as it came; otherwise it was cut anew.
    """

    values: Rows
    origin: Vector
    down: Vector
    along: Vector
    modality: Modality
    stored: bool = True

    @property
    def spacing(self) -> tuple[float, float]:
        """mm between rows, then between columns."""
        return float(np.linalg.norm(self.down)), float(np.linalg.norm(self.along))

    def to_pixels(self, points: Rows) -> Rows:
        """(n, 3), mm, LPS, to (n, 2), (column, row), of the foot of each point on the plane; not rounded."""
        between_rows, between_columns = self.spacing
        local = points - self.origin
        columns = local @ self.along / between_columns**2
        rows = local @ self.down / between_rows**2
        return np.stack((columns, rows), axis=1)


def of_image(values: Rows, plane: ImagePlane, modality: Modality) -> Section:
    """One stored image."""
    between_rows, between_columns = plane.spacing
    return _as_seen(
        Section(
            values=values,
            origin=np.array(plane.position, dtype=np.float64),
            down=plane.along_column * between_rows,
            along=plane.along_row * between_columns,
            modality=modality,
        )
    )


def through(volume: ImageVolume, points: Rows) -> Section:
    """The plane of the volume's own three directions that holds the points best; a single point: a stored image."""
    indices = volume.grid.to_indices(points)
    steps = np.linalg.norm(volume.grid.steps, axis=1)
    spread = np.ptp(indices, axis=0) * steps
    axis = int(np.argmin(np.round(spread, 1)))  # the first of equals: the stored images
    last = volume.grid.shape[axis] - 1
    place = int(np.clip(np.round(indices[:, axis].mean()), 0, last))
    rest = [each for each in range(3) if each != axis]
    corner = np.zeros((1, 3))
    corner[0, axis] = place
    stored = np.take(volume.stored, place, axis=axis).astype(np.float64)
    if axis == 0:
        values = stored * volume.slopes[place] + volume.intercepts[place]
    else:
        values = stored * volume.slopes[:, np.newaxis] + volume.intercepts[:, np.newaxis]
    return _as_seen(
        Section(
            values=values,
            origin=volume.grid.to_patient(corner)[0],
            down=volume.grid.steps[rest[0]],
            along=volume.grid.steps[rest[1]],
            modality=volume.modality,
            stored=axis == 0,
        )
    )


def letters(direction: Vector) -> str:
    """Where a direction leads, as DICOM names it (PS3.3 C.7.6.1.1.1): L, R, A, P, H, F."""
    axis = int(np.argmax(np.abs(direction)))
    return ("LR", "PA", "HF")[axis][0 if direction[axis] > 0 else 1]


def _as_seen(section: Section) -> Section:
    """The head or the front up, the patient's left or, seen from the side, the back on the right of the page."""
    if _axis(section.down) != _HEAD and (_axis(section.along) == _HEAD or _axis(section.down) == _LEFT):
        section = _turned(section)
    if section.down[_axis(section.down)] * (-1 if _axis(section.down) == _HEAD else 1) < 0:
        section = _flipped(section, rows=True)
    if section.along[_axis(section.along)] < 0:
        section = _flipped(section, rows=False)
    return section


def _axis(direction: Vector) -> int:
    return int(np.argmax(np.abs(direction)))


def _turned(section: Section) -> Section:
    return _with(section, section.values.T, section.origin, section.along, section.down)


def _flipped(section: Section, *, rows: bool) -> Section:
    count = section.values.shape[0 if rows else 1] - 1
    step = section.down if rows else section.along
    values = section.values[::-1] if rows else section.values[:, ::-1]
    down, along = (-section.down, section.along) if rows else (section.down, -section.along)
    return _with(section, values, section.origin + count * step, down, along)


def _with(section: Section, values: Rows, origin: Vector, down: Vector, along: Vector) -> Section:
    return Section(
        values=values, origin=origin, down=down, along=along, modality=section.modality, stored=section.stored
    )
