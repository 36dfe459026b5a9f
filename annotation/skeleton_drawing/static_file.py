"""The drawing as the files that pages show: `web/images/skeleton.svg`, its colours the page's, by class; and
`web/images/skeleton.json`, with the names of its sites and what its marks look like.

Written anew with `python -m annotation.skeleton_drawing.static_file web/images`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from annotation.skeleton_drawing import spine_side
from annotation.skeleton_drawing.curves import Curve, simplified
from annotation.skeleton_drawing.drawing import HEIGHT, LEFT, TOP, WIDTH, drawing, shapes_by_site
from annotation.skeleton_drawing.marks import Colouring, Look, looks
from annotation.skeleton_drawing.shapes import Drawn, Shape, key_of, whole_of
from lesion_model.anatomy import Site

_HEAD = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{LEFT:g} {TOP:g} {WIDTH:g} {HEIGHT:g}">'


def static_svg() -> str:
    return "\n".join([_HEAD, *(_element(each) for each in drawing()), *_labels(), "</svg>", ""])


def static_json() -> str:
    """`sites` by key, as the API takes them, with their names; `type` and `risk`: the looks of marks, in order."""
    sites = {key: _described(shapes[0].site) for key, shapes in shapes_by_site().items()}
    marks = {by.value: [_look(each) for each in looks(by)] for by in Colouring}
    return json.dumps({"sites": sites, **marks}, ensure_ascii=False, indent=1) + "\n"


def path_of(points: Curve, *, closed: bool = True) -> str:
    """The `d` of a path: one decimal is a fifth of a millimetre of the body."""
    kept = simplified(points) if closed else points
    pairs = [f"{x:.1f} {y:.1f}" for x, y in kept]
    return f"M{'L'.join(pairs)}{'Z' if closed else ''}"


def _element(drawn: Drawn) -> str:
    if not isinstance(drawn, Shape):
        return f'<path class="{drawn.ink.value}" d="{path_of(drawn.points, closed=drawn.closed)}"/>'
    classes = " ".join(("site", *(("whole",) if drawn.whole else ()), *(("behind",) if drawn.behind else ())))
    whole = whole_of(drawn.site)
    attributes = {
        "class": classes,
        "data-site": key_of(drawn.site),
        **({"data-whole": key_of(whole)} if whole else {}),
        "data-view": drawn.view.value,
        "data-x": f"{drawn.mark[0]:.1f}",
        "data-y": f"{drawn.mark[1]:.1f}",
        "d": path_of(drawn.outline),
    }
    return f"<path {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes.items())}/>"


def _labels() -> Iterator[str]:
    for level, (x, y) in spine_side.label_places().items():
        yield f'<text class="level" x="{x:.1f}" y="{y + 3:.1f}">{level.value}</text>'


def _described(site: Site) -> dict[str, str | int]:
    parts = {"bone": site.bone, "level": site.level, "region": site.region, "side": site.side}
    named: dict[str, str | int] = {name: part.value for name, part in parts.items() if part is not None}
    number = {"number": site.number} if site.number is not None else {}
    return named | number | {"name_en": site.name_en, "name_fr": site.name_fr}


def _look(look: Look) -> dict[str, str]:
    return {
        "key": look.key,
        "glyph": look.glyph.value,
        "colour": look.colour,
        "ink": look.ink,
        "en": look.words.en,
        "fr": look.words.fr,
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "skeleton.svg").write_text(static_svg(), encoding="utf-8")
    (folder / "skeleton.json").write_text(static_json(), encoding="utf-8")
