"""What is known of a request for the audit log while it is answered: who, from where, and what it noted itself."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.types import Scope

from annotation.audit import Kind, Note, Source
from annotation.roles import named
from api.authentication import Reader
from api.metrics import route_of
from storage.unit_of_work import SqlUnitOfWork

_KEY = "audit_trail"


@dataclass(slots=True, kw_only=True)
class Trail:
    """Of one request, filled in on its way."""

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    address: str | None = None
    actor: str | None = None
    roles: tuple[str, ...] = ()
    work: list[SqlUnitOfWork] = field(default_factory=list)
    notes: int = 0
    named: list[tuple[Kind, str]] = field(default_factory=list)
    """What the body of the request names, as a route says that reads it."""

    looked_up: tuple[Note, ...] = ()
    """The whole notes, where a route has looked up what it is about."""

    @property
    def has_noted(self) -> bool:
        """Whether a transaction of this request has noted what it changed."""
        return self.notes > 0 or any(unit.noted for unit in self.work)

    def count_note(self) -> None:
        """Called by what changes accounts, sessions and tokens."""
        self.notes += 1


def trail_of(scope: Scope) -> Trail:
    """The trail of this request, begun when it is first asked for."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if _KEY not in state:
        client = scope.get("client")
        state[_KEY] = Trail(address=client[0] if client else None)
    trail: Trail = state[_KEY]
    return trail


def source_of(scope: Scope) -> Source:
    """Where a request comes from, as an entry tells it: the route's template, never the path."""
    trail = trail_of(scope)
    via = f"{scope['method']} {route_of(scope)}"
    return Source(roles=trail.roles, address=trail.address, via=via, request_id=trail.request_id)


async def attributed(request: Request, reader: Reader) -> None:
    """Have what this request does attributed to who is signed in; every router that needs a token depends on it."""
    trail = trail_of(request.scope)
    trail.actor = reader.label
    trail.roles = tuple(named(reader.roles))
