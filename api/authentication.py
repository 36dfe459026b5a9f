"""Who is asking, and whether they may: looked up for every request, so that revoking works at once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from annotation.roles import Role
from api.callers import Caller, SignedInBy
from api.errors import NotAllowedError, NotSignedInError
from api.services import Services, services_of

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token made with `osteon token create`.")


def signed_in(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The owner of the request's token; NotSignedInError when it opens nothing."""
    if credentials is None:
        raise NotSignedInError(token_was_sent=False)
    record = services.tokens.check(credentials.credentials)
    if record is None:
        raise NotSignedInError(token_was_sent=True)
    return Caller(id=record.id, label=record.label, roles=record.roles, by=SignedInBy.TOKEN)


Reader = Annotated[Caller, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class RolesNeeded:
    """Lets a request pass whose caller has one of these roles, at least. Raises NotAllowedError."""

    roles: frozenset[Role]

    def __call__(self, caller: Reader) -> None:
        if not self.roles & caller.roles:
            raise NotAllowedError(self.roles)


def needs(*roles: Role) -> Dependency:
    """A dependency of a route: whoever has none of these roles is refused, before anything else is looked at.

    Every signed-in route states one: `@router.get(…, dependencies=[needs(Role.RADIOLOGIST)])`.
    """
    if not roles:
        raise ValueError("name the roles that a route needs; `needs(*Role)` lets everybody pass who is signed in")
    return Dependency(RolesNeeded(frozenset(roles)))
