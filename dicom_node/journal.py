"""The journal: small facts for the ledger (associations, quarantined objects) that must survive a restart.

The door writes them as files, the forwarder takes them to the ledger: no database round trip at the door.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from dicom_node.durable import make_folder, remove, remove_drafts, write_new
from storage.ledger_records import AssociationSummary, QuarantinedObject

log = logging.getLogger("osteon.journal")

DAMAGED = ".damaged"
Fact = AssociationSummary | QuarantinedObject
_KINDS: dict[str, type[Fact]] = {"association": AssociationSummary, "quarantined": QuarantinedObject}
_TIMES = ("opened_at", "closed_at", "received_at")


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
        write_new(self._folder / f"{secrets.token_hex(16)}.json", (content,))

    def read(self) -> Iterator[tuple[Path, Fact]]:
        """The facts that are not in the ledger yet."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                fact = _from_json(path.read_bytes())
            except (ValueError, KeyError, TypeError):
                path.rename(path.with_suffix(DAMAGED))
                log.error("journal entry %s is damaged and was put aside", path.name)  # noqa: TRY400
                continue
            yield path, fact

    def remove(self, path: Path) -> None:
        """Forget a fact that the ledger has."""
        remove(path)


def _from_json(text: bytes) -> Fact:
    content: dict[str, Any] = json.loads(text)
    kind = _KINDS[content.pop("kind")]
    for key in _TIMES:
        if key in content:
            content[key] = datetime.fromisoformat(content[key])
    return kind(**content)
