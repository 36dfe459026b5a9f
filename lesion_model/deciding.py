"""Answering with facts missing: an answer stands only if every completion of the facts would give it.

Missing facts are completed with samples, one at least for each way in which a fact's value can matter: every
value of a choice, both sides of each limit of a number and the limit itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Generic, TypeAlias, TypeVar

from lesion_model.answers import Answer, Point
from lesion_model.entries import Entry
from lesion_model.errors import ItemsError
from lesion_model.facts import Choice, Fact, YesNo

Facts: TypeAlias = Mapping[str, object]
Sampler: TypeAlias = Callable[[Facts], Iterable[object]]
OutcomeT = TypeVar("OutcomeT", str, bool)

REMEMBERED = 1024
"""Answers. Each save of a draft asks for all of them, and most saves change a few facts; Bilsky's with none of its
facts known takes 0.5 ms."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question(Generic[OutcomeT]):
    """Something that a complete set of facts answers.

    `outcome` may raise `ItemsError` for facts that contradict each other. `samples` are what each fact may be
    when missing, given the facts that are known.
    """

    outcome: Callable[[Facts], OutcomeT]
    samples: Mapping[str, Sampler]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`found` as soon as one point is `sought`, whatever the others are; `otherwise` when none of them is."""

    sought: bool
    found: str
    otherwise: str

    def answers(self, points: Iterable[bool | None]) -> set[str]:
        """What can still be answered, with None for each open point."""
        left = set(points)
        if self.sought in left:
            return {self.found}
        return {self.found, self.otherwise} if None in left else {self.otherwise}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What an entry can still answer, and what its missing facts may be."""

    answers: Callable[[Facts], set[str]]
    samples: Mapping[str, Sampler]


def question(
    outcome: Callable[[Facts], OutcomeT], facts: Iterable[Fact], samplers: Mapping[str, Sampler] | None = None
) -> Question[OutcomeT]:
    """A question about these facts. Choices and yes/no complete themselves; other kinds need a sampler."""
    given = samplers or {}
    samples = {fact.name: given.get(fact.name) or every_value(fact) for fact in facts}
    return Question(outcome=outcome, samples=samples)


def always(*values: object) -> Sampler:
    """A sampler that does not depend on the other facts."""
    return lambda _: values


def every_value(fact: Fact) -> Sampler:
    if isinstance(fact, Choice):
        return always(*fact.values)
    if isinstance(fact, YesNo):
        return always(False, True)
    raise TypeError("only a choice or a yes/no has few enough values")


def outcomes(asked: Question[OutcomeT], known: Facts) -> set[OutcomeT]:
    """What the question can still answer. Raises `ItemsError` when the known facts contradict each other."""
    found: set[OutcomeT] = set()
    refusal: ItemsError | None = None
    for facts in _completions(asked, known):
        try:
            found.add(asked.outcome(facts))
        except ItemsError as error:
            refusal = refusal or error
    if refusal is not None and not found:
        raise refusal
    return found


def decide_one(
    entry: Entry, asked: Question[str], known: Facts, flags: Iterable[str] = (), points: tuple[Point, ...] = ()
) -> Answer:
    """The answer of a rule that asks one question. Asked for again with the same facts, it is remembered."""
    return _decided(entry, asked, frozenset(known.items()), tuple(flags), points)


@lru_cache(maxsize=REMEMBERED)
def _decided(
    entry: Entry,
    asked: Question[str],
    known: frozenset[tuple[str, object]],
    flags: tuple[str, ...],
    points: tuple[Point, ...],
) -> Answer:
    left = _Left(answers=lambda facts: outcomes(asked, facts), samples=asked.samples)
    return _answer(entry, dict(known), left, flags, points)


def decide_points(
    entry: Entry, asked: Mapping[str, Question[bool]], tally: Tally, known: Facts, flags: Iterable[str] = ()
) -> Answer:
    """The answer of a rule that goes through points, each of which holds, does not, or is open.

    Open points must leave it possible that none of them is what the tally seeks.
    """
    samples = {name: sampler for each in asked.values() for name, sampler in each.samples.items()}
    points = points_of(entry, asked, known)

    def answers(facts: Facts) -> set[str]:
        """A point whose facts are the known ones is as it was."""
        added = facts.keys() - known.keys()
        return tally.answers(
            point.holds if added.isdisjoint(each.samples) else _holds(each, facts)
            for point, each in zip(points, asked.values(), strict=True)
        )

    return _answer(entry, known, _Left(answers=answers, samples=samples), tuple(flags), points)


def points_of(entry: Entry, asked: Mapping[str, Question[bool]], known: Facts) -> tuple[Point, ...]:
    return tuple(Point(name=name, label=entry.points[name], holds=_holds(each, known)) for name, each in asked.items())


def _holds(asked: Question[bool], known: Facts) -> bool | None:
    found = outcomes(asked, known)
    return found.pop() if len(found) == 1 else None


def _answer(entry: Entry, known: Facts, left: _Left, flags: tuple[str, ...], points: tuple[Point, ...]) -> Answer:
    found = left.answers(known)
    possible = tuple(name for name in entry.answers if name in found)
    missing = tuple(fact.name for fact in entry.facts if fact.name not in known)
    undecided = missing if len(possible) > 1 else ()
    deciding = {name: tuple(_deciding(left, known, name)) for name in undecided}
    suggestions = {entry.suggestions.get(name) for name in possible}
    return Answer(
        name=entry.name,
        version=entry.version,
        answer=possible[0] if len(possible) == 1 else None,
        possible=possible,
        decided=len(possible) == 1,
        points=points,
        facts_used=tuple(fact.name for fact in entry.facts if fact.name in known),
        facts_missing=missing,
        decisive=tuple(name for name, each in deciding.items() if all(each)),
        could_decide=tuple(name for name, each in deciding.items() if any(each)),
        flags=tuple(dict.fromkeys(flags)),
        suggestion=suggestions.pop() if len(suggestions) == 1 else None,
        reference=entry.reference,
    )


def _deciding(left: _Left, known: Facts, name: str) -> Iterator[bool]:
    """For each value that a missing fact can have beside the known ones: would it leave one answer?"""
    for value in left.samples[name](known):
        try:
            yield len(left.answers({**known, name: value})) == 1
        except ItemsError:
            continue


def _completions(asked: Question[OutcomeT], known: Facts) -> Iterator[Facts]:
    missing = {name: tuple(sampler(known)) for name, sampler in asked.samples.items() if name not in known}
    for values in product(*missing.values()):
        yield {**known, **dict(zip(missing, values, strict=True))}
