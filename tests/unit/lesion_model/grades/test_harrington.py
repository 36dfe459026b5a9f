"""Harrington's classes of the acetabulum."""

import pytest

from lesion_model.grades.harrington import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {name: [False, True] for name in ("resection_for_cure", "medial_wall_deficient", "rim_deficient")}
# By deficient medial wall and deficient rim, when no resection for cure is possible.
PAPER = {(False, False): "I", (True, False): "II", (True, True): "III", (False, True): "III"}


def paper(*, resection_for_cure: bool, medial_wall_deficient: bool, rim_deficient: bool) -> str:
    return "IV" if resection_for_cure else PAPER[medial_wall_deficient, rim_deficient]


def test_every_combination_of_walls_is_classed_as_in_the_paper() -> None:
    check_complete_sets(ENTRY, DOMAIN, paper)


def test_every_incomplete_set_is_classed_only_when_no_missing_fact_can_change_it() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, paper)


@pytest.mark.parametrize(("medial", "flagged"), [(False, True), (True, False), (None, False)])
def test_a_deficient_rim_with_an_intact_medial_wall_is_flagged(medial: bool | None, flagged: bool) -> None:
    answer = decide({"rim_deficient": True, "medial_wall_deficient": medial})
    assert answer.flags == (("rim_deficient_medial_wall_intact",) if flagged else ())
