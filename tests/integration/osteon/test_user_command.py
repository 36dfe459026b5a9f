"""`osteon user`, the tokens' roles, and the first administrator."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from annotation.audit import Action, AuditFilter, Kind
from annotation.roles import Role
from osteon.cli import main
from osteon.first_administrator import make_first_administrator
from osteon.operators import account_name
from osteon.settings import PREFIX, Settings, read_settings
from storage.accounts import Accounts
from storage.audit_log import AuditLog
from storage.database import migrate_registry, open_database
from storage.passwords import Passwords
from storage.tokens import Tokens
from tests.builders.accounts import PASSWORD

MARTIN = ("add", "c.martin", "--label", "Dr C. Martin", "--role", "radiologist", "--role", "researcher")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))


def user(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["user", *arguments], input=typed)


def signs_in(password: str) -> bool:
    engine = open_database(read_settings().registry_database)
    try:
        return Accounts(engine, Passwords()).sign_in("c.martin", password) is not None
    finally:
        engine.dispose()


def listed() -> Any:
    return json.loads(user("list", "--json").stdout)


def test_an_account_is_made_with_a_password_that_is_shown_once() -> None:
    made = json.loads(user(*MARTIN, "--json").stdout)

    assert signs_in(made.pop("password"))
    assert listed() == [made]
    assert made["roles"] == ["radiologist", "researcher"]


def test_what_is_done_to_accounts_is_noted_with_the_name_of_who_ran_the_command() -> None:
    made = json.loads(user(*MARTIN, "--json").stdout)
    for changed in (("roles", "c.martin", "--role", "clinician"), ("disable", "c.martin"), ("enable", "c.martin")):
        assert user(*changed).exit_code == 0
    engine = open_database(read_settings().registry_database)
    noted = AuditLog(engine).newest(AuditFilter(), limit=10)[::-1]
    engine.dispose()

    assert [entry.note.action for entry in noted] == [Action.CREATED, Action.CHANGED, Action.REVOKED, Action.CHANGED]
    assert {(entry.note.kind, entry.note.object_id) for entry in noted} == {(Kind.ACCOUNT, made["id"])}
    assert {(entry.actor, entry.source.via) for entry in noted} == {(account_name(), "osteon user")}


def test_a_password_that_is_asked_for_is_not_shown() -> None:
    made = user(*MARTIN, "--ask", typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert signs_in(PASSWORD)


def test_roles_password_and_access_are_changed_by_name() -> None:
    user(*MARTIN)

    user("roles", "c.martin", "--role", "clinician")
    shown = user("password", "c.martin").stdout.splitlines()[-1].rpartition(" ")[2]
    before = signs_in(shown)
    user("disable", "c.martin")
    closed = (signs_in(shown), user("list").stdout)
    user("enable", "c.martin")

    assert [each["roles"] for each in listed()] == [["clinician"]]
    assert (before, closed[0], signs_in(shown)) == (True, False, True)
    assert "disabled" in closed[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (MARTIN, "user name already"),
        (("disable", "nobody"), "no such account"),
        (("roles", "c.martin", "--role", "king"), "Invalid value"),
        (("add", "x"), "Missing option"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    user(*MARTIN)

    answer = user(*arguments)

    assert answer.exit_code != 0
    assert says in answer.output
    assert "Traceback" not in answer.output


def test_a_token_is_made_with_roles_and_an_end() -> None:
    token = CliRunner().invoke(main, ["token", "create", "sender", "--role", "custodian", "--days", "3"]).stdout.strip()
    usual = CliRunner().invoke(main, ["token", "create", "reader"]).stdout.strip()
    shown = json.loads(CliRunner().invoke(main, ["token", "list", "--json"]).stdout)

    engine = open_database(read_settings().registry_database)
    found = [Tokens(engine).check(each) for each in (token, usual)]
    engine.dispose()
    assert [set(each.roles) for each in found if each] == [{Role.CUSTODIAN}, {Role.RADIOLOGIST, Role.RESEARCHER}]
    assert [each["roles"] for each in shown] == [["custodian"], ["radiologist", "researcher"]]
    assert [each["expires_at"] is None for each in shown] == [False, True]


def first_start(tell: Callable[[str], object]) -> None:
    settings = read_settings()
    migrate_registry(settings.registry_database)
    engine = open_database(settings.registry_database)
    make_first_administrator(settings, engine, tell)
    engine.dispose()


def test_the_first_administrator_is_told_once_and_signs_in() -> None:
    first: list[str] = []
    second: list[str] = []

    first_start(first.append)
    first_start(second.append)

    assert second == []
    engine = open_database(read_settings().registry_database)
    account = Accounts(engine, Passwords()).sign_in("admin", first[-1].split()[-1])
    engine.dispose()
    assert account is not None
    assert account.roles == {Role.ADMINISTRATOR}


def test_no_first_administrator_is_made_where_there_are_accounts_or_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setenv(f"{PREFIX}FIRST_ADMIN", "0")
    first_start(told.append)
    monkeypatch.delenv(f"{PREFIX}FIRST_ADMIN")
    user(*MARTIN)
    first_start(told.append)

    assert told == []
    assert [each["user_name"] for each in listed()] == ["c.martin"]
