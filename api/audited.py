"""Has every request that was let in, or refused, noted in the audit log before its answer begins."""

import logging
from dataclasses import replace
from http import HTTPStatus

from anyio import to_thread
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotation.audit import Action, Note, Outcome
from api.audit_rules import candidates, note_of
from api.audit_trail import Trail, source_of, trail_of
from api.metrics import route_of
from api.problems import RETRY_AFTER_S, new_instance, problem
from api.refusals import RefusalLimit
from storage.audit_recorder import Asked, AuditRecorder

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_SHOWS_SOMETHING = frozenset({HTTPStatus.PRECONDITION_FAILED})
"""Whoever is told that something was changed meanwhile may be shown what it is now."""


class AuditedRequests:
    """Nothing is shown that was not noted: when the log cannot be written, the answer is 503 instead."""

    def __init__(self, app: ASGIApp, recorder: AuditRecorder, refusals: RefusalLimit) -> None:
        self._app = app
        self._recorder = recorder
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trail = trail_of(scope)
        is_withheld = False

        async def send_noted(message: Message) -> None:
            nonlocal is_withheld
            if message["type"] == "http.response.start":
                try:
                    await self._note(scope, trail, message["status"])
                except Exception:
                    is_withheld = True
                    raise
                MutableHeaders(scope=message)[REQUEST_ID] = trail.request_id
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            if not is_withheld:
                raise
            instance = new_instance()
            log.error("%s: the audit log cannot be written: %s", instance, type(_cause(error)).__name__)  # noqa: TRY400
            answer = problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the audit log cannot be written",
                instance=instance,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
            await answer(scope, receive, send)

    async def _note(self, scope: Scope, trail: Trail, status: int) -> None:
        if status in _REFUSED:
            await self._note_refusal(scope, trail)
            return
        if trail.actor is None or trail.has_noted or not _shows(status):
            return
        if trail.looked_up:
            first, *others = trail.looked_up
            asked = Asked(note=first, also=tuple(others), by=trail.actor, source=source_of(scope))
            await to_thread.run_sync(self._recorder.note, asked)
            return
        note = note_of(scope["method"], route_of(scope))
        if note is not None:
            await to_thread.run_sync(self._recorder.note, _asked(scope, trail, note))

    async def _note_refusal(self, scope: Scope, trail: Trail) -> None:
        if not self._refusals.allows(trail.address):
            return
        note = Note(action=Action.REFUSED, outcome=Outcome.REFUSED)
        try:
            await to_thread.run_sync(self._recorder.note, _asked(scope, trail, note))
        except Exception as error:  # noqa: BLE001  it stays refused, and nothing is shown
            log.warning("a refusal could not be noted: %s", type(error).__name__)


def _shows(status: int) -> bool:
    return status < HTTPStatus.BAD_REQUEST or status in _SHOWS_SOMETHING


def _asked(scope: Scope, trail: Trail, note: Note) -> Asked:
    of_route = candidates(
        scope["method"], route_of(scope), scope.get("path_params", {}), QueryParams(scope.get("query_string", b""))
    )
    named = (*trail.named, *of_route)
    kind = note.kind or (named[0][0] if named and note.action is not Action.REFUSED else None)
    return Asked(note=replace(note, kind=kind), candidates=named, by=trail.actor, source=source_of(scope))


def _cause(error: Exception) -> BaseException:
    """Starlette wraps what is raised once it takes the answer to have begun."""
    return error.__cause__ or error
