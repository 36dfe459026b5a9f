"""The facts of headers that one plan has written: read once, and then only the elements that differ."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from dicom_node.pseudonymisation.facts import Facts, Nested, read_facts
from dicom_node.pseudonymisation.syntax import Syntax

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Common:
    """What all of them have."""

    values: Mapping[int, bytes] = field(repr=False)
    nested: Mapping[int, tuple[Facts, ...]] = field(repr=False)
    sequences: Mapping[int, Nested] = field(repr=False)


class Alike:
    """Of one plan. Share one between threads: at worst a header is read once more."""

    def __init__(self, differing: Iterable[int]) -> None:
        """`differing`: the tags of the elements in which the headers may differ."""
        self._differing = frozenset(differing)
        self._common: dict[frozenset[int], _Common] = {}

    def facts(
        self, differing: bytes, syntax: Syntax, sequences: frozenset[int], read_all: Callable[[], Facts]
    ) -> Facts:
        """Of a header whose elements that may differ are `differing`, with what is in these sequences.

        `read_all`: reads the whole header, with the same.
        """
        common = self._common.get(sequences)
        if common is None:
            facts = read_all()
            self._common[sequences] = _Common(
                self._without(facts.values), self._without(facts.nested), self._without(facts.sequences)
            )
            return facts
        own = read_facts(differing, 0, syntax, also=sequences)
        return Facts(
            {**common.values, **own.values},
            {**common.nested, **own.nested},
            sequences={**common.sequences, **own.sequences},
        )

    def _without(self, found: Mapping[int, _T]) -> dict[int, _T]:
        return {tag: value for tag, value in found.items() if tag not in self._differing}
