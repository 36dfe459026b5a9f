"""`osteon ledger`: what was received, and where it is now; and rows rebuilt from what is there."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Engine

from osteon.accounting import association_accounts, is_missing, study_account
from osteon.failing import failing_clearly
from osteon.health.repair import rebuild as rebuild_rows
from osteon.home import prepare_home
from osteon.orthanc_access import connect
from osteon.progress import Bars
from osteon.registry_access import opened_registry
from osteon.reindexing import reindex as reindex_all
from osteon.settings import Settings, read_settings
from storage.account_records import Account, AssociationAccount, Rejected, StudyAccount
from storage.cohorts.reindex import CohortIndex
from storage.ledger_accounts import Accounts
from storage.ledger_records import NODE_ENDED

UNBALANCED, UNKNOWN = 1, 3
DEFAULT_HOURS = 24

json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


@click.group("ledger", invoke_without_command=True)
@click.option("--association", metavar="ID", help="One association.")
@click.option("--study", metavar="UID", help="One study, by its pseudonymised StudyInstanceUID.")
@click.option(
    "--since",
    metavar="WHEN",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="All associations opened since (UTC), and who was rejected; otherwise the last 24 hours.",
)
@json_option
@click.pass_context
@failing_clearly()
def command(
    context: click.Context, association: str | None, study: str | None, since: datetime | None, *, as_json: bool
) -> None:
    """Show that everything sent is accounted for: sent = stored + duplicates + quarantined + refused.

    Beside what the door counted stands where each object is now. Exit codes: 0 it balances, 1 objects are missing or
    something failed, 2 wrong usage, 3 nothing is known of that association or study.
    """
    if context.invoked_subcommand is not None:
        return
    if (association is not None) + (study is not None) + (since is not None) > 1:
        raise click.UsageError("ask for one association, or one study, or a time")
    settings = read_settings()
    with opened_registry(settings) as registry:
        if study is not None:
            _show_study(settings, registry, study, as_json)
        else:
            _show_associations(settings, registry, association, since, as_json)


@command.command()
@json_option
@failing_clearly()
def rebuild(*, as_json: bool) -> None:
    """Write the rows that the ledger lacks: of objects in Orthanc, and of what is in quarantine. What is there stays.

    What an object was made from, and which association brought it, only an outbox may still know; where none does, the
    row says `unknown`, and takes over what is learnt when the object is sent again. The node may be running.
    """
    settings = read_settings()
    prepare_home(settings.home)
    with Bars(shown=not as_json) as bars:
        rebuilt = rebuild_rows(settings, bars.begin)
    if as_json:
        click.echo(json.dumps(asdict(rebuilt), indent=1))
        return
    click.echo(
        f"{rebuilt.rows} rows of objects written, {rebuilt.with_source} of them with all that an outbox knew; "
        f"{rebuilt.quarantined} of quarantined objects, {rebuilt.decisions} decisions"
    )
    for count, what in ((rebuilt.foreign, "are none of this node's"), (rebuilt.contradicting, "contradict the ledger")):
        if count:
            click.echo(f"{count} objects in Orthanc {what}: left alone")


@command.command()
@json_option
@failing_clearly()
def reindex(*, as_json: bool) -> None:
    """Make again what cohorts are searched by, from the ledger, the readings and one object of each series in Orthanc.

    For objects that were stored before series were described, and whenever a cohort's counts are in doubt. The node
    and the API may be running; broken off, it goes on where it stopped.
    """
    settings = read_settings()
    prepare_home(settings.home)
    with Bars(shown=not as_json) as bars, opened_registry(settings) as registry:
        done = reindex_all(CohortIndex(registry), connect(settings), bars.begin)
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1))
        return
    click.echo(
        f"{done.series} series counted, {done.described} of them described from an object, "
        f"{done.patients} patients with readings or clinical contexts indexed"
    )
    if done.unreadable:
        click.echo(f"{done.unreadable} series could not be described: their object is gone or unreadable")


def _show_associations(
    settings: Settings, registry: Engine, association: str | None, since: datetime | None, as_json: bool
) -> None:
    accounts = Accounts(registry)
    at = datetime.now(UTC) - timedelta(hours=DEFAULT_HOURS) if since is None else since.replace(tzinfo=UTC)
    wanted = accounts.opened_since(at) if association is None else [association]
    found = association_accounts(settings, registry, wanted)
    if association is not None and not found:
        click.echo("nothing is known of that association", err=True)
        raise SystemExit(UNKNOWN)
    rejected = accounts.rejected_since(at) if association is None else []
    if as_json:
        content = {"associations": [_content(one) for one in found], "rejected": [asdict(one) for one in rejected]}
        click.echo(json.dumps(content, indent=1, default=str))
    else:
        click.echo("\n".join(_lines(found, rejected)))
    _leave(found)


def _show_study(settings: Settings, registry: Engine, study: str, as_json: bool) -> None:
    found = study_account(settings, registry, study)
    if found is None:
        click.echo("nothing is known of that study", err=True)
        raise SystemExit(UNKNOWN)
    if as_json:
        click.echo(json.dumps(_content(found), indent=1, default=str))
    else:
        click.echo(f"study {found.study_instance_uid} of {found.pseudonym or 'nobody: nothing of it was stored'}")
        click.echo("\n".join(_account(found.account)))
    _leave([found])


def _leave(accounts: Sequence[AssociationAccount | StudyAccount]) -> None:
    if any(map(is_missing, accounts)):
        raise SystemExit(UNBALANCED)


def _content(of: AssociationAccount | StudyAccount) -> dict[str, Any]:
    content = asdict(of)
    account: dict[str, Any] = content.pop("account")
    return {**content, **account, "unaccounted": of.account.unaccounted}


def _lines(accounts: Sequence[AssociationAccount], rejected: Sequence[Rejected]) -> Iterator[str]:
    for one in accounts:
        if one.opened_at is None:
            yield f"association {one.association_id}: not summed up, it is open or nothing else is known of it"
        else:
            opened = one.opened_at.isoformat(timespec="seconds")
            caller = f"{one.calling_ae_title} {one.peer_address}"
            yield f"association {one.association_id}  {opened}  {caller}  {one.outcome}"
        yield from _account(one.account)
        if one.outcome == NODE_ENDED:
            yield "  the node ended while it was open: a power cut may have taken the latest duplicates and refused"
        for outcome, reasons in one.reasons.items():
            yield f"  {outcome}: " + ", ".join(f"{count} {reason}" for reason, count in reasons.items())
    yield from map(_rejection, rejected)
    if not accounts and not rejected:
        yield "nothing came"


def _rejection(rejected: Rejected) -> str:
    caller = f"{rejected.calling_ae_title} {rejected.peer_address}".strip() or "others"
    hour = rejected.hour.isoformat(timespec="minutes")
    return f"rejected {rejected.count} associations of {caller} in the hour of {hour}: {rejected.reason}"


def _account(account: Account) -> Iterator[str]:
    counted, found = account.counted, account.found
    if counted is not None:
        yield (
            f"  received {counted.received} = {counted.stored} stored + {counted.duplicates} duplicates + "
            f"{counted.quarantined} quarantined ({counted.quarantined_again} of them again) + {counted.refused} refused"
        )
    yield (
        f"  now {found.in_store} in Orthanc, {found.waiting} waiting, {found.in_quarantine} in quarantine, "
        f"{found.destroyed} destroyed, {found.came_again} that another association brought too, {found.lost} lost"
        + (f" ({found.released} were released from quarantine)" if found.released else "")
    )
    missing = account.unaccounted
    if missing is not None and missing > 0:
        yield f"  MISSING: {missing} objects that were taken are nowhere: run `osteon doctor --repair`"
    elif missing:
        yield f"  {-missing} more than was summed up: an association is open, or was never summed up"
