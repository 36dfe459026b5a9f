"""Plane geometry that the skeleton is drawn with: smooth curves, bands of changing width, cuts along a line.

A curve is its points, close enough together to be drawn with straight lines; y points down, as on a page.
"""

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]
Curve = tuple[Point, ...]

STEPS = 6
"""Points per given one, of a smooth curve."""

FLAT = 0.06
"""A point that is nearer than this to the line between its neighbours is left out."""


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = STEPS) -> Curve:
    """A Catmull-Rom curve through the points; through a point that is given twice it makes a corner."""
    count = len(points)
    spans = range(count if closed else count - 1)
    found: list[Point] = []
    for place in spans:
        before, start, end, after = (_at(points, place + offset, closed=closed) for offset in (-1, 0, 1, 2))
        found += [_catmull_rom(before, start, end, after, step / steps) for step in range(steps)]
    return tuple(found) if closed else (*found, points[-1])


def band(centre: Sequence[Point], widths: Sequence[float], start: float = 0.0, end: float = 1.0) -> Curve:
    """What a pen of changing width covers along a curve, or along a share of it; the whole ends are rounded."""
    line = smooth(centre, closed=False, steps=10)
    along = _lengths(line)
    pens = smooth([(place, width) for place, width in enumerate(widths)], closed=False, steps=10)
    kept = [place for place, each in enumerate(along) if start * along[-1] - 1e-9 <= each <= end * along[-1] + 1e-9]
    sides: list[tuple[Point, Point]] = [_sides(line, place, pens[place][1] / 2) for place in kept]
    left, right = [each[0] for each in sides], [each[1] for each in sides]
    tail = _cap(right[-1], left[-1], line, kept[-1], outward=1) if end >= 1 else ()
    head = _cap(left[0], right[0], line, kept[0], outward=-1) if start <= 0 else ()
    return (*right, *tail, *reversed(left), *head)


def ellipse(centre: Point, across: float, down: float, turn: float = 0.0, points: int = 40) -> Curve:
    """`turn` in degrees."""
    return placed(
        [
            (across * math.cos(math.tau * each / points), down * math.sin(math.tau * each / points))
            for each in range(points)
        ],
        centre,
        turn,
    )


def placed(points: Iterable[Point], at: Point, turn: float = 0.0, scale: float = 1.0) -> Curve:
    """Turned about the origin by degrees (clockwise on the page), made larger, moved."""
    cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
    return tuple((at[0] + x * cos - y * sin, at[1] + x * sin + y * cos) for x, y in points)


def mirrored(points: Iterable[Point]) -> Curve:
    """Left and right of the line x = 0 exchanged."""
    return tuple((-x, y) for x, y in points)


def cut(points: Sequence[Point], first: Point, second: Point) -> Curve:
    """What of a closed curve lies to the left of who walks from `first` to `second`, on a page seen from above.

    On a page, where y points down, that is: walking to the right keeps what is above, walking down what is right.
    """
    kept: list[Point] = []
    for place, end in enumerate(points):
        start = points[place - 1]
        inside, was = _side(first, second, end), _side(first, second, start)
        if (inside >= 0) != (was >= 0):
            share = was / (was - inside)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
        if inside >= 0:
            kept.append(end)
    return tuple(kept)


def above(points: Sequence[Point], y: float) -> Curve:
    return cut(points, (0, y), (1, y))


def below(points: Sequence[Point], y: float) -> Curve:
    return cut(points, (1, y), (0, y))


def between(points: Sequence[Point], top: float, bottom: float) -> Curve:
    return below(above(points, bottom), top)


def centre_of(points: Sequence[Point]) -> Point:
    """The centre of the area of a closed curve."""
    total = across = down = 0.0
    for place, (x, y) in enumerate(points):
        before_x, before_y = points[place - 1]
        piece = before_x * y - x * before_y
        total += piece
        across += (before_x + x) * piece
        down += (before_y + y) * piece
    return across / (3 * total), down / (3 * total)


def simplified(points: Sequence[Point]) -> Curve:
    """Without the points that nobody would see to be gone."""
    kept: list[Point] = []
    for place, point in enumerate(points):
        before = kept[-1] if kept else points[-1]
        after = points[(place + 1) % len(points)]
        if _distance(point, before, after) > FLAT or math.dist(before, after) > 12:  # noqa: PLR2004 - long lines stay
            kept.append(point)
    return tuple(kept)


def _at(points: Sequence[Point], place: int, *, closed: bool) -> Point:
    return points[place % len(points)] if closed else points[min(max(place, 0), len(points) - 1)]


def _catmull_rom(before: Point, start: Point, end: Point, after: Point, share: float) -> Point:
    x, y = (
        0.5
        * (
            2 * start[axis]
            + (end[axis] - before[axis]) * share
            + (2 * before[axis] - 5 * start[axis] + 4 * end[axis] - after[axis]) * share**2
            + (3 * start[axis] - before[axis] - 3 * end[axis] + after[axis]) * share**3
        )
        for axis in (0, 1)
    )
    return x, y


def _lengths(line: Sequence[Point]) -> list[float]:
    total, found = 0.0, [0.0]
    for place in range(1, len(line)):
        total += math.dist(line[place - 1], line[place])
        found.append(total)
    return found


def _sides(line: Sequence[Point], place: int, half: float) -> tuple[Point, Point]:
    along = _direction(line, place)
    x, y = line[place]
    return (x + along[1] * half, y - along[0] * half), (x - along[1] * half, y + along[0] * half)


def _direction(line: Sequence[Point], place: int) -> Point:
    before, after = line[max(place - 1, 0)], line[min(place + 1, len(line) - 1)]
    length = math.dist(before, after) or 1.0
    return (after[0] - before[0]) / length, (after[1] - before[1]) / length


def _cap(start: Point, end: Point, line: Sequence[Point], place: int, *, outward: int) -> Curve:
    """Half an ellipse from one side of a band to the other."""
    along = _direction(line, place)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    half = math.dist(start, end) / 2
    found = []
    for step in range(1, 6):
        angle = math.pi * step / 6
        across, out = math.cos(angle), math.sin(angle) * half * 0.55 * outward
        found.append(
            (
                middle[0] + (start[0] - middle[0]) * across + along[0] * out,
                middle[1] + (start[1] - middle[1]) * across + along[1] * out,
            )
        )
    return tuple(found)


def _side(first: Point, second: Point, point: Point) -> float:
    return (second[1] - first[1]) * (point[0] - first[0]) - (second[0] - first[0]) * (point[1] - first[1])


def _distance(point: Point, first: Point, second: Point) -> float:
    length = math.dist(first, second)
    return math.dist(point, first) if length == 0 else abs(_side(first, second, point)) / length
