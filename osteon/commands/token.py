"""`osteon token`: tokens for the API, made, listed and revoked."""

import json

import click

from annotation.audit import ACTOR_LENGTH
from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.settings import read_settings
from osteon.warrants import account_name
from storage.database import migrate_registry, open_database
from storage.tokens import Tokens

VIA = "osteon token"
"""How the audit log tells where it was done."""


@click.group("token")
def command() -> None:
    """Make, list and revoke tokens for the API."""


@command.command()
@click.argument("label")
@failing_clearly(ValueError)
def create(label: str) -> None:
    """Make a token and print it, this once. LABEL says whose it is, for example "reader 1"."""
    click.echo(_tokens().create(label))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def list_tokens(as_json: bool) -> None:
    """List the tokens: id, label, when made, when revoked. The tokens themselves are not kept."""
    records = [
        {
            "id": record.id,
            "label": record.label,
            "created_at": record.created_at.isoformat(timespec="seconds"),
            "revoked_at": record.revoked_at and record.revoked_at.isoformat(timespec="seconds"),
        }
        for record in _tokens().all()
    ]
    if as_json:
        click.echo(json.dumps(records, indent=1))
        return
    for record in records:
        click.echo(f"{record['id']}  {record['created_at']}  {record['label']}  {record['revoked_at'] or ''}".rstrip())


@command.command()
@click.argument("token_id")
@failing_clearly()
def revoke(token_id: str) -> None:
    """Close the API to one token, by its id."""
    if not _tokens().revoke(token_id):
        raise click.ClickException("there is no such token, or it is revoked already")


def _tokens() -> Tokens:
    settings = read_settings()
    prepare_home(settings.home)
    migrate_registry(settings.registry_database)
    by = account_name()[:ACTOR_LENGTH]
    return Tokens(open_database(settings.registry_database), by=by, via=VIA)
