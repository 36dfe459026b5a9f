"""Revised Tokuhashi beside Tomita."""

from dataclasses import replace
from itertools import product

import pytest

from lesion_model import flags, mirels, tokuhashi_revised, tomita
from lesion_model.concordance import Concordance, compare
from lesion_model.errors import ItemsError
from lesion_model.scoring import NotApplicable, Score
from tests.unit.lesion_model.paper import TOKUHASHI, TOMITA, every_entry, reachable_totals

# Entries with a known total; only the last of nine to eleven points has a single lesion.
TOKUHASHI_ENTRIES: dict[str, dict[str, str | None]] = {
    "up to 8": {
        "general": "kps_10_40",
        "extraspinal_bone": "ge_3",
        "vertebral": "ge_3",
        "visceral": "unresectable",
        "primary": "p5",
        "palsy": "frankel_E",
    },
    "9 to 11": {
        "general": "kps_80_100",
        "extraspinal_bone": "1_2",
        "vertebral": "ge_3",
        "visceral": "none",
        "primary": "p3",
        "palsy": "frankel_E",
    },
    "9 to 11, single lesion": {
        "general": "kps_80_100",
        "extraspinal_bone": "0",
        "vertebral": "1",
        "visceral": "none",
        "primary": "p0",
        "palsy": "frankel_E",
    },
    "12 and more": {
        "general": "kps_80_100",
        "extraspinal_bone": "0",
        "vertebral": "1",
        "visceral": "none",
        "primary": "p5",
        "palsy": "frankel_E",
    },
}
TOMITA_ENTRIES = {
    "2 to 3": {"growth": "slow", "visceral": "none", "bone": "solitary"},
    "4 to 5": {"growth": "slow", "visceral": "treatable", "bone": "multiple"},
    "6 to 7": {"growth": "slow", "visceral": "untreatable", "bone": "multiple"},
    "8 to 10": {"growth": "rapid", "visceral": "untreatable", "bone": "multiple"},
}
# Read off the two papers' strategies: excision, palliative surgery, no surgery.
AGREE = {
    ("up to 8", "6 to 7"),
    ("up to 8", "8 to 10"),
    ("9 to 11", "6 to 7"),
    ("9 to 11, single lesion", "2 to 3"),
    ("9 to 11, single lesion", "4 to 5"),
    ("9 to 11, single lesion", "6 to 7"),
    ("12 and more", "2 to 3"),
    ("12 and more", "4 to 5"),
}


def compared(tokuhashi_entry: dict[str, str | None], tomita_entry: dict[str, str | None]) -> Concordance:
    return compare(tokuhashi_revised.calculate(tokuhashi_entry), tomita.calculate(tomita_entry))


@pytest.mark.parametrize(("left", "right"), list(product(TOKUHASHI_ENTRIES, TOMITA_ENTRIES)))
def test_the_two_scores_agree_where_the_papers_point_to_the_same_treatment(left: str, right: str) -> None:
    both = compared(TOKUHASHI_ENTRIES[left], dict(TOMITA_ENTRIES[right]))
    agree = (left, right) in AGREE
    assert both.discordant is not agree
    assert both.flags == (() if agree else (flags.TOKUHASHI_TOMITA_DISCORDANT,))
    assert both.explanation.en.endswith("the same treatment." if agree else "the meeting weighs both.")


def test_both_answers_stay_as_they_were() -> None:
    left, right = tokuhashi_revised.calculate({}), tomita.calculate({})
    both = compare(left, right)
    assert both.tokuhashi_revised is left
    assert both.tomita is right


@pytest.mark.parametrize("item", ["extraspinal_bone", "vertebral", "visceral"])
def test_a_second_lesion_or_a_visceral_metastasis_takes_the_exception_away(item: str) -> None:
    other = {"extraspinal_bone": "1_2", "vertebral": "2", "visceral": "resectable"}[item]
    entry = TOKUHASHI_ENTRIES["9 to 11, single lesion"] | {item: other}
    assert compared(entry, dict(TOMITA_ENTRIES["2 to 3"])).discordant is True


def test_an_unknown_number_of_vertebrae_leaves_it_open_whether_the_lesion_is_single() -> None:
    entry = TOKUHASHI_ENTRIES["9 to 11, single lesion"] | {"vertebral": None, "primary": "p1"}
    both = compared(entry, dict(TOMITA_ENTRIES["2 to 3"]))
    assert both.discordant is None
    assert both.flags == ()
    assert both.explanation.en.startswith("Too little is known")


def verdict(tokuhashi_entry: dict[str, str], tomita_total: int) -> bool:
    """Discordant by the papers' words, for a complete entry."""
    total = sum(TOKUHASHI[item][value] for item, value in tokuhashi_entry.items())
    single = (tokuhashi_entry["vertebral"], tokuhashi_entry["extraspinal_bone"]) == ("1", "0")
    if total <= 8:
        return tomita_total <= 5
    if total <= 11:
        excised = single and tokuhashi_entry["visceral"] == "none"
        return tomita_total >= 8 or (tomita_total <= 5 and not excised)
    return tomita_total >= 6


def known(entry: dict[str, str | None]) -> dict[str, str]:
    return {item: str(value) for item, value in entry.items()}


def tomita_answers(*, also: tuple[None, ...] = ()) -> list[tuple[Score, set[int]]]:
    return [(tomita.calculate(each), reachable_totals(TOMITA, each)) for each in every_entry(TOMITA, also=also)]


def test_every_pair_of_complete_entries_is_judged_as_the_papers_word_it() -> None:
    others = tomita_answers()
    for entry in every_entry(TOKUHASHI):
        score = tokuhashi_revised.calculate(entry)
        for other, (total,) in others:
            assert compare(score, other).discordant is verdict(known(entry), total)


@pytest.mark.parametrize("missing", ["vertebral", "primary", "visceral"])
def test_an_answer_that_is_said_for_sure_holds_for_every_completion(missing: str) -> None:
    others = tomita_answers(also=(None,))
    for entry in every_entry({item: values for item, values in TOKUHASHI.items() if item != missing}):
        score = tokuhashi_revised.calculate(entry)
        completions = [known({**entry, missing: value}) for value in TOKUHASHI[missing]]
        for other, totals in others:
            said = compare(score, other).discordant
            verdicts = {verdict(each, total) for each in completions for total in totals}
            assert said is None or verdicts == {said}


def test_a_score_that_does_not_apply_leaves_it_open() -> None:
    answer = tokuhashi_revised.assess({}, vertebral_metastases=0, extraspinal_bone_metastases=None)
    assert isinstance(answer, NotApplicable)
    assert compare(answer, tomita.calculate(dict(TOMITA_ENTRIES["2 to 3"]))).discordant is None


@pytest.mark.parametrize("place", ["tokuhashi_revised", "tomita"])
def test_a_score_of_another_instrument_is_refused(place: str) -> None:
    answers = {"tokuhashi_revised": tokuhashi_revised.calculate({}), "tomita": tomita.calculate({})}
    answers[place] = mirels.calculate({})
    with pytest.raises(ItemsError) as refusal:
        compare(answers["tokuhashi_revised"], answers["tomita"])
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == (place, (place,))


def test_scores_in_each_others_place_are_refused() -> None:
    with pytest.raises(ItemsError) as refusal:
        compare(tomita.calculate({}), tokuhashi_revised.calculate({}))
    assert [problem.field for problem in refusal.value.problems] == ["tokuhashi_revised"]


def test_scores_that_were_stored_and_read_again_are_compared() -> None:
    left = replace(tokuhashi_revised.calculate({}), instrument=b"tokuhashi_revised".decode())
    right = replace(tomita.calculate({}), instrument=b"tomita".decode())
    assert compare(left, right).discordant is None
