"""How much of a straight line, or of an area, lies where contours overlap; exact up to floating point."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from lesion_model.measurement.polygons import Flags, contains, cross, ends
from lesion_model.measurement.vectors import Rows

# Which places count: (polygons, places) in, (places,) out.
Rule = Callable[[Flags], Flags]


def lengths_inside(starts: Rows, stops: Rows, outlines: Sequence[Rows], rule: Rule) -> Rows:
    """(n,): for each line from `starts` to `stops`, (n, 2), the length in mm where `rule` holds.

    Every line is cut at every edge that it crosses; the middle of each piece tells where the whole piece is, so
    that a line which begins on an outline does no harm.
    """
    cuts = np.concatenate([_cuts(starts, stops, outline) for outline in outlines], axis=1)
    cuts = np.sort(cuts, axis=1)
    most = int((cuts < 1).sum(axis=1).max(initial=0))
    borders = np.concatenate((np.zeros((len(starts), 1)), cuts[:, :most], np.ones((len(starts), 1))), axis=1)
    pieces = np.diff(borders, axis=1)
    middles = (borders[:, 1:] + borders[:, :-1]) / 2
    places = starts[:, None] + middles[..., None] * (stops - starts)[:, None]
    flat = places.reshape(-1, 2)
    counted = rule(np.stack([contains(outline, flat) for outline in outlines])).reshape(pieces.shape)
    lengths: Rows = (pieces * counted).sum(axis=1) * np.linalg.norm(stops - starts, axis=1)
    return lengths


def area_where(outlines: Sequence[Rows], rule: Rule) -> float:
    """The area in mm² of the places where `rule` holds.

    Between two neighbouring heights of corners and crossings no two edges meet, so that the width which counts
    is linear in the height: its middle times the height of the strip is exact.
    """
    start = np.concatenate(outlines)
    end = np.concatenate([ends(outline) for outline in outlines])
    owner = np.concatenate([np.full(len(outline), place, dtype=float) for place, outline in enumerate(outlines)])
    heights = np.unique(np.concatenate((start[:, 1], _heights_of_crossings(start, end))))
    return float(
        sum(
            (above - below) * _width_where((above + below) / 2, start, end, owner, rule)
            for below, above in pairwise(heights)
        )
    )


def _cuts(starts: Rows, stops: Rows, outline: Rows) -> Rows:
    """(n, corners): where along each line (0 to 1) each edge crosses it; 1 where it does not."""
    along = (stops - starts)[:, None]
    first, last = outline[None] - starts[:, None], ends(outline)[None] - starts[:, None]
    side_first, side_last = cross(along, first), cross(along, last)
    crossed = (side_first >= 0) != (side_last >= 0)
    part = np.where(crossed, side_first / np.where(crossed, side_first - side_last, 1.0), 0.0)
    meeting = first + part[..., None] * (last - first)
    where = (meeting * along).sum(axis=-1) / (along * along).sum(axis=-1)
    cuts: Rows = np.where(crossed & (where > 0) & (where < 1), where, 1.0)
    return cuts


def _heights_of_crossings(start: Rows, end: Rows) -> Rows:
    """(m,): second coordinates of the places where any two edges cross."""
    found = []
    along = end - start
    for place in range(len(start) - 1):
        others = slice(place + 1, None)
        turn = cross(along[place], along[others])
        apart = np.where(turn == 0, 1.0, turn)
        offset = start[others] - start[place]
        here, there = cross(offset, along[others]) / apart, cross(offset, along[place]) / apart
        met = (turn != 0) & (here >= 0) & (here <= 1) & (there >= 0) & (there <= 1)
        found.append(start[place, 1] + here[met] * along[place, 1])
    return np.concatenate(found)


def _width_where(height: float, start: Rows, end: Rows, owner: Rows, rule: Rule) -> float:
    spans = (start[:, 1] > height) != (end[:, 1] > height)
    if not spans.any():
        return 0.0
    first, last = start[spans], end[spans]
    across = first[:, 0] + (height - first[:, 1]) / (last[:, 1] - first[:, 1]) * (last[:, 0] - first[:, 0])
    order = np.argsort(across, kind="stable")
    passed = owner[spans][order][None] == np.unique(owner)[:, None]
    inside = np.cumsum(passed, axis=1)[:, :-1] % 2 == 1
    return float((np.diff(across[order]) * rule(inside)).sum())
