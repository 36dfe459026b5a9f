"""The figure as a file: SVG, or PNG drawn by Pillow from the very same areas and words."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from annotation.skeleton_drawing.drawing import HEIGHT, LEFT, TOP, WIDTH
from annotation.skeleton_drawing.figure import Anchor, Area, Piece, Words

FONT = "DejaVu Sans, Liberation Sans, Arial, sans-serif"
PNG_HEIGHT = 1600
_FINER = 3
"""Drawn this many times larger, then made smaller: smooth borders."""

_SYSTEM_FONT_NAME = "DejaVu Sans"
_ANCHORS = {Anchor.START: "ls", Anchor.MIDDLE: "ms", Anchor.END: "rs"}


def as_svg(pieces: Sequence[Piece], title: str) -> str:
    """One file that needs nothing else. `title`: what those hear who do not see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{LEFT:g} {TOP:g} {WIDTH:g} {HEIGHT:g}" role="img" '
        f'width="{WIDTH:g}" height="{HEIGHT:g}" font-family="{FONT}" stroke-linejoin="round" stroke-linecap="round">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *map(_element, pieces), "</svg>", ""])


def as_png(pieces: Sequence[Piece]) -> bytes:
    """White ground; PNG_HEIGHT pixels high."""
    scale = PNG_HEIGHT * _FINER / HEIGHT
    large = Image.new("RGB", (round(WIDTH * scale), PNG_HEIGHT * _FINER), "#ffffff")
    pen = ImageDraw.Draw(large)
    for piece in pieces:
        if isinstance(piece, Area):
            _draw(pen, piece, scale)
        else:
            at = ((piece.at[0] - LEFT) * scale, (piece.at[1] - TOP) * scale)
            font = _font(round(piece.size * scale))
            weight = round(piece.size * scale / 26) if piece.bold else 0
            pen.text(
                at, _written(piece.text, font), piece.colour, font, _ANCHORS[piece.anchor], stroke_width=weight,
                stroke_fill=piece.colour,
            )  # fmt: skip
    kept = BytesIO()
    large.resize((round(WIDTH * PNG_HEIGHT / HEIGHT), PNG_HEIGHT), Image.Resampling.LANCZOS).save(kept, "PNG")
    return kept.getvalue()


def _element(piece: Piece) -> str:
    if isinstance(piece, Words):
        weight = ' font-weight="700"' if piece.bold else ""
        return (
            f'<text x="{piece.at[0]:.1f}" y="{piece.at[1]:.1f}" font-size="{piece.size:.1f}" fill="{piece.colour}" '
            f'text-anchor="{piece.anchor.value}"{weight}>{escape(piece.text)}</text>'
        )
    pairs = "L".join(f"{x:.1f} {y:.1f}" for x, y in piece.points)
    line = f' stroke="{piece.line}" stroke-width="{piece.width:g}"' if piece.line else ""
    return f'<path d="M{pairs}{"Z" if piece.closed else ""}" fill="{piece.fill or "none"}"{line}/>'


def _draw(pen: ImageDraw.ImageDraw, area: Area, scale: float) -> None:
    points = [((x - LEFT) * scale, (y - TOP) * scale) for x, y in area.points]
    if area.closed and area.fill:
        pen.polygon(points, fill=area.fill)
    if area.line:
        around = [*points, points[0], points[1]] if area.closed else points
        pen.line(around, fill=area.line, width=max(1, round(area.width * scale)), joint="curve")


def _written(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Pillow's own font has no accents: without a better one, words are written without them."""
    if isinstance(font, ImageFont.FreeTypeFont) and font.getname()[0] == _SYSTEM_FONT_NAME:
        return text
    return unicodedata.normalize("NFD", text.replace("–", "-")).encode("ascii", "ignore").decode()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)
