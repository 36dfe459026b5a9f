"""What was decided of a quarantined object, as a small file beside it: the decision stands once the file is there.

The sealed object is removed after that, and the ledger told; both are made up for after a crash.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from dicom_node.durable import write_new
from storage.ledger_records import QuarantinedObject
from storage.quarantine_records import Decision, Fate

SUFFIX = ".fate"


def has_fate(folder: Path, quarantine_id: str) -> bool:
    return (folder / (quarantine_id + SUFFIX)).exists()


def decide(folder: Path, decision: Decision) -> None:
    """Durable on return. What was decided first stands. Raises OSError."""
    content = json.dumps({**asdict(decision), "fate": decision.fate.value}, default=str).encode("utf-8")
    with suppress(FileExistsError):
        write_new(folder / (decision.quarantine_id + SUFFIX), (content,))


def decisions(folder: Path) -> Iterator[Decision]:
    """All of them, by quarantine id; files that are none are passed over."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(ValueError, KeyError, TypeError, OSError):
            yield _read(path)


def _read(path: Path) -> Decision:
    content = json.loads(path.read_bytes())
    kept = content["kept"]
    kept["received_at"] = datetime.fromisoformat(kept["received_at"])
    content["kept"] = QuarantinedObject(**kept)
    content["fate"] = Fate(content["fate"])
    content["at"] = datetime.fromisoformat(content["at"])
    return Decision(**content)
