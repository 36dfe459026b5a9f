"""The hip bones from the front: ilium, acetabulum, ischium, pubis, sacroiliac joint."""

from collections.abc import Iterator

from annotation.skeleton_drawing.curves import Point, band, smooth
from annotation.skeleton_drawing.shapes import Drawn, Ink, front, shape, sided
from lesion_model.anatomy import Site
from lesion_model.skeleton import Bone, Region, Side

_ILIUM = (
    (27, 452), (26.4, 444), (30, 434), (38, 424.5), (49, 417.5), (61, 414.5), (72, 416.5), (80.5, 423), (86, 433),
    (88.4, 443), (86.8, 450), (82.6, 454), (81.6, 460), (81.8, 466), (79, 471), (74, 474), (66, 476), (56, 478),
    (46, 484), (40, 489), (36.4, 487), (32, 482.6), (27.5, 478.6), (24.8, 474), (27, 464),
)  # fmt: skip
_ACETABULUM = (
    (79.5, 472), (81.5, 480), (80, 489), (76, 496), (70, 503.5), (62, 507), (52.5, 506.6), (44.6, 503), (39.4, 496.5),
    (38.6, 489.6), (43, 483), (50, 477), (60, 472.6), (70, 471),
)  # fmt: skip
_PUBIS = (
    (45, 485.5), (38, 488.5), (30, 492.5), (22, 495.6), (13, 496.8), (5, 500), (2.6, 505), (2.4, 514), (3.2, 522),
    (6.4, 525), (10, 528.4), (16, 537), (22.6, 545), (27.5, 543), (24.5, 536), (18, 525.6), (15.4, 517), (17.4, 510),
    (24, 506), (33, 503.6), (42, 503.5), (46, 497),
)  # fmt: skip
_ISCHIUM = (
    (44, 501), (52, 505.6), (56.5, 511), (56, 519), (53.6, 528), (52.4, 538), (48, 547.5), (41, 552.4), (34, 552),
    (27.5, 549), (22, 544.6), (24.6, 538.6), (30, 540), (36, 537.5), (40, 529.5), (41.2, 519), (39.4, 509.6),
    (40, 503),
)  # fmt: skip
_JOINT = ((30.5, 449.5), (29.8, 458), (27.6, 468), (23.5, 479))
_JOINT_WIDTHS = (5.2, 6.4, 6, 4.4)
_FOSSA = ((36, 434), (46, 441), (57, 448), (70, 456))
_CREST = ((31, 439), (38.5, 430), (49, 423.4), (61, 420.6), (71, 422.6), (78.6, 428.6), (83, 437))
_BRIM = ((28, 476.5), (34, 484.5), (39, 490.5))
_SYMPHYSIS = ((-2.5, 505.5), (2.5, 505.5), (2.8, 522), (-2.8, 522))
_MARKS: dict[Region, Point] = {
    Region.ILIUM: (57, 440),
    Region.ACETABULUM: (44, 491),
    Region.PUBIS: (22, 500),
    Region.ISCHIUM: (45, 539),
    Region.SACROILIAC_JOINT: (28.6, 463),
}


def drawn() -> Iterator[Drawn]:
    yield front(Ink.CARTILAGE, _SYMPHYSIS)
    for side in Side:
        for region, outline in (
            (Region.ISCHIUM, smooth(_ISCHIUM)),
            (Region.PUBIS, smooth(_PUBIS)),
            (Region.ILIUM, smooth(_ILIUM)),
            (Region.ACETABULUM, smooth(_ACETABULUM)),
            (Region.SACROILIAC_JOINT, band(_JOINT, _JOINT_WIDTHS)),
        ):
            site = Site(bone=Bone.PELVIS, region=region, side=side)
            placed = sided(outline, side)
            yield shape(site, placed, mark=sided((_MARKS[region],), side)[0])
            yield front(Ink.OUTLINE, placed)
        for line in (_CREST, _FOSSA, _BRIM):
            yield front(Ink.LINE, sided(smooth(line, closed=False), side), closed=False)
