"""OpenID Connect: signing in at a hospital's identity provider (authorization code flow with PKCE).

State, nonce and verifier are all derived from one secret that only the browser that began the sign-in holds, in a
cookie: an answer that was meant for another browser, or made up, does not fit.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from annotation.roles import Role, named
from api.errors import ProviderUnavailableError, SingleSignOnError

log = logging.getLogger("osteon.sign_on")

ALGORITHMS = ("RS256", "ES256", "PS256")
"""Signed with a key of the provider's; never `none`, never with a secret that others share."""
SECONDS = 10.0
LEEWAY_S = 60
SCOPE = "openid profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """How the provider knows us, and which values of which claim mean which role."""

    issuer: str
    client_id: str
    client_secret: str | None
    role_claim: str
    roles: Mapping[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the provider vouches for. `roles` is never empty."""

    issuer: str
    subject: str
    user_name: str
    label: str
    roles: frozenset[Role]


class Provider:
    """Share one between threads. Nothing is asked before somebody signs in, so that an outage hurts nobody else."""

    def __init__(self, settings: ProviderSettings, client: httpx.Client | None = None) -> None:
        self._settings = settings
        self._client = client or httpx.Client(timeout=SECONDS, follow_redirects=False)

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def address(self, secret: str, redirect_uri: str) -> str:
        """Where the browser goes to sign in. Raises ProviderUnavailableError."""
        uri: str = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            self._settings.client_id,
            "code",
            redirect_uri,
            SCOPE,
            _derived(secret, "state"),
            nonce=_derived(secret, "nonce"),
            code_challenge=create_s256_code_challenge(_derived(secret, "verifier")),
            code_challenge_method="S256",
        )
        return uri

    def person(self, secret: str, *, state: str, code: str, redirect_uri: str) -> Person:
        """Who came back with this code. Raises SingleSignOnError, ProviderUnavailableError."""
        if not hmac.compare_digest(state.encode(), _derived(secret, "state").encode()):
            log.warning("single sign-on refused: the answer belongs to another browser")
            raise SingleSignOnError
        answer = self._redeem(code, _derived(secret, "verifier"), redirect_uri)
        claims = self._checked(answer.get("id_token"), answer.get("access_token"), _derived(secret, "nonce"))
        roles = self._roles(claims)
        subject = str(claims["sub"])
        user_name = claims.get("preferred_username")
        name = claims.get("name")
        shown = user_name if isinstance(user_name, str) and user_name else subject
        return Person(
            issuer=self._settings.issuer,
            subject=subject,
            user_name=shown,
            label=name if isinstance(name, str) and name.strip() else shown,
            roles=roles,
        )

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """Values without a role count for nothing; whoever has no other does not get in."""
        said = claims.get(self._settings.role_claim)
        values = said if isinstance(said, list) else [said]
        roles = {
            self._settings.roles[each] for each in values if isinstance(each, str) and each in self._settings.roles
        }
        if not roles:
            log.warning("single sign-on refused: no role in the claim %s", self._settings.role_claim)
            raise SingleSignOnError
        log.info("single sign-on: %s", ", ".join(named(roles)))
        return frozenset(roles)

    def _redeem(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        secret = self._settings.client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        if secret is None:
            form["client_id"] = self._settings.client_id
        answer = self._ask(
            "POST",
            self._endpoint("token_endpoint"),
            data=form,
            auth=None if secret is None else (self._settings.client_id, secret),
        )
        if answer.is_client_error:
            log.warning("single sign-on refused: the provider answered %d to the code", answer.status_code)
            raise SingleSignOnError
        return _document(answer)

    def _checked(self, token: object, access_token: object, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that is the provider's, for us, for this sign-in, and of now."""
        keys = _document(self._ask("GET", self._endpoint("jwks_uri")))
        try:
            decoded = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._settings.issuer},
                    "aud": {"essential": True, "value": self._settings.client_id},
                    "sub": {"essential": True},
                },
                {"nonce": nonce, "client_id": self._settings.client_id, "access_token": access_token},
            )
            claims.validate(leeway=LEEWAY_S)
        except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("single sign-on refused: the ID token is not good (%s)", type(error).__name__)
            raise SingleSignOnError from None
        return MappingProxyType(dict(claims))

    def _endpoint(self, name: str) -> str:
        described = _document(self._ask("GET", f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"))
        endpoint = described.get(name)
        if described.get("issuer") != self._settings.issuer or not isinstance(endpoint, str):
            log.warning("the identity provider describes itself as another, or not wholly")
            raise ProviderUnavailableError
        return endpoint

    def _ask(self, method: str, url: str, **parts: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, url, **parts)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("the identity provider does not answer: %s", type(error).__name__)
            raise ProviderUnavailableError from None
        if answer.is_server_error or answer.is_redirect or (method == "GET" and not answer.is_success):
            log.warning("the identity provider answered %d", answer.status_code)
            raise ProviderUnavailableError
        return answer


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        raise ProviderUnavailableError from None
    if not isinstance(content, dict):
        raise ProviderUnavailableError
    return content


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
