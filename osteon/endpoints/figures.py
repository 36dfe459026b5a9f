"""Curves as SVG and PNG, fit for a paper: steps, 95 % bands, numbers at risk, colours that everybody tells apart.

The colours are those of Okabe and Ito (Color Universal Design, 2008); lines differ in their dashes as well, so that
they are told apart in print without colour.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from annotation.endpoints.estimates import DAYS_PER_YEAR
from annotation.endpoints.study import Curve
from osteon.endpoints.wording import Language

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1.5)), (0, (8, 2, 1, 2, 1, 2)))
MOST_LINES = len(COLOURS)
ENOUGH_AT_RISK = 10
WIDTH_INCHES, PLOT_INCHES, ROW_INCHES, HEAD_INCHES = 6.3, 3.3, 0.19, 0.85
PNG_DPI = 300
LEFT, NAMES_END, LONGEST_NAME = 0.27, -0.05, 26
"""Of the width of the figure, of that of the axes, and letters that fit in there."""
_SHORT_YEARS = 2.5
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "osteon",
    "path.simplify": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve with its name."""

    name: str
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How many of some patients are at risk, by day."""

    name: str
    colour: str
    numbers: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Of one figure; `percent`: the axis goes from 0 to 100."""

    vertical: str
    percent: bool
    mark_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    svg: bytes
    png: bytes


def draw(lines: Sequence[Line], words: Words, language: Language) -> Drawn:
    """At most MOST_LINES of them; each as far as ENOUGH_AT_RISK patients are left, if there ever were so many."""
    with mpl.rc_context(_STYLE):
        figure = _figure(lines[:MOST_LINES], words, language)
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return Drawn(svg=svg.getvalue(), png=png.getvalue())


def _figure(lines: Sequence[Line], words: Words, language: Language) -> Figure:
    rows = _rows(lines, language)
    below = HEAD_INCHES + ROW_INCHES * len(rows)
    height = PLOT_INCHES + below
    figure = Figure(figsize=(WIDTH_INCHES, height))
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((LEFT, below / height, 0.97 - LEFT, (PLOT_INCHES - 0.15) / height))
    for index, line in enumerate(lines):
        _line(axes, line, COLOURS[index], DASHES[index])
    last = max((_shown(line.curve)[-1].day for line in lines if _shown(line.curve)), default=1) / DAYS_PER_YEAR
    _scales(axes, words, last, language)
    ticks = _ticks(last)
    axes.set_xticks(ticks)
    _numbers(axes, rows, ticks, height, language)
    if len(lines) > 1:
        axes.legend(frameon=False, loc="best", handlelength=3.2)
    return figure


def _line(axes: Any, line: Line, colour: str, dashes: Any) -> None:
    points = _shown(line.curve)
    years = [each.day / DAYS_PER_YEAR for each in points]
    values = [each.estimate.value for each in points]
    # Where there is no interval yet, the band has no width.
    low = [each.estimate.value if each.estimate.low is None else each.estimate.low for each in points]
    high = [each.estimate.value if each.estimate.high is None else each.estimate.high for each in points]
    axes.fill_between(years, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.step(years, values, where="post", color=colour, linestyle=dashes, linewidth=1.5, label=line.name)


def _shown(curve: Curve) -> Sequence[Any]:
    enough = [each for each in curve.points if each.at_risk >= ENOUGH_AT_RISK]
    return enough or curve.points


def _scales(axes: Any, words: Words, last: float, language: Language) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlim(0, last * 1.01)
    axes.set_ylim(0, 100 if words.percent else None)
    if words.percent:
        axes.set_yticks(range(0, 101, 20))
    if words.mark_year and last > 1:
        axes.axvline(365 / DAYS_PER_YEAR, color="0.45", linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set_ylabel(words.vertical)
    axes.set_xlabel(
        "Years since the first meeting" if language is Language.ENGLISH else "Années depuis la première RCP"
    )
    if language is Language.FRENCH:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace(".", ",")))


def _ticks(last: float) -> list[float]:
    """Whole years, or halves of them where there are few."""
    step = 0.5 if last < _SHORT_YEARS else 1.0
    return [index * step for index in range(int(last / step) + 1)]


def _numbers(axes: Any, rows: Sequence[Row], ticks: Sequence[float], height: float, language: Language) -> None:
    """Below the axis, one row for each set of patients, in the colour of its line."""
    transform = axes.get_xaxis_transform()
    inch = 1 / (axes.get_position().height * height)
    top = -0.55 * inch
    title = "At risk" if language is Language.ENGLISH else "À risque"
    left = {"transform": axes.transAxes, "ha": "right", "va": "center"}
    axes.text(NAMES_END, top, title, fontweight="bold", fontsize=7.5, **left)
    for index, row in enumerate(rows, 1):
        level = top - index * ROW_INCHES * inch
        name = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[: LONGEST_NAME - 1]}…"
        axes.text(NAMES_END, level, name, fontsize=7, color=row.colour, **left)
        by_day = dict(row.numbers)
        for tick in ticks:
            number = by_day.get(int(tick * DAYS_PER_YEAR), 0)
            axes.text(tick, level, f"{number}", transform=transform, ha="center", va="center", fontsize=7)


def _rows(lines: Sequence[Line], language: Language) -> list[Row]:
    """One for all where the curves are of the same patients."""
    if len({line.curve.group for line in lines}) == 1:
        name = "All" if language is Language.ENGLISH else "Tous"
        return [Row(name=name, colour="black", numbers=lines[0].curve.numbers)]
    return [Row(name=line.name, colour=COLOURS[at], numbers=line.curve.numbers) for at, line in enumerate(lines)]
