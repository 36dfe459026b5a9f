"""Prints the accuracy table of docs/measurement.md: `python -m tests.phantoms.accuracy` (about five minutes).

Each number is the largest error, whichever its sign, over five repetitions with other noise and other clicks.
"""

import sys
from collections.abc import Iterator

from tests.phantoms.geometries import POSES, THICKNESSES_MM
from tests.phantoms.measured import circumference_errors, height_loss_errors, volume_errors
from tests.phantoms.scenes import BLASTIC_SPHERE, LYTIC_ELLIPSOID, LYTIC_SPHERE, OVAL_SHAFT, ROUND_SHAFT, spine

SEEDS = range(20, 25)
DENSE_MM = 1.0
LESIONS = (LYTIC_SPHERE, LYTIC_ELLIPSOID, BLASTIC_SPHERE)
SHAFTS = (ROUND_SHAFT, OVAL_SHAFT)
HEADER = (
    "| stack | slices, mm | height loss, points | with dense endplates | cortical share, points "
    "| the same by contours | volume, % | voxels counted, % |"
)


def main() -> None:
    sys.stdout.write(f"{HEADER}\n|---|---|---|---|---|---|---|---|\n")
    for pose in POSES:
        for thickness_mm in THICKNESSES_MM:
            numbers = " | ".join(f"{number:.2f}" for number in _worst(pose, thickness_mm))
            sys.stdout.write(f"| {pose} | {thickness_mm:g} | {numbers} |\n")
            sys.stdout.flush()


def _worst(pose: str, thickness_mm: float) -> Iterator[float]:
    for phantom in (spine(), spine(endplate_mm=DENSE_MM)):
        heights = [height_loss_errors(phantom, pose, thickness_mm, seed=seed) for seed in SEEDS]
        yield max(abs(error) for errors in heights for error in errors)
    shares = [circumference_errors(shaft, pose, thickness_mm, seed=seed) for shaft in SHAFTS for seed in SEEDS]
    yield max(abs(error.rays) for error in shares)
    yield max(abs(error.contours) for error in shares)
    volumes = [volume_errors(lesion, pose, thickness_mm, seed=seed) for lesion in LESIONS for seed in SEEDS]
    yield max(abs(error.weighed) for error in volumes)
    yield max(abs(error.counted) for error in volumes)


if __name__ == "__main__":
    main()
