"""The audit log over HTTP. For custodians and administrators."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from annotation.audit import Action, AuditFilter
from annotation.audit_chain import ChainBrokenError
from annotation.roles import Role
from api.authentication import needs
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.reading_pages import number_after, page_of
from api.schemas.audit import AuditEntryOut, VerificationOut
from api.schemas.catalogue import PSEUDONYM_PATTERN
from api.services import EngineOf
from api.work import ReadUow
from storage.audit_log import AuditLog

router = APIRouter(tags=["audit"], responses=problems(401, 422, 500, 503))

OfPatient = Annotated[
    str | None, Query(alias="patient", pattern=PSEUDONYM_PATTERN, description="Only about this pseudonym.")
]
OfActor = Annotated[str | None, Query(alias="actor", max_length=100, description="Only by whom, to the letter.")]
OfAction = Annotated[list[Action] | None, Query(alias="action", description="Only of these; repeat it for several.")]
Since = Annotated[AwareDatetime | None, Query(description="Not before.", examples=["2031-07-01T00:00:00Z"])]
Until = Annotated[AwareDatetime | None, Query(description="Before.", examples=["2031-08-01T00:00:00Z"])]


@router.get("/audit", dependencies=[needs(Role.CUSTODIAN, Role.ADMINISTRATOR)])
def list_audit_entries(
    *,
    uow: ReadUow,
    page: PageAsked,
    patient: OfPatient = None,
    actor: OfActor = None,
    action: OfAction = None,
    since: Since = None,
    until: Until = None,
) -> PageOut[AuditEntryOut]:
    """Who saw, changed and fetched what, the newest first."""
    wanted = AuditFilter(pseudonym=patient, actor=actor, actions=frozenset(action or ()), since=since, until=until)
    before = number_after(page.after("audit")) or None
    with uow:
        found = uow.audit.newest(wanted, before=before, limit=page.limit + 1)
    return page_out("audit", page_of(found, page.limit, lambda last: str(last.number)), AuditEntryOut.of)


@router.get("/audit/verification", dependencies=[needs(Role.CUSTODIAN, Role.ADMINISTRATOR)])
def verify_audit_log(engine: EngineOf) -> VerificationOut:
    """Whether every entry is as it was written. The whole log is read: ask when it is wanted, not all the time.

    Keep `head` elsewhere: `osteon audit verify --expect` finds by it a log that was forged anew, or cut off.
    """
    try:
        head = AuditLog(engine).verify()
    except ChainBrokenError as broken:
        return VerificationOut(whole=False, entries=None, head=None, first_broken=broken.number)
    return VerificationOut(whole=True, entries=head.number, head=str(head), first_broken=None)
