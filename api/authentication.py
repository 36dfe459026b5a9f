"""Who is asking, and whether they may: looked up for every request, so that revoking works at once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from annotation.roles import Role
from api.callers import Caller, SignedInBy
from api.cookies import session_cookie
from api.cross_site import check_change
from api.errors import NotAllowedError, NotSignedInError
from api.services import Services, services_of
from storage import personal_tokens

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token made with `osteon token create` or by POST /api/v1/me/tokens.",
)


def signed_in(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(session_cookie)],
) -> Caller:
    """Who asks: by a token, or else by the session of a browser.

    Raises NotSignedInError, and CrossSiteError for a browser's change that does not come from a page of ours.
    """
    if credentials is not None:
        caller = _by_token(services, credentials.credentials)
        if caller is None:
            raise NotSignedInError(token_was_sent=True)
        return caller
    session = None if cookie is None else services.sign_in.sessions.check(cookie)
    if session is None or cookie is None:
        raise NotSignedInError(token_was_sent=False)
    check_change(request, cookie, services.sign_in.origin(request))
    return Caller(
        id=session.id,
        label=session.label,
        roles=session.roles,
        by=SignedInBy.SESSION,
        account_id=session.account_id,
    )


def _by_token(services: Services, token: str) -> Caller | None:
    if token.startswith(personal_tokens.PREFIX):
        owner = services.sign_in.personal_tokens.check(token)
        if owner is None:
            return None
        return Caller(
            id=owner.token_id,
            label=owner.label,
            roles=owner.roles,
            by=SignedInBy.PERSONAL_TOKEN,
            account_id=owner.account_id,
        )
    record = services.tokens.check(token)
    if record is None:
        return None
    return Caller(id=record.id, label=record.label, roles=record.roles, by=SignedInBy.TOKEN)


Reader = Annotated[Caller, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class RolesNeeded:
    """Lets a request pass whose caller has one of these roles, at least. Raises NotAllowedError."""

    roles: frozenset[Role]

    async def __call__(self, caller: Reader) -> None:
        if not self.roles & caller.roles:
            raise NotAllowedError(self.roles)


def needs(*roles: Role) -> Dependency:
    """A dependency of a route: whoever has none of these roles is refused, before anything else is looked at.

    Every signed-in route states one: `@router.get(…, dependencies=[needs(Role.RADIOLOGIST)])`.
    """
    if not roles:
        raise ValueError("name the roles that a route needs; `needs(*Role)` lets everybody pass who is signed in")
    return Dependency(RolesNeeded(frozenset(roles)))
