"""One dossier of a session as it is presented, and the decision on it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from annotation.audit import Action, Kind, Note
from annotation.meeting_sheet.decisions import first_said
from annotation.meetings import deciding
from annotation.meetings.meeting import Meeting
from annotation.meetings.presenting import Presented, present
from annotation.registry.quality import Shortfall
from annotation.skeleton_drawing.marks import Colouring
from api.access import CLINICAL, MEETING
from api.audit_trail import trail_of
from api.authentication import Reader
from api.callers import Caller
from api.meeting_sheets.printing import printed
from api.meeting_sheets.session import PrintedDossier, session_document
from api.openapi import problems
from api.patient_studies import studies_of
from api.preconditions import IfMatch, etag, expected_revision
from api.routes.record import sees_drafts
from api.routes.sheets import PDF, drawn, gives, images_of, inline_file
from api.schemas.catalogue import Pseudonym
from api.schemas.meeting_dossiers import DecisionBody, DecisionOut, DossierOut
from api.schemas.meetings import MeetingSummaryOut
from api.schemas.sheets import ColouringAsked, Language, LanguageAsked, SheetOut
from api.services import CatalogueOf, KeyImagesOf
from api.software import software
from api.work import ReadUow, WriteUow, utc_now
from storage.catalogue import Catalogue
from storage.registry_records.quality import Asked
from storage.unit_of_work import SqlUnitOfWork

router = APIRouter(tags=["meetings"], responses=problems(401, 404, 422, 503))

MOST_LACKS = 50


@router.get("/meetings/{meeting_id}/dossiers/{pseudonym}", dependencies=[MEETING])
def read_dossier(
    *,
    meeting_id: UUID,
    pseudonym: Pseudonym,
    reader: Reader,
    uow: ReadUow,
    catalogue: CatalogueOf,
    language: LanguageAsked = Language.ENGLISH,
) -> DossierOut:
    """The seven points, images, lesions, scores with their course, what is missing, the rules' answers, the events
    since the last presentation, and the decision."""
    return _out(_presented(meeting_id, pseudonym, reader, uow, catalogue), uow, language)


@router.put(
    "/meetings/{meeting_id}/dossiers/{pseudonym}/decision",
    responses=problems(409, 412, 413, 415, 428),
    dependencies=[CLINICAL],
)
def decide_dossier(
    *,
    meeting_id: UUID,
    pseudonym: Pseudonym,
    body: DecisionBody,
    reader: Reader,
    uow: WriteUow,
    response: Response,
    if_match: IfMatch = None,
    language: LanguageAsked = Language.ENGLISH,
) -> DecisionOut:
    """Record what was decided, as a version of the patient's presentation. If-Match names its revision, `"0"` where
    there is none yet."""
    entry = deciding.decide(
        meeting_id,
        pseudonym,
        expected_revision(if_match),
        body.to_domain(),
        by=reader.label,
        now=utc_now,
        uow=uow,
    )
    response.headers["ETag"] = etag(entry.revision)
    with uow:
        decided = first_said(entry, uow.records.history(entry.id))
    return DecisionOut.of(entry, decided, language)


@router.get(
    "/meetings/{meeting_id}/sheet.pdf",
    response_class=Response,
    responses=gives(PDF, "The session on A4 pages."),
    dependencies=[MEETING],
)
def print_meeting(
    *,
    meeting_id: UUID,
    request: Request,
    reader: Reader,
    uow: ReadUow,
    catalogue: CatalogueOf,
    key_images: KeyImagesOf,
    language: LanguageAsked = Language.ENGLISH,
    colour: ColouringAsked = Colouring.RISK,
) -> Response:
    """A summary of the session, then the sheet of each patient with the request; no identity is in it."""
    with uow:
        meeting = uow.meetings.get(meeting_id)
    _note_export(request, meeting)
    printed_dossiers = []
    for pseudonym in meeting.order:
        presented = _presented(meeting_id, pseudonym, reader, uow, catalogue)
        images = images_of(presented.sheet, key_images)
        skeleton = drawn(presented.sheet, colour, language)
        printed_dossiers.append(
            PrintedDossier(dossier=_out(presented, uow, language), skeleton=skeleton, images=images)
        )
    summary = MeetingSummaryOut.of(meeting)
    content = printed(session_document(summary, printed_dossiers, language, colour, software()))
    name = f"meeting-{meeting.held_on.isoformat()}-{language.value}.pdf"
    return inline_file(content, PDF, name)


def _note_export(request: Request, meeting: Meeting) -> None:
    """Of the session, and of each patient that is in the file."""
    whole = Note(action=Action.EXPORTED, kind=Kind.MEETING, object_id=str(meeting.id))
    each = (Note(action=Action.EXPORTED, kind=Kind.PATIENT, object_id=who, pseudonym=who) for who in meeting.order)
    trail_of(request.scope).looked_up = (whole, *each)


def _presented(meeting_id: UUID, pseudonym: str, reader: Caller, uow: SqlUnitOfWork, catalogue: Catalogue) -> Presented:
    return present(meeting_id, pseudonym, studies_of(pseudonym, catalogue), uow, drafts=sees_drafts(reader))


def _out(presented: Presented, uow: SqlUnitOfWork, language: Language) -> DossierOut:
    sheet = SheetOut.of(presented.sheet, language, made_on=utc_now().date(), software=software())
    return DossierOut.of(presented, sheet, _lacks(presented.dossier.pseudonym, uow), language)


def _lacks(pseudonym: str, uow: SqlUnitOfWork) -> list[Shortfall]:
    with uow:
        return uow.shortfalls(Asked(now=utc_now(), limit=MOST_LACKS, pseudonym=pseudonym))
