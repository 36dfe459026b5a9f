"""CT response, against the guideline's sentences written out as a table."""

from lesion_model.labels import Label
from lesion_model.rules.ct_response import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets, every_complete_set

DOMAIN: Domain = {
    "lysis": ["increase", "stable", "decrease"],
    "soft_tissue": ["increase", "stable", "decrease"],
    "sclerosis": ["none", "on_lytic", "on_normal_bone"],
    "new_lytic_lesion": [False, True],
}
# (some progression sign, some response sign, sclerosis on normal bone)
GUIDELINE = {
    (True, False, False): "progression",
    (True, False, True): "progression",
    (True, True, False): "progression_discordant",
    (True, True, True): "progression_discordant",
    (False, True, False): "response",
    (False, True, True): "response_plus_inconclusive_focus",
    (False, False, True): "inconclusive",
    (False, False, False): "stable",
}


def guideline(*, lysis: str, soft_tissue: str, sclerosis: str, new_lytic_lesion: bool) -> str:
    return GUIDELINE[
        "increase" in {lysis, soft_tissue} or new_lytic_lesion,
        "decrease" in {lysis, soft_tissue} or sclerosis == "on_lytic",
        sclerosis == "on_normal_bone",
    ]


def test_every_combination_of_findings_answers_as_the_guideline_says() -> None:
    assert len(list(every_complete_set(DOMAIN))) == 54
    check_complete_sets(ENTRY, DOMAIN, guideline)


def test_every_incomplete_set_answers_only_what_no_missing_finding_can_change() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, guideline)


def test_a_new_lytic_lesion_alone_leaves_only_progression_discordant_or_not() -> None:
    answer = decide({"new_lytic_lesion": True})
    assert answer.answer is None
    assert answer.possible == ("progression", "progression_discordant")
    assert answer.suggestion is None
    assert answer.could_decide == ("lysis", "soft_tissue", "sclerosis")
    assert answer.decisive == ()


def test_a_new_lytic_lesion_beside_a_shrinking_one_is_a_discordant_progression() -> None:
    facts = {"lysis": "decrease", "soft_tissue": "stable", "sclerosis": "on_lytic", "new_lytic_lesion": True}
    answer = decide(facts)
    assert answer.answer == "progression_discordant"
    assert isinstance(answer.suggestion, Label)
    assert answer.suggestion.fr.startswith("Référentiel français 2024 : ")
