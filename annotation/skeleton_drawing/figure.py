"""The drawing with a patient's lesions on it, as areas, lines and words: what a file of any format is made from."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from annotation.skeleton_drawing import spine_side
from annotation.skeleton_drawing.curves import Curve, Point, ellipse, simplified
from annotation.skeleton_drawing.drawing import drawing, shapes_by_site
from annotation.skeleton_drawing.marks import Colouring, Glyph, Look, MarkedLesion, looks
from annotation.skeleton_drawing.shapes import Drawn, Ink, Shape, View, key_of, whole_of

BONE, BEHIND, PART_LINE, BONE_LINE = "#f7f3ea", "#e8e1d2", "#d3cab6", "#6b6352"
_INKS: Mapping[Ink, tuple[str | None, str, float]] = {
    Ink.BONE: (BONE, "#8d836f", 0.7),
    Ink.BEHIND: (BEHIND, "#8d836f", 0.7),
    Ink.CARTILAGE: ("#e6eaec", "#a4abae", 0.6),
    Ink.CAVITY: ("#c3baa6", "#8d836f", 0.6),
    Ink.OUTLINE: (None, BONE_LINE, 0.95),
    Ink.LINE: (None, "#b3a88f", 0.65),
}
_TINT = 0.55
_MARK = 8.2
_SMALL_MARK = 5.2
_LARGER = 1.5
_MUTED, _DARK, _PAPER = "#6c6f73", "#2b2e33", "#ffffff"


class Anchor(Enum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Points joined by straight lines; `fill` None: a line only; `line` None: no line."""

    points: Curve
    fill: str | None
    line: str | None
    width: float
    closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`at`: where the words begin, are in the middle or end; on their base line."""

    at: Point
    text: str
    size: float
    colour: str
    anchor: Anchor = Anchor.START
    bold: bool = False


Piece = Area | Words


def figure(lesions: Sequence[MarkedLesion], by: Colouring, language: str, *, small: bool = False) -> tuple[Piece, ...]:
    """Everything on the page, from behind to the front. `language`: en or fr.

    `small`: for a place where it is so small that its legend is beside it, and its marks are larger.
    """
    return (
        *_bones(_tints(lesions, by)),
        *_names(language, _LARGER if small else 1.0),
        *_marks(lesions, by, _LARGER if small else 1.0),
        *(() if small else _legend(by, language)),
    )


def marked_places(lesions: Sequence[MarkedLesion], larger: float = 1.0) -> list[tuple[MarkedLesion, Shape, Point]]:
    """Where each lesion's marks go: those of one site side by side, in both views of a vertebra."""
    found = []
    by_site: dict[str, list[MarkedLesion]] = {}
    for lesion in lesions:
        by_site.setdefault(key_of(lesion.site), []).append(lesion)
    for key, here in by_site.items():
        for shape in shapes_by_site()[key]:
            step = 2.1 * _size(shape, key) * larger
            first = shape.mark[0] - step * (len(here) - 1) / 2
            found += [(each, shape, (first + step * place, shape.mark[1])) for place, each in enumerate(here)]
    return found


def glyph_points(glyph: Glyph, centre: Point, size: float) -> Curve:
    if glyph in (Glyph.CIRCLE, Glyph.RING):
        return ellipse(centre, size, size, points=36)
    corners, turn, grown = {
        Glyph.SQUARE: (4, 45.0, 1.2),
        Glyph.DIAMOND: (4, 0.0, 1.3),
        Glyph.TRIANGLE: (3, -90.0, 1.45),
    }[glyph]
    angles = [math.radians(turn + 360 * each / corners) for each in range(corners)]
    return tuple((centre[0] + size * grown * math.cos(a), centre[1] + size * grown * math.sin(a)) for a in angles)


def _tints(lesions: Sequence[MarkedLesion], by: Colouring) -> dict[str, str]:
    return {key_of(each.site): each.look(by).colour for each in reversed(lesions)}


def _bones(tints: Mapping[str, str]) -> Iterator[Piece]:
    for each in drawing():
        yield from _bone(each, tints)


def _bone(drawn: Drawn, tints: Mapping[str, str]) -> Iterator[Piece]:
    if not isinstance(drawn, Shape):
        fill, line, width = _INKS[drawn.ink]
        points = simplified(drawn.points) if drawn.closed else drawn.points
        yield Area(points=points, fill=fill, line=line, width=width, closed=drawn.closed)
        return
    if drawn.whole:
        return
    whole = whole_of(drawn.site)
    tint = tints.get(key_of(drawn.site)) or (tints.get(key_of(whole)) if whole else None)
    bone = BEHIND if drawn.behind else BONE
    line, width = ("#8d836f", 0.75) if drawn.behind else (PART_LINE, 0.4)
    yield Area(points=simplified(drawn.outline), fill=mixed(tint, bone) if tint else bone, line=line, width=width)


def _names(language: str, larger: float) -> Iterator[Piece]:
    for level, (x, y) in spine_side.label_places().items():
        yield Words(at=(x, y + 3 * larger), text=level.value, size=8.4 * larger, colour=_MUTED, anchor=Anchor.END)
    for x, text in ((-150, "R" if language == "en" else "D"), (150, "L" if language == "en" else "G")):
        yield Words(at=(x, 150), text=text, size=17 * larger, colour=_MUTED, anchor=Anchor.MIDDLE, bold=True)


def _marks(lesions: Sequence[MarkedLesion], by: Colouring, larger: float) -> Iterator[Piece]:
    for lesion, shape, centre in marked_places(lesions, larger):
        size = _size(shape, key_of(lesion.site)) * larger
        yield from mark(lesion.look(by), centre, size, lesion.name.lstrip("L"))


def mark(look: Look, centre: Point, size: float, text: str) -> Iterator[Piece]:
    ring = look.glyph is Glyph.RING
    yield Area(points=glyph_points(look.glyph, centre, size + 1.3), fill=_PAPER, line=None, width=0)
    yield Area(
        points=glyph_points(look.glyph, centre, size),
        fill=_PAPER if ring else look.colour,
        line=look.colour if ring else None,
        width=1.5,
    )
    drop = 0.5 if look.glyph is Glyph.TRIANGLE else 0.36
    height = size * (1.25 if len(text) == 1 else 0.98) * (0.86 if look.glyph is Glyph.TRIANGLE else 1)
    at = (centre[0], centre[1] + height * drop)
    yield Words(at=at, text=text, size=height, colour=look.ink, anchor=Anchor.MIDDLE, bold=True)


def _legend(by: Colouring, language: str) -> Iterator[Piece]:
    rows = [(look, _broken(look.words.en if language == "en" else look.words.fr)) for look in looks(by)]
    y = 986 - sum(11 + 10 * len(lines) for _, lines in rows)
    for look, lines in rows:
        ring = look.glyph is Glyph.RING
        yield Area(
            points=glyph_points(look.glyph, (-184, y), 5.6),
            fill=None if ring else look.colour,
            line=look.colour if ring else None,
            width=1.5,
        )
        for place, words in enumerate(lines):
            size, colour = ((9.6, _DARK), (8.2, _MUTED))[place]
            yield Words(at=(-172, y + 3.4 + 10.5 * place), text=words, size=size, colour=colour)
        y += 11 + 10 * len(lines)


def _broken(words: str) -> list[str]:
    """A legend is narrow: what follows a colon goes on the next line."""
    first, colon, rest = words.partition(": ")
    return [first.rstrip(), rest] if colon else [words]


def _size(shape: Shape, key: str) -> float:
    """Vertebrae are marked large beside, so on the front view their marks are small."""
    return _SMALL_MARK if shape.view is View.FRONT and len(shapes_by_site()[key]) > 1 else _MARK


def mixed(tint: str, ground: str, share: float = _TINT) -> str:
    pairs = zip(_parts(tint), _parts(ground), strict=True)
    return "#" + "".join(f"{round(one * share + other * (1 - share)):02x}" for one, other in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
