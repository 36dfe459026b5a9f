"""Signing in with a password, and out again."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.access import ANYBODY
from api.account_work import SignInOf
from api.authentication import Reader
from api.callers import Caller, SignedInBy
from api.cookies import forget_session, keep_session
from api.cross_site import check_origin
from api.errors import SignInRefusedError
from api.openapi import problems
from api.schemas.accounts import MeOut, SignInBody, WaysOut
from api.sign_in import address_of
from storage.sessions import request_token

PATH = "/sign-in"
SINGLE_SIGN_ON = "/api/v1/oidc/login"

router = APIRouter(tags=["accounts"])
out_router = APIRouter(tags=["accounts"])


@router.get(PATH)
def list_ways_to_sign_in(sign_in: SignInOf) -> WaysOut:
    """How one can sign in here."""
    return WaysOut(single_sign_on=None if sign_in.provider is None else SINGLE_SIGN_ON)


@router.post(PATH, responses=problems(401, 403, 413, 415, 422, 429, 503))
def sign_in_with_password(body: SignInBody, request: Request, response: Response, sign_in: SignInOf) -> MeOut:
    """Begin a session of a browser: a cookie that no script can read, and the token that changes need."""
    check_origin(request, sign_in.origin(request))
    attempt = sign_in.attempts.begin(body.user_name, address_of(request))
    account = sign_in.accounts.sign_in(body.user_name, body.password.get_secret_value())
    if account is None:
        raise SignInRefusedError
    sign_in.attempts.succeeded(attempt)
    session = sign_in.sessions.begin(account.id)
    keep_session(response, session.secret, secure=sign_in.is_https(request))
    caller = Caller(id=account.id, label=account.label, roles=account.roles, by=SignedInBy.SESSION)
    return MeOut.of(caller, account.user_name, request_token(session.secret))


@out_router.post(
    "/sign-out", status_code=HTTPStatus.NO_CONTENT, responses=problems(401, 403, 503), dependencies=[ANYBODY]
)
def sign_out(request: Request, response: Response, reader: Reader, sign_in: SignInOf) -> None:
    """End the session of this browser. A token stays as it is: revoke it instead."""
    if reader.by is SignedInBy.SESSION:
        sign_in.sessions.end(reader.id)
    forget_session(response, secure=sign_in.is_https(request))
