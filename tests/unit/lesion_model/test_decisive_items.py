"""Which missing item would settle a score's band, against every completion tried one by one."""

from collections.abc import Callable, Mapping

import pytest

from lesion_model import mirels, rades, sins, tokuhashi_revised, tomita
from lesion_model.scoring import Score
from tests.unit.lesion_model.paper import (
    MIRELS,
    RADES,
    SINS,
    TOKUHASHI,
    TOMITA,
    Paper,
    every_entry,
    mirels_band,
    rades_band,
    reachable_totals,
    sins_band,
    tokuhashi_band,
    tomita_band,
)


def _bands_left(paper: Paper, entry: Mapping[str, str | None], band: Callable[[int], str]) -> set[str]:
    return {band(total) for total in reachable_totals(paper, entry)}


@pytest.mark.parametrize(
    ("paper", "band", "calculate"),
    [
        pytest.param(MIRELS, mirels_band, mirels.calculate, id="Mirels"),
        pytest.param(SINS, sins_band, sins.calculate, id="SINS"),
        pytest.param(TOKUHASHI, tokuhashi_band, tokuhashi_revised.calculate, id="revised Tokuhashi"),
        pytest.param(TOMITA, tomita_band, tomita.calculate, id="Tomita"),
        pytest.param(RADES, rades_band, rades.calculate, id="Rades"),
    ],
)
def test_an_item_is_decisive_when_each_of_its_values_would_leave_one_band(
    paper: Paper, band: Callable[[int], str], calculate: Callable[[Mapping[str, object]], Score]
) -> None:
    for entry in every_entry(paper, also=[None]):
        score = calculate(entry)
        decides = {
            item: [len(_bands_left(paper, {**entry, item: value}, band)) == 1 for value in values]
            for item, values in paper.items()
            if entry[item] is None and len(_bands_left(paper, entry, band)) > 1
        }
        assert score.decisive_items == tuple(item for item, each in decides.items() if all(each))
        assert score.could_decide == tuple(item for item, each in decides.items() if any(each))


def test_pain_alone_decides_between_eight_and_nine_points_of_mirels() -> None:
    score = mirels.calculate({"site": "lower_limb", "size": "from_1_3_to_2_3", "lesion_type": "lytic", "pain": None})
    assert (score.minimum, score.maximum, score.band) == (8, 10, None)
    assert (score.decisive_items, score.could_decide) == (("pain",), ("pain",))
