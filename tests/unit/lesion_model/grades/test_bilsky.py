"""The epidural compression scale: six grades from what is seen, and no grade from a contradiction."""

import pytest

from lesion_model.errors import ItemsError
from lesion_model.grades.bilsky import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

STAGES = ["epidural_extension", "thecal_sac_deformed", "cord_abutted", "cord_compressed"]
DOMAIN: Domain = {name: [False, True] for name in (*STAGES, "csf_visible")}
# The paper's grades, by extension, deformation, abutment, compression and visible CSF.
PAPER = {
    (False, False, False, False): ("0", "0"),
    (True, False, False, False): ("1a", "1a"),
    (True, True, False, False): ("1b", "1b"),
    (True, True, True, False): ("1c", "1c"),
    (True, True, True, True): ("3", "2"),
}


def paper(
    *, epidural_extension: bool, thecal_sac_deformed: bool, cord_abutted: bool, cord_compressed: bool, csf_visible: bool
) -> str | None:
    grades = PAPER.get((epidural_extension, thecal_sac_deformed, cord_abutted, cord_compressed))
    return None if grades is None else grades[csf_visible]


def test_every_combination_of_signs_is_graded_as_in_the_paper_or_refused() -> None:
    check_complete_sets(ENTRY, DOMAIN, paper)


def test_every_incomplete_set_is_graded_only_when_no_missing_sign_can_change_it() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, paper)


def test_a_compressed_cord_with_visible_csf_needs_nothing_else_to_be_grade_2() -> None:
    answer = decide({"cord_compressed": True, "csf_visible": True})
    assert (answer.answer, answer.facts_missing) == ("2", tuple(STAGES[:3]))


def test_grades_2_and_3_share_their_suggestion_while_csf_is_unknown() -> None:
    answer = decide({"cord_compressed": True})
    assert (answer.answer, answer.possible, answer.decisive) == (None, ("2", "3"), ("csf_visible",))
    assert answer.suggestion is not None
    assert "high-grade" in answer.suggestion.en


def test_a_contradiction_names_the_sign_and_the_one_it_lacks() -> None:
    with pytest.raises(ItemsError, match="cord_abutted: cannot be true when thecal_sac_deformed is false"):
        decide({"thecal_sac_deformed": False, "cord_abutted": True, "epidural_extension": True})
