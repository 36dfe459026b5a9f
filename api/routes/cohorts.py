"""Cohorts: what a query finds, before anything is built, and queries saved under a name.

Counting and looking is for those who may see findings; how a cohort is asked for, everyone who is signed in may see.
"""

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from starlette.status import HTTP_201_CREATED

from annotation.cohorts import saving
from annotation.cohorts.catalogue import FIELDS
from annotation.cohorts.documents import filter_document
from annotation.cohorts.filters import CohortQuery
from annotation.cohorts.saving import LONGEST_NAME, NAME_PATTERN
from annotation.sight import Sight
from api.access import COHORTS, QUERIES
from api.authentication import Reader
from api.errors import CursorError
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.reading_pages import page_of
from api.schemas.cohorts import (
    CohortBody,
    CohortCountsOut,
    CohortDistributionsOut,
    CohortFieldsOut,
    CohortStudyOut,
    NewCohortBody,
    SavedCohortOut,
)
from api.services import EngineOf
from api.work import ReadUow, WriteUow, utc_now
from storage.catalogue_records import PageKey
from storage.cohorts.store import CohortStore

router = APIRouter(prefix="/cohorts", tags=["cohorts"], responses=problems(401, 403, 422, 503))

BODY = problems(413, 415)
LARGEST_VERSION = 2**31 - 1

Name = Annotated[str, Path(pattern=f"^{NAME_PATTERN}$", max_length=LONGEST_NAME)]
Version = Annotated[int, Path(ge=1, le=LARGEST_VERSION)]


def _store(engine: EngineOf, reader: Reader) -> CohortStore:
    """As far as the one who asks may see."""
    return CohortStore(engine, Sight(reader=reader.label))


Store = Annotated[CohortStore, Depends(_store)]


@router.get("/fields", dependencies=[QUERIES])
def list_cohort_fields() -> CohortFieldsOut:
    """What a cohort can be asked by."""
    return CohortFieldsOut.of(FIELDS.values())


@router.post("/counts", responses=BODY, dependencies=[COHORTS])
def count_cohort(body: CohortBody, store: Store) -> CohortCountsOut:
    """How many patients, studies, series, objects, bytes and readings a query finds; nothing is built."""
    return CohortCountsOut.of(store.counts(body.to_domain()))


@router.post("/distributions", responses=BODY, dependencies=[COHORTS])
def show_cohort_distributions(body: CohortBody, store: Store) -> CohortDistributionsOut:
    """What a query finds is made of: primary tumours, modalities, bones, types of lesions, bands of scores."""
    return CohortDistributionsOut.of(store.distributions(body.to_domain()))


@router.post("/preview", responses=BODY, dependencies=[COHORTS])
def preview_cohort(body: CohortBody, store: Store, page: PageAsked) -> PageOut[CohortStudyOut]:
    """The studies that a query finds, by pseudonym, page by page; a cursor is good for the same query only."""
    query = body.to_domain()
    name = _list_of(query)
    return page_out(name, store.preview(query, after=page.after(name), limit=page.limit), CohortStudyOut.of)


@router.post("", status_code=HTTP_201_CREATED, responses=BODY, dependencies=[COHORTS])
def save_cohort(body: NewCohortBody, reader: Reader, uow: WriteUow, response: Response) -> SavedCohortOut:
    """Save a query as the next version of its name; one that is the newest version already is not saved again."""
    saved = saving.save_cohort(body.name, body.to_domain(), by=reader.label, now=utc_now, uow=uow)
    response.headers["Location"] = f"/api/v1/cohorts/{saved.name}/versions/{saved.version}"
    return SavedCohortOut.of(saved)


@router.get("", dependencies=[QUERIES])
def list_cohorts(uow: ReadUow, page: PageAsked) -> PageOut[SavedCohortOut]:
    """The newest version of each saved query, by name."""
    found = saving.saved_cohorts(uow, after=_after(page.after("cohorts")), limit=page.limit + 1)
    return page_out("cohorts", page_of(found, page.limit, lambda last: last.name), SavedCohortOut.of)


@router.get("/{cohort_name}", responses=problems(404), dependencies=[QUERIES])
def read_cohort(cohort_name: Name, uow: ReadUow) -> SavedCohortOut:
    """The newest version of one saved query."""
    return SavedCohortOut.of(saving.saved_cohort(cohort_name, None, uow))


@router.get("/{cohort_name}/versions", responses=problems(404), dependencies=[QUERIES])
def list_cohort_versions(cohort_name: Name, uow: ReadUow, page: PageAsked) -> PageOut[SavedCohortOut]:
    """Every version of one saved query, the first one first."""
    after = _after(page.after("cohort-versions")) or "0"
    if not after.isdecimal() or int(after) > LARGEST_VERSION:
        raise CursorError("the cursor is not one of this list")
    found = saving.versions_of(cohort_name, uow, after=int(after), limit=page.limit + 1)
    return page_out("cohort-versions", page_of(found, page.limit, lambda last: str(last.version)), SavedCohortOut.of)


@router.get("/{cohort_name}/versions/{cohort_version}", responses=problems(404), dependencies=[QUERIES])
def read_cohort_version(cohort_name: Name, cohort_version: Version, uow: ReadUow) -> SavedCohortOut:
    """One version of one saved query."""
    return SavedCohortOut.of(saving.saved_cohort(cohort_name, cohort_version, uow))


def _list_of(query: CohortQuery) -> str:
    content = json.dumps(filter_document(query.where), sort_keys=True)
    return f"cohort-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _after(key: PageKey | None) -> str:
    if key is None:
        return ""
    if len(key) != 1:
        raise CursorError("the cursor is not one of this list")
    return key[0]
