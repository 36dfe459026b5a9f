"""Who may do what: every route of the application is tried with every role alone."""

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import Engine

from annotation.roles import Role, named
from api.access import access_of, as_table
from api.authentication import needs, signed_in
from storage.tokens import Tokens
from tests.integration.api.test_authentication import OPEN, every_operation, with_examples

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

R, C, S, K, A = Role  # radiologist, clinician, researcher, custodian (keeper), administrator

RELEASED = "/dicom-web/releases/{number}"
STUDY = "/studies/{study_instance_uid}"
SERIES = STUDY + "/series/{series_instance_uid}"
INSTANCE = SERIES + "/instances/{sop_instance_uid}"
OF_RELEASES = (
    *("/studies", "/series", "/instances", STUDY + "/series", STUDY + "/instances", SERIES + "/instances"),
    *(STUDY, SERIES, INSTANCE, STUDY + "/metadata", SERIES + "/metadata", INSTANCE + "/metadata"),
    *(INSTANCE + "/bulk/{attribute:path}", INSTANCE + "/frames/{frames}"),
    *(INSTANCE + "/rendered", INSTANCE + "/frames/{frames}/rendered"),
)
"""For every role: who has a grant has them."""

EXPECTED: dict[tuple[str, str], set[Role]] = {
    **{("GET", RELEASED + path): set(Role) for path in OF_RELEASES},
    ("POST", "/api/v1/sign-out"): {R, C, S, K, A},
    ("GET", "/api/v1/me"): {R, C, S, K, A},
    ("POST", "/api/v1/me/password"): {R, C, S, K, A},
    ("GET", "/api/v1/me/tokens"): {R, C, S, K, A},
    ("POST", "/api/v1/me/tokens"): {R, C, S, K, A},
    ("DELETE", "/api/v1/me/tokens/{token_id}"): {R, C, S, K, A},
    ("GET", "/api/v1/users"): {A},
    ("POST", "/api/v1/users"): {A},
    ("GET", "/api/v1/users/{user_id}"): {A},
    ("PATCH", "/api/v1/users/{user_id}"): {A},
    ("GET", "/api/v1/patients"): {R, C, S, K},
    ("GET", "/api/v1/patients/{pseudonym}"): {R, C, S, K},
    ("GET", "/api/v1/studies"): {R, C, S, K},
    ("GET", "/api/v1/studies/{study_instance_uid}"): {R, C, S, K},
    ("GET", "/api/v1/studies/{study_instance_uid}/series"): {R, C, S, K},
    ("GET", "/api/v1/studies/{study_instance_uid}/instances"): {R, C, S, K},
    ("GET", "/api/v1/series/{series_instance_uid}"): {R, C, S, K},
    ("GET", "/api/v1/series/{series_instance_uid}/instances"): {R, C, S, K},
    ("GET", "/api/v1/instances/{sop_instance_uid}"): {R, C, S, K},
    ("GET", "/api/v1/instances/{sop_instance_uid}/file"): {R, C, S},
    ("HEAD", "/api/v1/instances/{sop_instance_uid}/file"): {R, C, S},
    ("GET", "/api/v1/cohorts"): {R, C, S, K, A},
    ("GET", "/api/v1/cohorts/fields"): {R, C, S, K, A},
    ("GET", "/api/v1/cohorts/{cohort_name}"): {R, C, S, K, A},
    ("GET", "/api/v1/cohorts/{cohort_name}/versions"): {R, C, S, K, A},
    ("GET", "/api/v1/cohorts/{cohort_name}/versions/{cohort_version}"): {R, C, S, K, A},
    ("POST", "/api/v1/cohorts"): {R, C, S},
    ("POST", "/api/v1/cohorts/counts"): {R, C, S},
    ("POST", "/api/v1/cohorts/distributions"): {R, C, S},
    ("POST", "/api/v1/cohorts/preview"): {R, C, S},
    ("GET", "/api/v1/custody/associations"): {K, A},
    ("GET", "/api/v1/custody/quarantine"): {K, A},
    ("GET", "/api/v1/custody/studies/{study_instance_uid}"): {K, A},
    ("GET", "/api/v1/audit/verification"): {K, A},
    ("GET", "/api/v1/sites"): {R, C, S, K, A},
    ("GET", "/api/v1/patients/{pseudonym}/lesions"): {R, C, S},
    ("POST", "/api/v1/patients/{pseudonym}/lesions"): {R},
    ("GET", "/api/v1/lesions/{lesion_id}"): {R, C, S},
    ("GET", "/api/v1/lesions/{lesion_id}/readings"): {R, C, S},
    ("POST", "/api/v1/lesions/{lesion_id}/readings"): {R},
    ("GET", "/api/v1/patients/{pseudonym}/readings"): {R, C, S},
    ("GET", "/api/v1/studies/{study_instance_uid}/readings"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}"): {R, C, S},
    ("PUT", "/api/v1/readings/{reading_id}"): {R},
    ("GET", "/api/v1/readings/{reading_id}/reports"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}/reports/{revision}/file"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}/revisions"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}/revisions/{revision}"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}/scores"): {R, C, S},
    ("GET", "/api/v1/lesions/{lesion_id}/scores"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/scores"): {R, C, S},
    ("GET", "/api/v1/drafts"): {R},
    ("DELETE", "/api/v1/drafts/{draft_id}"): {R},
    ("GET", "/api/v1/drafts/{draft_id}"): {R},
    ("PATCH", "/api/v1/drafts/{draft_id}"): {R},
    ("POST", "/api/v1/drafts/{draft_id}/sign"): {R},
    ("POST", "/api/v1/lesions/{lesion_id}/drafts"): {R},
    ("POST", "/api/v1/readings/{reading_id}/drafts"): {R},
    ("GET", "/api/v1/readings/{reading_id}/history"): {R, C, S},
    ("GET", "/api/v1/readings/{reading_id}/key-image.png"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/sheet"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/sheet.pdf"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/skeleton.png"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/skeleton.svg"): {R, C, S},
    ("GET", "/api/v1/patients/{pseudonym}/clinical-contexts"): {R, C, S},
    ("POST", "/api/v1/patients/{pseudonym}/clinical-contexts"): {C},
    ("GET", "/api/v1/clinical-contexts/{context_id}"): {R, C, S},
    ("PUT", "/api/v1/clinical-contexts/{context_id}"): {C},
    ("GET", "/api/v1/clinical-contexts/{context_id}/revisions"): {R, C, S},
    ("GET", "/api/v1/data-quality"): {R, C, S},
    ("GET", "/api/v1/record/dictionary"): {R, C, S, K, A},
    ("POST", "/api/v1/record/{form_name}/preview"): {R, C, S, K, A},
    ("GET", "/api/v1/patients/{pseudonym}/record"): {R, C, S},
    ("POST", "/api/v1/patients/{pseudonym}/record/{form_name}"): {C},
    ("GET", "/api/v1/record-entries/{entry_id}"): {R, C, S},
    ("PUT", "/api/v1/record-entries/{entry_id}"): {C},
    ("GET", "/api/v1/record-entries/{entry_id}/revisions"): {R, C, S},
    ("GET", "/api/v1/meetings"): {R, C},
    ("POST", "/api/v1/meetings"): {C},
    ("GET", "/api/v1/meetings/{meeting_id}"): {R, C},
    ("PUT", "/api/v1/meetings/{meeting_id}"): {C},
    ("PUT", "/api/v1/meetings/{meeting_id}/order"): {C},
    ("GET", "/api/v1/meetings/{meeting_id}/sheet.pdf"): {R, C},
    ("POST", "/api/v1/meetings/{meeting_id}/dossiers"): {C},
    ("GET", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}"): {R, C},
    ("PUT", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}"): {C},
    ("PUT", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}/decision"): {C},
    ("POST", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}/removal"): {C},
    ("GET", "/api/v1/protocols"): {R, S, A},
    ("POST", "/api/v1/protocols"): {R, A},
    ("GET", "/api/v1/protocols/{protocol_id}"): {R, S, A},
    ("GET", "/api/v1/protocols/{protocol_id}/agreement"): {R, S, A},
    ("POST", "/api/v1/protocols/{protocol_id}/assignments"): {R, A},
    ("GET", "/api/v1/assignments/{assignment_id}"): {R, A},
    ("POST", "/api/v1/assignments/{assignment_id}/complete"): {R},
    ("GET", "/api/v1/assignments/{assignment_id}/comparison"): {R},
    ("POST", "/api/v1/assignments/{assignment_id}/adjudicate"): {R},
    ("GET", "/api/v1/worklist"): {R},
    ("GET", "/api/v1/worklist/counts"): {R},
    ("GET", "/api/v1/worklist/next"): {R},
    ("GET", "/api/v1/audit"): {K, A},
    ("GET", "/api/v1/changes"): {R, C, S},
    ("GET", "/api/v1/events"): {R, C, S},
    ("GET", "/dicom-web/instances"): {R, C, S},
    ("GET", "/dicom-web/series"): {R, C, S},
    ("GET", "/dicom-web/studies"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/instances"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/metadata"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/rendered"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}"): {
        R,
        C,
        S,
    },
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/bulk/{attribute:path}",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/frames/{frames}",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/frames/{frames}/rendered",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/frames/{frames}/thumbnail",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/metadata",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/rendered",
    ): {R, C, S},
    (
        "GET",
        "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/instances/{sop_instance_uid}/thumbnail",
    ): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/metadata"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/rendered"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/thumbnail"): {R, C, S},
    ("GET", "/dicom-web/studies/{study_instance_uid}/thumbnail"): {R, C, S},
    ("POST", "/api/v1/measurements"): {R, C, S},
    ("POST", "/api/v1/imports"): {R},
    ("POST", "/api/v1/imports/{sop_instance_uid}"): {R},
    ("PATCH", "/api/v1/lesions/{lesion_id}"): {R},
    ("POST", "/api/v1/lesions/{lesion_id}/carry-forward"): {R},
    ("GET", "/api/v1/lesions/{lesion_id}/history"): {R, C, S},
    ("POST", "/api/v1/lesions/{lesion_id}/match"): {R},
    ("POST", "/api/v1/lesions/{lesion_id}/reopen"): {R},
    ("POST", "/api/v1/lesions/{lesion_id}/resolve"): {R},
    ("POST", "/api/v1/lesions/{lesion_id}/split"): {R},
    ("GET", "/api/v1/jobs"): {K, A},
    ("GET", "/api/v1/jobs/{job_id}"): {K, A},
    ("POST", "/api/v1/jobs/{job_id}/cancel"): {K, A},
    ("GET", "/api/v1/releases"): {R, C, S, K, A},
    ("POST", "/api/v1/releases"): {K, A},
    ("POST", "/api/v1/releases/erasures"): {K},
    ("GET", "/api/v1/releases/{number}"): {R, C, S, K, A},
    ("GET", "/api/v1/releases/{number}/archive"): {R, C, S, K, A},
    ("POST", "/api/v1/releases/{number}/bundle"): {R, C, S, K, A},
    ("POST", "/api/v1/releases/{number}/cancel"): {K, A},
    ("GET", "/api/v1/releases/{number}/diff"): {R, C, S, K, A},
    ("POST", "/api/v1/releases/{number}/erasures"): {K},
    ("GET", "/api/v1/releases/{number}/files"): {R, C, S, K, A},
    ("GET", "/api/v1/releases/{number}/files/{path:path}"): {R, C, S, K, A},
    ("HEAD", "/api/v1/releases/{number}/files/{path:path}"): {R, C, S, K, A},
    ("GET", "/api/v1/releases/{number}/grants"): {K, A},
    ("DELETE", "/api/v1/releases/{number}/grants/{account}"): {K, A},
    ("PUT", "/api/v1/releases/{number}/grants/{account}"): {K, A},
    ("POST", "/api/v1/releases/{number}/resume"): {K, A},
    ("GET", "/api/v1/releases/{number}/manifest"): {R, C, S, K, A},
    ("POST", "/dicom-web/studies"): {R, K, A},
    ("POST", "/dicom-web/studies/{study_instance_uid}"): {R, K, A},
}


def test_every_signed_in_route_states_the_roles_of_the_table_above(app: FastAPI) -> None:
    stated = {(each.method, each.path): each.roles for each in access_of(app)}

    assert set(stated) == every_operation(app)
    assert {operation for operation, roles in stated.items() if roles is None} == OPEN
    assert {operation: set(roles) for operation, roles in stated.items() if roles is not None} == EXPECTED


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_routes_and_no_other(anonymous: httpx.Client, engine: Engine, role: Role) -> None:
    token = Tokens(engine).create("one role", roles=[role])
    anonymous.headers["Authorization"] = f"Bearer {token}"

    for (method, path), allowed in EXPECTED.items():
        with anonymous.stream(method, with_examples(path)) as answer:  # one of them has no end
            if answer.status_code == 403:
                answer.read()
        assert answer.status_code not in (401, 500), (method, path)
        refused = answer.status_code == 403 and (method == "HEAD" or "roles" in answer.json())
        assert refused == (role not in allowed), (method, path, answer.status_code)
        if refused and method != "HEAD":
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["roles"] == named(allowed)
            assert all(name in answer.json()["detail"] for name in named(allowed))


def test_a_role_is_looked_at_before_anything_else_that_was_sent(anonymous: httpx.Client, engine: Engine) -> None:
    anonymous.headers["Authorization"] = f"Bearer {Tokens(engine).create('admin', roles=[Role.ADMINISTRATOR])}"

    assert anonymous.get("/api/v1/patients?limit=none").status_code == 403
    assert anonymous.put("/api/v1/readings/none", json={}).status_code == 403


def test_a_route_cannot_ask_for_no_role_by_mistake(engine: Engine) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match="name the roles"):
        needs()


def test_a_route_that_states_nothing_stands_out(app: FastAPI, engine: Engine) -> None:  # noqa: ARG001
    forgotten = APIRouter()
    forgotten.add_api_route("/forgotten", lambda: None)
    app.include_router(forgotten, dependencies=[Depends(signed_in)])

    assert [each.roles for each in access_of(app) if each.path == "/forgotten"] == [()]


def test_the_administrators_page_has_the_table_of_the_code(app: FastAPI) -> None:
    page = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text()

    assert as_table(access_of(app)) in page
