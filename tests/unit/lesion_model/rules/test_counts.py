"""The three counts and their limits: 5 metastases, 3 bone sites, 2 metastatic sites."""

import pytest

from lesion_model.entries import Entry
from lesion_model.errors import ItemsError
from lesion_model.rules.counts import LOCAL_TREATMENT_SITES, OLIGOMETASTATIC, STEREOTACTIC_SITES

CASES: list[tuple[Entry, str, int, tuple[str, str, str]]] = [
    (OLIGOMETASTATIC, "n_all_mets", 5, ("no_metastasis", "oligometastatic", "not_oligometastatic")),
    (STEREOTACTIC_SITES, "n_bone_sites", 3, ("no_bone_site", "may_be_considered", "more_than_3_sites")),
    (LOCAL_TREATMENT_SITES, "n_metastatic_sites", 2, ("no_metastatic_site", "may_be_considered", "more_than_2_sites")),
]


@pytest.mark.parametrize(("entry", "fact", "most", "answers"), CASES)
def test_every_count_up_to_fifty_answers_as_the_guideline_says(
    entry: Entry, fact: str, most: int, answers: tuple[str, str, str]
) -> None:
    for counted in range(51):
        expected = answers[0] if counted == 0 else answers[1] if counted <= most else answers[2]
        answer = entry.decide({fact: counted})
        assert (answer.answer, answer.decided) == (expected, True)
        assert answer.flags == (("boundary",) if counted == most else ())


@pytest.mark.parametrize(("entry", "fact", "answers"), [(entry, fact, answers) for entry, fact, _, answers in CASES])
def test_without_the_count_every_answer_is_possible_and_the_count_decides(
    entry: Entry, fact: str, answers: tuple[str, str, str]
) -> None:
    answer = entry.decide({fact: None})
    assert (answer.possible, answer.answer, answer.suggestion) == (answers, None, None)
    assert (answer.facts_missing, answer.decisive, answer.could_decide) == ((fact,), (fact,), (fact,))


def test_one_count_is_not_taken_for_another() -> None:
    with pytest.raises(ItemsError) as refused:
        OLIGOMETASTATIC.decide({"n_bone_sites": 3})
    assert refused.value.problems[0].allowed == ("n_all_mets",)
