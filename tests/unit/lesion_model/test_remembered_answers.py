"""Answers of grades and rules are remembered by their facts, and depend on nothing else."""

from collections.abc import Callable, Mapping
from itertools import product

import pytest

from lesion_model import deciding
from lesion_model.answers import Answer
from lesion_model.entries import Entry
from lesion_model.errors import ItemsError
from lesion_model.facts import Choice, YesNo
from lesion_model.grades import bilsky
from lesion_model.rules import counts, ct_response

Facts = Mapping[str, object]


def every_set_of(facts: tuple[object, ...]) -> list[Facts]:
    values = {
        fact.name: (None, *fact.values) if isinstance(fact, Choice) else (None, False, True)
        for fact in facts
        if isinstance(fact, Choice | YesNo)
    }
    return [dict(zip(values, each, strict=True)) for each in product(*values.values())]


def answers(decide: Callable[[Facts], Answer], asked: list[Facts]) -> list[Answer | str]:
    found: list[Answer | str] = []
    for facts in asked:
        try:
            found.append(decide(facts))
        except ItemsError:
            found.append("contradiction")
    return found


@pytest.mark.parametrize("entry", [bilsky.ENTRY, ct_response.ENTRY], ids=lambda entry: entry.name)
def test_an_answer_is_the_same_whatever_was_asked_before(entry: Entry) -> None:
    asked = every_set_of(entry.facts)
    deciding._decided.cache_clear()  # noqa: SLF001 - as in a process that has just begun
    forwards = answers(entry.decide, asked)
    again = answers(entry.decide, asked)
    deciding._decided.cache_clear()  # noqa: SLF001
    backwards = answers(entry.decide, asked[::-1])[::-1]
    assert forwards == again == backwards


@pytest.mark.parametrize(
    ("decide", "facts"),
    [
        pytest.param(bilsky.decide, {"cord_compressed": True, "csf_visible": False}, id="a grade"),
        pytest.param(counts.decide_oligometastatic, {"n_all_mets": 5}, id="a rule that has its question made"),
    ],
)
def test_what_is_asked_for_again_is_not_worked_out_again(decide: Callable[[Facts], Answer], facts: Facts) -> None:
    deciding._decided.cache_clear()  # noqa: SLF001
    assert decide(facts) is decide(dict(facts))
    assert deciding._decided.cache_info().misses == 1  # noqa: SLF001


def test_a_contradiction_is_refused_each_time() -> None:
    facts = {stage.name: index > 0 for index, stage in enumerate(bilsky.FACTS[:2])}
    for _ in range(2):
        with pytest.raises(ItemsError):
            bilsky.decide(facts)
