"""`osteon token`: tokens for the API, made, listed and revoked."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from annotation.roles import Role, named
from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.operators import behalf_of_account
from osteon.settings import read_settings
from storage.database import migrate_registry, open_database
from storage.tokens import DEFAULT_ROLES, MOST_DAYS, TokenRecord, Tokens

VIA = "osteon token"
"""How the audit log tells where it was done."""


@click.group("token")
def command() -> None:
    """Make, list and revoke tokens for the API."""


@command.command()
@click.argument("label")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    default=named(DEFAULT_ROLES),
    show_default=True,
    help="What may be done with it; say it again for several.",
)
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="How long it opens; otherwise until it is revoked.")
@failing_clearly(ValueError)
def create(label: str, roles: Sequence[str], days: int | None) -> None:
    """Make a token and print it, this once. LABEL says whose it is, for example "reader 1"."""
    click.echo(_tokens().create(label, roles=[Role(role) for role in roles], days=days))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def list_tokens(as_json: bool) -> None:
    """List the tokens: id, when made, label, roles, when they end. The tokens themselves are not kept."""
    records = _tokens().all()
    if as_json:
        click.echo(json.dumps([_document(record) for record in records], indent=1))
        return
    for record in records:
        parts = (record.id, _time(record.created_at), record.label, " ".join(named(record.roles)), _ending(record))
        click.echo("  ".join(parts).rstrip())


@command.command()
@click.argument("token_id")
@failing_clearly()
def revoke(token_id: str) -> None:
    """Close the API to one token, by its id."""
    if not _tokens().revoke(token_id):
        raise click.ClickException("there is no such token, or it is revoked already")


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _ending(record: TokenRecord) -> str:
    if record.revoked_at is not None:
        return f"revoked {_time(record.revoked_at)}"
    return "" if record.expires_at is None else f"until {_time(record.expires_at)}"


def _document(record: TokenRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "label": record.label,
        "roles": named(record.roles),
        "created_at": _time(record.created_at),
        "expires_at": record.expires_at and _time(record.expires_at),
        "revoked_at": record.revoked_at and _time(record.revoked_at),
    }


def _tokens() -> Tokens:
    settings = read_settings()
    prepare_home(settings.home)
    migrate_registry(settings.registry_database)
    return Tokens(open_database(settings.registry_database), behalf=behalf_of_account(VIA))
