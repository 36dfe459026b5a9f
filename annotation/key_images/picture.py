"""A section as a picture of a lesion: around what was drawn, with it, a scale and letters for where sides are."""

import math
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from annotation.image_measurement.image_volume import Modality
from annotation.key_images.section import Section, letters
from annotation.key_images.tones import Window
from lesion_model.measurement.vectors import Rows

PIXELS = 640
"""Of the picture, which is square."""

FIELD_MM = 130.0
"""What it shows at least: a vertebra with its neighbours, or the end of a long bone."""

PET_FIELD_MM = 340.0
"""A PET shows little of where one is: at least half of the trunk."""

AROUND = 2.4
"""How many times larger than the drawing it is."""

_DRAWN, _PAPER, _SHADOW = "#ffd84d", "#ffffff", "#000000"
_MARGIN = 14
_SCALES_MM = (100, 50, 20, 10, 5)
_POINT, _LINE = 1, 2


def picture(section: Section, window: Window, points: Rows) -> bytes:
    """PNG. `points`: (n, 3), mm, LPS; one: a ring around it, two: a line, more: an outline."""
    centre, field = _frame(section, points)
    shown = Image.fromarray(_sampled(section, window, centre, field), "L").convert("RGB")
    pen = ImageDraw.Draw(shown)
    pixels = (section.to_pixels(points) - centre) * np.array(section.spacing)[::-1] * (PIXELS / field) + PIXELS / 2
    _draw(pen, [(float(x), float(y)) for x, y in pixels])
    _scale(pen, field)
    _letters(pen, section)
    _write(pen, (_MARGIN, PIXELS - _MARGIN), window.words, "ls", 17)
    kept = BytesIO()
    shown.quantize(256).save(kept, "PNG")
    return kept.getvalue()


def _frame(section: Section, points: Rows) -> tuple[Rows, float]:
    """(column, row) of the middle, and how many mm are shown."""
    pixels = section.to_pixels(points)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    extent = float(((high - low) * np.array(section.spacing)[::-1]).max())
    middle: Rows = (low + high) / 2
    least = PET_FIELD_MM if section.modality is Modality.PET else FIELD_MM
    return middle, max(least, AROUND * extent)


def _sampled(section: Section, window: Window, centre: Rows, field: float) -> npt.NDArray[np.uint8]:
    """Grey, (PIXELS, PIXELS); what lies beyond the image is black."""
    between_rows, between_columns = section.spacing
    step = field / PIXELS
    tones = Image.fromarray(np.ascontiguousarray(window.tones(section.values) * 255.0, dtype=np.float32), "F")
    first = (
        centre[0] + 0.5 - field / 2 / between_columns,
        centre[1] + 0.5 - field / 2 / between_rows,
    )
    cut = tones.transform(
        (PIXELS, PIXELS),
        Image.Transform.AFFINE,
        (step / between_columns, 0.0, first[0], 0.0, step / between_rows, first[1]),
        Image.Resampling.BICUBIC,
        fillcolor=0.0,
    )
    grey: npt.NDArray[np.uint8] = np.clip(np.asarray(cut), 0, 255).astype(np.uint8)
    return grey


def _draw(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
    if len(points) == _POINT:
        ((x, y),) = points
        for width, colour in ((5, _SHADOW), (2, _DRAWN)):
            pen.ellipse((x - 26, y - 26, x + 26, y + 26), outline=colour, width=width)
        return
    line = points if len(points) == _LINE else [*points, points[0]]
    for width, colour in ((5, _SHADOW), (2, _DRAWN)):
        pen.line(line, fill=colour, width=width, joint="curve")
    for x, y in points if len(points) <= 8 else ():  # noqa: PLR2004 - an outline has too many to show them
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_DRAWN, outline=_SHADOW)


def _scale(pen: ImageDraw.ImageDraw, field: float) -> None:
    """The longest round length that takes at most a third of the width."""
    length = next((each for each in _SCALES_MM if each <= field / 3), _SCALES_MM[-1])
    right, y = PIXELS - _MARGIN, PIXELS - _MARGIN - 6
    left = right - length * PIXELS / field
    for width, colour in ((6, _SHADOW), (3, _PAPER)):
        pen.line([(left, y - 6), (left, y), (right, y), (right, y - 6)], fill=colour, width=width, joint="curve")
    _write(pen, ((left + right) / 2, y - 12), f"{length} mm", "ms", 17)


def _letters(pen: ImageDraw.ImageDraw, section: Section) -> None:
    half = PIXELS / 2
    for at, anchor, direction in (
        ((_MARGIN, half), "lm", -section.along),
        ((PIXELS - _MARGIN, half), "rm", section.along),
        ((half, _MARGIN), "mt", -section.down),
    ):
        _write(pen, at, letters(direction), anchor, 24)


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str, size: int) -> None:
    font = ImageFont.load_default(size)
    pen.text((math.floor(at[0]), math.floor(at[1])), text, _PAPER, font, anchor, stroke_width=2, stroke_fill=_SHADOW)
