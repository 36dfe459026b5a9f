"""The leg from the front: femur, patella, tibia, fibula and, as no sites, the bones of the foot."""

import itertools
from collections.abc import Iterator

from annotation.skeleton_drawing.curves import Curve, Point, above, band, below, between, cut, smooth
from annotation.skeleton_drawing.long_bone import banded, cut_across
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, shape, sided
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Region, Side

_FEMUR = (
    (53, 475.5), (60, 474.6), (67, 478), (70.4, 484), (75, 488.4), (80.4, 488.6), (84.6, 482.8), (90, 478.4),
    (96, 480), (99.4, 486.6), (99.4, 496), (96.8, 508), (94.4, 520), (92.2, 536), (89, 560), (83, 600), (76.6, 640),
    (71.8, 668), (71.2, 684), (73, 697), (74.4, 708), (73.2, 718), (68, 725), (60, 726.6), (54, 723.6), (51, 719.6),
    (48, 723.8), (42, 727.6), (34, 727), (28.8, 720.6), (27.6, 711), (30, 701), (37, 690), (45, 676), (53, 652),
    (62.4, 615), (69, 580), (72.6, 556), (73.2, 543), (71, 535.6), (69.4, 529.4), (71.6, 524.4), (74.4, 520),
    (72.4, 512.6), (66, 508), (59, 504.6), (51.4, 502.4), (44.6, 498.4), (40.8, 491.4), (41.4, 483.6), (46, 478),
)  # fmt: skip
_HEAD = ((71.5, 482), (58.5, 505))
_INTERTROCHANTERIC = ((83.5, 483), (73, 517))
_GREATER = ((81, 488.4), (100, 508))
_LESSER = ((76, 519), (75, 544))
_LESSER_TOP, _LESSER_END, _SUBTROCHANTERIC_END = 519.0, 542.0, 569.0
_METAPHYSIS, _EPIPHYSIS = 668.0, 697.0
_TIBIA = (
    (29, 735), (38, 732), (46, 733.4), (50, 730.6), (54, 733.4), (62, 732), (71, 735), (72.2, 742), (68.6, 752),
    (61.4, 764), (57, 785), (54.6, 820), (53, 860), (52, 892), (54.6, 914), (56.4, 927), (54.4, 931.6), (48, 932),
    (42.4, 932.6), (40.6, 938), (37.4, 942.6), (33.4, 941), (32.2, 933), (33.6, 918), (38, 896), (40, 860),
    (39.8, 820), (38.4, 786), (35.6, 765), (30.4, 752), (28, 742),
)  # fmt: skip
_TIBIA_CUTS = (749.0, 775.0, 892.0, 915.0)
_FIBULA = ((70.6, 744), (70.6, 756), (68.6, 790), (65.4, 850), (62.2, 900), (61.4, 928), (61.6, 948))
_FIBULA_WIDTHS = (8.4, 8.6, 5.6, 5.2, 5.4, 8, 7)
_FIBULA_SHARES = (0.07, 0.17, 0.8, 0.9)
_PATELLA = (
    (50.5, 690.5),
    (58.4, 693.4),
    (61.6, 701),
    (58.4, 709.4),
    (50.5, 716),
    (42.6, 709.4),
    (39.4, 701),
    (42.6, 693.4),
)
_FEMUR_LINES = (
    ((43, 500.5), (52, 500), (62, 494), (68, 485.6)),
    ((83, 490), (86, 500), (84, 512), (78.6, 522)),
    ((47, 728), (50.5, 713), (55, 727)),
)
_TIBIA_LINES = (((48, 752), (51, 758), (49, 766)), ((33, 744), (50, 741), (68, 744)))
_TARSALS = (
    (((38, 937.5), (47, 935.5), (55.5, 937), (57, 944.5), (52, 950), (42, 950), (37, 945))),
    (((36.5, 948.5), (43, 950.5), (47, 954), (43, 960), (36, 959), (33.5, 953))),
    (((48.5, 952), (55, 949.5), (61, 951.5), (64, 957), (58.5, 961.5), (50, 960.5), (46.6, 957))),
)
_METATARSALS: tuple[tuple[Point, ...], ...] = (
    ((37, 960.5), (33.6, 968), (31.4, 975.5), (29.8, 984), (29, 990.4)),
    ((43, 961.5), (42.4, 968), (42, 976.5), (41.6, 982.5), (41.4, 987.4)),
    ((49, 962), (50.6, 968), (51.6, 976), (52.2, 981.4), (52.6, 986)),
    ((55, 962), (58.4, 967.4), (60.8, 974.4), (62.2, 979.4), (63.2, 983.4)),
    ((60.6, 960.6), (66, 965.4), (69.6, 971.6), (71.6, 976), (73, 979.6)),
)  # fmt: skip


def drawn() -> Iterator[Drawn]:
    for side in Side:
        yield from _foot(side)
        yield from banded(Bone.FIBULA, side, _FIBULA, _FIBULA_WIDTHS, _FIBULA_SHARES)
        yield from cut_across(Bone.TIBIA, side, smooth(_TIBIA), _TIBIA_CUTS, lambda points: points)
        yield from _femur(side)
        patella = sided(smooth(_PATELLA), side)
        yield shape(Site(bone=Bone.PATELLA, side=side), patella)
        yield front(Ink.OUTLINE, patella)
        for line in (*_FEMUR_LINES, *_TIBIA_LINES):
            yield front(Ink.LINE, sided(smooth(line, closed=False), side), closed=False)


def _femur(side: Side) -> Iterator[Drawn]:
    whole = smooth(_FEMUR)
    yield _part(Region.DISTAL, below(whole, _METAPHYSIS), side, whole=True)
    for region, piece in _femoral_parts(whole):
        yield _part(region, piece, side)
    yield front(Ink.OUTLINE, sided(whole, side))


def _femoral_parts(whole: Curve) -> Iterator[tuple[Region, Curve]]:
    upper = above(whole, _LESSER_END)
    head = cut(upper, *reversed(_HEAD))
    beyond = cut(upper, *_HEAD)
    neck = cut(beyond, *reversed(_INTERTROCHANTERIC))
    trochanteric = cut(beyond, *_INTERTROCHANTERIC)
    lesser = below(cut(trochanteric, *reversed(_LESSER)), _LESSER_TOP)
    yield Region.HEAD, head
    yield Region.NECK, neck
    yield Region.INTERTROCHANTERIC, cut(trochanteric, *reversed(_GREATER))
    yield Region.GREATER_TROCHANTER, cut(trochanteric, *_GREATER)
    yield Region.LESSER_TROCHANTER, lesser
    yield Region.SUBTROCHANTERIC, between(whole, _LESSER_END, _SUBTROCHANTERIC_END)
    yield Region.SHAFT, between(whole, _SUBTROCHANTERIC_END, _METAPHYSIS)
    yield Region.DISTAL_METAPHYSIS, between(whole, _METAPHYSIS, _EPIPHYSIS)
    yield Region.DISTAL_EPIPHYSIS, below(whole, _EPIPHYSIS)


def _part(region: Region, piece: Curve, side: Side, *, whole: bool = False) -> Drawn:
    return shape(Site(bone=Bone.FEMUR, region=region, side=side), sided(piece, side), whole=whole)


def _foot(side: Side) -> Iterator[Drawn]:
    for bone in _TARSALS:
        yield front(Ink.BONE, sided(smooth(bone), side))
    for ray in _METATARSALS:
        for place, (start, end) in enumerate(itertools.pairwise(ray)):
            thick = 6.8 if ray is _METATARSALS[0] else 5.2 - 0.3 * place
            middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
            yield front(Ink.BONE, sided(band((start, middle, end), (thick, thick * 0.72, thick)), side))
