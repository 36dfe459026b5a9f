"""Accounts as administrators look after them."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from annotation.roles import Role
from api.app import create_app
from api.sign_in import SignIn, sign_in_parts
from storage.tokens import Tokens
from tests.builders.accounts import PASSWORD, add_account, cheap_passwords
from tests.builders.images import FakeImages

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

USERS = "/api/v1/users"
MARTIN = {"user_name": "c.martin", "label": "Dr C. Martin", "roles": ["radiologist"]}


@pytest.fixture
def way_in(engine: Engine) -> SignIn:
    return sign_in_parts(engine, passwords=cheap_passwords())


@pytest.fixture
def app(engine: Engine, way_in: SignIn) -> FastAPI:
    return create_app(engine=engine, images=FakeImages(), sign_in=way_in)


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("administrator", roles=[Role.ADMINISTRATOR])


def signs_in(client: httpx.Client, password: str) -> bool:
    body = {"user_name": "c.martin", "password": password}
    return client.post("/api/v1/sign-in", json=body).status_code == 200


def test_an_account_is_made_with_a_password_that_is_shown_once(client: httpx.Client, anonymous: httpx.Client) -> None:
    made = client.post(USERS, json=MARTIN)
    read = client.get(made.headers["Location"])

    assert made.status_code == 201
    assert made.headers["ETag"] == read.headers["ETag"] == '"1"'
    password = made.json().pop("password")
    assert len(password) == 20
    assert read.json() == {name: value for name, value in made.json().items() if name != "password"}
    assert signs_in(anonymous, password)


def test_a_password_that_was_given_is_not_repeated(client: httpx.Client, anonymous: httpx.Client) -> None:
    made = client.post(USERS, json=MARTIN | {"password": PASSWORD})

    assert PASSWORD not in made.text
    assert made.json()["password"] is None
    assert signs_in(anonymous, PASSWORD)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"roles": []}, 422, id="no role"),
        pytest.param({"roles": ["king"]}, 422, id="no such role"),
        pytest.param({"user_name": "c martin"}, 422, id="two words"),
        pytest.param({"label": "\u0000"}, 422, id="a control character"),
        pytest.param({"password": "short"}, 422, id="a short password"),
        pytest.param({"user_name": "taken"}, 409, id="a name that is taken"),
        pytest.param({"label": "administrator"}, 409, id="the label of a token"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    client: httpx.Client, way_in: SignIn, changes: dict[str, Any], status: int
) -> None:
    add_account(way_in.accounts, "taken")

    assert client.post(USERS, json=MARTIN | changes).status_code == status
    assert [each.user_name for each in way_in.accounts.all()] == ["taken"]


def test_a_change_names_the_revision_it_was_made_from(client: httpx.Client) -> None:
    path = client.post(USERS, json=MARTIN).headers["Location"]

    without = client.patch(path, json={"roles": ["clinician"]})
    changed = client.patch(path, json={"roles": ["clinician"]}, headers={"If-Match": '"1"'})
    stale = client.patch(path, json={"disabled": True}, headers={"If-Match": '"1"'})

    assert (without.status_code, changed.status_code, stale.status_code) == (428, 200, 412)
    assert changed.headers["ETag"] == stale.headers["ETag"] == '"2"'
    assert client.get(path).json()["roles"] == ["clinician"]


def test_a_disabled_account_is_out_from_its_next_request_on(client: httpx.Client, anonymous: httpx.Client) -> None:
    made = client.post(USERS, json=MARTIN | {"password": PASSWORD})
    assert signs_in(anonymous, PASSWORD)
    assert anonymous.get("/api/v1/me").status_code == 200

    client.patch(made.headers["Location"], json={"disabled": True}, headers={"If-Match": '"1"'})

    assert anonymous.get("/api/v1/me").status_code == 401
    assert not signs_in(anonymous, PASSWORD)


def test_a_forgotten_password_is_replaced(client: httpx.Client, anonymous: httpx.Client) -> None:
    made = client.post(USERS, json=MARTIN | {"password": PASSWORD})

    changed = client.patch(made.headers["Location"], json={"new_password": True}, headers={"If-Match": '"1"'})

    assert not signs_in(anonymous, PASSWORD)
    assert signs_in(anonymous, changed.json()["password"])


def test_the_last_administrator_cannot_be_closed_out(client: httpx.Client, way_in: SignIn) -> None:
    only = add_account(way_in.accounts, "only", Role.ADMINISTRATOR)

    answer = client.patch(f"{USERS}/{only.id}", json={"disabled": True}, headers={"If-Match": '"1"'})

    assert answer.status_code == 409
    assert way_in.accounts.get(only.id) == only


def test_accounts_are_listed_in_pages_by_user_name(client: httpx.Client, way_in: SignIn) -> None:
    for name in ("c", "a", "b"):
        add_account(way_in.accounts, name)

    first = client.get(USERS, params={"limit": 2}).json()
    second = client.get(USERS, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [each["user_name"] for each in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None


def test_an_account_that_does_not_exist_is_not_found(client: httpx.Client) -> None:
    path = f"{USERS}/6fb3c3f2-6a51-4e39-9f2c-7d7d0b3b0a4e"

    assert client.get(path).status_code == 404
    assert client.patch(path, json={"disabled": True}, headers={"If-Match": '"1"'}).status_code == 404
