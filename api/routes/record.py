"""Clinical records: what the study asks of a patient beside the images.

Clinicians fill it in; everyone who reads, discusses or studies the patient may look at what is final. Drafts are for
those who fill in.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from starlette.status import HTTP_201_CREATED

from annotation.registry import record
from annotation.registry.computing import computed_of
from annotation.registry.entries import RecordEntry
from annotation.registry.preview import preview
from annotation.roles import Role
from api.access import ANYBODY, CLINICAL, IMAGES
from api.authentication import Reader
from api.callers import Caller
from api.openapi import problems
from api.preconditions import IfMatch, etag, expected_revision
from api.schemas.catalogue import Pseudonym
from api.schemas.record import EntryBody, EntryOut, EntryVersionsOut, RecordedEntryOut, RecordOut
from api.schemas.record_dictionary import RecordDictionaryOut
from api.schemas.record_preview import PreviewBody, PreviewOut
from api.true_times import TrueTimes, shown
from api.work import ReadUow, WriteUow, utc_now

router = APIRouter(tags=["clinical record"], responses=problems(401, 404, 422, 503))

FormName = Annotated[str, Path(pattern=r"^[a-z_]{1,32}$", examples=["biology"])]


@router.get("/record/dictionary", dependencies=[ANYBODY])
def read_record_dictionary() -> RecordDictionaryOut:
    """Every form of the clinical record with its variables, units, permitted values and words on screen."""
    return RecordDictionaryOut.whole()


@router.post("/record/{form_name}/preview", responses=problems(413, 415), dependencies=[ANYBODY])
def preview_record_form(form_name: FormName, body: PreviewBody) -> PreviewOut:
    """What a form that is being filled in comes to; nothing is stored, and no patient is named."""
    given = body.model_dump()["values"]
    return PreviewOut.of(
        preview(form_name, given, body.person(), today=utc_now().date(), complete=body.complete),
    )


@router.get("/patients/{pseudonym}/record", dependencies=[IMAGES])
def read_record(pseudonym: Pseudonym, reader: Reader, uow: ReadUow, times: TrueTimes) -> RecordOut:
    """The whole clinical record of one patient, with what is computed from it."""
    entries = record.record_of(pseudonym, uow, drafts=sees_drafts(reader))
    computed = computed_of(entries)
    recorded = [RecordedEntryOut.within(each, etag(each.revision), computed.get(each.id, {})) for each in entries]
    return shown(RecordOut(pseudonym=pseudonym, entries=recorded), times)


@router.post(
    "/patients/{pseudonym}/record/{form_name}",
    status_code=HTTP_201_CREATED,
    responses=problems(409, 413, 415),
    dependencies=[CLINICAL],
)
def enter_record_entry(
    *, pseudonym: Pseudonym, form_name: FormName, body: EntryBody, reader: Reader, uow: WriteUow, response: Response
) -> EntryOut:
    """Fill in a form of a patient: a draft, or an entry that counts."""
    entered = record.enter(pseudonym, form_name, body.to_domain(), by=reader.label, now=utc_now, uow=uow)
    response.headers["Location"] = f"/api/v1/record-entries/{entered.id}"
    return _tagged(entered, response)


@router.get("/record-entries/{entry_id}", dependencies=[IMAGES])
def read_record_entry(entry_id: UUID, reader: Reader, uow: ReadUow, times: TrueTimes, response: Response) -> EntryOut:
    """The newest version of one entry; its ETag is needed to revise it."""
    return shown(_tagged(record.entry(entry_id, uow, drafts=sees_drafts(reader)), response), times)


@router.put("/record-entries/{entry_id}", responses=problems(409, 412, 413, 415, 428), dependencies=[CLINICAL])
def revise_record_entry(
    *, entry_id: UUID, body: EntryBody, reader: Reader, uow: WriteUow, response: Response, if_match: IfMatch = None
) -> EntryOut:
    """Replace an entry by a new version, or withdraw it; the earlier versions are kept."""
    revised = record.revise(
        entry_id, expected_revision(if_match), body.to_domain(), by=reader.label, now=utc_now, uow=uow
    )
    return _tagged(revised, response)


@router.get("/record-entries/{entry_id}/revisions", dependencies=[IMAGES])
def list_record_entry_revisions(entry_id: UUID, reader: Reader, uow: ReadUow, times: TrueTimes) -> EntryVersionsOut:
    """Every version of one entry, the first one first."""
    versions = record.history(entry_id, uow, drafts=sees_drafts(reader))
    return shown(EntryVersionsOut(items=[EntryOut.of(each) for each in versions]), times)


def sees_drafts(reader: Caller) -> bool:
    """Drafts are for those who fill in."""
    return Role.CLINICIAN in reader.roles


def _tagged(entry: RecordEntry, response: Response) -> EntryOut:
    response.headers["ETag"] = etag(entry.revision)
    return EntryOut.of(entry)
