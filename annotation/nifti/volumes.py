"""Several volumes in one series: told apart where one attribute surely does, refused otherwise.

dcm2niix writes echoes and types of image into files of their own and joins what else repeats in the order of the
instance numbers. Here a series is one file: echoes and types are refused, and repeats are joined only when one
attribute has exactly one image of each of its values at every place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.nifti.attributes import Value, finite
from annotation.nifti.frames import Frame, Mark
from annotation.nifti.refusals import Reason, RefusedSeriesError

NEVER_JOINED = {Mark.IMAGE_TYPE: Reason.SEVERAL_IMAGE_TYPES, Mark.ECHO: Reason.SEVERAL_ECHOES}
JOINED = (
    Mark.TEMPORAL_POSITION,
    Mark.B_VALUE,
    Mark.ACQUISITION,
    Mark.FRAME_REFERENCE_TIME,
    Mark.TRIGGER_TIME,
)
"""In this order: the first that tells all images at each place apart is the fourth dimension."""

Volumes = tuple[tuple[Frame, ...], ...]
Level = Sequence[Frame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """`volumes` in rising order of `by`, each with one frame for each level."""

    volumes: Volumes
    by: Mark | None


def separated(levels: Sequence[Level]) -> Separation:
    """`levels`: the frames at each place, places in order. Raises RefusedSeriesError."""
    counts = {len(level) for level in levels}
    if counts == {1}:
        return Separation(volumes=(tuple(level[0] for level in levels),), by=None)
    for mark, reason in NEVER_JOINED.items():
        if any(len({frame.marks[mark] for frame in level}) > 1 for level in levels):
            raise RefusedSeriesError(reason)
    if len(counts) > 1:
        raise RefusedSeriesError(Reason.DUPLICATES, f"{min(counts)} at some places, {max(counts)} at others")
    for mark in JOINED:
        if (volumes := _volumes_by(mark, levels)) is not None:
            return Separation(volumes=volumes, by=mark)
    if any(_differ(mark, levels) for mark in JOINED):
        raise RefusedSeriesError(Reason.SEVERAL_VOLUMES)
    raise RefusedSeriesError(Reason.DUPLICATES)


def _volumes_by(mark: Mark, levels: Sequence[Level]) -> Volumes | None:
    """None unless each level has one frame of each value, and all levels the same values."""
    by_value = [{_number(frame.marks[mark]): frame for frame in level} for level in levels]
    values = by_value[0].keys()
    if None in values or len(values) != len(levels[0]) or any(each.keys() != values for each in by_value):
        return None
    ordered = sorted(value for value in values if value is not None)
    return tuple(tuple(each[value] for each in by_value) for value in ordered)


def _number(values: tuple[Value, ...]) -> float | None:
    numbers = finite(values)
    return numbers[0] if len(numbers) == 1 else None


def _differ(mark: Mark, levels: Sequence[Level]) -> bool:
    return any(len({frame.marks[mark] for frame in level}) > 1 for level in levels)
