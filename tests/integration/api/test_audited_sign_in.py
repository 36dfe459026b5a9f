"""Signing in and out, and what people change of their own account, are noted in the audit log."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from annotation.audit import Action, AuditFilter, Entry, Kind, Note, Outcome
from api.app import create_app
from api.sign_in import SignIn, sign_in_parts
from storage.account_rows import AccountRecord
from storage.attempts import OF_ACCOUNT
from storage.audit_log import AuditLog
from tests.builders.accounts import OTHER_PASSWORD, PASSWORD, add_account, cheap_passwords
from tests.builders.images import FakeImages

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

WRONG = "not the password at all"


@pytest.fixture
def way_in(engine: Engine) -> SignIn:
    return sign_in_parts(engine, passwords=cheap_passwords())


@pytest.fixture
def martin(way_in: SignIn) -> AccountRecord:
    return add_account(way_in.accounts, "martin")


@pytest.fixture
def app(engine: Engine, way_in: SignIn, martin: AccountRecord) -> FastAPI:  # noqa: ARG001  the account is there
    return create_app(engine=engine, images=FakeImages(), sign_in=way_in)


@pytest.fixture
def log(engine: Engine) -> AuditLog:
    return AuditLog(engine)


def sign_in(client: httpx.Client, password: str = PASSWORD) -> int:
    return client.post("/api/v1/sign-in", json={"user_name": "martin", "password": password}).status_code


def newest(log: AuditLog) -> Entry:
    return log.newest(AuditFilter(), limit=1)[0]


def since(log: AuditLog, number: int) -> Iterator[Entry]:
    return (entry for entry in log.newest(AuditFilter(), limit=100) if entry.number > number)


def test_signing_in_and_out_are_noted_once_with_who_and_from_where(
    anonymous: httpx.Client, log: AuditLog, martin: AccountRecord
) -> None:
    before = newest(log).number
    sign_in(anonymous)
    headers = {"X-CSRF-Token": anonymous.get("/api/v1/me").json()["csrf_token"]}
    assert anonymous.post("/api/v1/sign-out", headers=headers).status_code == 204

    out, into = since(log, before)

    assert into.note == Note(action=Action.SIGNED_IN, kind=Kind.ACCOUNT, object_id=martin.id)
    assert out.note == Note(action=Action.SIGNED_OUT, kind=Kind.ACCOUNT, object_id=martin.id)
    assert [entry.source.via for entry in (into, out)] == ["POST /api/v1/sign-in", "POST /api/v1/sign-out"]
    for entry in (into, out):
        assert (entry.actor, entry.source.address) == (martin.label, "127.0.0.1")
        assert set(entry.source.roles) == {role.value for role in martin.roles}


def test_a_refused_sign_in_is_noted_without_what_was_typed(anonymous: httpx.Client, log: AuditLog) -> None:
    before = newest(log).number
    refused = [sign_in(anonymous, WRONG) for _ in range(OF_ACCOUNT + 1)]

    noted = list(since(log, before))

    assert refused == [401] * OF_ACCOUNT + [429]
    assert {entry.note for entry in noted} == {Note(action=Action.REFUSED, outcome=Outcome.REFUSED)}
    assert len(noted) == len(refused)
    assert {(entry.actor, entry.source.via) for entry in noted} == {(None, "POST /api/v1/sign-in")}
    assert "martin" not in str(noted)


def test_what_people_change_of_their_own_account_is_noted_once(
    anonymous: httpx.Client, log: AuditLog, martin: AccountRecord
) -> None:
    sign_in(anonymous)
    headers = {"X-CSRF-Token": anonymous.get("/api/v1/me").json()["csrf_token"]}
    before = newest(log).number
    body = {"name": "table", "roles": ["radiologist"], "days": 30}
    token = anonymous.post("/api/v1/me/tokens", json=body, headers=headers).json()
    anonymous.delete(f"/api/v1/me/tokens/{token['token_id']}", headers=headers)
    passwords = {"password": PASSWORD, "new_password": OTHER_PASSWORD}
    assert anonymous.post("/api/v1/me/password", json=passwords, headers=headers).status_code == 204

    password, revoked, created = since(log, before)

    assert created.note == Note(action=Action.CREATED, kind=Kind.TOKEN, object_id=token["token_id"])
    assert revoked.note == Note(action=Action.REVOKED, kind=Kind.TOKEN, object_id=token["token_id"])
    assert password.note == Note(action=Action.CHANGED, kind=Kind.ACCOUNT, object_id=martin.id)
    assert {entry.actor for entry in (created, revoked, password)} == {martin.label}
    assert token["token"] not in str(list(since(log, 0)))


def test_a_sign_in_that_cannot_be_noted_begins_no_session(
    anonymous: httpx.Client, engine: Engine, way_in: SignIn
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entry RENAME TO audit_hidden")

    assert sign_in(anonymous) >= 500
    assert not anonymous.cookies
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM user_session").scalar_one() == 0
    assert way_in.accounts.sign_in("martin", PASSWORD) is not None
