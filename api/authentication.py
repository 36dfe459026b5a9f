"""Who is asking: a bearer token, checked for every request, so that revoking one works at once."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import NotSignedInError
from api.services import Services, services_of
from storage.tokens import TokenRecord

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token made with `osteon token create`.")


def signed_in(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> TokenRecord:
    """The owner of the request's token; NotSignedInError when it opens nothing."""
    if credentials is None:
        raise NotSignedInError(token_was_sent=False)
    record = services.tokens.check(credentials.credentials)
    if record is None:
        raise NotSignedInError(token_was_sent=True)
    return record


Reader = Annotated[TokenRecord, Depends(signed_in)]
