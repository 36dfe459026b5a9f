"""Entries of the audit log as rows, and rows as links of its chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping

from annotation.audit import (
    ACTOR_LENGTH,
    ADDRESS_LENGTH,
    ROLES_LENGTH,
    VIA_LENGTH,
    Action,
    Entry,
    Kind,
    Note,
    Outcome,
    Source,
    instant,
)
from annotation.audit_chain import Head, Link, seal
from storage.errors import StoredAuditError

SEALED = (
    *("at", "actor", "roles", "action", "kind", "object_id", "pseudonym"),
    *("study_instance_uid", "address", "via", "request_id", "outcome"),
)
"""The columns that the seal covers, beside the number and the seal before."""


def row_values(entry: Entry, before: Head) -> dict[str, Any]:
    """The columns of an entry that follows `before`."""
    note, source = entry.note, entry.source
    values: dict[str, str | int | None] = {
        "at": instant(entry.at),
        "actor": _cut(entry.actor, ACTOR_LENGTH),
        "roles": " ".join(source.roles)[:ROLES_LENGTH],
        "action": note.action.value,
        "kind": note.kind.value if note.kind else None,
        "object_id": note.object_id,
        "pseudonym": note.pseudonym,
        "study_instance_uid": note.study_instance_uid,
        "address": _cut(source.address, ADDRESS_LENGTH),
        "via": _cut(source.via, VIA_LENGTH),
        "request_id": source.request_id,
        "outcome": note.outcome.value,
    }
    digest = seal(entry.number, values, before.digest)
    return {"number": entry.number, **values, "previous": before.digest, "digest": digest}


def link_of(found: RowMapping) -> Link:
    return Link(
        number=found["number"],
        values={name: found[name] for name in SEALED},
        previous=found["previous"],
        digest=found["digest"],
    )


def entry_of(row: Row[Any]) -> Entry:
    """Raises StoredAuditError when the row says what no entry says."""
    try:
        note = Note(
            action=Action(row.action),
            kind=Kind(row.kind) if row.kind else None,
            object_id=row.object_id,
            pseudonym=row.pseudonym,
            study_instance_uid=row.study_instance_uid,
            outcome=Outcome(row.outcome),
        )
        at = datetime.fromisoformat(row.at)
    except (TypeError, ValueError) as error:
        raise StoredAuditError(f"entry {row.number} of the audit log") from error
    source = Source(roles=tuple(row.roles.split()), address=row.address, via=row.via, request_id=row.request_id)
    return Entry(number=row.number, at=at, actor=row.actor, note=note, source=source)


def _cut(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]
