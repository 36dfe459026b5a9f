"""The two corpora of descriptions: harmless ones, and ones in which something identifying hides."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.builders.real_files import REPOSITORY

DATA = REPOSITORY / "tests" / "data"
PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
_ID_MARK = "ID "


@dataclass(frozen=True)
class Planted:
    """A description, its words that must go, and the patient's own values where the object knows them."""

    text: str
    hidden: str
    own: tuple[tuple[int, str], ...]


def harmless_descriptors() -> list[str]:
    return list(_lines(DATA / "descriptors.txt"))


def planted_descriptors() -> list[Planted]:
    return [_planted(line) for line in _lines(DATA / "planted_descriptors.txt")]


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))


def _planted(line: str) -> Planted:
    text, hidden, own = (column.strip() for column in line.split("|"))
    if not own:
        return Planted(text, hidden, ())
    if own.startswith(_ID_MARK):
        return Planted(text, hidden, ((PATIENT_ID, own.removeprefix(_ID_MARK)),))
    return Planted(text, hidden, ((PATIENT_NAME, own),))
