"""The arm from the front, palm forward: humerus, radius, ulna and, as no sites, the bones of the hand."""

import itertools
from collections.abc import Iterator

from annotation.skeleton_drawing.curves import Curve, Point, band, ellipse, placed, smooth
from annotation.skeleton_drawing.long_bone import banded, cut_across
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, sided
from lesion_model.skeleton import Bone, Side

_SHOULDER: Point = (99, 191)
_TURN = -6.4
_HUMERUS = (
    (-13, 4), (-8, 0), (-1, -1.6), (4.6, 0.6), (9, 1), (12, 6), (12, 14), (10.2, 24), (8.4, 38), (6.8, 60),
    (5.9, 90), (5.8, 120), (7.4, 142), (10.4, 155), (14.4, 163), (14.6, 169), (11.4, 175.4), (6.6, 178.6), (2, 177),
    (-2, 174.6), (-6, 178.6), (-11, 179.6), (-14.6, 175), (-19, 171), (-20.6, 165.4), (-17, 161), (-11.6, 153),
    (-7.6, 140), (-6, 118), (-6, 88), (-6.8, 60), (-8, 40), (-11, 27), (-16.6, 20), (-18.2, 12),
)  # fmt: skip
_HUMERUS_CUTS = (19.0, 41.0, 140.0, 159.0)
_HUMERUS_LINES = (
    ((-16, 19.5), (-9, 20.5), (-1, 15), (3.2, 6), (3.4, 1)),
    ((-11, 164), (-5, 161.5), (2, 164)),
)
_RADIUS = ((123.4, 373.6), (123, 384), (122.6, 396), (128.6, 430), (134, 466), (136.4, 494), (137.6, 512))
_RADIUS_WIDTHS = (12.4, 10.8, 8.2, 8.4, 8.8, 11, 18.6)
_ULNA = ((110, 364), (111.4, 378), (113, 394), (117, 430), (121, 464), (124.4, 494), (126, 510))
_ULNA_WIDTHS = (13, 15, 11, 8.2, 7, 6.6, 8.2)
_SHARES = (0.085, 0.2, 0.8, 0.91)

_CARPALS: tuple[tuple[Point, float, float], ...] = (
    ((128.4, 519.5), 4.2, 3.8), ((135, 520.6), 4.6, 4.2), ((142.4, 521), 5, 4), ((129, 527), 4, 3.8),
    ((135.6, 529), 4.2, 4.8), ((142, 528.4), 3.6, 3.6), ((148.4, 526.4), 4.2, 3.8),
)  # fmt: skip
_RAYS: tuple[tuple[Point, ...], ...] = (
    ((129, 532.5), (129, 559.5), (128.6, 580.5), (127.8, 592), (127.2, 601)),
    ((134, 534), (136, 564.5), (137.4, 591), (138, 605.5), (138.4, 616)),
    ((139.4, 534), (143.4, 566), (146.8, 594), (148.6, 610.5), (150, 621)),
    ((144.4, 533.4), (150.4, 564.6), (155.8, 589.6), (158.8, 603.5), (161, 613)),
)
_THUMB: tuple[Point, ...] = ((150.6, 530.4), (161, 551), (168.6, 567), (173.6, 579.5))


def drawn() -> Iterator[Drawn]:
    for side in Side:
        yield from _hand(side)
        yield from banded(Bone.ULNA, side, _ULNA, _ULNA_WIDTHS, _SHARES)
        yield from banded(Bone.RADIUS, side, _RADIUS, _RADIUS_WIDTHS, _SHARES)
        yield from cut_across(Bone.HUMERUS, side, smooth(_HUMERUS), _HUMERUS_CUTS, _at_shoulder)
        for line in _HUMERUS_LINES:
            yield front(Ink.LINE, sided(_at_shoulder(smooth(line, closed=False)), side), closed=False)


def _at_shoulder(points: Curve) -> Curve:
    return placed(points, _SHOULDER, _TURN)


def _hand(side: Side) -> Iterator[Drawn]:
    for centre, across, down in _CARPALS:
        yield front(Ink.BONE, sided(ellipse(centre, across, down, points=18), side))
    for ray in (*_RAYS, _THUMB):
        for start, end in itertools.pairwise(ray):
            yield front(Ink.BONE, sided(_phalanx(start, end), side))


def _phalanx(start: Point, end: Point) -> Curve:
    """A short bone, thicker at its ends, with a gap to the next one."""
    top, middle, bottom = (
        (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share) for share in (0.05, 0.5, 0.95)
    )
    return band((top, middle, bottom), (6.2, 4.1, 5.6))
