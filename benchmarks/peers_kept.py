"""What is left of a real header in which nobody planted anything: what a tool drops cannot be used any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from benchmarks.peers_processes import ToolProcess

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Numbers of elements that have a value, sequences not counted but their items' elements."""

    standard: int
    standard_unchanged: int
    standard_changed: int
    private: int
    private_unchanged: int
    private_changed: int


def kept_of(tool: ToolProcess, source: Path, folder: Path) -> Kept:
    target = folder / "made-kept.dcm"
    tool("one", source=source, target=target)
    before, after = (dict(_elements(pydicom.dcmread(path), ())) for path in (source, target))
    counts = dict.fromkeys(("standard", "private"), (0, 0, 0))
    for key, value in before.items():
        kind = "private" if key[-1] >> 16 & 1 else "standard"
        total, same, other = counts[kind]
        left = after.get(key)
        counts[kind] = (total + 1, same + (left == value), other + (left not in {None, value}))
    (standard, same, changed), (private, private_same, private_changed) = counts["standard"], counts["private"]
    return Kept(
        standard=standard,
        standard_unchanged=same,
        standard_changed=changed,
        private=private,
        private_unchanged=private_same,
        private_changed=private_changed,
    )


def _elements(dataset: Dataset, path: Key) -> Iterator[tuple[Key, str]]:
    """Where each value stands, the numbers of items included, and the value as text."""
    for element in dataset:
        place = (*path, int(element.tag))
        if isinstance(element.value, Sequence):
            for number, item in enumerate(element.value):
                yield from _elements(item, (*place, number))
        elif not element.is_empty:
            yield place, str(element.value)
