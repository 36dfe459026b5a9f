"""`osteon audit`: who saw, changed and fetched what; whether the log is as it was written; the log for others."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from annotation.audit import Action, AuditFilter, Entry, instant
from annotation.audit_chain import EMPTY, ChainBrokenError, Head
from annotation.audit_fhir import audit_event
from osteon.failing import failing_clearly
from osteon.registry_access import opened_registry
from osteon.settings import read_settings
from storage.audit_log import AuditLog

BROKEN = 1
DEFAULT_LINES = 100
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


def filtered(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say which entries are meant, given to `function` as `wanted`."""

    @click.option("--patient", metavar="PSEUDONYM", help="Only about this patient.")
    @click.option("--actor", metavar="NAME", help="Only by whom, to the letter.")
    @click.option("--action", "actions", multiple=True, type=click.Choice([each.value for each in Action]))
    @click.option("--since", metavar="WHEN", type=MOMENT, help="Not before (UTC).")
    @click.option("--until", metavar="WHEN", type=MOMENT, help="Before (UTC).")
    @wraps(function)
    def run(
        *args: Any,
        patient: str | None,
        actor: str | None,
        actions: tuple[str, ...],
        since: datetime | None,
        until: datetime | None,
        **kwargs: Any,
    ) -> None:
        wanted = AuditFilter(
            pseudonym=patient,
            actor=actor,
            actions=frozenset(map(Action, actions)),
            since=since and since.replace(tzinfo=UTC),
            until=until and until.replace(tzinfo=UTC),
        )
        function(*args, wanted=wanted, **kwargs)

    return run


@click.group("audit")
def command() -> None:
    """Look through the audit log, verify it, and export it."""


@command.command("list")
@filtered
@click.option("--limit", type=click.IntRange(1), default=DEFAULT_LINES, show_default=True, help="The last so many.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def list_entries(*, wanted: AuditFilter, limit: int, as_json: bool) -> None:
    """Show entries, the last one at the end."""
    with _opened_log() as log:
        found = log.newest(wanted, limit=limit)[::-1]
    if as_json:
        click.echo(json.dumps([_content(entry) for entry in found], indent=1))
        return
    for entry in found:
        click.echo(_line(entry))


@command.command()
@click.option("--expect", metavar="NUMBER:SHA256", help="A head that was printed earlier and kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def verify(*, expect: str | None, as_json: bool) -> None:
    """Walk the whole log, and print its head, to be kept elsewhere. Exit codes: 0 as it was written, 1 it is not."""
    kept = _head(expect)
    try:
        with _opened_log() as log:
            head = log.verify(kept)
    except ChainBrokenError as broken:
        if as_json:
            click.echo(json.dumps({"whole": False, "first_broken": broken.number, "detail": str(broken)}, indent=1))
        else:
            click.echo(f"the audit log is not as it was written: {broken}", err=True)
        raise SystemExit(BROKEN) from None
    if as_json:
        click.echo(json.dumps({"whole": True, "entries": head.number, "head": str(head)}, indent=1))
        return
    click.echo(f"{head.number} entries, as they were written. Keep this elsewhere:\n{head}")


@command.command()
@click.option(
    "--fhir",
    "file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="FHIR R4 AuditEvent: a Bundle when FILE ends in .json, otherwise one resource on each line.",
)
@filtered
@failing_clearly(OSError)
def export(*, file: Path, wanted: AuditFilter) -> None:
    """Write entries to FILE, the newest first."""
    with _opened_log() as log, file.open("x", encoding="utf-8") as out:
        count = 0
        is_bundle = file.suffix == ".json"
        out.write('{"resourceType": "Bundle", "type": "collection", "entry": [' if is_bundle else "")
        for count, entry in enumerate(log.every(wanted), start=1):
            event = audit_event(entry)
            separator = "," if count > 1 else ""
            out.write(f"{separator}\n{json.dumps({'resource': event})}" if is_bundle else json.dumps(event) + "\n")
        out.write("\n]}\n" if is_bundle else "")
    click.echo(f"{count} entries written")


@contextmanager
def _opened_log() -> Iterator[AuditLog]:
    with opened_registry(read_settings()) as registry:
        yield AuditLog(registry)


def _head(text: str | None) -> Head:
    if text is None:
        return EMPTY
    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or len(digest) != len(EMPTY.digest):
        raise click.UsageError("a head is NUMBER:SHA256, as `osteon audit verify` prints it")
    return Head(number=int(number), digest=digest)


def _content(entry: Entry) -> dict[str, Any]:
    note, source = asdict(entry.note), asdict(entry.source)
    content = {"number": entry.number, "at": instant(entry.at), "actor": entry.actor, **note, **source}
    return {name: getattr(value, "value", value) for name, value in content.items()}


def _line(entry: Entry) -> str:
    note, source = entry.note, entry.source
    about = " ".join(filter(None, (note.kind and note.kind.value, note.object_id)))
    patient = note.pseudonym if note.pseudonym not in {None, note.object_id} else None
    words = (
        f"{entry.number:>8}  {instant(entry.at)[:19]}Z  {entry.actor or 'nobody'} {note.action.value} {about}".rstrip(),
        f"of {patient}" if patient else None,
        f"from {source.address}" if source.address else None,
        f"({source.via})" if source.via else None,
    )
    return " ".join(filter(None, words))
