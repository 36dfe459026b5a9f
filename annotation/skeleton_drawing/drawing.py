"""The whole drawing, from what is farthest behind to what is in front: the one place where the skeleton's shapes are.

Coordinates: the middle of the body is x = 0, the patient's left is right on the page, y points down.
"""

from collections.abc import Mapping
from functools import cache

from annotation.skeleton_drawing import arm, head, leg, pelvis, spine_front, spine_side, thorax
from annotation.skeleton_drawing.shapes import Drawn, Shape, key_of

LEFT, TOP, WIDTH, HEIGHT = -196.0, 0.0, 668.0, 1000.0
"""The page: first corner, width and height."""


@cache
def drawing() -> tuple[Drawn, ...]:
    """Every shape and line, in the order in which they are drawn."""
    return (
        *thorax.behind(),
        *spine_front.drawn(),
        *pelvis.drawn(),
        *thorax.before(),
        *head.drawn(),
        *arm.drawn(),
        *leg.drawn(),
        *spine_side.drawn(),
    )


@cache
def shapes_by_site() -> Mapping[str, tuple[Shape, ...]]:
    """By the site's key: its shape, or those in both views; the last is where a mark is seen best."""
    found: dict[str, tuple[Shape, ...]] = {}
    for each in drawing():
        if isinstance(each, Shape):
            key = key_of(each.site)
            found[key] = (*found.get(key, ()), each)
    return found
