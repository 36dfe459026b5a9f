"""`osteon quarantine`: what the custodian does with objects that were set aside. Each act with a reason, on record."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec

import click

from dicom_node.errors import TryAgainError
from dicom_node.fates import decisions
from dicom_node.peers_file import PeersError
from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from dicom_node.quarantine import Label, Quarantine, damaged_in, is_quarantine_id, labels_in
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.progress import Bars
from osteon.quarantine_view import (
    decided_row,
    instant,
    kept_rows,
    line_of,
    notes_of,
    quarantine_folder,
    report_content,
    report_lines,
)
from osteon.registry_access import opened_registry
from osteon.releasing import Release, finish_decisions
from osteon.settings import Settings, read_settings
from osteon.vault_access import open_custody
from osteon.warrants import with_warrant
from storage.keys import KeyFileError, load_key_file
from storage.ledger_quarantine import QuarantineLedger
from storage.quarantine_records import Decision, Fate, QuarantineNote
from storage.vault import VaultError
from storage.vault_audit import Action, Warrant

P = ParamSpec("P")
STAYS = 4

json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


class _Unknown(click.ClickException):
    exit_code = 3


class _IdType(click.ParamType[str]):
    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = value.strip().lower()
        if not is_quarantine_id(text):
            self.fail("that is no quarantine id: it has 32 digits and letters a to f", param, ctx)
        return text


ID = _IdType()


def _clearly(function: Callable[P, None]) -> Callable[P, None]:
    @failing_clearly(KeyFileError, VaultError, ProfileError, ApprovalError, PeersError)
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except TryAgainError as error:
            raise click.ClickException(f"not now: {error}; what was done so far stands, run it again") from None
        except OSError as error:
            raise click.ClickException(f"quarantine cannot be used: {type(error).__name__}") from None

    return run


@click.group("quarantine")
def command() -> None:
    """Objects that were set aside: list them, see why, release or destroy them. Never shows whose they are.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such object, 4 some objects stay, with the reason.
    """


@command.command("list")
@click.option("--reason", metavar="CODE", help="Only those kept for this reason.")
@click.option("--decided", is_flag=True, help="Those that were released or destroyed, instead.")
@json_option
@_clearly
def list_(reason: str | None, *, decided: bool, as_json: bool) -> None:
    """List what is in quarantine: why, since when, how large, from whom."""
    settings = read_settings()
    rows = [decided_row(one) for one in decisions(quarantine_folder(settings))] if decided else kept_rows(settings)
    rows = [row for row in rows if reason is None or reason in {row["reason"], row.get("tried_reason")}]
    if as_json:
        click.echo(json.dumps(rows, indent=1, default=instant))
        return
    for row in rows:
        click.echo(line_of(row))
    for name in damaged_in(quarantine_folder(settings)):
        click.echo(f"{name}: its label is damaged", err=True)
    click.echo(f"{len(rows)} objects, {sum(row['size'] for row in rows)} bytes", err=True)


@command.command()
@click.argument("quarantine_id", type=ID, metavar="ID")
@json_option
@_clearly
def show(quarantine_id: str, *, as_json: bool) -> None:
    """Show all that is known of one object, except whose it is."""
    settings = read_settings()
    rows = [row for row in kept_rows(settings) if row["id"] == quarantine_id]
    rows += [decided_row(one) for one in decisions(quarantine_folder(settings)) if one.quarantine_id == quarantine_id]
    if not rows:
        raise _Unknown("no such object is in quarantine")
    if as_json:
        click.echo(json.dumps(rows[0], indent=1, default=instant))
        return
    for key, value in rows[0].items():
        if value not in {None, ""}:
            click.echo(f"{key}: {instant(value) if isinstance(value, datetime) else value}")


def _choosing(function: Callable[..., None]) -> Callable[..., None]:
    """Which objects an act is about, given to `function` as `chosen`: labels of what is in quarantine."""

    @click.argument("ids", nargs=-1, type=ID, metavar="[ID]...")
    @click.option("--kept-for", metavar="CODE", help="All that are kept for this reason.")
    @click.option("--all", "everything", is_flag=True, help="All.")
    @wraps(function)
    def run(*args: Any, ids: tuple[str, ...], kept_for: str | None, everything: bool, **kwargs: Any) -> None:
        if bool(ids) + (kept_for is not None) + everything != 1:
            raise click.UsageError("name objects by their ids, or say --kept-for CODE, or --all")

        def choose(settings: Settings) -> list[Label]:
            return _chosen(settings, ids, kept_for)

        function(*args, choose=choose, **kwargs)

    return run


@command.command()
@_choosing
@with_warrant
@json_option
@_clearly
def release(choose: Callable[[Settings], list[Label]], warrant: Warrant, *, as_json: bool) -> None:
    """Pseudonymise objects again, by the profile and the vocabulary of now, and pass them on.

    The node may be running. What fails again stays, with the new reason.
    """
    settings = read_settings()
    with _locked(settings), opened_registry(settings) as registry:
        chosen = choose(settings)
        open_custody(settings).put_on_record(Action.RELEASE, warrant, [label.quarantine_id for label in chosen])
        run = Release(settings, registry)
        run.finish_earlier()
        with Bars(shown=not as_json) as bars:
            report = run.run(chosen, warrant, bars.begin("Releasing", len(chosen)))
    click.echo(json.dumps(report_content(report), indent=1) if as_json else "\n".join(report_lines(report)))
    if report.stay:
        raise SystemExit(STAYS)


@command.command()
@_choosing
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_warrant
@json_option
@_clearly
def destroy(choose: Callable[[Settings], list[Label]], warrant: Warrant, *, yes: bool, as_json: bool) -> None:
    """Destroy objects for good. A copy may remain in your backups of the home folder."""
    settings = read_settings()
    with _locked(settings):
        chosen = choose(settings)
        if not yes:
            click.confirm(f"Destroy {len(chosen)} objects for good?", abort=True, err=True)
        open_custody(settings).put_on_record(Action.DESTROY, warrant, [label.quarantine_id for label in chosen])
        keys = load_key_file(settings.key_path)
        quarantine = Quarantine(quarantine_folder(settings), keys)
        with Bars(shown=not as_json) as bars:
            advance = bars.begin("Destroying", len(chosen))
            for label in chosen:
                quarantine.remove(_destruction(label, warrant))
                advance(1)
        with opened_registry(settings) as registry:
            finish_decisions(quarantine_folder(settings), QuarantineLedger(registry))
    if as_json:
        click.echo(json.dumps({"destroyed": [label.quarantine_id for label in chosen]}, indent=1))
        return
    click.echo(
        f"{len(chosen)} objects destroyed; copies in backups of {quarantine_folder(settings)} remain until those go"
    )


def _destruction(label: Label, warrant: Warrant) -> Decision:
    return Decision(
        kept=label.for_ledger(), fate=Fate.DESTROYED, at=datetime.now(UTC), by=warrant.by, reason=warrant.reason
    )


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """One act at a time."""
    prepare_home(settings.home)
    with locked_home(settings.home, "quarantine"):
        yield


def _chosen(settings: Settings, ids: Sequence[str], kept_for: str | None) -> list[Label]:
    labels = list(labels_in(quarantine_folder(settings)))
    if ids:
        known = {label.quarantine_id: label for label in labels}
        missing = [one for one in ids if one not in known]
        if missing:
            raise _Unknown(f"not in quarantine: {', '.join(missing)}; nothing was done")
        return [known[one] for one in dict.fromkeys(ids)]
    if kept_for is None:
        return labels
    notes = notes_of(settings, labels)
    chosen = [label for label in labels if kept_for in {label.reason.value, _tried_reason(notes, label)}]
    if not chosen:
        raise _Unknown("nothing is kept for that reason")
    return chosen


def _tried_reason(notes: dict[str, QuarantineNote], label: Label) -> str | None:
    note = notes.get(label.quarantine_id)
    return None if note is None else note.tried_reason
