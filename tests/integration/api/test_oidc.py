"""Single sign-on against a real identity provider (OpenID Connect)."""

import logging
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from annotation.roles import Role
from api.app import create_app
from api.provider import Provider, ProviderSettings
from api.sign_in import SignIn, sign_in_parts
from storage.accounts import AccountChange
from tests.builders.accounts import PASSWORD, add_account, cheap_passwords
from tests.builders.images import FakeImages
from tests.integration.api.test_authentication import OPEN, every_operation
from tests.services.http import serving
from tests.services.identity_provider import identity_provider
from tests.services.processes import free_port

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

LOGIN, CALLBACK, ME = "/api/v1/oidc/login", "/api/v1/oidc/callback", "/api/v1/me"
ROLES = {"bone-readers": Role.RADIOLOGIST, "bone-meeting": Role.CLINICIAN}
PEOPLE = (
    {"sub": "1001", "name": "Dr C. Martin", "preferred_username": "c.martin", "groups": ["staff", "bone-readers"]},
    {"sub": "1002", "name": "Dr B. Durand", "preferred_username": "b.durand", "groups": "bone-meeting"},
    {"sub": "1003", "name": "Somebody", "preferred_username": "somebody", "groups": ["staff", "administrator"]},
    {"sub": "1004", "name": "Nobody", "preferred_username": "nobody"},
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with identity_provider(PEOPLE) as address:
        yield address


def settings(issuer: str) -> ProviderSettings:
    return ProviderSettings(
        issuer=issuer, client_id="osteon", client_secret="a shared secret", role_claim="groups", roles=ROLES
    )


@pytest.fixture
def way_in(engine: Engine, issuer: str) -> Iterator[SignIn]:
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield sign_in_parts(engine, passwords=cheap_passwords(), provider=Provider(settings(issuer), client))


@pytest.fixture
def app(engine: Engine, way_in: SignIn) -> FastAPI:
    return create_app(engine=engine, images=FakeImages(), sign_in=way_in)


def sent_back(browser: httpx.Client, subject: str) -> str:
    """Go to the provider and sign in there; the address that it sends the browser back to."""
    there = browser.get(LOGIN).headers["Location"]
    answer = httpx.post(there, data={"sub": subject}, trust_env=False)
    return str(answer.headers["Location"])


def sign_on(browser: httpx.Client, subject: str) -> httpx.Response:
    return browser.get(sent_back(browser, subject))


def test_who_has_a_role_gets_a_session_with_it(anonymous: httpx.Client, way_in: SignIn) -> None:
    answer = sign_on(anonymous, "1001")
    me = anonymous.get(ME).json()

    assert answer.status_code == 200
    assert "text/html" in answer.headers["Content-Type"]
    assert (me["label"], me["user_name"], me["roles"]) == ("Dr C. Martin", "c.martin", ["radiologist"])
    assert me["signed_in_by"] == "session"
    (account,) = way_in.accounts.all()
    assert not account.has_password
    passwords = {"password": "", "new_password": PASSWORD}
    change = anonymous.post("/api/v1/me/password", json=passwords, headers={"X-CSRF-Token": me["csrf_token"]})
    assert change.status_code == 409
    assert anonymous.get("/api/v1/patients").status_code == 200


def test_one_group_may_be_a_text_alone(anonymous: httpx.Client) -> None:
    sign_on(anonymous, "1002")

    assert anonymous.get(ME).json()["roles"] == ["clinician"]


@pytest.mark.parametrize("subject", ["1003", "1004"])
def test_who_has_no_role_here_stays_out(anonymous: httpx.Client, way_in: SignIn, subject: str) -> None:
    answer = sign_on(anonymous, subject)

    assert answer.status_code == 403
    assert "osteon_session" not in anonymous.cookies
    assert anonymous.get(ME).status_code == 401
    assert way_in.accounts.all() == []


def test_the_same_person_comes_back_to_the_same_account(anonymous: httpx.Client, way_in: SignIn) -> None:
    sign_on(anonymous, "1001")
    sign_on(anonymous, "1001")

    assert len(way_in.accounts.all()) == 1


def test_a_disabled_account_stays_closed(anonymous: httpx.Client, way_in: SignIn) -> None:
    sign_on(anonymous, "1001")
    (account,) = way_in.accounts.all()
    way_in.accounts.change(account.id, AccountChange(disabled=True))

    assert sign_on(anonymous, "1001").status_code == 403
    assert anonymous.get(ME).status_code == 401


def test_an_account_with_a_password_is_not_taken_over(anonymous: httpx.Client, way_in: SignIn) -> None:
    add_account(way_in.accounts, "c.martin", Role.ADMINISTRATOR)

    assert sign_on(anonymous, "1001").status_code == 409
    assert anonymous.get(ME).status_code == 401


def test_the_way_there_is_bound_to_the_browser_and_the_code_to_its_verifier(
    anonymous: httpx.Client, issuer: str
) -> None:
    answer = anonymous.get(LOGIN)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)

    assert answer.headers["Location"].startswith(issuer)
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert asked["redirect_uri"] == [f"{anonymous.base_url}{CALLBACK}".replace("//api", "/api")]
    assert len({*asked["state"], *asked["nonce"], *asked["code_challenge"]}) == 3
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/api/v1/oidc"} <= {part.strip() for part in cookie.split(";")}


def test_an_answer_that_another_browser_asked_for_is_refused(anonymous: httpx.Client, url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as other:
        others = sent_back(other, "1001")
    without_cookie = anonymous.get(others)
    own = sent_back(anonymous, "1002")
    wrong_state = anonymous.get(others)
    # Another's code under one's own state: what the provider vouches for was not asked for by this browser.
    code = parse_qs(urlsplit(others).query)["code"][0]
    state = parse_qs(urlsplit(own).query)["state"][0]
    anothers_code = anonymous.get(CALLBACK, params={"code": code, "state": state})

    own_code = parse_qs(urlsplit(own).query)["code"][0]
    anothers_state = parse_qs(urlsplit(others).query)["state"][0]
    own_code_wrong_state = anonymous.get(CALLBACK, params={"code": own_code, "state": anothers_state})

    answers = (without_cookie, wrong_state, anothers_code, own_code_wrong_state)
    assert [each.status_code for each in answers] == [403] * 4
    assert anonymous.get(ME).status_code == 401


def test_a_code_is_good_once(anonymous: httpx.Client) -> None:
    back = sent_back(anonymous, "1001")
    secret = anonymous.cookies["osteon_sign_on"]
    assert anonymous.get(back).status_code == 200

    anonymous.cookies.set("osteon_sign_on", secret)

    assert anonymous.get(back).status_code == 403


@pytest.mark.parametrize("query", ["", "?error=access_denied&state=x", "?code=x", "?state=x&code=x", "?state=é&code=é"])
def test_an_answer_without_its_parts_is_refused(anonymous: httpx.Client, query: str) -> None:
    anonymous.get(LOGIN)

    assert anonymous.get(f"{CALLBACK}{query}").status_code == 403


def test_no_secret_of_the_way_is_logged(anonymous: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "osteon")
    back = sent_back(anonymous, "1001")
    secret = anonymous.cookies["osteon_sign_on"]
    anonymous.get(back)

    logged = "".join(each.getMessage() for each in caplog.records if each.name.startswith("osteon"))
    assert "single sign-on: radiologist" in logged
    for hidden in (secret, "a shared secret", "c.martin", "Martin", "1001", parse_qs(urlsplit(back).query)["code"][0]):
        assert hidden not in logged


def test_a_provider_that_is_down_is_said_so_and_keeps_nobody_else_out(engine: Engine) -> None:
    with httpx.Client(trust_env=False, timeout=60) as client:
        parts = sign_in_parts(
            engine, passwords=cheap_passwords(), provider=Provider(settings(f"http://127.0.0.1:{free_port()}"), client)
        )
        add_account(parts.accounts, "martin")
        app = create_app(engine=engine, images=FakeImages(), sign_in=parts)
        with serving(app) as url, httpx.Client(base_url=url, timeout=60) as browser:
            password = {"user_name": "martin", "password": PASSWORD}
            assert browser.get(LOGIN).status_code == 503
            assert browser.get("/api/v1/sign-in").json()["single_sign_on"] == LOGIN
            assert browser.post("/api/v1/sign-in", json=password).status_code == 200


def test_only_the_way_in_is_open_beside_what_is_open_anyway(app: FastAPI, anonymous: httpx.Client) -> None:
    added = {("GET", LOGIN), ("GET", CALLBACK)}

    assert added <= every_operation(app)
    assert not added & OPEN
    assert anonymous.get("/api/v1/patients").status_code == 401
