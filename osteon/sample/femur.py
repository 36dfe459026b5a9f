"""The proximal left femur phantom, with a lytic lesion through half of the lateral cortex.

Local frame: mm, the shaft's axis is x = y = 0, the lesser trochanter's centre is at z = 0; the head
points to the midline (−x), the greater trochanter to the patient's left (+x).
"""

import numpy as np

from osteon.sample.canvas import Canvas, Patch, Volume
from osteon.sample.solids import Field, Point, capsule, ellipsoid, smooth_union, smoothstep
from osteon.sample.truth import EllipsoidTruth, FemurTruth

SHAFT: Point = (108.0, 4.0, -285.0)
"""The local origin in mm LPS (L3's middle is at 0, 0, 0)."""
CORTEX_HU, SPONGIOSA_HU, MARROW_HU, TUMOUR_HU = 1350.0, 260.0, -60.0, 50.0
FAT_HU, MUSCLE_HU, BLOOD_HU, CARTILAGE_HU = -105.0, 58.0, 45.0, 90.0
OUTER_RADIUS, INNER_RADIUS = 14.0, 8.0
HEAD: Point = (-42.0, -8.0, 51.0)
HEAD_RADIUS = 24.0
LESSER_TROCHANTER: Point = (-13.0, 11.0, 0.0)

LESION: Point = (4.0, 0.0, -28.0)
LESION_RADIUS, LESION_HALF_LENGTH = 7.0, 18.0
"""Reaches 4 + 7 = 11 mm from the axis: 3 mm into the 6 mm between 8 and 14."""


def femur_volume(
    *,
    spacing: Point = (3.0, 0.9, 0.9),
    shape: tuple[int, int, int] = (60, 192, 192),
    noise_hu: float = 12.0,
    seed: int = 5,
) -> Volume:
    """The CT, `spacing` and `shape` in array order (slice, row, column)."""
    canvas = Canvas.around((SHAFT[0] - 18.0, SHAFT[1], SHAFT[2] + LESION[2] + 8 * 3.0), shape=shape, spacing=spacing)
    _paint_soft_tissue(canvas)
    _paint_pelvis(canvas)
    _paint_bone(canvas)
    return canvas.volume(noise_hu=noise_hu, seed=seed)


def femur_truth() -> FemurTruth:
    """The numbers behind the picture."""
    x, y, z = _patient(LESION)
    return FemurTruth(
        lesion=EllipsoidTruth(
            centre=(x, y, z),
            long_axis=((x, y, z - LESION_HALF_LENGTH), (x, y, z + LESION_HALF_LENGTH)),
            short_diameter=2 * LESION_RADIUS,
        ),
        shaft_axis=(SHAFT[0], SHAFT[1], z),
        outer_radius=OUTER_RADIUS,
        inner_radius=INNER_RADIUS,
        lesser_trochanter=_patient(LESSER_TROCHANTER),
    )


def _patient(point: Point) -> Point:
    return (SHAFT[0] + point[0], SHAFT[1] + point[1], SHAFT[2] + point[2])


def _local_patch(canvas: Canvas, low: Point, high: Point) -> Patch:
    """A box given and described in the femur's own frame."""
    patch = canvas.patch(_patient(low), _patient(high))
    return Patch(x=patch.x - SHAFT[0], y=patch.y - SHAFT[1], z=patch.z - SHAFT[2], pixels=patch.pixels)


def _surface(x: Field, y: Field, z: Field) -> Field:
    """Distance to the outside of the bone. Below z = −20 it is the plain tube of the shaft."""
    flare = 4.0 * smoothstep(-8, 25, z)
    shaft = np.maximum(np.sqrt(x * x + y * y) - OUTER_RADIUS - flare, z - 24)
    solids = (
        ellipsoid(x, y, z, centre=(-5, 1, 16), semi_axes=(21, 16, 19)),  # intertrochanteric mass
        ellipsoid(x, y, z, centre=(11, 7, 34), semi_axes=(13, 16, 22)),  # greater trochanter
        ellipsoid(x, y, z, centre=LESSER_TROCHANTER, semi_axes=(8, 9, 11)),
        capsule(x, y, z, start=(-4, 0, 22), end=HEAD, radius=14.5),  # neck
        ellipsoid(x, y, z, centre=HEAD, semi_axes=(HEAD_RADIUS, HEAD_RADIUS, HEAD_RADIUS)),
    )
    whole = shaft
    for solid in solids:
        whole = smooth_union(whole, solid, blend=7)
    return whole


def _paint_bone(canvas: Canvas) -> None:
    patch = _local_patch(canvas, (-72, -36, -1000), (34, 36, 1000))
    if not patch.pixels.size:
        return
    x, y, z = patch.x, patch.y, patch.z
    surface = _surface(x, y, z)
    thickness = (OUTER_RADIUS - INNER_RADIUS) - 4.4 * smoothstep(-8, 26, z)
    spongy = smoothstep(-25, 25, z)
    patch.paint(surface, CORTEX_HU, ramp=canvas.ramp)
    patch.paint(surface + thickness, MARROW_HU + (SPONGIOSA_HU - MARROW_HU) * spongy, ramp=canvas.ramp)
    _paint_trabeculae(patch, surface + thickness, canvas.ramp)
    lesion = ellipsoid(x, y, z, centre=LESION, semi_axes=(LESION_RADIUS, LESION_RADIUS, LESION_HALF_LENGTH))
    patch.paint(lesion, TUMOUR_HU, ramp=canvas.ramp)


def _paint_trabeculae(patch: Patch, inside: Field, ramp: float) -> None:
    """The compressive bundle from the medial cortex to the head: denser, as on any radiograph."""
    bundle = capsule(patch.x, patch.y, patch.z, start=(-14, -1, 12), end=(-38, -7, 66), radius=5)
    patch.paint(np.maximum(bundle, inside), 430.0, ramp=8 * ramp)


def _paint_pelvis(canvas: Canvas) -> None:
    """The acetabulum over the head, its roof and the ischium, with the cartilage between."""
    patch = _local_patch(canvas, (-1000, -60, -10), (30, 60, 1000))
    if not patch.pixels.size:
        return
    dx, dy, dz = patch.x - HEAD[0], patch.y - HEAD[1], patch.z - HEAD[2]
    radius = np.sqrt(dx * dx + dy * dy + dz * dz)
    mouth = dx * 0.70 - dz * 0.68 + dy * 0.20 - 6
    socket = np.maximum(radius - 33.5, mouth)
    roof = ellipsoid(dx, dy, dz, centre=(-8, 4, 40), semi_axes=(17, 22, 26))
    column = capsule(dx, dy, dz, start=(-30, 2, 8), end=(-16, 30, -44), radius=9)
    branch = capsule(dx, dy, dz, start=(-30, -10, 4), end=(-62, -26, -10), radius=8)
    bone = socket
    for solid in (roof, column, branch):
        bone = smooth_union(bone, solid, blend=8)
    patch.paint(bone, 900.0, ramp=canvas.ramp)
    patch.paint(bone + 1.9, SPONGIOSA_HU, ramp=canvas.ramp)
    patch.paint(np.maximum(np.abs(radius - 28.8) - 1.2, mouth), 900.0, ramp=canvas.ramp)
    patch.paint(np.maximum(radius - 27.6, mouth - 1), CARTILAGE_HU, ramp=canvas.ramp)


def _paint_soft_tissue(canvas: Canvas) -> None:
    """Skin, fat and the muscle compartments of the thigh; the pelvis side runs out of the picture."""
    patch = _local_patch(canvas, (-1000, -1000, -1000), (1000, 1000, 1000))
    plane = Patch(x=patch.x, y=patch.y, z=np.zeros((1, 1, 1), np.float32), pixels=patch.pixels[:1])
    for centre, semi, shade in (
        ((-28, 2), (90, 74), 20.0),  # skin
        ((-28, 2), (88.4, 72.4), FAT_HU),
        ((2, -20), (38, 32), MUSCLE_HU),  # quadriceps
        ((-48, -6), (38, 36), MUSCLE_HU),  # adductors
        ((-14, 40), (42, 20), MUSCLE_HU),  # hamstrings
        ((14, 14), (26, 25), MUSCLE_HU),  # vastus lateralis, gluteus
        ((-30, -44), (6, 6), BLOOD_HU),  # femoral artery
        ((-39, -38), (7, 6.5), BLOOD_HU),  # femoral vein
    ):
        area = ellipsoid(plane.x, plane.y, plane.z, centre=(centre[0], centre[1], 0), semi_axes=(semi[0], semi[1], 1e6))
        plane.paint(area, shade, ramp=canvas.ramp)
    canvas.pixels[1:] = canvas.pixels[:1]
