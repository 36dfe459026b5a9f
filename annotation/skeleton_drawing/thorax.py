"""Ribs, sternum, clavicles and scapulae from the front."""

from collections.abc import Iterator

from annotation.skeleton_drawing.curves import Curve, Point, band, mirrored, smooth
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, on_both_sides, shape, sided
from annotation.skeleton_drawing.spine_front import middle_of
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Level, Side

_FLOATING = 11
# How far each rib reaches to the side, and where its bone ends in front, on the patient's left.
_REACH = (38, 55, 67, 75, 80.5, 84.5, 87, 88, 87, 83.5)
_ENDS: tuple[Point, ...] = (
    (20, 203), (25, 224), (30, 245), (34, 266), (38, 287), (44, 307), (53, 326), (62, 343), (69, 358), (75, 371),
)  # fmt: skip
_FLOATING_RIBS: tuple[tuple[Point, ...], ...] = (
    ((17, 331), (34, 333), (52, 343), (64, 357), (69, 371)),
    ((17, 347), (30, 351), (42, 361), (50, 375)),
)
# Where the cartilage of each rib reaches the sternum; those of 8 to 10 reach that of the rib above.
_JOINTS: tuple[Point, ...] = ((13, 198), (11.5, 221), (10, 237), (10.5, 253), (11.5, 268), (11, 281), (8, 289.5))
_STERNUM = (
    (0, 191.5), (6, 190), (13, 189), (16.5, 192.5), (14.5, 199), (10.5, 210), (9.6, 219), (11.2, 222.5), (8.8, 228),
    (9.4, 237), (9.2, 245), (10.2, 253), (10.6, 262), (11.6, 270), (11.4, 279), (9, 287), (5, 291), (3.6, 298),
    (1.6, 305), (0, 306.5),
)  # fmt: skip
_CLAVICLE = ((12, 194), (28, 191.5), (44, 187), (60, 181), (77, 178), (92, 180.5), (103, 185))
_CLAVICLE_WIDTHS = (10.5, 7.6, 6.6, 6.2, 6.6, 8, 8)
_SCAPULA = (
    (89, 197), (91.5, 203), (91, 210), (87, 216), (82, 226), (75, 245), (68, 264), (62.5, 277), (58, 281.5), (54, 277),
    (51, 262), (48.5, 240), (48, 220), (50.5, 203), (55.5, 194), (62, 190.5), (71, 190), (79, 187.5), (90, 181.5),
    (101, 180), (108.5, 184), (109, 190), (103.5, 192), (96, 190.5),
)  # fmt: skip
_CORACOID = ((79, 197), (80, 191.5), (85.5, 190.5), (90, 194.5), (89, 199), (85.5, 197.5), (83.5, 200))
_SCAPULAR_SPINE = ((52, 212), (66, 204), (80, 196), (95, 186))


def behind() -> Iterator[Drawn]:
    """What lies behind the spine, or beside it: scapulae, and the ribs as far as they are at the back."""
    for side in Side:
        scapula = sided(smooth(_SCAPULA), side)
        yield shape(Site(bone=Bone.SCAPULA, side=side), scapula, mark=sided(((66, 215),), side)[0], behind=True)
        yield front(Ink.OUTLINE, scapula)
        yield front(Ink.LINE, sided(smooth(_SCAPULAR_SPINE, closed=False), side), closed=False)
    for number in range(12, 0, -1):
        for side in Side:
            yield _rib(number, side)


def before() -> Iterator[Drawn]:
    """What lies in front of the spine."""
    yield from _cartilages()
    sternum = smooth((*_STERNUM, *reversed(mirrored(_STERNUM[1:-1]))))
    yield shape(Site(bone=Bone.STERNUM), sternum, mark=(0, 246))
    yield front(Ink.OUTLINE, sternum)
    for line in (((-9.4, 222), (0, 223.2), (9.4, 222)), ((-4.6, 291.3), (0, 292.4), (4.6, 291.3))):
        yield front(Ink.LINE, smooth(line, closed=False), closed=False)
    for side in Side:
        clavicle = sided(band(_CLAVICLE, _CLAVICLE_WIDTHS), side)
        coracoid = sided(smooth(_CORACOID), side)
        yield front(Ink.BEHIND, coracoid)
        yield shape(Site(bone=Bone.CLAVICLE, side=side), clavicle, mark=sided(((58, 181.5),), side)[0])
        yield front(Ink.OUTLINE, clavicle)


def _rib(number: int, side: Side) -> Drawn:
    line, widths = _course(number)
    reach = line[-1] if number >= _FLOATING else line[4]
    mark = (reach[0] - 3, reach[1] - 4) if number >= _FLOATING else reach
    site = Site(bone=Bone.RIB, number=number, side=side)
    return shape(site, sided(band(line, widths), side), mark=sided((mark,), side)[0], behind=True)


def _course(number: int) -> tuple[tuple[Point, ...], tuple[float, ...]]:
    """From the vertebra round the side of the chest to where the cartilage begins."""
    if number >= _FLOATING:
        line = _FLOATING_RIBS[number - _FLOATING]
        return line, (4.2, 5.2, 5.4, 5.2, 3.0)[: len(line)] if number == _FLOATING else (4, 5, 4.6, 2.6)
    start = middle_of(Level[f"T{number}"])
    reach, end = _REACH[number - 1], _ENDS[number - 1]
    fall = end[1] - start
    line = (
        (15, start - 2),
        (reach * 0.42 + 6, start - 3.5),
        (reach * 0.78, start + fall * 0.12),
        (reach * 0.955, start + fall * 0.34),
        (reach, start + fall * 0.57),
        (reach * 0.955, start + fall * 0.78),
        (end[0] + (reach - end[0]) * 0.62, start + fall * 0.93),
        end,
    )
    thick = 6.4 if number > 1 else 7.4
    return line, (4.6, 5.2, thick * 0.92, thick * 0.86, thick * 0.78, thick * 0.9, thick, thick * 1.08)


def _cartilages() -> Iterator[Drawn]:
    for number, (end, joint) in enumerate(zip(_ENDS, _JOINTS, strict=False), start=1):
        bend = max(0.0, number - 3) * 2.6
        middle = ((end[0] * 0.6 + joint[0] * 0.4), (end[1] * 0.62 + joint[1] * 0.38) + bend)
        yield from on_both_sides(front(Ink.CARTILAGE, _cartilage((end, middle, joint))))
    for upper, lower in ((6, 7), (7, 8), (8, 9)):
        end, above = _ENDS[lower], _ENDS[upper]
        joint = (above[0] - 6.5, above[1] + 6.5)
        middle = (end[0] - 8, end[1] - 1.5)
        yield from on_both_sides(front(Ink.CARTILAGE, _cartilage((end, middle, joint))))


def _cartilage(line: tuple[Point, ...]) -> Curve:
    return band(line, (6, 5.2, 4.6))
