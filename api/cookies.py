"""Cookies of the browser: the session's, and the one that binds a single sign-on to the browser that began it."""

from typing import Literal

from fastapi import Response
from fastapi.security import APIKeyCookie

SESSION = "osteon_session"
SIGN_ON = "osteon_sign_on"
SIGN_ON_PATH = "/api/v1/oidc"
SIGN_ON_SECONDS = 600

session_cookie = APIKeyCookie(
    name=SESSION,
    auto_error=False,
    scheme_name="session",
    description="Set by POST /api/v1/sign-in. Changes need the header X-CSRF-Token as well.",
)


def keep_session(response: Response, secret: str, *, secure: bool) -> None:
    """Until the browser is closed, at most; the server ends it by itself. No script and no other site can use it."""
    _set(response, SESSION, secret, secure=secure, same_site="strict")


def forget_session(response: Response, *, secure: bool) -> None:
    response.delete_cookie(SESSION, path="/", secure=secure, httponly=True, samesite="strict")


def keep_sign_on(response: Response, secret: str, *, secure: bool) -> None:
    """For the way to the identity provider and back: it comes from another site, so `strict` would lose it."""
    _set(response, SIGN_ON, secret, secure=secure, same_site="lax", path=SIGN_ON_PATH, seconds=SIGN_ON_SECONDS)


def forget_sign_on(response: Response, *, secure: bool) -> None:
    response.delete_cookie(SIGN_ON, path=SIGN_ON_PATH, secure=secure, httponly=True, samesite="lax")


def _set(
    response: Response,
    name: str,
    value: str,
    *,
    secure: bool,
    same_site: Literal["strict", "lax"],
    path: str = "/",
    seconds: int | None = None,
) -> None:
    response.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite=same_site)
