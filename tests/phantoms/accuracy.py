"""Prints the accuracy table of docs/measurement.md: `python -m tests.phantoms.accuracy` (about five minutes).

Each number is the largest error, whichever its sign, over five repetitions with other noise and other clicks.
"""

import sys
from collections.abc import Iterable, Iterator

from lesion_model.errors import FindingError
from tests.phantoms.geometries import POSES, THICKNESSES_MM
from tests.phantoms.measured import circumference_errors, height_loss_errors, volume_errors
from tests.phantoms.scenes import BLASTIC_SPHERE, LYTIC_ELLIPSOID, LYTIC_SPHERE, OVAL_SHAFT, ROUND_SHAFT, Spine, spine

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
            sys.stdout.write(f"| {pose} | {thickness_mm:g} | {' | '.join(row(pose, thickness_mm))} |\n")
            sys.stdout.flush()


def row(pose: str, thickness_mm: float) -> Iterator[str]:
    """The cells of one line of the table."""
    for phantom in (spine(), spine(endplate_mm=DENSE_MM)):
        yield _heights(phantom, pose, thickness_mm)
    shares = [circumference_errors(shaft, pose, thickness_mm, seed=seed) for shaft in SHAFTS for seed in SEEDS]
    yield _largest(error.rays for error in shares)
    yield _largest(error.contours for error in shares)
    volumes = [volume_errors(lesion, pose, thickness_mm, seed=seed) for lesion in LESIONS for seed in SEEDS]
    yield _largest(error.weighed for error in volumes)
    yield _largest(error.counted for error in volumes)


def _heights(phantom: Spine, pose: str, thickness_mm: float) -> str:
    """Refusals are said: they are no errors, and no measurements either."""
    errors: list[float] = []
    refused = 0
    for seed in SEEDS:
        try:
            errors.extend(height_loss_errors(phantom, pose, thickness_mm, seed=seed))
        except FindingError:
            refused += 1
    return f"{_largest(errors)}{f' ({refused} of {len(SEEDS)} refused)' * bool(refused)}"


def _largest(errors: Iterable[float]) -> str:
    return f"{max((abs(error) for error in errors), default=0):.2f}"


if __name__ == "__main__":
    main()
