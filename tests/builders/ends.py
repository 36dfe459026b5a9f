"""What became of an object that came to a door: what was said, and what is in outbox and quarantine then."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dicom_node.door import Outcome
from dicom_node.entry import Entry
from dicom_node.errors import NodeError
from tests.builders.door import Parts


@dataclass(frozen=True, slots=True)
class End:
    """What became of an object."""

    said: object
    """Outcome, or type and text of the error."""
    entries: tuple[Entry, ...]
    files: tuple[bytes, ...]
    quarantined: tuple[bytes, ...]


def end(parts: Parts, receive: Callable[[], Outcome]) -> End:
    said: object
    try:
        said = receive()
    except NodeError as error:
        said = (type(error), str(error))
    waiting = [parts.outbox.open(place) for place in parts.outbox.waiting()]
    labels = parts.quarantine.labels()
    return End(
        said,
        tuple(one.entry for one in waiting),
        tuple(one.file for one in waiting),
        tuple(parts.quarantine.open(label.quarantine_id) for label in labels),
    )


def everything_in(folder: Path) -> dict[str, int]:
    """Files of outbox and quarantine with their sizes."""
    return {
        path.name: path.stat().st_size
        for name in ("objects", "quarantine")
        for path in (folder / name).iterdir()
        if path.is_file()
    }
