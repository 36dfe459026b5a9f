"""What a request is about, told from its route alone, so that no route is forgotten.

What is in the path parameters decides: the last one that names a thing is the thing. A new kind of parameter is added
to one of the two tables below; a test walks every route and demands it. What a route changes, its transaction notes.
"""

from collections.abc import Mapping
from types import MappingProxyType

from annotation.audit import Action, Kind, Note

OBJECTS: Mapping[str, Kind] = MappingProxyType(
    {
        "pseudonym": Kind.PATIENT,
        "study_instance_uid": Kind.STUDY,
        "series_instance_uid": Kind.SERIES,
        "sop_instance_uid": Kind.INSTANCE,
        "lesion_id": Kind.LESION,
        "reading_id": Kind.READING,
        "draft_id": Kind.DRAFT,
        "context_id": Kind.CONTEXT,
        "entry_id": Kind.RECORD,
        "meeting_id": Kind.MEETING,
        "protocol_id": Kind.PROTOCOL,
        "assignment_id": Kind.ASSIGNMENT,
        "cohort_name": Kind.COHORT,
        "user_id": Kind.ACCOUNT,
        "token_id": Kind.TOKEN,
        "number": Kind.RELEASE,
        "job_id": Kind.JOB,
    }
)
"""Path parameters that name a thing."""

PLACES = frozenset({"revision", "frames", "attribute", "path", "account", "cohort_version", "form_name"})
"""Path parameters that say which part of the thing."""

ASKED_FOR = MappingProxyType(
    {
        "patient": Kind.PATIENT,
        "PatientID": Kind.PATIENT,
        "00100020": Kind.PATIENT,
        "StudyInstanceUID": Kind.STUDY,
        "0020000D": Kind.STUDY,
    }
)
"""Query parameters that restrict a list to a thing."""

EXEMPT: Mapping[str, str] = MappingProxyType(
    {
        "GET /api/v1/sites": "places in the skeleton: of no patient",
        "GET /api/v1/cohorts/fields": "what can be asked by: of no patient",
        "GET /api/v1/record/dictionary": "what the forms ask: of no patient",
        "POST /api/v1/record/{form_name}/preview": "what a form comes to while it is filled in: of no patient",
        "GET /api/v1/changes": "asked for every few seconds; tells identifiers only: reading them is noted",
        "GET /api/v1/events": "as changes are, and has no end",
        "GET /api/v1/me": "tells people of themselves: of no patient",
        "GET /api/v1/me/tokens": "tells people of their own: of no patient",
        "POST /api/v1/sign-out": "a session that ends is noted with its end; without one, nothing is done",
        "PATCH /api/v1/drafts/{draft_id}": "every few seconds, of what only its author sees; signing is noted",
    }
)
"""Routes that need a token and are not noted, and why."""

UPLOADS = frozenset({"POST /dicom-web/studies", "POST /dicom-web/studies/{study_instance_uid}"})
"""What stands in their paths is a hospital's own identifier, and never written down."""

ASKED = MappingProxyType(
    {
        "POST /api/v1/cohorts/counts": Note(action=Action.VIEWED, kind=Kind.COHORT),
        "POST /api/v1/cohorts/distributions": Note(action=Action.VIEWED, kind=Kind.COHORT),
        "POST /api/v1/cohorts/preview": Note(action=Action.LISTED, kind=Kind.STUDY),
    }
)
"""What is asked for in a body. The question is not written down: it could be about one patient."""

_OF_THE_BODY = MappingProxyType({**ASKED, **dict.fromkeys(UPLOADS, Note(action=Action.UPLOADED, kind=Kind.STUDY))})

_COLLECTIONS: Mapping[str, Kind] = MappingProxyType(
    {
        "patients": Kind.PATIENT,
        "studies": Kind.STUDY,
        "series": Kind.SERIES,
        "instances": Kind.INSTANCE,
        "lesions": Kind.LESION,
        "readings": Kind.READING,
        "drafts": Kind.DRAFT,
        "clinical-contexts": Kind.CONTEXT,
        "record": Kind.RECORD,
        "data-quality": Kind.RECORD,
        "meetings": Kind.MEETING,
        "protocols": Kind.PROTOCOL,
        "cohorts": Kind.COHORT,
        "worklist": Kind.ASSIGNMENT,
        "counts": Kind.ASSIGNMENT,
        "next": Kind.ASSIGNMENT,
        "users": Kind.ACCOUNT,
        "tokens": Kind.TOKEN,
        "audit": Kind.AUDIT,
        "releases": Kind.RELEASE,
        "jobs": Kind.JOB,
        "associations": Kind.INSTANCE,
        "quarantine": Kind.INSTANCE,
        "verification": Kind.AUDIT,
    }
)
_OF_THE_THING = frozenset({"revisions", "history", "versions"})
"""Lists of what became of the thing that the path names."""

_FILES = frozenset({"file", "archive", "manifest", "{path:path}", "sheet.pdf", "skeleton.svg", "skeleton.png"})
_DICOM_WEB = "/dicom-web/"
_SHOWN = frozenset({"metadata", "rendered", "thumbnail"})
"""What DICOMweb gives to be looked at; all else that it gives is the objects, or parts of them, as they are."""

_UNNOTED = MappingProxyType({"PUT": Action.CHANGED, "PATCH": Action.CHANGED, "DELETE": Action.REMOVED})


def note_of(method: str, template: str) -> Note | None:
    """What is noted of a route that answered; None for those that are exempt."""
    route = f"{'GET' if method == 'HEAD' else method} {template}"
    if route in EXEMPT:
        return None
    if route in _OF_THE_BODY:
        return _OF_THE_BODY[route]
    last = template.rsplit("/", 1)[-1]
    if method in _UNNOTED:
        return Note(action=_UNNOTED[method])
    if method == "GET" and last in _COLLECTIONS:
        return Note(action=Action.LISTED, kind=_COLLECTIONS[last])
    if last in _OF_THE_THING:
        return Note(action=Action.LISTED)
    is_file = last in _FILES or (template.startswith(_DICOM_WEB) and last not in _SHOWN)
    return Note(action=Action.EXPORTED if is_file and method == "GET" else Action.VIEWED)


def candidates(
    method: str, template: str, path: Mapping[str, object], query: Mapping[str, str]
) -> tuple[tuple[Kind, str], ...]:
    """What a request names, the most particular first."""
    if f"{method} {template}" in UPLOADS:
        return ()
    named = [(OBJECTS[name], str(value)) for name, value in path.items() if name in OBJECTS]
    asked = [(kind, query[name]) for name, kind in ASKED_FOR.items() if name in query]
    return (*reversed(named), *reversed(asked))
