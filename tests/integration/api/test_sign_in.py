"""Signing in from a browser: sessions, their cookies, and what other sites cannot do with them."""

import logging
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from annotation.roles import Role
from api.app import create_app
from api.sign_in import SignIn, sign_in_parts
from storage.accounts import AccountChange
from tests.builders.accounts import OTHER_PASSWORD, PASSWORD, add_account, cheap_passwords
from tests.builders.images import FakeImages
from tests.builders.instants import Instants
from tests.services.http import serving

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SIGN_IN, ME, PATIENTS, TOKENS = "/api/v1/sign-in", "/api/v1/me", "/api/v1/patients", "/api/v1/me/tokens"
CLIENTS = ("httpx", "httpcore")
NEW_TOKEN = {"name": "nightly table", "roles": ["radiologist"], "days": 30}


@pytest.fixture
def clock() -> Instants:
    return Instants()


@pytest.fixture
def way_in(engine: Engine, clock: Instants) -> SignIn:
    parts = sign_in_parts(engine, passwords=cheap_passwords(), now=clock)
    add_account(parts.accounts, "martin")
    return parts


@pytest.fixture
def app(engine: Engine, way_in: SignIn) -> FastAPI:
    return create_app(engine=engine, images=FakeImages(), sign_in=way_in)


@pytest.fixture
def browser(anonymous: httpx.Client) -> httpx.Client:
    """Signed in as martin; `X-CSRF-Token` is left to each test."""
    assert sign_in(anonymous).status_code == 200
    return anonymous


@pytest.fixture
def other_browser(url: str, browser: httpx.Client) -> Iterator[httpx.Client]:  # noqa: ARG001
    with httpx.Client(base_url=url, timeout=60) as client:
        sign_in(client)
        yield client


def sign_in(client: httpx.Client, name: str = "martin", password: str = PASSWORD, **headers: str) -> httpx.Response:
    changed = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post(SIGN_IN, json={"user_name": name, "password": password}, headers=changed)


def csrf(client: httpx.Client) -> dict[str, str]:
    return {"X-CSRF-Token": client.get(ME).json()["csrf_token"]}


def test_a_session_opens_what_its_account_may_until_it_is_ended(browser: httpx.Client) -> None:
    me = browser.get(ME)
    while_in = browser.get(PATIENTS).status_code
    kept = dict(browser.cookies)
    out = browser.post("/api/v1/sign-out", headers=csrf(browser))
    browser.cookies.update(kept)

    assert me.json() == {
        "label": "Dr martin",
        "user_name": "martin",
        "roles": ["radiologist"],
        "signed_in_by": "session",
        "csrf_token": me.json()["csrf_token"],
    }
    assert (while_in, out.status_code) == (200, 204)
    assert browser.get(PATIENTS).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anonymous: httpx.Client) -> None:
    cookie = sign_in(anonymous).headers["Set-Cookie"]

    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"HttpOnly", "Path=/", "SameSite=strict"}


def test_the_cookie_is_for_https_alone_where_the_site_is(engine: Engine, way_in: SignIn) -> None:
    parts = sign_in_parts(engine, passwords=cheap_passwords(), public_url="https://osteon.example/")
    app = create_app(engine=engine, images=FakeImages(), sign_in=parts)
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        answer = sign_in(client, Origin="https://osteon.example")

    assert answer.status_code == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    assert way_in.public_url is None


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("martin", OTHER_PASSWORD, id="a wrong password"),
        pytest.param("nobody", PASSWORD, id="a name that nobody has"),
        pytest.param("closed", PASSWORD, id="a disabled account"),
        pytest.param("elsewhere", PASSWORD, id="an account of the identity provider"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    anonymous: httpx.Client, way_in: SignIn, name: str, password: str
) -> None:
    closed = add_account(way_in.accounts, "closed")
    way_in.accounts.change(closed.id, AccountChange(disabled=True))
    way_in.accounts.from_provider(
        issuer="https://a", subject="1", user_name="elsewhere", label="E", roles=[Role.CLINICIAN]
    )

    answer = sign_in(anonymous, name, password)

    assert answer.status_code == 401
    assert answer.json()["detail"] == "user name or password is wrong"
    assert "Set-Cookie" not in answer.headers
    assert name not in answer.text


@pytest.mark.parametrize("name", ["martin", "nobody"])
def test_after_five_failures_even_the_right_password_waits(anonymous: httpx.Client, clock: Instants, name: str) -> None:
    failures = [sign_in(anonymous, name, OTHER_PASSWORD).status_code for _ in range(5)]
    waiting = sign_in(anonymous, name)
    clock.step(seconds=int(waiting.headers["Retry-After"]))

    assert failures == [401] * 5
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, "900")
    assert waiting.headers["Content-Type"] == "application/problem+json"
    assert sign_in(anonymous, name).status_code == (200 if name == "martin" else 401)


def test_a_change_with_the_cookie_alone_is_refused(browser: httpx.Client) -> None:
    without = browser.post(TOKENS, json=NEW_TOKEN)
    wrong = browser.post(TOKENS, json=NEW_TOKEN, headers={"X-CSRF-Token": "0" * 64})
    right = browser.post(TOKENS, json=NEW_TOKEN, headers=csrf(browser))

    assert (without.status_code, wrong.status_code, right.status_code) == (403, 403, 201)
    assert len(browser.get(TOKENS).json()["items"]) == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://elsewhere.example"}, id="another site"),
        pytest.param({"Origin": "null"}, id="a site that hides"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a browser that says so"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbour"),
    ],
)
def test_a_change_from_another_site_is_refused_whatever_it_carries(
    browser: httpx.Client, headers: dict[str, str]
) -> None:
    assert browser.post(TOKENS, json=NEW_TOKEN, headers=csrf(browser) | headers).status_code == 403
    assert browser.post(SIGN_IN, json={"user_name": "martin", "password": PASSWORD}, headers=headers).status_code == 403


def test_a_change_from_a_page_of_this_site_is_taken(browser: httpx.Client, url: str) -> None:
    headers = csrf(browser) | {"Origin": url, "Sec-Fetch-Site": "same-origin"}

    assert browser.post(TOKENS, json=NEW_TOKEN, headers=headers).status_code == 201


def test_a_token_of_another_session_does_not_do(browser: httpx.Client, other_browser: httpx.Client) -> None:
    assert browser.post(TOKENS, json=NEW_TOKEN, headers=csrf(other_browser)).status_code == 403


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(
    browser: httpx.Client, other_browser: httpx.Client
) -> None:
    def change(old: str, new: str) -> int:
        body = {"password": old, "new_password": new}
        return browser.post("/api/v1/me/password", json=body, headers=csrf(browser)).status_code

    assert change(OTHER_PASSWORD, OTHER_PASSWORD) == 401
    assert change(PASSWORD, "too short") == 422
    assert change(PASSWORD, OTHER_PASSWORD) == 204
    assert browser.get(ME).status_code == 200
    assert other_browser.get(ME).status_code == 401
    assert sign_in(other_browser).status_code == 401
    assert sign_in(other_browser, password=OTHER_PASSWORD).status_code == 200


def test_a_personal_token_opens_until_it_is_revoked_or_expired(
    browser: httpx.Client, url: str, clock: Instants
) -> None:
    first, second = (
        browser.post(TOKENS, json=NEW_TOKEN | {"name": name}, headers=csrf(browser)).json() for name in ("a", "b")
    )
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {first['token']}"}, timeout=60) as script:
        me = script.get(ME).json()
        begun = script.get(PATIENTS).status_code
        its_own = script.post(TOKENS, json=NEW_TOKEN).status_code
        browser.delete(f"{TOKENS}/{first['token_id']}", headers=csrf(browser))
        ended = script.get(PATIENTS).status_code
        script.headers["Authorization"] = f"Bearer {second['token']}"
        before = script.get(PATIENTS).status_code
        clock.step(days=30)
        after = script.get(PATIENTS).status_code

    assert (me["label"], me["signed_in_by"], me["csrf_token"]) == ("Dr martin", "personal_token", None)
    assert (begun, its_own, ended, before, after) == (200, 403, 401, 200, 401)


def test_a_token_of_the_command_line_has_no_account(client: httpx.Client) -> None:
    assert client.get(ME).json()["user_name"] is None
    assert client.get(TOKENS).status_code == 403
    assert client.post("/api/v1/me/password", json={"password": "x", "new_password": PASSWORD}).status_code == 403


def test_a_personal_token_cannot_be_given_more_than_one_has(browser: httpx.Client) -> None:
    answer = browser.post(TOKENS, json=NEW_TOKEN | {"roles": ["administrator"]}, headers=csrf(browser))

    assert answer.status_code == 422
    assert "radiologist" in answer.json()["detail"]


def test_no_secret_is_logged_or_repeated(anonymous: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = sign_in(anonymous, password=OTHER_PASSWORD)
    strange = anonymous.post(SIGN_IN, json={"user_name": "martin", "password": PASSWORD, "x": PASSWORD})
    long = sign_in(anonymous, password=OTHER_PASSWORD * 100)
    sign_in(anonymous)
    made = anonymous.post(TOKENS, json=NEW_TOKEN, headers=csrf(anonymous)).json()["token"]
    short = anonymous.post(
        "/api/v1/me/password", json={"password": PASSWORD, "new_password": "tooshort"}, headers=csrf(anonymous)
    )

    assert (strange.status_code, long.status_code, short.status_code) == (422, 422, 422)
    session = anonymous.cookies["osteon_session"]
    logged = "".join(each.getMessage() for each in caplog.records if not each.name.startswith(CLIENTS))
    told = logged + wrong.text + strange.text + long.text + short.text
    for secret in (PASSWORD, OTHER_PASSWORD, made, session, session[4:], made[4:], "tooshort"):
        assert secret not in told


def test_a_made_up_cookie_opens_nothing(anonymous: httpx.Client) -> None:
    for cookie in ("oss_" + "A" * 43, "x", ""):
        anonymous.cookies.set("osteon_session", cookie)
        assert anonymous.get(PATIENTS).status_code == 401


def test_what_ways_there_are_is_told_to_everyone(anonymous: httpx.Client) -> None:
    assert anonymous.get(SIGN_IN).json() == {"password": True, "single_sign_on": None}
    assert anonymous.get("/api/v1/oidc/login").status_code == 404
