"""`osteon registry`: clinical records in and out, by the custodian: identified files pass here and nowhere else."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from annotation.audit import ACTOR_LENGTH, Action, Kind, Note
from annotation.audit import Source as AuditSource
from annotation.registry.exchange import redcap_dictionary
from annotation.registry.exchange.mapping import FileMapping, MappingError, mapping_from
from osteon.failing import failing_clearly
from osteon.operators import account_name
from osteon.records.erasing import erase_patient
from osteon.records.exporting import export_records
from osteon.records.fhir_bundles import BundleError
from osteon.records.importing import Report, Wanted, import_records
from osteon.records.locking import lock_records, unlock_records
from osteon.records.people import Identified, People, Pseudonymous
from osteon.records.sources import FORMATS, Source, SourceError, read_json
from osteon.records.workbooks import WorkbookError
from osteon.registry_access import opened_registry
from osteon.release_folders import RELEASES
from osteon.settings import Settings, read_settings
from storage.database import migrate, open_database
from storage.keys import KeyFileError, load_key_file
from storage.pseudonyms import is_pseudonym
from storage.releases.made import MadeFiles
from storage.releases.records import ErasureReason
from storage.unit_of_work import SqlUnitOfWork
from storage.vault_audit import Warrant
from storage.vault_errors import VaultError
from storage.vault_importing import ImportIdentities
from storage.vault_locking import LockMover
from storage.vault_tables import VAULT

REFUSED = 5
UNREADABLE = (SourceError, WorkbookError, BundleError, MappingError, KeyFileError, VaultError, OSError)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(exists=False, path_type=Path)


@click.group("registry")
def command() -> None:
    """Import and export clinical records; print REDCap's data dictionary."""


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True)
@click.option("--form", help="The form of all rows of a CSV file that has no column 'form'.")
@click.option("--mapping", "mapping_file", type=FILE, help="How its columns become variables (JSON).")
@click.option("--pseudonymous", is_flag=True, help="Patients are pseudonyms, dates are the registry's: an own export.")
@click.option("--issuer", metavar="NAME", help="Who issued the patient numbers; else the mapping's, or the default.")
@click.option("--reason", metavar="TEXT", help="Why; kept in the vault's log. Needed for identified files.")
@click.option("--missing", multiple=True, metavar="CODE", help="A word that says: not known (a missing data code).")
@click.option("--update", is_flag=True, help="Entries that are there with other values get a new version.")
@click.option(
    "--blanks-withdraw", is_flag=True, help="With --update: values that the file leaves empty are withdrawn, not kept."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--report", "report_file", type=NEW, help="Write what was found as CSV: row, column, value, reason.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly(*UNREADABLE)
def import_file(
    *,
    file: Path,
    kind: str,
    form: str | None,
    mapping_file: Path | None,
    issuer: str | None,
    reason: str | None,
    report_file: Path | None,
    missing: tuple[str, ...],
    pseudonymous: bool,
    update: bool,
    blanks_withdraw: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import FILE into the clinical records: all of it, or nothing and a report of what is wrong (exit code 5)."""
    settings = read_settings()
    if blanks_withdraw and not update:
        raise click.UsageError("--blanks-withdraw says how --update is to be done")
    if report_file is not None:
        _check_new(report_file)
    source = Source(file, kind, form=form, mapping=_mapping(mapping_file), missing=missing)
    people = Pseudonymous() if pseudonymous else _identified(settings, issuer or source.issuer, reason, dry_run=dry_run)
    wanted = Wanted(
        by=_account(), now=datetime.now(UTC), dry_run=dry_run, update=update, blanks_withdraw=blanks_withdraw
    )
    with opened_registry(settings) as engine:
        report = import_records(source, people, engine, wanted)
    if report_file is not None:
        _write_report(report, report_file)
    _say(report, dry_run=dry_run, as_json=as_json)
    if report.refused:
        raise SystemExit(REFUSED)


@command.command("export")
@click.argument("target", type=NEW)
@click.option("--format", "kind", type=click.Choice((*FORMATS, "endpoints")), required=True)
@click.option("--patient", "patients", multiple=True, metavar="PSEUDONYM", help="Only of these.")
@failing_clearly(*UNREADABLE)
def export(target: Path, kind: str, patients: tuple[str, ...]) -> None:
    """Write clinical records to TARGET: a folder for CSV and endpoints, else a file."""
    if not all(map(is_pseudonym, patients)):
        raise click.UsageError("that is no pseudonym: check how it was copied")
    _check_new(target)
    with opened_registry(read_settings()) as engine:
        with SqlUnitOfWork(engine, write=True, source=AuditSource(via="osteon registry export")) as uow:
            notes = [Note(action=Action.EXPORTED, kind=Kind.RECORD, pseudonym=each) for each in patients or (None,)]
            uow.audit.note_all(notes, by=_account(), at=datetime.now(UTC))
            uow.commit()
        with SqlUnitOfWork(engine, write=False) as uow:
            count = export_records(uow.record_batches, kind, target, list(patients) or None)
    click.echo(f"{count} entries in {target}")


@command.command("erase")
@click.argument("pseudonym")
@click.option("--reason", required=True, type=click.Choice([each.value for each in ErasureReason]))
@click.option("--yes", is_flag=True, help="Do not ask.")
@failing_clearly(*UNREADABLE)
def erase(pseudonym: str, reason: str, *, yes: bool) -> None:
    """Erase a patient's clinical record, and the patient from every release. It cannot be undone.

    Nothing is entered or imported of the patient afterwards. Images, readings and the vault's row stay: by that, the
    patient is known again, and kept out.
    """
    if not is_pseudonym(pseudonym):
        raise click.UsageError("that is no pseudonym: check how it was copied")
    if not yes:
        click.confirm(f"Erase the record of {pseudonym}, and {pseudonym} from every release?", abort=True, err=True)
    settings = read_settings()
    with opened_registry(settings) as engine:
        made = MadeFiles(settings.home / RELEASES)
        done = erase_patient(engine, made, pseudonym, ErasureReason(reason), by=_account(), now=datetime.now(UTC))
    if done.record is None:
        click.echo("the record had been erased before")
    else:
        click.echo(f"erased: {done.record.entries} entries, {done.record.contexts} contexts")
    click.echo(f"erased from releases: {', '.join(map(str, done.releases)) or 'none'}")
    if done.remains is not None:
        click.echo(f"not done yet: {done.remains}")


@command.command("lock")
@click.argument("lock", required=False, type=click.DateTime(["%Y-%m-%d"]), metavar="[DATE]")
@click.option("--reason", metavar="TEXT", help="Why; kept in the vault's log, with the date.")
@click.option("--clear", is_flag=True, help="Take the data lock away; releases that have it keep it.")
@failing_clearly(*UNREADABLE)
def lock_record(*, lock: datetime | None, reason: str | None, clear: bool) -> None:
    """Set the data lock that releases may ask for: a day of the calendar, moved for each patient by their own days."""
    if clear == (lock is not None):
        raise click.UsageError("give a date, or --clear")
    settings, now = read_settings(), datetime.now(UTC)
    with opened_registry(settings) as engine:
        if lock is None:
            unlock_records(engine, by=_account(), now=now)
            click.echo("no data lock is set")
            return
        if not reason:
            raise click.UsageError("a data lock needs --reason")
        migrate(settings.vault_database, VAULT)
        mover = LockMover(open_database(settings.vault_database), load_key_file(settings.key_path))
        done, unknown = lock_records(engine, mover, lock.date(), Warrant(account_name(), reason), now)
    beside = f"; {unknown} whom the vault does not know have none" if unknown else ""
    click.echo(f"data lock set for {done} patients{beside}")


@command.command("dictionary")
@click.argument("target", type=NEW)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@failing_clearly(*UNREADABLE)
def dictionary(target: Path, language: str) -> None:
    """Write REDCap's data dictionary of the clinical record to TARGET (CSV)."""
    with target.open("x", encoding="utf-8", newline="") as text:
        redcap_dictionary.write(text, redcap_dictionary.fields_of(language))


@command.command("compare")
@click.argument("file", type=FILE)
@failing_clearly(*UNREADABLE, redcap_dictionary.DictionaryError)
def compare(file: Path) -> None:
    """Say in which fields the data dictionary of a REDCap project differs from ours (exit code 5 if in any)."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        found = redcap_dictionary.differences(redcap_dictionary.read(text))
    for name in found:
        click.echo(name)
    if found:
        raise SystemExit(REFUSED)


def _account() -> str:
    return account_name()[:ACTOR_LENGTH]


def _check_new(file: Path) -> None:
    """Before anything is done: what was done could not be reported otherwise."""
    if file.exists():
        raise click.UsageError("that file is there already: name another")


def _mapping(file: Path | None) -> FileMapping | None:
    return None if file is None else mapping_from(read_json(file))


def _identified(settings: Settings, issuer: str | None, reason: str | None, *, dry_run: bool) -> People:
    if not reason and not dry_run:
        raise click.UsageError("an identified file needs --reason; for one with pseudonyms, say --pseudonymous")
    migrate(settings.vault_database, VAULT)
    vault = ImportIdentities(open_database(settings.vault_database), load_key_file(settings.key_path))
    warrant = Warrant(account_name(), reason or "dry run")
    return Identified(vault, settings.default_issuer if issuer is None else issuer, warrant)


def _write_report(report: Report, file: Path) -> None:
    columns = ("weight", "part", "row", "column", "value", "reason", "detail")
    with _new(file) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for each in report.findings:
            said = asdict(each) | {"weight": each.weight.value}
            writer.writerow([said[column] for column in columns])


def _say(report: Report, *, dry_run: bool, as_json: bool) -> None:
    findings = report.findings
    outcomes = {outcome.value: count for outcome, count in report.outcomes.items()}
    if as_json:
        said: dict[str, Any] = {
            "rows": report.rows,
            "patients": report.patients,
            "errors": findings.errors,
            "flags": findings.flags,
            "outcomes": outcomes,
            "import_id": None if report.import_id is None else str(report.import_id),
            "findings": [asdict(each) | {"weight": each.weight.value} for each in findings],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for each in findings:
        place = f"{each.part + ' ' if each.part else ''}row {each.row}, {each.column or '-'}"
        click.echo(f"{each.weight.value}  {place}  {each.value or '-'}  {each.reason}: {each.detail}")
    done = "nothing was kept" if report.refused else "nothing was kept (dry run)" if dry_run else "kept"
    counts = ", ".join(f"{count} {name}" for name, count in outcomes.items()) or "no entry"
    click.echo(f"{report.rows} rows, {report.patients} patients: {findings.errors} errors, {findings.flags} flags")
    click.echo(f"{done}: {counts}")


@contextmanager
def _new(file: Path) -> Iterator[Any]:
    with file.open("x", encoding="utf-8", newline="") as text:
        yield text
