"""Checks an entry against a truth table written by a test, for complete and for every incomplete set of facts."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product

import pytest

from lesion_model.entries import Entry
from lesion_model.errors import ItemsError

Domain = Mapping[str, Sequence[object]]
Truth = Callable[..., str | None]  # takes the facts by name; None: they contradict each other


def every_complete_set(domain: Domain) -> Iterator[dict[str, object]]:
    for values in product(*domain.values()):
        yield dict(zip(domain, values, strict=True))


def every_set(domain: Domain, always_known: Collection[str] = ()) -> Iterator[dict[str, object]]:
    """With each fact missing, too."""
    unknown = {name: [] if name in always_known else [None] for name in domain}
    yield from every_complete_set({name: [*unknown[name], *values] for name, values in domain.items()})


def check_complete_sets(entry: Entry, domain: Domain, truth: Truth) -> None:
    assert [fact.name for fact in entry.facts] == list(domain)
    for facts in every_complete_set(domain):
        expected = truth(**facts)
        if expected is None:
            with pytest.raises(ItemsError):
                entry.decide(facts)
            continue
        answer = entry.decide(facts)
        assert (answer.answer, answer.decided) == (expected, True), facts
        assert (answer.facts_used, answer.facts_missing) == (tuple(domain), ()), facts
        assert answer.suggestion == entry.suggestions.get(expected)


def check_incomplete_sets(entry: Entry, domain: Domain, truth: Truth, always_known: Collection[str] = ()) -> None:
    """Each set of facts against its completions, tried one by one over the whole domain."""
    table = [(facts, told) for facts in every_complete_set(domain) if (told := truth(**facts)) is not None]
    for facts in every_set(domain, always_known):
        known = {name: value for name, value in facts.items() if value is not None}
        completions = [(each, told) for each, told in table if _agrees(each, known)]
        possible = {told for _, told in completions}
        if not possible:
            with pytest.raises(ItemsError):
                entry.decide(facts)
            continue
        answer = entry.decide(facts)
        missing = tuple(name for name in domain if name not in known)
        assert set(answer.possible) == possible, facts
        assert answer.decided == (len(possible) == 1), facts
        assert answer.answer == (answer.possible[0] if len(possible) == 1 else None), facts
        assert (answer.facts_used, answer.facts_missing) == (tuple(known), missing), facts
        open_facts = missing if len(possible) > 1 else ()
        decides = {name: _decides(name, domain[name], completions) for name in open_facts}
        assert answer.decisive == tuple(name for name, each in decides.items() if all(each)), facts
        assert answer.could_decide == tuple(name for name, each in decides.items() if any(each)), facts


def _agrees(facts: Mapping[str, object], known: Mapping[str, object]) -> bool:
    return all(facts[name] == value for name, value in known.items())


def _decides(
    name: str, values: Sequence[object], completions: Sequence[tuple[Mapping[str, object], str]]
) -> list[bool]:
    """For each value that is left to the missing fact: do the completions with it give one answer?"""
    left = [{answer for facts, answer in completions if facts[name] == value} for value in values]
    return [len(answers) == 1 for answers in left if answers]
