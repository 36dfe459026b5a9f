"""What a custodian looks after: that everything sent is accounted for, and what was set aside.

The API has neither the vault nor the keys: nothing here can tell whose an object is. Releasing and destroying what was
set aside needs the key, and is done on the node (`osteon quarantine`).
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from annotation.errors import NotFoundError
from api.access import CUSTODY
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.schemas.catalogue import Uid
from api.schemas.custody import AssociationsOut, QuarantinedOut, StudyBalanceOut
from api.services import EngineOf
from api.work import utc_now
from storage.ledger_accounts import Accounts
from storage.ledger_quarantine import QuarantineLedger

router = APIRouter(prefix="/custody", tags=["custody"], responses=problems(401, 422, 503))

MOST_DAYS, MOST_ASSOCIATIONS = 366, 500
REASON = r"^[a-z_]{1,64}$"

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Of so many days up to now.")]
Reason = Annotated[str | None, Query(pattern=REASON, description="Only for this reason.", examples=["residue"])]
Decided = Annotated[bool, Query(description="Those that were released or destroyed, instead of those that are kept.")]


@router.get("/associations", dependencies=[CUSTODY])
def list_associations(engine: EngineOf, days: Days = 7) -> AssociationsOut:
    """What each association brought, and where it is: received = stored + duplicates + quarantined + refused."""
    since = utc_now() - timedelta(days=days)
    accounts = Accounts(engine)
    opened = accounts.opened_since(since)
    found = accounts.associations(opened[-MOST_ASSOCIATIONS:])
    return AssociationsOut.of(
        days,
        found[::-1],
        accounts.rejected_since(since)[::-1],
        QuarantineLedger(engine).reasons(),
        complete=len(opened) <= MOST_ASSOCIATIONS,
    )


@router.get("/studies/{study_instance_uid}", responses=problems(404), dependencies=[CUSTODY])
def read_study_balance(study_instance_uid: Uid, engine: EngineOf) -> StudyBalanceOut:
    """What was received of one study, and where it is."""
    found = Accounts(engine).study(study_instance_uid)
    if found is None:
        raise NotFoundError("nothing is known of such a study")
    return StudyBalanceOut.of(found)


@router.get("/quarantine", dependencies=[CUSTODY])
def list_quarantine(
    engine: EngineOf, page: PageAsked, reason: Reason = None, *, decided: Decided = False
) -> PageOut[QuarantinedOut]:
    """Objects that were set aside, with the reason, the newest first."""
    name = f"quarantine-{reason or 'any'}-{decided}"
    ledger = QuarantineLedger(engine)
    listed = ledger.decided if decided else ledger.kept
    return page_out(name, listed(reason=reason, limit=page.limit, after=page.after(name)), QuarantinedOut.of)
