"""Skull and mandible from the front."""

from collections.abc import Iterator

from annotation.skeleton_drawing.curves import Curve, cut, ellipse, mirrored, smooth
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, on_both_sides, shape
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Side

_DOWN, _UP = ((0, 0), (0, 1)), ((0, 1), (0, 0))

_HALF_SKULL = (
    (0, 19), (13, 20), (25, 24.5), (34.5, 33), (40, 45), (42, 58), (41, 69), (38.6, 77), (39.4, 83), (40, 89),
    (37.5, 97), (31.5, 104), (26, 108), (22.5, 114), (18.5, 119.5), (10, 121.6), (0, 122),
)  # fmt: skip
_HALF_MANDIBLE = (
    (0, 146.5), (9, 146), (15, 143.5), (23, 136), (30.5, 126.5), (33.5, 117), (35.5, 104), (36.5, 95.5), (34.5, 93.5),
    (31.5, 96), (29.5, 105), (26, 115), (22, 121), (17, 124), (9, 125.6), (0, 126),
)  # fmt: skip
_ORBIT = ((7.4, 77), (10.5, 69.5), (18, 67), (26.5, 68.6), (30.5, 74.5), (29.4, 82), (23.5, 87), (15, 86.4), (9.4, 83))
_NOSE = ((0, 83), (2.2, 85), (4.6, 92.5), (7, 99.5), (6, 103.6), (2.6, 103.4), (0, 105))
_TEMPLE = ((38.6, 60), (35.8, 68), (35.4, 76), (38.6, 83))
_BROW = ((6.5, 66), (13, 62.8), (21, 62.4), (29, 65), (33.5, 70))
_CHEEK = ((39, 88), (33, 90.5), (27.6, 94), (23.5, 100), (22, 108))
_SUTURE = ((0, 31), (10, 31.6), (20, 34.5), (29, 40.5), (35.6, 49))
_CHIN = ((3, 141), (7.5, 138.8), (12.5, 139.6))


def drawn() -> Iterator[Drawn]:
    mandible = _both(_HALF_MANDIBLE)
    yield from _halves(Bone.MANDIBLE, mandible, 30)
    yield front(Ink.OUTLINE, mandible)
    yield from on_both_sides(front(Ink.LINE, smooth(_CHIN, closed=False), closed=False))
    skull = _both(_HALF_SKULL)
    yield from _halves(Bone.SKULL, skull, 20)
    yield from on_both_sides(front(Ink.CAVITY, smooth(_ORBIT)))
    yield front(Ink.CAVITY, _both(_NOSE))
    for line in (_TEMPLE, _BROW, _CHEEK, _SUTURE):
        yield from on_both_sides(front(Ink.LINE, smooth(line, closed=False), closed=False))
    yield from _teeth()
    yield front(Ink.OUTLINE, skull)


def _halves(bone: Bone, whole: Curve, across: float) -> Iterator[Drawn]:
    """The whole bone, whose side nobody told, and its halves; marks of a side go to where nothing else is."""
    height = 48.0 if bone is Bone.SKULL else 128.0
    middle = (0.0, 46.0) if bone is Bone.SKULL else (0.0, 137.0)
    yield shape(Site(bone=bone), whole, mark=middle, whole=True)
    yield shape(Site(bone=bone, side=Side.LEFT), cut(whole, *_DOWN), mark=(across, height))
    yield shape(Site(bone=bone, side=Side.RIGHT), cut(whole, *_UP), mark=(-across, height))


def _teeth() -> Iterator[Drawn]:
    for row, (top, bottom) in enumerate(((115.4, 121.4), (127.2, 133))):
        for place in range(4):
            across = 2.6 + 4.3 * place
            lift = -0.09 * across**1.15
            tooth = ellipse((across, (top + bottom) / 2 + lift), 1.9 - 0.12 * row, (bottom - top) / 2)
            yield from on_both_sides(front(Ink.LINE, tooth))


def _both(half: tuple[tuple[float, float], ...]) -> Curve:
    """A curve that is the same on both sides, from the half on the patient's left, top to bottom or bottom to top."""
    inner = [point for point in half if point[0] > 0]
    return smooth((*half, *reversed(mirrored(inner))))
