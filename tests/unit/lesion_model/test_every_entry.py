"""Every complete and incomplete entry of three scores, against the tables typed from the papers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from lesion_model.instruments import CALCULATORS, Calculator
from tests.unit.lesion_model.paper import (
    RADES,
    TOKUHASHI,
    TOMITA,
    Paper,
    convolution,
    every_entry,
    rades_band,
    reachable_totals,
    tokuhashi_band,
    tomita_band,
)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a paper says, and how many complete entries its table has."""

    name: str
    paper: Paper
    band: Callable[[int], str]
    entries: int
    totals: range

    @property
    def calculator(self) -> Calculator:
        return CALCULATORS[self.name]


PUBLISHED = [
    Published(name="tokuhashi_revised", paper=TOKUHASHI, band=tokuhashi_band, entries=1458, totals=range(16)),
    Published(name="tomita", paper=TOMITA, band=tomita_band, entries=18, totals=range(2, 11)),
    Published(name="rades", paper=RADES, band=rades_band, entries=432, totals=range(21, 45)),
]
pytestmark = pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.name)


def test_the_table_is_the_papers(published: Published) -> None:
    table = published.calculator.instrument.table
    assert {item: {value.value: points[value] for value in points} for item, points in table.items()} == published.paper


def test_every_complete_entry_scores_as_the_paper_adds_up(published: Published) -> None:
    scores = [published.calculator.calculate(entry) for entry in every_entry(published.paper)]
    assert len(scores) == published.entries
    assert Counter(score.total for score in scores) == convolution(published.paper)


def test_the_bands_of_all_entries_are_as_many_as_their_totals(published: Published) -> None:
    bands = Counter(published.calculator.calculate(entry).band for entry in every_entry(published.paper))
    expected: Counter[str] = Counter()
    for total, ways in convolution(published.paper).items():
        expected[published.band(total)] += ways
    assert bands == expected


def test_every_total_of_the_range_is_reached_and_no_other(published: Published) -> None:
    reached = {published.calculator.calculate(entry).total for entry in every_entry(published.paper)}
    assert reached == set(published.totals)


def test_an_empty_entry_spans_the_range(published: Published) -> None:
    nothing = published.calculator.calculate({})
    assert (nothing.minimum, nothing.maximum) == (min(published.totals), max(published.totals))
    assert (nothing.total, nothing.band, nothing.category_decided, nothing.suggestion) == (None, None, False, None)


def test_every_incomplete_entry_spans_exactly_its_completions(published: Published) -> None:
    for entry in every_entry(published.paper, also=(None,)):
        score = published.calculator.calculate(entry)
        totals = reachable_totals(published.paper, entry)
        bands = {published.band(total) for total in totals}
        assert (score.minimum, score.maximum) == (min(totals), max(totals))
        assert score.total == (min(totals) if None not in entry.values() else None)
        assert score.category_decided is (len(bands) == 1)
        assert score.band == (min(bands) if len(bands) == 1 else None)


def test_the_tables_own_items_raise_no_flag(published: Published) -> None:
    assert {published.calculator.calculate(entry).flags for entry in every_entry(published.paper)} == {()}
