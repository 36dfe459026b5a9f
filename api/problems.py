"""Errors as answers: one table from error to status, one shape (RFC 9457 problem details).

A domain error's message is shown as it is: messages carry pseudonyms and pseudonymised UIDs only.
Nothing that came with the request is repeated.
"""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import exc as sql
from starlette.exceptions import HTTPException

from annotation.context_errors import ContextExistsError
from annotation.draft_errors import NotConfirmedError, OvertakenDraftError, StaleDraftError
from annotation.errors import (
    IdentifyingTextError,
    NotFoundError,
    NotNowError,
    NotTheirTaskError,
    PlaceInListError,
    StaleRevisionError,
    UnacceptableError,
)
from annotation.importing.errors import UnreadableObjectError
from annotation.lesion_errors import LesionMergedError, LesionStateError
from annotation.meetings.errors import DossierExistsError, MeetingClosedError, MeetingExistsError
from annotation.registry.errors import EntryExistsError, RecordErasedError
from annotation.roles import named
from api.draft_problems import both_drafts, draft_and_reading, not_confirmed, suspicious_places
from api.errors import (
    CrossSiteError,
    CursorError,
    MalformedUploadError,
    NoAccountError,
    NoSuchInstrumentError,
    NotAcceptableError,
    NotADicomUploadError,
    NotAllowedError,
    NotGivenError,
    NotSignedInError,
    PrintingUnavailableError,
    ProviderUnavailableError,
    RangeNotSatisfiableError,
    SearchError,
    SignInRefusedError,
    SingleSignOnError,
    TooManyDownloadsError,
    TooManyPartsError,
    TooManyStreamsError,
    TooManyUploadsError,
)
from api.preconditions import PreconditionRequiredError, etag
from api.validation import NOT_JSON, domain_problems, field_problems
from lesion_model.errors import LesionModelError
from storage.account_errors import (
    LastAdministratorError,
    NameTakenError,
    NoSuchAccountError,
    NoSuchPersonalTokenError,
    PasswordElsewhereError,
    StaleAccountError,
    TooManyAttemptsError,
    UnacceptableAccountError,
)
from storage.errors import (
    ImageMissingError,
    ImageStoreFailedError,
    ImageStoreSilentError,
    ImageStoreUnavailableError,
    NotInCatalogueError,
    PageKeyError,
    StoredAuditError,
    StoredCohortError,
    StoredContextError,
    StoredDraftError,
    StoredLesionError,
    StoredReadingError,
)
from storage.releases.errors import (
    AlreadyErasedError,
    AlreadyReadyError,
    EmptyCohortError,
    ErasedFileError,
    FormatMissingError,
    GrantExpiredError,
    GrantRevokedError,
    NoRoomError,
    NoSuchGranteeError,
    NoSuchGrantError,
    NoSuchReleaseError,
    NoSuchReleaseFileError,
    NotFailedError,
    NotGrantedError,
    NotReadyError,
    StillBlindError,
    UnacceptableReleaseError,
)
from storage.releases.reading_ahead import AlteredFileError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# RFC 9110's names; Python's own differ from version to version.
TITLES = MappingProxyType({413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"})

FieldProblem = Mapping[str, Any]


def _no_headers(_error: Exception) -> Mapping[str, str]:
    return {}


def _no_fields(_error: Exception) -> Sequence[FieldProblem]:
    return ()


def _no_members(_error: Exception) -> Mapping[str, Any]:
    return {}


def _merged(error: Exception) -> Mapping[str, Any]:
    return {"merged_into": str(error.survivor)} if isinstance(error, LesionMergedError) else {}


def _roles(error: Exception) -> Mapping[str, Any]:
    return {"roles": named(error.roles)} if isinstance(error, NotAllowedError) else {}


def _challenge(error: Exception) -> Mapping[str, str]:
    invalid = isinstance(error, NotSignedInError) and error.token_was_sent
    return {"WWW-Authenticate": 'Bearer realm="osteon"' + (', error="invalid_token"' if invalid else "")}


def _size(error: Exception) -> Mapping[str, str]:
    return {"Content-Range": f"bytes */{error.size}"} if isinstance(error, RangeNotSatisfiableError) else {}


def _newest(error: Exception) -> Mapping[str, str]:
    if isinstance(error, StaleDraftError):
        return {"ETag": etag(error.current.draft.version)}
    return {"ETag": etag(error.newest)} if isinstance(error, StaleRevisionError | StaleAccountError) else {}


def _wait(error: Exception) -> Mapping[str, str]:
    return {"Retry-After": str(error.seconds)} if isinstance(error, TooManyAttemptsError) else {}


def _places(error: Exception) -> Sequence[FieldProblem]:
    return domain_problems(error.problems) if isinstance(error, LesionModelError | UnacceptableError) else ()


def _soon(_error: Exception) -> Mapping[str, str]:
    return {"Retry-After": "1"}


def _retry(_error: Exception) -> Mapping[str, str]:
    return {"Retry-After": str(RETRY_AFTER_S)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one kind of error is answered. `detail` replaces the error's own message where that is not ours.

    `fields` says which parts of the request were wrong: `{"pointer": "#/pain", "detail": …, "allowed": […]}`,
    `members` what else the answer holds. `kind` names a problem that its status alone does not.
    """

    status: HTTPStatus
    detail: str | None = None
    headers: Callable[[Exception], Mapping[str, str]] = _no_headers
    fields: Callable[[Exception], Sequence[FieldProblem]] = _no_fields
    members: Callable[[Exception], Mapping[str, Any]] = _no_members
    kind: str | None = None


_DATABASE_DOWN = Rule(
    status=HTTPStatus.SERVICE_UNAVAILABLE, detail="the registry database does not answer", headers=_retry
)

# The one table. An error is answered by its own rule or by that of its nearest ancestor.
RULES: Mapping[type[Exception], Rule] = MappingProxyType(
    {
        NotSignedInError: Rule(status=HTTPStatus.UNAUTHORIZED, headers=_challenge),
        SignInRefusedError: Rule(status=HTTPStatus.UNAUTHORIZED, headers=_challenge),
        CrossSiteError: Rule(status=HTTPStatus.FORBIDDEN),
        NoAccountError: Rule(status=HTTPStatus.FORBIDDEN),
        SingleSignOnError: Rule(status=HTTPStatus.FORBIDDEN),
        ProviderUnavailableError: Rule(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_retry),
        PrintingUnavailableError: Rule(status=HTTPStatus.SERVICE_UNAVAILABLE, kind="printing-unavailable"),
        TooManyAttemptsError: Rule(status=HTTPStatus.TOO_MANY_REQUESTS, headers=_wait),
        NoSuchAccountError: Rule(status=HTTPStatus.NOT_FOUND),
        NoSuchPersonalTokenError: Rule(status=HTTPStatus.NOT_FOUND),
        NameTakenError: Rule(status=HTTPStatus.CONFLICT),
        UnacceptableAccountError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        StaleAccountError: Rule(status=HTTPStatus.PRECONDITION_FAILED, headers=_newest),
        LastAdministratorError: Rule(status=HTTPStatus.CONFLICT),
        PasswordElsewhereError: Rule(status=HTTPStatus.CONFLICT),
        NotAllowedError: Rule(status=HTTPStatus.FORBIDDEN, members=_roles),
        NotInCatalogueError: Rule(status=HTTPStatus.NOT_FOUND),
        NoSuchInstrumentError: Rule(status=HTTPStatus.NOT_FOUND),
        NotFoundError: Rule(status=HTTPStatus.NOT_FOUND),
        LesionModelError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY, fields=_places),
        UnacceptableError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY, fields=_places),
        UnreadableObjectError: Rule(status=HTTPStatus.BAD_REQUEST),
        NotTheirTaskError: Rule(status=HTTPStatus.FORBIDDEN),
        NotNowError: Rule(status=HTTPStatus.CONFLICT),
        PlaceInListError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        LesionMergedError: Rule(status=HTTPStatus.CONFLICT, members=_merged),
        LesionStateError: Rule(status=HTTPStatus.CONFLICT),
        ContextExistsError: Rule(status=HTTPStatus.CONFLICT),
        EntryExistsError: Rule(status=HTTPStatus.CONFLICT),
        MeetingExistsError: Rule(status=HTTPStatus.CONFLICT),
        DossierExistsError: Rule(status=HTTPStatus.CONFLICT),
        MeetingClosedError: Rule(status=HTTPStatus.CONFLICT, kind="meeting-closed"),
        RecordErasedError: Rule(status=HTTPStatus.CONFLICT, kind="record-erased"),
        StaleRevisionError: Rule(status=HTTPStatus.PRECONDITION_FAILED, headers=_newest),
        StaleDraftError: Rule(status=HTTPStatus.PRECONDITION_FAILED, headers=_newest, members=both_drafts),
        OvertakenDraftError: Rule(
            status=HTTPStatus.PRECONDITION_FAILED, members=draft_and_reading, kind="overtaken-revision"
        ),
        NotConfirmedError: Rule(status=HTTPStatus.CONFLICT, members=not_confirmed, kind="not-confirmed"),
        IdentifyingTextError: Rule(
            status=HTTPStatus.UNPROCESSABLE_ENTITY, members=suspicious_places, kind="identifying-text"
        ),
        PreconditionRequiredError: Rule(status=HTTPStatus.PRECONDITION_REQUIRED),
        CursorError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        PageKeyError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        RangeNotSatisfiableError: Rule(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=_size),
        NotAcceptableError: Rule(status=HTTPStatus.NOT_ACCEPTABLE),
        NotADicomUploadError: Rule(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        MalformedUploadError: Rule(status=HTTPStatus.BAD_REQUEST),
        TooManyPartsError: Rule(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        TooManyDownloadsError: Rule(status=HTTPStatus.TOO_MANY_REQUESTS, headers=_soon),
        NoSuchReleaseError: Rule(status=HTTPStatus.NOT_FOUND),
        NoSuchReleaseFileError: Rule(status=HTTPStatus.NOT_FOUND),
        NoSuchGrantError: Rule(status=HTTPStatus.NOT_FOUND),
        NoSuchGranteeError: Rule(status=HTTPStatus.NOT_FOUND),
        ErasedFileError: Rule(status=HTTPStatus.GONE, kind="erased"),
        NotReadyError: Rule(status=HTTPStatus.CONFLICT, kind="release-not-ready"),
        AlreadyReadyError: Rule(status=HTTPStatus.CONFLICT, kind="release-ready"),
        AlteredFileError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, kind="altered-file"),
        NotFailedError: Rule(status=HTTPStatus.CONFLICT, kind="release-not-failed"),
        AlreadyErasedError: Rule(status=HTTPStatus.CONFLICT, kind="already-erased"),
        NotGrantedError: Rule(status=HTTPStatus.FORBIDDEN, kind="release-not-granted"),
        GrantExpiredError: Rule(status=HTTPStatus.FORBIDDEN, kind="release-grant-expired"),
        GrantRevokedError: Rule(status=HTTPStatus.FORBIDDEN, kind="release-grant-revoked"),
        StillBlindError: Rule(status=HTTPStatus.FORBIDDEN, kind="still-blind"),
        UnacceptableReleaseError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        EmptyCohortError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY, kind="empty-cohort"),
        NoRoomError: Rule(status=HTTPStatus.INSUFFICIENT_STORAGE),
        FormatMissingError: Rule(status=HTTPStatus.UNPROCESSABLE_ENTITY),
        TooManyStreamsError: Rule(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_retry),
        TooManyUploadsError: Rule(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_retry),
        StoredCohortError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a saved query cannot be read"),
        StoredContextError: Rule(
            status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a stored clinical context is damaged"
        ),
        SearchError: Rule(status=HTTPStatus.BAD_REQUEST),
        NotGivenError: Rule(status=HTTPStatus.BAD_REQUEST),
        StoredAuditError: Rule(
            status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a stored entry of the audit log is damaged"
        ),
        StoredLesionError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a stored lesion is damaged"),
        StoredDraftError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a stored draft is damaged"),
        StoredReadingError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="a stored reading is damaged"),
        ImageMissingError: Rule(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail="the file of this object is missing"),
        ImageStoreUnavailableError: Rule(
            status=HTTPStatus.SERVICE_UNAVAILABLE, detail="the image store does not answer", headers=_retry
        ),
        ImageStoreSilentError: Rule(
            status=HTTPStatus.GATEWAY_TIMEOUT, detail="the image store takes too long", headers=_retry
        ),
        ImageStoreFailedError: Rule(
            status=HTTPStatus.BAD_GATEWAY,
            detail="the image store failed; compressed images are given as they are only, with transfer-syntax=*",
        ),
        sql.OperationalError: _DATABASE_DOWN,
        sql.InterfaceError: _DATABASE_DOWN,
        sql.TimeoutError: _DATABASE_DOWN,
    }
)


NOT_AS_DESCRIBED = "the request is not as described in /api/v1/openapi.json"

# What FastAPI makes a 400 of, unlike other bodies that are no JSON: bytes that are no text, numbers of more digits and
# lists in more lists than Python reads.
UNREADABLE = (ValueError, RecursionError)


def title(status: int) -> str:
    """The name of a status."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def new_instance() -> str:
    """Names one occurrence of a problem, for the client and the log alike; never the path."""
    return f"urn:uuid:{uuid.uuid4()}"


def problem(
    status: int,
    detail: str | None = None,
    *,
    instance: str | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str | None = None,
    **members: Any,
) -> JSONResponse:
    """A problem answer; `members` that are empty are left out."""
    name = title(status)
    body = {
        "type": f"urn:osteon:problem:{kind or name.lower().replace(' ', '-')}",
        "title": name,
        "status": int(status),
        "detail": detail or name,
        "instance": instance or new_instance(),
        **{member: value for member, value in members.items() if value},
    }
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def answer_errors(app: FastAPI) -> None:
    """Have every error that the table names, and FastAPI's own, answered as a problem."""
    for error in RULES:
        app.add_exception_handler(error, _by_rule)
    app.add_exception_handler(HTTPException, _by_framework)
    app.add_exception_handler(RequestValidationError, _by_validation)


async def _by_rule(_request: Request, error: Exception) -> JSONResponse:
    rule = next(RULES[kind] for kind in type(error).__mro__ if kind in RULES)
    instance = new_instance()
    if rule.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s: %s", instance, type(error).__name__)
    return problem(
        rule.status,
        rule.detail or str(error),
        instance=instance,
        headers=rule.headers(error),
        kind=rule.kind,
        errors=[dict(field) for field in rule.fields(error)],
        **rule.members(error),
    )


async def _by_framework(_request: Request, error: Exception) -> JSONResponse:
    """Unknown paths, wrong methods, bodies too large, or with what no text holds."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST and isinstance(error.__cause__, UNREADABLE):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AS_DESCRIBED, errors=[{"pointer": "#", "detail": NOT_JSON}])
    return problem(error.status_code, title(error.status_code), headers=error.headers)


async def _by_validation(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    known = await to_thread.run_sync(request.app.known_names)  # the first time takes half a second
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        NOT_AS_DESCRIBED,
        errors=field_problems(error.errors(), known),
    )
