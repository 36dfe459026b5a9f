"""Whoever is signed in: who they are, their password, and their tokens for scripts. Any role."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api.access import ANYBODY
from api.account_work import SignInOf
from api.authentication import Reader
from api.callers import Caller, SignedInBy
from api.cookies import session_cookie
from api.errors import NoAccountError, SignInRefusedError
from api.openapi import problems
from api.schemas.accounts import (
    MeOut,
    NewPersonalTokenOut,
    PasswordBody,
    PersonalTokenBody,
    PersonalTokenOut,
    PersonalTokensOut,
)
from api.sign_in import address_of
from storage.account_errors import PasswordElsewhereError
from storage.sessions import request_token

router = APIRouter(prefix="/me", tags=["accounts"], responses=problems(401, 503))

BODY = problems(413, 415, 422)


@router.get("", dependencies=[ANYBODY])
def read_me(reader: Reader, sign_in: SignInOf, cookie: Annotated[str | None, Depends(session_cookie)] = None) -> MeOut:
    """Who is signed in, and how."""
    user_name = None if reader.account_id is None else sign_in.accounts.get(reader.account_id).user_name
    in_session = reader.by is SignedInBy.SESSION and cookie is not None
    return MeOut.of(reader, user_name, request_token(cookie or "") if in_session else None)


@router.post(
    "/password",
    status_code=HTTPStatus.NO_CONTENT,
    responses=BODY | problems(409, 429),
    dependencies=[ANYBODY],
)
def change_own_password(body: PasswordBody, request: Request, reader: Reader, sign_in: SignInOf) -> None:
    """Change one's password; every other session of one's own ends."""
    account = sign_in.accounts.get(_account_in_session(reader))
    if not account.has_password:
        raise PasswordElsewhereError
    attempt = sign_in.attempts.begin(account.user_name, address_of(request))
    if sign_in.accounts.sign_in(account.user_name, body.password.get_secret_value()) is None:
        raise SignInRefusedError
    sign_in.attempts.succeeded(attempt)
    sign_in.accounts.set_own_password(account.id, body.new_password.get_secret_value(), session_id=reader.id)


@router.get("/tokens", dependencies=[ANYBODY])
def list_own_tokens(reader: Reader, sign_in: SignInOf) -> PersonalTokensOut:
    """One's own tokens that are not revoked."""
    tokens = sign_in.personal_tokens.of(_account(reader))
    return PersonalTokensOut(items=[PersonalTokenOut.of(record) for record in tokens])


@router.post("/tokens", status_code=HTTPStatus.CREATED, responses=BODY | problems(409), dependencies=[ANYBODY])
def create_own_token(body: PersonalTokenBody, reader: Reader, sign_in: SignInOf) -> NewPersonalTokenOut:
    """Make a token for a script; only from a session, so that a token cannot prolong itself."""
    record, token = sign_in.personal_tokens.create(
        _account_in_session(reader), name=body.name, roles=body.roles, days=body.days
    )
    return NewPersonalTokenOut(**PersonalTokenOut.of(record).model_dump(), token=token)


@router.delete(
    "/tokens/{token_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(404, 422),
    dependencies=[ANYBODY],
)
def revoke_own_token(token_id: UUID, reader: Reader, sign_in: SignInOf) -> None:
    """Close the API to one of one's own tokens, from its next request on."""
    sign_in.personal_tokens.revoke(_account(reader), str(token_id))


def _account(reader: Caller) -> str:
    if reader.account_id is None:
        raise NoAccountError
    return reader.account_id


def _account_in_session(reader: Caller) -> str:
    if reader.by is not SignedInBy.SESSION:
        raise NoAccountError
    return _account(reader)
