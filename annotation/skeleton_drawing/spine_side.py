"""The spine from its left side, larger: what faces left on the page is the front."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from annotation.skeleton_drawing.curves import Curve, Point, cut, placed, smooth
from annotation.skeleton_drawing.shapes import Drawn, Ink, Shape, Stroke, View
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Level

_LEVELS = tuple(Level)
# The line through the middles of the bodies, (x, y), downwards.
_LINE: tuple[Point, ...] = (
    (339, 30), (338, 60), (334, 100), (331, 140), (335, 180), (347, 225), (364, 280), (378, 345), (384, 410),
    (381, 475), (371, 540), (357, 600), (343, 660), (333, 720), (330, 775), (336, 825), (356, 872),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Build:
    """Of one vertebra: room with its disc, height of the disc, depth of the body, and its arch.

    `arch`: how far behind the body the joints are; `spine`: how long the spinous process is; `droop`: how far down
    its tip is; `thick`: how thick it is.
    """

    room: float
    disc: float
    depth: float
    arch: float
    spine: float
    droop: float
    thick: float


_CERVICAL = tuple(
    _Build(23.5 + 0.5 * place, 5.0, 25 + place * 0.8, 15, spine, 8 + place, 6.5)
    for place, spine in enumerate((15, 15, 17, 21, 30))
)
_THORACIC = tuple(
    _Build(28.8 + 0.98 * place, 4.4 + 0.14 * place, 27.5 + 1.35 * place, 15.5 + 0.15 * place, *arch)
    for place, arch in enumerate(
        (
            (32, 16, 8), (30, 20, 7.6), (28, 24, 7.4), (27, 28, 7.2), (26, 31, 7), (26, 33, 7), (26, 33, 7),
            (26, 32, 7.4), (26, 28, 8), (26, 23, 9.5), (25, 17, 12), (25, 13, 16),
        )
    )
)  # fmt: skip
_LUMBAR = tuple(
    _Build(44.4 + 0.4 * place, 9.6 + 0.6 * place, 44 + 0.7 * place, 20, spine, 11, thick)
    for place, (spine, thick) in enumerate(((29, 20), (30, 21), (30.5, 21.5), (29, 20), (24, 15)))
)
_MOBILE = (*_CERVICAL, *_THORACIC, *_LUMBAR)
_TOP = 104.5
_OCCIPUT = (
    (298, 24), (312, 30), (327, 36), (340, 39), (354, 38.6), (372, 33), (390, 22), (404, 7), (410, 7.5), (408, 17),
    (398, 31), (384, 43), (370, 50), (360, 51), (352, 49), (345, 53.4), (336, 54.6), (329, 50.6), (325, 44.6),
    (310, 38.6), (297, 30),
)  # fmt: skip
_ATLAS = (
    (316, 58), (321.5, 55.6), (328, 57.4), (336, 57.6), (345, 56.4), (350.5, 59.6), (358, 61), (370, 59.6),
    (380, 61.5), (384.5, 66.5), (380.5, 71.6), (370, 70.4), (359, 69.4), (351, 70.8), (344, 73.4), (335, 73.6),
    (327, 71), (319.5, 70.4), (315, 65),
)  # fmt: skip
_AXIS = (
    (323.6, 61), (327.6, 57.4), (331.4, 60.6), (332, 70), (335, 75.6), (343, 76), (349.6, 78.6), (356, 82), (366, 82.6),
    (378, 84.6), (389.5, 90), (393, 96.6), (388, 101.6), (377, 100), (366, 97), (360.6, 103), (354.6, 106.6),
    (350, 103), (349, 96.6), (345.6, 96), (347, 101.5), (334, 102.6), (320, 103.4), (316.6, 101.4), (319.6, 92),
    (321.4, 82), (322.6, 72),
)  # fmt: skip
_SACRUM = (
    (324, 868), (331, 860.5), (343, 854), (356, 849), (367, 845.5), (372, 848), (380, 846), (386, 850.6), (391, 849),
    (400, 856), (411, 869), (419, 879), (425, 894), (433, 905), (436, 918), (441, 928), (441, 939), (443.6, 948.6),
    (440, 955), (433, 956), (427, 951), (417.6, 940), (406, 928), (393, 916), (378, 903), (361, 890), (343, 878),
)  # fmt: skip
_SACRAL_CUTS: tuple[tuple[Point, Point], ...] = (
    ((356, 893), (396, 846)), ((381, 911), (427, 876)), ((401, 928), (446, 900)), ((418, 944), (456, 925)),
)  # fmt: skip
_COCCYX = (
    (431, 959), (437, 957.6), (442, 958.4), (443.6, 963), (441.5, 968), (438.6, 974), (434.6, 981), (430, 986),
    (426.6, 984.6), (428, 979), (431, 973), (431.4, 966),
)  # fmt: skip
_CANAL = ((372, 855), (388, 868), (404, 885), (418, 905), (428, 926), (434, 947))


def drawn() -> Iterator[Drawn]:
    yield from _one(Level.C0, smooth(_OCCIPUT), (371, 42))
    # The dens of the axis is seen behind the front arch of the atlas.
    yield from _one(Level.C2, smooth(_AXIS), (333, 92))
    yield from _one(Level.C1, smooth(_ATLAS), (330, 64.5))
    for level, build, middle, turn in _placed():
        outline = placed(smooth(_vertebra(build), steps=4), middle, turn)
        yield from _one(level, outline, middle)
    yield from _sacrum()
    yield from _one(Level.COCCYX, smooth(_COCCYX), (436, 967))


def label_places() -> dict[Level, Point]:
    """Where the names of the levels go: in front of each."""
    found = {Level.C0: (312.0, 46.0), Level.C1: (306.0, 65.0), Level.C2: (306.0, 92.0)}
    for level, build, middle, turn in _placed():
        found[level] = placed([(-build.depth / 2 - 9, 0)], middle, turn)[0]
    found |= {Level.S1: (332.0, 884.0), Level.S2: (361.0, 907.0), Level.S3: (385.0, 925.0)}
    return found | {Level.S4: (403.0, 942.0), Level.S5: (418.0, 956.0), Level.COCCYX: (420.0, 974.0)}


def _one(level: Level, outline: Curve, mark: Point) -> Iterator[Drawn]:
    site = Site(bone=Bone.VERTEBRA, level=level)
    yield Shape(site=site, view=View.SPINE, outline=outline, mark=mark)
    yield _stroke(Ink.OUTLINE, outline)


def _stroke(ink: Ink, points: Curve, *, closed: bool = True) -> Stroke:
    return Stroke(view=View.SPINE, ink=ink, points=points, closed=closed)


def _vertebra(build: _Build) -> tuple[Point, ...]:
    """Upright, its body around the origin, its front to the left."""
    half, tall = build.depth / 2, (build.room - build.disc) / 2
    joint, tip = half + build.arch, half + build.arch + build.spine
    below = tall * 2 + build.disc
    return (
        (-half * 0.985, -tall * 0.93), (-half * 0.93, -tall), (-half * 0.4, -tall * 0.95),
        (half * 0.4, -tall * 0.93), (half, -tall), (half, -tall), (half * 0.97, -tall * 0.72),
        (half + build.arch * 0.36, -tall * 0.66), (half + build.arch * 0.42, -tall * 1.12),
        (half + build.arch * 0.72, -tall * 1.2 - 2), (joint * 0.995, -tall * 0.8), (joint + 2, -tall * 0.28),
        (joint + build.spine * 0.35, build.droop * 0.28 - build.thick * 0.32),
        (tip - 2.5, build.droop - build.thick * 0.5), (tip, build.droop),
        (tip - 2.5, build.droop + build.thick * 0.5),
        (joint + build.spine * 0.4, build.droop * 0.5 + build.thick * 0.36), (joint + 3, tall * 0.62),
        (joint - build.arch * 0.02, below * 0.56), (half + build.arch * 0.74, below * 0.54),
        (half + build.arch * 0.58, tall * 0.3), (half + build.arch * 0.3, -tall * 0.02), (half * 0.96, tall * 0.12),
        (half * 0.94, tall * 0.5), (half, tall), (half, tall), (half * 0.4, tall * 0.93),
        (-half * 0.4, tall * 0.95), (-half * 0.93, tall), (-half * 0.985, tall * 0.93), (-half * 0.92, tall * 0.45),
        (-half * 0.9, 0), (-half * 0.92, -tall * 0.45),
    )  # fmt: skip


def _placed() -> Iterator[tuple[Level, _Build, Point, float]]:
    line = smooth(_LINE, closed=False, steps=40)
    top, place = _TOP, 0
    for level, build in zip(_LEVELS[3:25], _MOBILE, strict=True):
        down = top + build.room / 2
        while line[place + 1][1] < down:
            place += 1
        before, after = line[max(place - 12, 0)], line[min(place + 12, len(line) - 1)]
        turn = -math.degrees(math.atan2(after[0] - before[0], after[1] - before[1]))
        yield level, build, (line[place][0], down), turn
        top += build.room * math.cos(math.radians(turn))


def _sacrum() -> Iterator[Drawn]:
    rest = smooth(_SACRUM)
    marks = ((361, 869), (391, 890), (413, 911), (428, 931), (437, 947))
    for level, mark, line in zip(_LEVELS[25:30], marks, (*_SACRAL_CUTS, None), strict=True):
        piece = rest if line is None else cut(rest, *line)
        if line is not None:
            rest = cut(rest, *reversed(line))
        yield Shape(site=Site(bone=Bone.VERTEBRA, level=level), view=View.SPINE, outline=piece, mark=mark)
    yield _stroke(Ink.LINE, smooth(_CANAL, closed=False), closed=False)
    yield _stroke(Ink.OUTLINE, smooth(_SACRUM))
