"""Signing in and accounts, for one request: what it changes is noted with who asked, and from where."""

from typing import Annotated

from fastapi import Depends, Request

from api.audit_trail import source_of, trail_of
from api.services import Services, services_of
from api.sign_in import SignIn
from storage.audit_behalf import Behalf


async def _for_request(request: Request, services: Annotated[Services, Depends(services_of)]) -> SignIn:
    trail = trail_of(request.scope)
    return services.sign_in.acting(Behalf(by=trail.actor, source=source_of(request.scope), noted=trail.count_note))


SignInOf = Annotated[SignIn, Depends(_for_request)]
