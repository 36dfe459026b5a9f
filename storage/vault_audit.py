"""The audit log: who used the vault on whom, when and why. Sealed, and only added to.

Each entry is bound to the number and the content of the one before it, so that with the key in hand, an entry that
was changed, moved or removed from the middle is noticed. Entries removed from the end are not, but by their numbers
in a copy kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.keys import KeyRing
from storage.sealing import UnsealError, seal, unseal
from storage.vault_errors import AuditDamagedError
from storage.vault_tables import AuditRow

AUDIT_VERSION = 1
LONGEST_TEXT = 500
_PURPOSE = "vault-audit"
_BEGINNING = b""


class Action(Enum):
    """What was done."""

    LOOKUP = "lookup"
    RE_IDENTIFY = "re-identify"
    MERGE = "merge"
    ADD_NUMBER = "add-number"
    ROTATE_KEY = "rotate-key"
    RELEASE = "release"
    DESTROY = "destroy"
    IMPORT = "import"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Warrant:
    """Who acts and why, in their own words (1 to 500 printable characters each)."""

    by: str
    reason: str

    def __post_init__(self) -> None:
        for name, text in (("name", self.by), ("reason", self.reason)):
            if not text.strip() or len(text) > LONGEST_TEXT or not text.isprintable():
                raise ValueError(f"a {name} has 1 to {LONGEST_TEXT} printable characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One act. `pseudonyms` are those concerned: none when nobody was found."""

    number: int
    at: datetime
    action: Action
    by: str
    reason: str
    pseudonyms: tuple[str, ...]
    objects: tuple[str, ...] = ()
    """Quarantine ids of those concerned."""


def append(
    session: Session,
    keys: KeyRing,
    action: Action,
    warrant: Warrant,
    *pseudonyms: str,
    objects: Sequence[str] = (),
) -> None:
    """Add an entry in a transaction that nobody else writes beside (`VaultAccess.writing(alone=True)`)."""
    last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).one_or_none()
    number, before = (1, _BEGINNING) if last is None else (last.number + 1, last.sealed)
    now = datetime.now(UTC)
    content = {
        "at": now.isoformat(),
        "action": action.value,
        "by": warrant.by.strip(),
        "reason": warrant.reason.strip(),
        "pseudonyms": pseudonyms,
    } | ({"objects": list(objects)} if objects else {})
    key = keys.derive(_PURPOSE)
    sealed = seal(key, json.dumps(content).encode(), _context(number, before, AUDIT_VERSION))
    session.add(
        AuditRow(number=number, sealed=sealed, key_id=keys.key_id, version=AUDIT_VERSION, created_at=now),
    )


def entries(session: Session, keys: KeyRing) -> Iterator[AuditEntry]:
    """The whole log, oldest first. Raises AuditDamagedError at the first entry that is not as it was written."""
    before = _BEGINNING
    for expected, row in enumerate(session.scalars(select(AuditRow).order_by(AuditRow.number)), start=1):
        try:
            plain = unseal(keys.derive_as(row.key_id, _PURPOSE), row.sealed, _context(row.number, before, row.version))
        except UnsealError:
            raise AuditDamagedError(f"entry {expected} of the audit log was changed or removed") from None
        content = json.loads(plain)
        yield AuditEntry(
            number=row.number,
            at=datetime.fromisoformat(content["at"]),
            action=Action(content["action"]),
            by=content["by"],
            reason=content["reason"],
            pseudonyms=tuple(content["pseudonyms"]),
            objects=tuple(content.get("objects", ())),
        )
        before = row.sealed


def _context(number: int, before: bytes, version: int) -> bytes:
    return f"audit|{number}|{hashlib.sha256(before).hexdigest()}|{version}".encode()
