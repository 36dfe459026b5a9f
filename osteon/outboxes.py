"""Where the outboxes of a home are: each process that keeps objects has one of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dicom_node.entry import Entry
from dicom_node.segments import DAMAGED, SUFFIX, Record, records_in

OBJECTS, JOURNAL, OPEN = "objects", "journal", "open"
RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Kept:
    """One object in an outbox: where it lies, and what is known of it."""

    folder: Path
    record: Record
    entry: Entry


def outbox_of(home: Path, worker: int) -> Path:
    """The folder of one worker of the node, by its number."""
    return home / "outbox" / str(worker)


def left_over(home: Path, workers: int) -> list[Path]:
    """Outboxes that none of so many workers has: there were more of them before, or another version."""
    in_use = {released_folder(home), *(outbox_of(home, number) for number in range(workers))}
    return [folder.parent for folder in object_folders(home) if folder.parent not in in_use]


def object_folders(home: Path) -> list[Path]:
    """Every folder of segments: of the node, of each of its workers, and of released objects."""
    return _folders(home, OBJECTS)


def journal_folders(home: Path) -> list[Path]:
    return _folders(home, JOURNAL)


def released_folder(home: Path) -> Path:
    """The outbox of `osteon quarantine release`."""
    return home / "outbox" / RELEASED


def kept_in(folders: list[Path]) -> Iterator[Kept]:
    """What lies in outboxes that other processes may be using, also what has gone to Orthanc. Raises OSError."""
    for folder in folders:
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            yield from _kept(folder, path)


def damaged_in(folders: list[Path]) -> list[Path]:
    """Segments that were put aside."""
    return [path for folder in folders for path in sorted(folder.glob(f"*{DAMAGED}"))]


def readable_in(path: Path) -> Iterator[Kept]:
    """What can still be read of a segment that was put aside. Raises OSError."""
    yield from _kept(path.parent, path)


def _folders(home: Path, name: str) -> list[Path]:
    outbox = home / "outbox"
    return [folder for folder in (outbox / name, *sorted(outbox.glob(f"*/{name}"))) if folder.is_dir()]


def _kept(folder: Path, path: Path) -> Iterator[Kept]:
    try:
        for record in records_in(path):
            entry = _entry(record)
            if entry is not None:
                yield Kept(folder, record, entry)
    except FileNotFoundError:  # its objects have all gone, just now
        return


def _entry(record: Record) -> Entry | None:
    try:
        return Entry.from_json(record.label)
    except (ValueError, KeyError, TypeError):
        return None
