"""What signing in works with: accounts, sessions, tokens, the count of attempts, an identity provider."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy import Engine

from api.provider import Provider
from storage.accounts import Accounts
from storage.attempts import Attempts
from storage.audit_behalf import Behalf
from storage.passwords import Passwords
from storage.personal_tokens import PersonalTokens
from storage.sessions import Sessions

UNKNOWN_ADDRESS = "unknown"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Made once per application. `public_url`: where browsers find it; None: where each request says it went."""

    accounts: Accounts
    sessions: Sessions
    personal_tokens: PersonalTokens
    attempts: Attempts
    public_url: str | None = None
    provider: Provider | None = None
    """None: there is no single sign-on, and no route for it."""

    def acting(self, behalf: Behalf) -> Self:
        """The same, for whoever asks: what is changed says so in the audit log."""
        return replace(
            self,
            accounts=self.accounts.acting(behalf),
            sessions=self.sessions.acting(behalf),
            personal_tokens=self.personal_tokens.acting(behalf),
        )

    def origin(self, request: Request) -> str:
        """Scheme and host that browsers see."""
        parts = urlsplit(self.public_url or str(request.base_url))
        return f"{parts.scheme}://{parts.netloc}".lower()

    def is_https(self, request: Request) -> bool:
        return self.origin(request).startswith("https://")


def sign_in_parts(
    engine: Engine,
    *,
    passwords: Passwords | None = None,
    now: Callable[[], datetime] = _utc_now,
    public_url: str | None = None,
    provider: Provider | None = None,
) -> SignIn:
    """All of it on one registry."""
    return SignIn(
        accounts=Accounts(engine, passwords or Passwords(), now),
        sessions=Sessions(engine, now),
        personal_tokens=PersonalTokens(engine, now),
        attempts=Attempts(engine, now),
        public_url=public_url,
        provider=provider,
    )


def address_of(request: Request) -> str:
    """Where a request came from, as far as the server knows."""
    return UNKNOWN_ADDRESS if request.client is None else request.client.host
