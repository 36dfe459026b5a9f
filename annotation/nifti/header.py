"""The 348 bytes before the voxels of a NIfTI-1 file (Cox et al., NIfTI-1.1, nifti1.h), and the geometry in them."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.stack import Stack

HEADER_BYTES = 348
VOXEL_OFFSET = 352
"""Four bytes that say "no extension" lie between."""
LONGEST = 32767
DATATYPES = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64}
MILLIMETRES_AND_SECONDS = 2 | 8
SCANNER_ANATOMICAL = 1
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
LAYOUT = struct.Struct("<i10s18sihcB8h3f4h8f3fhBB4f2i80s24s2h6f12f16s4s")

Affine = NDArray[np.float64]  # (4, 4)


def affine_of(stack: Stack) -> Affine:
    """Voxel (i: column, j: row from below, k: slice) to mm, RAS+: PS3.3 C.7.6.2.1.1 with rows turned."""
    rows = stack.first.matrix[0]
    steps = stack.directions * np.array(stack.spacing)
    affine = np.eye(4)
    affine[:3, :3] = LPS_TO_RAS @ (steps * np.array([1.0, -1.0, 1.0]))
    affine[:3, 3] = LPS_TO_RAS @ (stack.origin + (rows - 1) * steps[:, 1])
    return affine


def header_bytes(
    shape: tuple[int, int, int, int], affine: Affine, dtype: np.dtype[Any], *, spacing: tuple[float, float, float]
) -> bytes:
    """`shape`: columns, rows, slices, volumes; `spacing` in mm. Ends where the voxels begin.

    Raises RefusedSeriesError when a number of voxels is beyond 16 bits.
    """
    if max(shape) > LONGEST:
        raise RefusedSeriesError(Reason.TOO_LARGE)
    dimensions = 3 if shape[3] == 1 else 4
    quaternion, handedness = _quaternion(affine)
    packed = LAYOUT.pack(
        HEADER_BYTES, b"", b"", 0, 0, b"r", 0,
        dimensions, *shape, 1, 1, 1,
        0.0, 0.0, 0.0,
        0, DATATYPES[dtype.str[1:]], dtype.itemsize * 8, 0,
        handedness, *spacing, 1.0 if dimensions > 3 else 0.0, 0.0, 0.0, 0.0,  # noqa: PLR2004
        float(VOXEL_OFFSET), 1.0, 0.0, 0, 0, MILLIMETRES_AND_SECONDS,
        0.0, 0.0, 0.0, 0.0, 0, 0,
        b"", b"",
        SCANNER_ANATOMICAL, SCANNER_ANATOMICAL,
        *quaternion, *affine[:3, 3],
        *affine[:3].ravel(),
        b"", b"n+1\0",
    )  # fmt: skip
    return packed + bytes(VOXEL_OFFSET - HEADER_BYTES)


def _quaternion(affine: Affine) -> tuple[tuple[float, float, float], float]:
    """b, c and d of the nearest rotation, and -1 where a mirror image of it is meant (nifti1.h, method 2)."""
    left, _, right = np.linalg.svd(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0))
    rotation = left @ right
    handedness = 1.0 if np.linalg.det(rotation) > 0 else -1.0
    rotation[:, 2] *= handedness
    # The eigenvector of the greatest eigenvalue of Bar-Itzhack's matrix (J Guid Control Dyn 2000;23:1085-7).
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation
    matrix = np.array(
        [
            [xx + yy + zz, zy - yz, xz - zx, yx - xy],
            [zy - yz, xx - yy - zz, xy + yx, xz + zx],
            [xz - zx, xy + yx, yy - xx - zz, yz + zy],
            [yx - xy, xz + zx, yz + zy, zz - xx - yy],
        ]
    )
    vector = np.linalg.eigh(matrix)[1][:, -1]
    b, c, d = (float(each) for each in (vector if vector[0] >= 0 else -vector)[1:])
    return (b, c, d), handedness
