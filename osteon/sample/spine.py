"""The lumbar spine phantom: T12 to S1, L3 collapsed by 40 % in front, with a lytic hole.

Height loss is 1 − anterior height of L3 ÷ mean anterior height of L2 and L4 (16.8 mm of 28 mm).
"""

import math
from itertools import pairwise

import numpy as np

from osteon.sample import vertebra as parts
from osteon.sample.canvas import Canvas, Patch, Volume
from osteon.sample.solids import Point, coverage, ellipsoid, smooth_union
from osteon.sample.truth import EllipsoidTruth, SpineTruth
from osteon.sample.vertebra import Shape, Vertebra

CORTEX_HU, SPONGIOSA_HU, DISC_HU, TUMOUR_HU = 750.0, 220.0, 85.0, 45.0
FAT_HU, MUSCLE_HU, BOWEL_HU, BLOOD_HU, SAC_HU, KIDNEY_HU = -100.0, 55.0, 25.0, 42.0, 18.0, 33.0
SHELL_MM = 1.3
KERNEL_MM, KERNEL_HU = 0.9, 140.0
"""Over- and undershoot of a bone kernel at the endplates. Being antisymmetric, it leaves the half-maximum
where the surface is, at any slice thickness; a bright plate alone would push it outwards by half a millimetre."""
DISC_MM = 9.5

SHAPES = {
    "T12": Shape(half_width=21.5, half_depth=15.5, anterior=24.5, posterior=26.0),
    "L1": Shape(half_width=22.0, half_depth=16.0, anterior=26.0, posterior=27.0),
    "L2": Shape(half_width=23.0, half_depth=16.5, anterior=27.5, posterior=28.0),
    "L3": Shape(half_width=24.0, half_depth=17.0, anterior=16.8, posterior=26.5, upper_dish=2.2),
    "L4": Shape(half_width=25.0, half_depth=17.0, anterior=28.5, posterior=27.5),
    "L5": Shape(half_width=26.0, half_depth=17.0, anterior=29.0, posterior=25.0),
    "S1": Shape(half_width=24.0, half_depth=15.5, anterior=30.0, posterior=27.0),
}
TILTS_DEGREES = {"T12": 11.0, "L1": 9.0, "L2": 4.0, "L3": 0.0, "L4": -6.0, "L5": -15.0, "S1": -32.0}
L3_CENTRE: Point = (0.0, 0.0, 0.0)

HOLE_CENTRE = (12.0, 8.0, 0.5)
"""In L3's own frame."""
HOLE_DIRECTION = (3 / math.hypot(3, 17), 17 / math.hypot(3, 17))
"""Along the left pedicle, in x and y."""
HOLE_HALF_LENGTH, HOLE_RADIUS = 12.0, 5.5


def spine_volume(
    *,
    spacing: Point = (2.5, 0.9, 0.9),
    shape: tuple[int, int, int] = (88, 256, 256),
    noise_hu: float = 11.0,
    seed: int = 3,
) -> Volume:
    """The CT, `spacing` and `shape` in array order (slice, row, column)."""
    canvas = Canvas.around((0.0, 14.0, 3.0), shape=shape, spacing=spacing)
    column = stack()
    _paint_soft_tissue(canvas)
    _paint_canal(canvas, column)
    for upper, lower in pairwise(column):
        _paint_disc(canvas, upper, lower)
    for bone in column:
        _paint_vertebra(canvas, bone)
    _paint_hole(canvas, _named(column, "L3"))
    return canvas.volume(noise_hu=noise_hu, seed=seed)


def spine_truth() -> SpineTruth:
    """The numbers behind the picture."""
    column = stack()
    broken = _named(column, "L3")
    reach = (HOLE_HALF_LENGTH * HOLE_DIRECTION[0], HOLE_HALF_LENGTH * HOLE_DIRECTION[1])
    x, y, z = HOLE_CENTRE
    return SpineTruth(
        above=_named(column, "L2").truth(),
        collapsed=broken.truth(),
        below=_named(column, "L4").truth(),
        hole=EllipsoidTruth(
            centre=broken.to_patient(x, y, z),
            long_axis=(
                broken.to_patient(x - reach[0], y - reach[1], z),
                broken.to_patient(x + reach[0], y + reach[1], z),
            ),
            short_diameter=2 * HOLE_RADIUS,
        ),
        posterior_wall_at_pedicle=broken.to_patient(13.8, broken.shape.half_depth, z),
    )


def stack() -> list[Vertebra]:
    """All vertebrae, from the top: each set on its neighbour's endplate with a disc between."""
    names = list(SHAPES)
    tilts = {name: math.radians(TILTS_DEGREES[name]) for name in names}
    centres = {"L3": L3_CENTRE}
    third = names.index("L3")
    for lower, upper in zip(names[third:0:-1], names[third - 1 :: -1], strict=True):
        centres[upper] = _set_upon(centres[lower], lower, upper, tilts, upwards=True)
    for upper, lower in zip(names[third:-1], names[third + 1 :], strict=True):
        centres[lower] = _set_upon(centres[upper], lower, upper, tilts, upwards=False)
    return [
        Vertebra(level=name, shape=SHAPES[name], centre=centres[name], tilt=tilts[name], sacral=name == "S1")
        for name in names
    ]


def _set_upon(known: Point, lower: str, upper: str, tilts: dict[str, float], *, upwards: bool) -> Point:
    """The other vertebra's centre: up its neighbour's axis, across the disc, up its own axis."""
    legs = (
        (SHAPES[lower].anterior / 2, tilts[lower]),
        (DISC_MM, (tilts[lower] + tilts[upper]) / 2),
        (SHAPES[upper].posterior / 2, tilts[upper]),
    )
    sign = 1 if upwards else -1
    y = known[1] + sign * sum(length * math.sin(tilt) for length, tilt in legs)
    z = known[2] + sign * sum(length * math.cos(tilt) for length, tilt in legs)
    return (known[0], y, z)


def _named(column: list[Vertebra], level: str) -> Vertebra:
    return next(bone for bone in column if bone.level == level)


def _around(canvas: Canvas, centre: Point, low: Point, high: Point) -> Patch:
    return canvas.patch(
        (centre[0] + low[0], centre[1] + low[1], centre[2] + low[2]),
        (centre[0] + high[0], centre[1] + high[1], centre[2] + high[2]),
    )


def _paint_vertebra(canvas: Canvas, bone: Vertebra) -> None:
    patch = _around(canvas, bone.centre, (-66, -26, -38), (66, 80, 38))
    if not patch.pixels.size:
        return
    x, y, z = bone.local(patch)
    walls, ends = parts.outline(bone.shape, x, y, z), parts.endplates(bone.shape, x, y, z)
    behind = (parts.sacral_wings if bone.sacral else parts.arch)(bone.shape, x, y, z)
    surface = smooth_union(np.maximum(walls, ends), behind, blend=3)
    patch.paint(np.maximum(walls, ends - KERNEL_MM), DISC_HU - KERNEL_HU, ramp=canvas.ramp)
    inside = np.full_like(surface, CORTEX_HU)
    core = walls + SHELL_MM
    for distance, shade in (
        (surface + SHELL_MM, SPONGIOSA_HU),
        (core, SPONGIOSA_HU + KERNEL_HU),
        (np.maximum(core, ends + KERNEL_MM), SPONGIOSA_HU),
    ):
        inside += coverage(distance, canvas.ramp) * (shade - inside)
    patch.paint(surface, inside, ramp=canvas.ramp)  # once: an edge painted twice would move


def _paint_hole(canvas: Canvas, bone: Vertebra) -> None:
    patch = _around(canvas, bone.centre, (-10, -20, -20), (40, 40, 20))
    if not patch.pixels.size:
        return
    x, y, z = bone.local(patch)
    dx, dy, dz = x - HOLE_CENTRE[0], y - HOLE_CENTRE[1], z - HOLE_CENTRE[2]
    along = dx * HOLE_DIRECTION[0] + dy * HOLE_DIRECTION[1]
    across = dy * HOLE_DIRECTION[0] - dx * HOLE_DIRECTION[1]
    hole = ellipsoid(across, along, dz, centre=(0, 0, 0), semi_axes=(HOLE_RADIUS, HOLE_HALF_LENGTH, HOLE_RADIUS))
    patch.paint(hole, TUMOUR_HU, ramp=canvas.ramp)


def _paint_disc(canvas: Canvas, upper: Vertebra, lower: Vertebra) -> None:
    middle = tuple((a + b) / 2 for a, b in zip(upper.centre, lower.centre, strict=True))
    patch = _around(canvas, (middle[0], middle[1], middle[2]), (-32, -32, -26), (32, 32, 26))
    if not patch.pixels.size:
        return
    xu, yu, zu = upper.local(patch)
    xl, yl, zl = lower.local(patch)
    sides = (
        parts.outline(upper.shape, xu, yu, np.full_like(zu, 99)),
        parts.outline(lower.shape, xl, yl, np.full_like(zl, 99)),
    )
    between = np.maximum(zu - parts.lower_endplate(upper.shape, xu, yu), parts.upper_endplate(lower.shape, xl, yl) - zl)
    patch.paint(np.maximum((sides[0] + sides[1]) / 2, between), DISC_HU, ramp=canvas.ramp)


def _paint_canal(canvas: Canvas, column: list[Vertebra]) -> None:
    """Epidural fat and the dural sac, along the curve of the posterior walls."""
    points = [bone.to_patient(0, bone.shape.half_depth + 8, 0) for bone in reversed(column)]
    heights = [point[2] for point in points]
    depth = np.interp(canvas.z, heights, [point[1] for point in points]).astype(np.float32)
    patch = canvas.whole()
    y = patch.y - depth[:, None, None]
    for width, thickness, shade in ((12.5, 10.5, -70.0), (9.0, 7.5, SAC_HU)):
        inside = ellipsoid(patch.x, y, np.float32(0), centre=(0, 0, 0), semi_axes=(width, thickness, 1e6))  # type: ignore[arg-type]
        patch.paint(inside, shade, ramp=canvas.ramp)


def _paint_soft_tissue(canvas: Canvas) -> None:
    """Skin to muscle; the same in every slice but for kidneys and bowel gas."""
    patch = canvas.whole()
    plane = Patch(x=patch.x, y=patch.y, z=np.zeros((1, 1, 1), np.float32), pixels=patch.pixels[:1])
    side = np.abs(plane.x)
    for x, centre, semi, shade in (
        (plane.x, (0, -12), (150, 98), 20.0),  # skin
        (plane.x, (0, -12), (148, 96), FAT_HU),
        (plane.x, (0, -18), (124, 78), MUSCLE_HU),  # abdominal wall
        (plane.x, (0, -22), (114, 66), FAT_HU),
        (side, (56, -46), (40, 32), BOWEL_HU),
        (side, (16, -64), (26, 18), BOWEL_HU),
        (side, (34, 10), (14, 22), MUSCLE_HU),  # psoas
        (side, (66, 38), (25, 13), MUSCLE_HU),  # quadratus lumborum
        (side, (27, 52), (25, 20), MUSCLE_HU),  # erector spinae
        (plane.x, (11, -31), (9.5, 9.5), BLOOD_HU),  # aorta
        (plane.x, (-16, -29), (11, 9), BLOOD_HU),  # inferior vena cava
    ):
        area = ellipsoid(x, plane.y, plane.z, centre=(centre[0], centre[1], 0), semi_axes=(semi[0], semi[1], 1e6))
        plane.paint(area, shade, ramp=canvas.ramp)
    canvas.pixels[1:] = canvas.pixels[:1]
    _paint_organs(canvas)


def _paint_organs(canvas: Canvas) -> None:
    kidneys = ((66, 8, 48), (30, 26, 56)), ((-64, 8, 38), (29, 25, 54))
    gas = (((58, -58, -44), (17, 9, 30)), ((-52, -60, -20), (19, 8, 24)), ((8, -72, 30), (14, 6, 16)))
    for shade, organs in ((KIDNEY_HU, kidneys), (-900.0, gas)):
        for centre, semi in organs:
            patch = _around(canvas, centre, (-semi[0] - 2, -semi[1] - 2, -semi[2]), (semi[0] + 2, semi[1] + 2, semi[2]))
            if patch.pixels.size:
                organ = ellipsoid(patch.x, patch.y, patch.z, centre=centre, semi_axes=semi)
                patch.paint(organ, shade, ramp=canvas.ramp)
