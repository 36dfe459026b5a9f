"""Single sign-on: to the identity provider, and back with a session."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.account_work import SignInOf
from api.cookies import SIGN_ON, forget_sign_on, keep_session, keep_sign_on
from api.errors import SingleSignOnError
from api.openapi import problems
from api.provider import Provider
from api.sign_in import SignIn

CALLBACK = "/api/v1/oidc/callback"
LONGEST = 4096

# A redirect would be part of a chain that another site began, which a `strict` cookie does not take part in.
WELCOME = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">'
    '<title>Osteon</title><p>You are signed in. / Vous êtes connecté. <a href="/">Osteon</a></p></html>'
)

router = APIRouter(prefix="/oidc", tags=["accounts"])

Text = Annotated[str | None, Query(max_length=LONGEST)]


@router.get(
    "/login",
    response_class=RedirectResponse,
    status_code=HTTPStatus.SEE_OTHER,
    responses=problems(503),
)
def begin_single_sign_on(request: Request, sign_in: SignInOf) -> Response:
    """Send the browser to the identity provider."""
    provider = _provider(sign_in)
    secret = provider.new_secret()
    response = RedirectResponse(provider.address(secret, _redirect_uri(request, sign_in)), HTTPStatus.SEE_OTHER)
    keep_sign_on(response, secret, secure=sign_in.is_https(request))
    return response


@router.get("/callback", response_class=HTMLResponse, responses=problems(403, 409, 422, 503))
def complete_single_sign_on(
    request: Request,
    sign_in: SignInOf,
    state: Text = None,
    code: Text = None,
    secret: Annotated[str | None, Cookie(alias=SIGN_ON, max_length=LONGEST, include_in_schema=False)] = None,
) -> Response:
    """Where the identity provider sends the browser back to: begins a session, for who has a role here."""
    if secret is None or state is None or code is None:
        raise SingleSignOnError
    person = _provider(sign_in).person(secret, state=state, code=code, redirect_uri=_redirect_uri(request, sign_in))
    account = sign_in.accounts.from_provider(
        issuer=person.issuer,
        subject=person.subject,
        user_name=person.user_name,
        label=person.label,
        roles=person.roles,
    )
    if account.disabled_at is not None:
        raise SingleSignOnError
    session = sign_in.sessions.begin(account.id)
    response = HTMLResponse(WELCOME)
    secure = sign_in.is_https(request)
    keep_session(response, session.secret, secure=secure)
    forget_sign_on(response, secure=secure)
    return response


def _redirect_uri(request: Request, sign_in: SignIn) -> str:
    return sign_in.origin(request) + CALLBACK


def _provider(sign_in: SignIn) -> Provider:
    assert sign_in.provider is not None  # noqa: S101 - the routes are there only with it
    return sign_in.provider
