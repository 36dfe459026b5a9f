"""What is told of quarantined objects, for people and for scripts. Never whose they are."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from dicom_node.quarantine import Label, labels_in
from dicom_node.release import Tried
from osteon.registry_access import connected
from osteon.releasing import Report
from osteon.settings import Settings
from storage.errors import StorageError
from storage.ledger_quarantine import QuarantineLedger
from storage.quarantine_records import Decision, QuarantineNote


def quarantine_folder(settings: Settings) -> Path:
    return settings.home / "quarantine"


def kept_rows(settings: Settings) -> list[dict[str, Any]]:
    labels = list(labels_in(quarantine_folder(settings)))
    notes = notes_of(settings, labels)
    return [_row(label, notes.get(label.quarantine_id)) for label in labels]


def _row(label: Label, note: QuarantineNote | None) -> dict[str, Any]:
    return {
        "id": label.quarantine_id,
        "reason": label.reason.value,
        "detail": label.detail,
        "tried_at": None if note is None else note.tried_at,
        "tried_reason": None if note is None else note.tried_reason,
        "received_at": label.received_at,
        "size": label.size,
        "association_id": label.association_id,
        "calling_ae_title": label.calling_ae_title or (None if note is None else note.calling_ae_title),
        "sop_class_uid": label.sop_class_uid,
        "study_instance_uid": label.study_instance_uid,
        "sop_instance_uid": label.sop_instance_uid,
        "is_pseudonymised": label.is_pseudonymised,
        "key_id": label.key_id,
    }


def decided_row(decision: Decision) -> dict[str, Any]:
    kept = asdict(decision.kept)
    return {
        "id": kept.pop("quarantine_id"),
        "fate": decision.fate.value,
        "fate_at": decision.at,
        "fate_by": decision.by,
        "fate_reason": decision.reason,
        "released_as": decision.released_as,
        **kept,
    }


def notes_of(settings: Settings, labels: Sequence[Label]) -> dict[str, QuarantineNote]:
    """What the ledger adds; nothing when it cannot be asked: what is in quarantine can be seen all the same."""
    url = settings.registry_database
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():
        return {}
    try:
        with connected(url) as registry:
            return QuarantineLedger(registry).notes([label.quarantine_id for label in labels])
    except (SQLAlchemyError, StorageError) as error:
        click.echo(f"the ledger cannot be asked ({type(error).__name__})", err=True)
        return {}


def line_of(row: dict[str, Any]) -> str:
    if "fate" in row:
        became = f" as {row['released_as']}" if row["released_as"] else ""
        return f"{row['id']}  {row['fate']}{became}  {instant(row['fate_at'])}  {row['fate_by']}: {row['fate_reason']}"
    tried = f", now {row['tried_reason']}" if row["tried_reason"] else ""
    return (
        f"{row['id']}  {row['reason']}{tried}  {row['size']}  {instant(row['received_at'])}  "
        f"{row['calling_ae_title'] or '-'}  {row['association_id']}"
    )


def report_lines(report: Report) -> Iterator[str]:
    yield f"{len(report.released)} objects released"
    for tried in report.stay:
        yield f"{tried.label.quarantine_id} stays: {_why(tried)}"
    if report.gone:
        yield f"{len(report.gone)} were gone already"
    if report.waiting:
        yield f"{report.waiting} wait for Orthanc or the ledger: `osteon doctor --repair` passes them on"


def _why(tried: Tried) -> str:
    return f"{tried.why} ({tried.detail})" if tried.detail else tried.why


def report_content(report: Report) -> dict[str, Any]:
    return {
        "released": [
            {"id": one.label.quarantine_id, "sop_instance_uid": one.decision.released_as}
            for one in report.released
            if one.decision is not None
        ],
        "stay": [{"id": one.label.quarantine_id, "reason": one.why, "detail": one.detail} for one in report.stay],
        "gone": report.gone,
        "waiting": report.waiting,
    }


def instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
