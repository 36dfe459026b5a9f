"""ID tokens that must not be believed, from a provider whose answers are made here."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from annotation.roles import Role
from api.errors import ProviderUnavailableError, SingleSignOnError
from api.provider import Person, Provider, ProviderSettings

ISSUER = "https://idp.example"
BACK = "https://osteon.example/api/v1/oidc/callback"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "1"}) for _ in range(2))
NOW = 4_000_000_000  # tokens are of the year 2096: always of the future
Sign = Callable[[dict[str, Any]], str]


def signed(claims: Mapping[str, Any], key: RSAKey = KEY) -> str:
    return jwt.encode({"alg": "RS256", "kid": "1"}, dict(claims), key)


def unsigned(claims: Mapping[str, Any]) -> str:
    parts = ({"alg": "none"}, dict(claims))
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


class Answers:
    """A provider that describes itself, and answers a code with the token it is told to."""

    def __init__(self, **described: Any) -> None:
        self.described = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        } | described
        self.sign: Sign = signed
        self.claims: dict[str, Any] = {}
        self.forms: list[dict[str, list[str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.forms.append(parse_qs(request.content.decode()))
            return httpx.Response(200, json={"access_token": "x", "id_token": self.sign(self.claims)})
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        return httpx.Response(200, json=self.described)


def provider(answers: Answers) -> Provider:
    settings = ProviderSettings(
        issuer=ISSUER, client_id="osteon", client_secret=None, role_claim="roles", roles={"r": Role.RADIOLOGIST}
    )
    return Provider(settings, httpx.Client(transport=httpx.MockTransport(answers)))


def person(answers: Answers, changes: Mapping[str, Any], sign: Sign = signed) -> Person:
    """Whom the provider vouches for, with one claim or another that is not as it should be; None leaves it out."""
    asked = provider(answers)
    secret = asked.new_secret()
    query = parse_qs(urlsplit(asked.address(secret, BACK)).query)
    claims = {
        "iss": ISSUER,
        "aud": "osteon",
        "sub": "1",
        "exp": NOW,
        "iat": 1_700_000_000,
        "nonce": query["nonce"][0],
        "roles": ["r"],
        "challenge": query["code_challenge"][0],
    }
    answers.claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    answers.sign = sign
    return asked.person(secret, state=query["state"][0], code="c", redirect_uri=BACK)


def test_a_good_token_is_believed_and_the_code_comes_with_its_verifier() -> None:
    answers = Answers()

    found = person(answers, {})

    assert (found.subject, found.user_name, found.label, found.roles) == ("1", "1", "1", frozenset({Role.RADIOLOGIST}))
    (form,) = answers.forms
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()  # RFC 7636 4.6
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == answers.claims["challenge"]
    assert form["redirect_uri"] == [BACK]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://other.example"}, id="another issuer"),
        pytest.param({"aud": "another client"}, id="for another client"),
        pytest.param({"exp": 1_700_000_100}, id="expired"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"nonce": "x"}, id="for another sign-in"),
        pytest.param({"nonce": None}, id="for any sign-in"),
        pytest.param({"sub": None}, id="of nobody"),
        pytest.param({"iat": 3_900_000_000}, id="of the future"),
        pytest.param({"roles": ["administrator"]}, id="with a role that is not mapped"),
        pytest.param({"roles": {"r": True}}, id="with roles of another form"),
        pytest.param({"aud": ["osteon", "another"], "azp": "another"}, id="handed to another client"),
        pytest.param({"at_hash": "x"}, id="with another access token"),
    ],
)
def test_a_token_that_is_not_for_us_and_now_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(SingleSignOnError):
        person(Answers(), changes)


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(unsigned, id="not signed"),
        pytest.param(lambda claims: signed(claims, OTHER_KEY), id="signed with another key"),
        pytest.param(lambda _: "x.y.z", id="no token"),
        pytest.param(lambda _: "", id="nothing"),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(sign: Sign) -> None:
    with pytest.raises(SingleSignOnError):
        person(Answers(), {}, sign)


@pytest.mark.parametrize(
    "described", [{"issuer": "https://other.example"}, {"token_endpoint": None}, {"authorization_endpoint": 1}]
)
def test_a_provider_that_describes_itself_as_another_is_not_used(described: Mapping[str, Any]) -> None:
    with pytest.raises(ProviderUnavailableError):
        person(Answers(**described), {})
