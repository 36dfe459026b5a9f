"""The journal: small facts for the ledger (associations, quarantined objects) that must survive a restart.

The door writes them as files, the forwarder takes them to the ledger: no database round trip at the door.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from dicom_node.durable import make_folder, remove, remove_drafts, write_new
from storage.ledger_records import (
    AssociationSummary,
    LedgerFact,
    QuarantinedObject,
    ReasonCount,
    RejectedAssociations,
    StudyCount,
)

log = logging.getLogger("osteon.journal")

DAMAGED = ".damaged"
SUFFIX = ".json"
Fact = LedgerFact
_KINDS: dict[str, type[Fact]] = {
    "association": AssociationSummary,
    "quarantined": QuarantinedObject,
    "rejected": RejectedAssociations,
}
_TIMES = ("opened_at", "closed_at", "received_at", "hour")
_COUNTS: dict[str, type[ReasonCount] | type[StudyCount]] = {"reasons": ReasonCount, "studies": StudyCount}


class Journal:
    """A folder of facts. Safe for several writers and one reader."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)
        remove_drafts(folder)

    def write(self, fact: Fact) -> None:
        """Keep a fact; durable on return. Raises OSError."""
        kind = next(name for name, type_ in _KINDS.items() if isinstance(fact, type_))
        content = json.dumps({"kind": kind, **asdict(fact)}, default=str).encode("utf-8")
        # In the order of their names: what corrects an earlier fact is read after it.
        write_new(self._folder / f"{time.time_ns():020d}-{secrets.token_hex(8)}{SUFFIX}", (content,))

    def read(self) -> Iterator[tuple[Path, Fact]]:
        """The facts that are not in the ledger yet."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                fact = fact_of(path.read_bytes())
            except (ValueError, KeyError, TypeError):
                path.rename(path.with_suffix(DAMAGED))
                log.error("journal entry %s is damaged and was put aside", path.name)  # noqa: TRY400
                continue
            yield path, fact

    def remove(self, path: Path) -> None:
        """Forget a fact that the ledger has."""
        remove(path)


def fact_of(text: bytes) -> Fact:
    """A fact as it was written. Raises ValueError, KeyError or TypeError when `text` is none."""
    content: dict[str, Any] = json.loads(text)
    kind = _KINDS[content.pop("kind")]
    for key in _TIMES:
        if key in content:
            content[key] = datetime.fromisoformat(content[key])
    for key, counts in _COUNTS.items():
        if key in content:
            content[key] = tuple(counts(**one) for one in content[key])
    return kind(**content)
