"""What the outboxes and the journal put aside because it is damaged, and what can still be read of it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dicom_node.journal import DAMAGED
from dicom_node.segments import read_content
from osteon.outboxes import Kept, damaged_in, journal_folders, kept_in, object_folders, readable_in

LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class DamagedFact:
    """One journal entry that was put aside: its file, and what it was about, as far as that can be read."""

    path: Path
    kind: str
    association_id: str | None


def damaged_facts(home: Path) -> Iterator[DamagedFact]:
    for folder in journal_folders(home):
        for path in sorted(folder.glob(f"*{DAMAGED}")):
            yield _fact(path)


def damaged_segments(home: Path) -> list[Path]:
    """Segments with at least one object that could not be read back."""
    return damaged_in(object_folders(home))


def kept_everywhere(home: Path) -> Iterator[Kept]:
    """Every object in every outbox that can still be listed, damaged segments included."""
    folders = object_folders(home)
    yield from kept_in(folders)
    for path in damaged_in(folders):
        yield from readable_in(path)


def content_of(kept: Kept) -> bytes:
    """The file, as it lies there; empty when it is gone."""
    try:
        return read_content(kept.folder, kept.record)
    except OSError:
        return b""


def kinds(facts: list[DamagedFact]) -> str:
    """How many of each kind, in words."""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(fact.kind for fact in facts).items()))


def _fact(path: Path) -> DamagedFact:
    try:
        text = path.read_bytes()
    except OSError:
        return DamagedFact(path, "unreadable", None)
    try:
        content = json.loads(text)
        return DamagedFact(path, _word(content.get("kind")) or "unreadable", _word(content.get("association_id")))
    except (ValueError, AttributeError):
        return DamagedFact(path, "unreadable", None)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_WORD else None
