"""Draws the README's picture from the generated phantoms: `python docs/make_pictures.py`.

Left: the lumbar spine through the middle of L3 (seen from the left), right: the proximal left femur (seen from
the front); bone window; the level of the lesion's slice is marked.
"""

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - its own documentation's name
from numpy.typing import NDArray

from osteon.sample.canvas import Volume
from osteon.sample.femur import femur_truth, femur_volume
from osteon.sample.spine import spine_truth, spine_volume

OUTPUT = Path(__file__).parent / "images" / "sample.png"
WINDOW_CENTRE, WINDOW_WIDTH = 350, 1600
PIXEL_MM = 0.45
HEIGHT = 480
GAP = 16
MARK = 255

Plane = NDArray[np.uint8]


def main() -> None:
    spine, femur = spine_volume(), femur_volume()
    hole, lesion = spine_truth().hole, femur_truth().lesion
    sagittal = spine.voxels[:, :, _column(spine, hole.centre[0])]
    coronal = femur.voxels[:, _row(femur, femur_truth().shaft_axis[1]), :]
    panels = [
        _panel(sagittal, spine, spine.spacing[1], spine.slice_at(hole.centre[2])),
        _panel(coronal, femur, femur.spacing[2], femur.slice_at(lesion.centre[2])),
    ]
    gap = np.zeros((HEIGHT, GAP), np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(np.hstack([panels[0], gap, panels[1]])), str(OUTPUT))


def _panel(plane: NDArray[np.int16], volume: Volume, across_mm: float, marked: int) -> Plane:
    """One plane (slice, other axis), head up, square pixels, cropped to the common height."""
    low = WINDOW_CENTRE - WINDOW_WIDTH / 2
    grey = np.clip((plane.astype(float) - low) / WINDOW_WIDTH * 255, 0, 255)
    image = sitk.GetImageFromArray(grey)
    image.SetSpacing((across_mm, volume.spacing[0]))
    width = round(plane.shape[1] * across_mm / PIXEL_MM)
    height = round(plane.shape[0] * volume.spacing[0] / PIXEL_MM)
    square = sitk.Resample(
        image,
        (width, height),
        sitk.Transform(),
        sitk.sitkLinear,
        (0.0, 0.0),
        (PIXEL_MM, PIXEL_MM),
        (1.0, 0.0, 0.0, 1.0),
    )
    pixels = sitk.GetArrayFromImage(square).astype(np.uint8)
    line = round(marked * volume.spacing[0] / PIXEL_MM)
    pixels[line, :12] = pixels[line, -12:] = MARK
    pixels = pixels[::-1]
    top = (len(pixels) - HEIGHT) // 2
    return pixels[max(top, 0) :][:HEIGHT] if top >= 0 else np.pad(pixels, ((-top, HEIGHT - len(pixels) + top), (0, 0)))


def _column(volume: Volume, x: float) -> int:
    return round((x - volume.origin[0]) / volume.spacing[2])


def _row(volume: Volume, y: float) -> int:
    return round((y - volume.origin[1]) / volume.spacing[1])


if __name__ == "__main__":
    main()
