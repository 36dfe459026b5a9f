"""`osteon user`: the accounts of people who sign in, made and changed where the registry is."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from annotation.roles import Role, named
from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.operators import behalf_of_account
from osteon.registry_access import opened_registry
from osteon.settings import read_settings
from storage import passwords
from storage.account_rows import AccountRecord
from storage.accounts import AccountChange, Accounts
from storage.passwords import Passwords

VIA = "osteon user"
"""How the audit log tells where it was done."""


@click.group("user")
def command() -> None:
    """Make, list and change the accounts of people who sign in."""


_as_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
_ask = click.option("--ask", is_flag=True, help="Ask for the password, instead of making one and showing it.")
_roles = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What they may do; say it again for several.",
)


@command.command()
@click.argument("user_name")
@click.option("--label", required=True, help='The name that is recorded with what they do: "Dr C. Martin". It stays.')
@_roles
@_ask
@_as_json
@failing_clearly()
def add(user_name: str, label: str, roles: Sequence[str], ask: bool, as_json: bool) -> None:
    """Make an account."""
    password = _password(ask=ask)
    with _accounts() as accounts:
        account = accounts.add(
            user_name=user_name, label=label, roles=[Role(role) for role in roles], password=password
        )
    _show(account, None if ask else password, as_json=as_json)


@command.command("list")
@_as_json
@failing_clearly()
def list_users(as_json: bool) -> None:
    """List the accounts: user name, label, roles, whether they are disabled."""
    with _accounts() as accounts:
        found = accounts.all()
    if as_json:
        click.echo(json.dumps([_document(each) for each in found], indent=1))
        return
    for each in found:
        click.echo(_line(each))


@command.command()
@click.argument("user_name")
@_roles
@_as_json
@failing_clearly()
def roles(user_name: str, roles: Sequence[str], as_json: bool) -> None:
    """Give an account these roles, instead of those that it has."""
    _change(user_name, AccountChange(roles=[Role(role) for role in roles]), as_json=as_json)


@command.command()
@click.argument("user_name")
@_ask
@_as_json
@failing_clearly()
def password(user_name: str, ask: bool, as_json: bool) -> None:
    """Give an account another password."""
    new = _password(ask=ask)
    _change(user_name, AccountChange(password=new), None if ask else new, as_json=as_json)


@command.command()
@click.argument("user_name")
@_as_json
@failing_clearly()
def disable(user_name: str, as_json: bool) -> None:
    """Close an account; its sessions end, its tokens open nothing. What it recorded stays."""
    _change(user_name, AccountChange(disabled=True), as_json=as_json)


@command.command()
@click.argument("user_name")
@_as_json
@failing_clearly()
def enable(user_name: str, as_json: bool) -> None:
    """Open a disabled account again."""
    _change(user_name, AccountChange(disabled=False), as_json=as_json)


def _change(user_name: str, change: AccountChange, shown: str | None = None, *, as_json: bool) -> None:
    with _accounts() as accounts:
        account = accounts.change(accounts.named(user_name).id, change)
    _show(account, shown, as_json=as_json)


def _password(*, ask: bool) -> str:
    """Asked for on a terminal, or read from standard input: no process list shows it."""
    if not ask:
        return passwords.generate()
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _show(account: AccountRecord, shown: str | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_document(account) | ({} if shown is None else {"password": shown}), indent=1))
        return
    click.echo(_line(account))
    if shown is not None:
        click.echo(f"password, shown this once: {shown}")


def _line(account: AccountRecord) -> str:
    closed = "" if account.disabled_at is None else f"  disabled {_time(account)}"
    return f"{account.user_name}  {account.label}  {' '.join(named(account.roles))}{closed}"


def _time(account: AccountRecord) -> str | None:
    return None if account.disabled_at is None else account.disabled_at.isoformat(timespec="seconds")


def _document(account: AccountRecord) -> dict[str, Any]:
    return {
        "id": account.id,
        "user_name": account.user_name,
        "label": account.label,
        "roles": named(account.roles),
        "created_at": account.created_at.isoformat(timespec="seconds"),
        "disabled_at": _time(account),
        "signs_in_elsewhere": not account.has_password,
    }


@contextmanager
def _accounts() -> Iterator[Accounts]:
    settings = read_settings()
    prepare_home(settings.home)
    with opened_registry(settings) as engine:
        yield Accounts(engine, Passwords(), behalf=behalf_of_account(VIA))
