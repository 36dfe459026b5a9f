"""The spine from the front: vertebrae, sacrum, coccyx."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from annotation.skeleton_drawing.curves import Curve, between, ellipse, mirrored, smooth
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, on_both_sides, shape
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Level

_DISC = 0.16
"""The share of a vertebra's room that its disc takes."""

_TOP = 111.0
# Room of each vertebra with its disc, half its width, and how far its transverse process reaches beyond.
_MOBILE: tuple[tuple[float, float, float], ...] = (
    (9.5, 13.5, 6), (10, 11.5, 5), (9.3, 10.2, 5), (9.3, 10.4, 5), (9.3, 10.8, 5.2), (9.4, 11.4, 5.6), (10, 12.2, 7),
    (12.4, 13.6, 9), (12.8, 13.2, 8.5), (13.2, 13, 8.2), (13.6, 13, 8), (14, 13.1, 8), (14.4, 13.4, 8),
    (14.8, 13.8, 8), (15.2, 14.3, 7.8), (15.6, 14.9, 7.4), (16.1, 15.5, 7), (16.7, 16.2, 5.6), (17.4, 17, 5.4),
    (18.8, 17.8, 12), (19.6, 18.6, 14), (20.2, 19.4, 15.4), (20.4, 20.4, 14), (20, 21.6, 14.5),
)  # fmt: skip
_LEVELS = tuple(Level)[1:25]
_SACRUM = (
    (0, 451), (12, 450.4), (21, 451.4), (29, 452), (34.5, 455.5), (34, 463), (30.5, 472), (26.5, 480), (21, 490),
    (15, 499), (10.4, 505.4), (6.5, 508.4), (0, 509),
)  # fmt: skip
_SACRAL_CUTS = (449.0, 465.0, 478.0, 489.0, 499.0, 511.0)
_COCCYX = ((0, 510), (5.4, 510.4), (5, 514.5), (3.2, 519), (1.4, 524), (0, 525.4))


def middle_of(level: Level) -> float:
    """How far down the middle of a vertebra above the sacrum is."""
    return _MIDDLES[level]


def drawn() -> Iterator[Drawn]:
    for level, (room, half, process) in zip(_LEVELS, _MOBILE, strict=True):
        outline = _vertebra(level, _MIDDLES[level], room * (1 - _DISC), half, process)
        yield shape(Site(bone=Bone.VERTEBRA, level=level), outline, mark=(0, _MIDDLES[level]))
        yield front(Ink.OUTLINE, outline)
        yield from _pedicles(level, _MIDDLES[level], room, half)
    yield from _sacrum()


def _sacrum() -> Iterator[Drawn]:
    sacrum = smooth((*_SACRUM, *reversed(mirrored(_SACRUM[1:-1]))))
    for level, top, bottom in zip(tuple(Level)[25:30], _SACRAL_CUTS, _SACRAL_CUTS[1:], strict=False):
        yield shape(Site(bone=Bone.VERTEBRA, level=level), between(sacrum, top, bottom), mark=(0, (top + bottom) / 2))
    for place, cut in enumerate(_SACRAL_CUTS[1:-1]):
        opening = ellipse((14.5 - 2.6 * place, cut), 2.7 - 0.35 * place, 2.1 - 0.2 * place, 20)
        yield from on_both_sides(front(Ink.CAVITY, opening))
    yield front(Ink.OUTLINE, sacrum)
    coccyx = smooth((*_COCCYX, *reversed(mirrored(_COCCYX[1:-1]))))
    yield shape(Site(bone=Bone.VERTEBRA, level=Level.COCCYX), coccyx)
    yield front(Ink.OUTLINE, coccyx)


def _vertebra(level: Level, middle: float, height: float, half: float, process: float) -> Curve:
    """A body with a waist, and a transverse process on each side."""
    lumbar = level.value.startswith("L")
    rise = 0.10 if lumbar else 0.2
    thin = 0.16 if lumbar else 0.24
    tip = half + process
    right = (
        (0, -0.47), (half * 0.55, -0.49), (half * 0.93, -0.5), (half, -0.4), (half * 0.9, -0.22),
        (half + process * 0.45, -0.16 - rise), (tip - 0.8, -0.14 - rise - thin / 2), (tip, -0.08 - rise),
        (tip - 0.8, thin / 2 - 0.06 - rise), (half + process * 0.4, thin - 0.1), (half * 0.88, 0.14),
        (half * 0.94, 0.34), (half * 1.01, 0.44), (half * 0.93, 0.5), (half * 0.55, 0.49), (0, 0.47),
    )  # fmt: skip
    half_curve = tuple((x, middle + y * height) for x, y in right)
    return smooth((*half_curve, *reversed(mirrored(half_curve[1:-1]))), steps=4)


def _pedicles(level: Level, middle: float, room: float, half: float) -> Iterator[Drawn]:
    """Their rings, which are seen through the body from T1 on."""
    if level.value.startswith("C"):
        return
    ring = ellipse((half * 0.58, middle - room * 0.1), half * 0.15, room * 0.16)
    yield from on_both_sides(front(Ink.LINE, ring))


def _middles() -> dict[Level, float]:
    found, top = {}, _TOP
    for level, (room, _, _) in zip(_LEVELS, _MOBILE, strict=True):
        found[level] = top + room / 2
        top += room
    return found


_MIDDLES: Mapping[Level, float] = MappingProxyType(_middles())
