"""Who looks at what over HTTP is noted before it is shown: every route is tried."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text, update

from annotation.audit import CHANGES, Action, AuditFilter, Entry, Kind, Note, Outcome
from annotation.roles import Role
from api import audit_rules
from api.dicomweb.archive import Archive
from api.refusals import OF_ONE
from api.release_parts import ReleaseParts
from storage.audit_behalf import Behalf
from storage.audit_log import AuditLog
from storage.jobs.requests import JobRequests
from storage.ledger import Ledger
from storage.ledger_tables import InstanceRow
from storage.releases.building import Builder
from storage.tokens import Tokens
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.dicomweb import EmptySource
from tests.builders.images import FakeImages
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.measurable import ct_series, stored_bytes
from tests.builders.registry import NEW_FRAME, NEW_STUDY, OBJECTS, OLD_STUDY, OTHER_PSEUDONYM, UNDATED_STUDY
from tests.builders.releases import Foreground, LedgerSeries
from tests.integration.api.blind import ANNE, BEN, assign, complete, make_protocol
from tests.integration.api.drafting import begin, signed
from tests.integration.api.reading import FEMUR, Json, open_lesion, post_reading, record_reading
from tests.integration.api.test_authentication import OPEN, every_operation
from tests.integration.api.test_lesion_changes import act

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
IMAGE = stored_object()
READS = frozenset({"GET", "HEAD"})
CHANGING = CHANGES | {Action.UPLOADED, Action.REVOKED}
OF_TWO_LESIONS = ("/match", "/split")
OF_NOBODY = (
    "{user_id}",
    "{meeting_id}",
    "{job_id}",
    "{protocol_id}",
    "/agreement",
    "{cohort_name}",
    "/versions",
    "{cohort_version}",
)
RELEASES, DICOM_WEB = "/api/v1/releases", "/dicom-web"
RELEASE = {"name": "One series", "query": {}}
SOMEBODY = {"user_name": "somebody", "label": "Somebody", "roles": ["clinician"]}
ELSEWHERE = {
    ("POST", "/api/v1/measurements"),
    ("POST", "/api/v1/record/{form_name}/preview"),
    ("POST", "/api/v1/cohorts/counts"),
    ("POST", "/api/v1/cohorts/distributions"),
    ("POST", "/api/v1/cohorts/preview"),
    ("POST", "/api/v1/imports"),
    ("POST", "/api/v1/imports/{sop_instance_uid}"),
    ("POST", "/api/v1/me/password"),
    ("POST", "/api/v1/me/tokens"),
    ("DELETE", "/api/v1/me/tokens/{token_id}"),
    ("POST", "/api/v1/releases/{number}/bundle"),
}
"""Tried by people who have signed in, on real images, and as cohorts, files and bundles, each in a test of its own."""


def image_of(size: int) -> bytes:
    """A CT image of exactly so many bytes (PS3.10 7.2: Data Set Trailing Padding)."""
    (image,) = ct_series(np.zeros((1, 128, 128), dtype=np.int16))
    image.DataSetTrailingPadding = b""
    image.DataSetTrailingPadding = bytes(size - len(stored_bytes(image)))
    return stored_bytes(image)


CONTENT = image_of(IMAGE.size)


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=list(Role))


@pytest.fixture
def archive() -> Archive:
    return Archive(EmptySource(), 2)


def enter_context(client: httpx.Client, meeting_date: str = "2031-02-01") -> Json:
    body = {"meeting_date": meeting_date, "clinical": {}}
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts", json=body)
    assert answer.status_code == 201, answer.text
    context: Json = answer.json()
    return context


def enter_sample(client: httpx.Client, sample_date: str = "2025-02-01") -> Json:
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/record/biology", json={"values": {"sample_date": sample_date}})
    assert answer.status_code == 201, answer.text
    entry: Json = answer.json()
    return entry


def plan_meeting(client: httpx.Client, held_on: str = "2026-06-12") -> Json:
    """With one patient on it."""
    meeting: Json = client.post("/api/v1/meetings", json={"held_on": held_on}).json()
    added = {"pseudonym": PSEUDONYM, "presented_on": "2025-06-12"}
    changed = change_meeting(client, meeting, "post", "/dossiers", added, version=1)
    assert changed.status_code == 200, changed.text
    return meeting


def change_meeting(
    client: httpx.Client, meeting: Json, method: str, path: str, body: Json, *, version: int
) -> httpx.Response:
    address = f"/api/v1/meetings/{meeting['meeting_id']}{path}"
    return client.request(method, address, json=body, headers={"If-Match": f'"{version}"'})


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger, images: FakeImages, engine: Engine) -> None:
    ledger.record([*OBJECTS, IMAGE])
    with engine.begin() as connection:
        of_image = update(InstanceRow).where(InstanceRow.sop_instance_uid == IMAGE.sop_instance_uid)
        connection.execute(of_image.values(sha256=hashlib.sha256(CONTENT).hexdigest()))
    images.files[IMAGE.orthanc_id] = CONTENT


@pytest.fixture
def log(engine: Engine) -> AuditLog:
    return AuditLog(engine)


def entries(log: AuditLog) -> list[Entry]:
    return log.newest(AuditFilter(), limit=1000)


@pytest.fixture
def finished(client: httpx.Client, url: str, engine: Engine) -> Json:
    """A double blind reading of a study that waits to be adjudicated by who tests."""
    protocol = make_protocol(client)
    given = assign(client, protocol, adjudicator="tests", study_instance_uids=[NEW_STUDY])
    for name in (ANNE, BEN):
        headers = {"Authorization": f"Bearer {Tokens(engine).create(name)}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30) as reader:
            complete(reader, given)
    return given | {"protocol_id": protocol["protocol_id"]}


@pytest.fixture
def released(client: httpx.Client, engine: Engine, releases: ReleaseParts, images: FakeImages) -> Json:
    """A release that is ready."""
    begun: Json = client.post(RELEASES, json=RELEASE).json()
    cohorts = LedgerSeries(engine, only=IMAGE.series_instance_uid)
    Builder(engine, releases.made, cohorts=cohorts, images=images).build(begun["number"], Foreground())
    return begun


def new_job(engine: Engine) -> str:
    """One that nobody does."""
    return str(JobRequests(engine).ask("release", {"number": 9}, Behalf(by="tests")))


@pytest.fixture
def prepared(engine: Engine, images: FakeImages) -> Callable[[], Json]:
    """Call it when the reading is there: Orthanc then takes the reports that are due."""

    def prepare() -> Json:
        with SqlUnitOfWork(engine, write=True) as uow:
            while (due := uow.reports.claim(datetime.now(UTC), timedelta(minutes=1))) is not None:
                images.files[due.report.orthanc_id] = b"a report"
                uow.reports.written(due, datetime.now(UTC))
            uow.commit()
        return {"job_id": new_job(engine)}

    return prepare


def fail_and_resume(client: httpx.Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE release SET state = 'failed', failure = 'no room'"))
    assert client.post(f"{RELEASES}/1/resume").status_code == 202


def signed_in_operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    return iter(sorted(every_operation(app) - OPEN))


def test_every_path_parameter_is_known_to_be_a_thing_or_a_place(app: FastAPI) -> None:
    named = {name for _, path in signed_in_operations(app) for name in re.findall(r"{(\w+)", path)}

    assert named <= set(audit_rules.OBJECTS) | audit_rules.PLACES


def test_every_exemption_is_of_a_route_that_is_there(app: FastAPI) -> None:
    there = {f"{method} {path}" for method, path in every_operation(app)}

    assert set(audit_rules.EXEMPT) <= there
    assert there >= audit_rules.UPLOADS


@SQLITE
@pytest.mark.usefixtures("released")
def test_every_route_that_shows_something_notes_it_once_before_it_does(
    app: FastAPI, client: httpx.Client, log: AuditLog, finished: Json, prepared: Callable[[], Json]
) -> None:
    """A new route that answers 404 here needs an example."""
    lesion = open_lesion(client)
    reading = record_reading(client, lesion)
    further = prepared()
    user = client.post("/api/v1/users", json=SOMEBODY).json()
    examples = {
        "pseudonym": PSEUDONYM,
        "study_instance_uid": IMAGE.study_instance_uid,
        "series_instance_uid": IMAGE.series_instance_uid,
        "sop_instance_uid": IMAGE.sop_instance_uid,
        "lesion_id": lesion["lesion_id"],
        "reading_id": reading["reading_id"],
        "revision": "1",
        "draft_id": begin(client, lesion)["draft_id"],
        "context_id": enter_context(client)["context_id"],
        "entry_id": enter_sample(client)["entry_id"],
        "meeting_id": plan_meeting(client)["meeting_id"],
        "user_id": user["user_id"],
        "protocol_id": finished["protocol_id"],
        "assignment_id": finished["assignment_id"],
        "cohort_name": client.post("/api/v1/cohorts", json={"name": "all"}).json()["name"],
        "cohort_version": "1",
        "frames": "1",
        "attribute": "7fe00010",
        "number": "1",
        **further,
        "path": "data/README.md",
    }
    for method, template in signed_in_operations(app):
        if method not in READS or template.endswith("/events") or template == "/api/v1/me/tokens":
            continue
        path = re.sub(r"{(\w+)(:\w+)?}", lambda match: examples[match[1]], template)
        before = entries(log)[0].number

        answer = client.request(method, f"{path}?with=1" if path.endswith("/diff") else path)

        route = f"{method} {template}"
        assert answer.status_code == 200, route
        noted = [entry for entry in entries(log) if entry.number > before]
        if route in audit_rules.EXEMPT:
            assert noted == [], route
            continue
        if template.endswith("/meetings/{meeting_id}/sheet.pdf"):  # of the session, and of each patient in the file
            assert [entry.note.kind for entry in noted] == [Kind.PATIENT, Kind.MEETING]
            assert {entry.note.action for entry in noted} == {Action.EXPORTED}
            noted = noted[:1]
        if template.endswith("/archive"):  # of the release, and of each patient in it
            assert [entry.note.pseudonym for entry in noted] == [PSEUDONYM, None]
            noted = noted[1:]
        (entry,) = noted
        assert (entry.actor, entry.source.via, entry.source.address) == ("tests", route, "127.0.0.1"), route
        assert entry.source.request_id == answer.headers["X-Request-Id"]
        assert entry.note.kind is not None, route
        if "{" in template:
            assert (entry.note.object_id or "").partition("/")[0] in examples.values(), route
            of_release = template.startswith((RELEASES, f"{DICOM_WEB}/releases"))
            is_of_nobody = template.endswith(OF_NOBODY) or (of_release and "{study_instance_uid}" not in template)
            assert entry.note.pseudonym == (None if is_of_nobody else PSEUDONYM), route


@SQLITE
def test_every_route_that_changes_something_is_noted_once(
    app: FastAPI, client: httpx.Client, log: AuditLog, finished: Json, engine: Engine
) -> None:
    """A new route that changes something is tried here."""
    lesion = open_lesion(client)
    reading = record_reading(client, lesion)
    revision = {key: reading[key] for key in ("findings", "geometry")} | {"reason": "Again."}
    duplicate, other = open_lesion(client), open_lesion(client)
    discarded = begin(client, lesion)
    context = enter_context(client)
    sample = enter_sample(client)
    meeting, dossier = plan_meeting(client), f"/dossiers/{PSEUDONYM}"
    user = client.post("/api/v1/users", json=SOMEBODY).json()
    dicom = {"Content-Type": "application/dicom"}
    grant = f"{RELEASES}/1/grants/tests"
    job_id = new_job(engine)
    drafts: list[Json] = []
    given: list[Json] = []
    tried: dict[tuple[str, str], Callable[[], object]] = {
        ("POST", "/api/v1/patients/{pseudonym}/lesions"): lambda: open_lesion(client),
        ("POST", "/api/v1/lesions/{lesion_id}/readings"): lambda: post_reading(client, lesion),
        ("PUT", "/api/v1/readings/{reading_id}"): lambda: client.put(
            f"/api/v1/readings/{reading['reading_id']}", json=revision, headers={"If-Match": '"1"'}
        ),
        ("DELETE", "/api/v1/drafts/{draft_id}"): lambda: client.delete(
            f"/api/v1/drafts/{discarded['draft_id']}", headers={"If-Match": '"1"'}
        ),
        ("POST", "/api/v1/lesions/{lesion_id}/drafts"): lambda: drafts.append(begin(client, lesion)),
        ("POST", "/api/v1/drafts/{draft_id}/sign"): lambda: signed(client, drafts[0]),
        ("POST", "/api/v1/readings/{reading_id}/drafts"): lambda: client.post(
            f"/api/v1/readings/{reading['reading_id']}/drafts"
        ),
        ("POST", "/api/v1/patients/{pseudonym}/clinical-contexts"): lambda: enter_context(client, "2031-02-02"),
        ("PUT", "/api/v1/clinical-contexts/{context_id}"): lambda: client.put(
            f"/api/v1/clinical-contexts/{context['context_id']}", json={"clinical": {}}, headers={"If-Match": '"1"'}
        ),
        ("POST", "/api/v1/patients/{pseudonym}/record/{form_name}"): lambda: enter_sample(client, "2025-02-02"),
        ("PUT", "/api/v1/record-entries/{entry_id}"): lambda: client.put(
            f"/api/v1/record-entries/{sample['entry_id']}",
            json={"state": "withdrawn", "values": {}},
            headers={"If-Match": '"10000"'},
        ),
        ("POST", "/api/v1/meetings"): lambda: client.post("/api/v1/meetings", json={"held_on": "2026-06-19"}),
        ("PUT", "/api/v1/meetings/{meeting_id}"): lambda: change_meeting(
            client, meeting, "put", "", {"held_on": "2026-06-12", "state": "held"}, version=2
        ),
        ("PUT", "/api/v1/meetings/{meeting_id}/order"): lambda: change_meeting(
            client, meeting, "put", "/order", {"order": [PSEUDONYM]}, version=3
        ),
        ("POST", "/api/v1/meetings/{meeting_id}/dossiers"): lambda: change_meeting(
            client, meeting, "post", "/dossiers", {"pseudonym": OTHER_PSEUDONYM}, version=4
        ),
        ("PUT", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}"): lambda: change_meeting(
            client, meeting, "put", dossier, {"presented_on": "2025-06-12"}, version=5
        ),
        ("PUT", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}/decision"): lambda: change_meeting(
            client, meeting, "put", f"{dossier}/decision", {"decision": ["surgery"]}, version=0
        ),
        ("POST", "/api/v1/meetings/{meeting_id}/dossiers/{pseudonym}/removal"): lambda: change_meeting(
            client, meeting, "post", f"{dossier}/removal", {"reason": "elsewhere"}, version=6
        ),
        ("PATCH", "/api/v1/lesions/{lesion_id}"): lambda: act(client, other, "", site=FEMUR),
        ("POST", "/api/v1/lesions/{lesion_id}/resolve"): lambda: act(
            client, other, "resolve", '"2"', study_instance_uid=OLD_STUDY
        ),
        ("POST", "/api/v1/lesions/{lesion_id}/reopen"): lambda: act(client, other, "reopen", '"3"'),
        ("POST", "/api/v1/lesions/{lesion_id}/match"): lambda: act(
            client, lesion, "match", lesion_id=duplicate["lesion_id"]
        ),
        ("POST", "/api/v1/lesions/{lesion_id}/split"): lambda: act(
            client, lesion, "split", '"2"', reading_ids=[reading["reading_id"]]
        ),
        ("POST", "/api/v1/lesions/{lesion_id}/carry-forward"): lambda: client.post(
            f"/api/v1/lesions/{lesion['lesion_id']}/carry-forward", json={"study_instance_uid": NEW_STUDY}
        ),
        ("POST", "/api/v1/users"): lambda: client.post(
            "/api/v1/users", json=SOMEBODY | {"user_name": "other", "label": "Other"}
        ),
        ("PATCH", "/api/v1/users/{user_id}"): lambda: client.patch(
            f"/api/v1/users/{user['user_id']}", json={"disabled": True}, headers={"If-Match": '"1"'}
        ),
        ("POST", "/dicom-web/studies"): lambda: client.post("/dicom-web/studies", content=b"x", headers=dicom),
        ("POST", "/dicom-web/studies/{study_instance_uid}"): lambda: client.post(
            "/dicom-web/studies/1.2.3.4", content=b"x", headers=dicom
        ),
        ("POST", "/api/v1/cohorts"): lambda: client.post("/api/v1/cohorts", json={"name": "everything"}),
        ("POST", "/api/v1/protocols"): lambda: make_protocol(client, name="Other"),
        ("POST", "/api/v1/assignments/{assignment_id}/adjudicate"): lambda: client.post(
            f"/api/v1/assignments/{finished['assignment_id']}/adjudicate", json={"decisions": []}
        ),
        ("POST", "/api/v1/protocols/{protocol_id}/assignments"): lambda: given.append(
            assign(client, finished, readers=["tests", BEN], study_instance_uids=[UNDATED_STUDY])
        ),
        ("POST", "/api/v1/assignments/{assignment_id}/complete"): lambda: complete(client, given[0]),
        ("POST", "/api/v1/jobs/{job_id}/cancel"): lambda: client.post(f"/api/v1/jobs/{job_id}/cancel"),
        ("POST", "/api/v1/releases"): lambda: client.post(RELEASES, json=RELEASE),
        ("PUT", "/api/v1/releases/{number}/grants/{account}"): lambda: client.put(grant, json={"days": 1}),
        ("DELETE", "/api/v1/releases/{number}/grants/{account}"): lambda: client.delete(grant),
        ("POST", "/api/v1/releases/erasures"): lambda: client.post(
            f"{RELEASES}/erasures", json={"pseudonym": OTHER_PSEUDONYM, "reason": "objection"}
        ),
        ("POST", "/api/v1/releases/{number}/erasures"): lambda: client.post(
            f"{RELEASES}/1/erasures", json={"pseudonym": PSEUDONYM, "reason": "objection"}
        ),
        ("POST", "/api/v1/releases/{number}/resume"): lambda: fail_and_resume(client, engine),
        ("POST", "/api/v1/releases/{number}/cancel"): lambda: client.post(f"{RELEASES}/1/cancel"),
    }
    exempt = {tuple(route.split(" ")) for route in audit_rules.EXEMPT}
    changing = {each for each in signed_in_operations(app) if each[0] not in READS}
    assert set(tried) == changing - exempt - ELSEWHERE

    for (method, template), send in tried.items():
        before = entries(log)[0].number
        send()
        noted = [entry for entry in entries(log) if entry.number > before]
        of_two = template.endswith(OF_TWO_LESIONS)
        kinds = [entry.note.kind for entry in noted]
        along = kinds.count(Kind.DRAFT) if of_two else 0  # what is being written goes with its lesion
        # That a patient is left out from now on is noted beside the release that they are taken from.
        assert len(noted) - along == (2 if of_two or template.endswith("/releases/erasures") else 1), template
        assert {(entry.actor, entry.source.via) for entry in noted} == {("tests", f"{method} {template}")}
        shows = template.endswith("/carry-forward")
        assert {entry.note.action for entry in noted} <= ({Action.VIEWED} if shows else CHANGING), template


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            f"/api/v1/studies?patient={PSEUDONYM}",
            Note(action=Action.LISTED, kind=Kind.STUDY, object_id=PSEUDONYM, pseudonym=PSEUDONYM),
            id="a list that is restricted to a patient",
        ),
        pytest.param("/api/v1/patients", Note(action=Action.LISTED, kind=Kind.PATIENT), id="a list of everybody"),
        pytest.param(
            f"/api/v1/studies/{OLD_STUDY}/readings",
            Note(
                action=Action.LISTED,
                kind=Kind.READING,
                object_id=OLD_STUDY,
                pseudonym=PSEUDONYM,
                study_instance_uid=OLD_STUDY,
            ),
            id="readings of a study",
        ),
        pytest.param(
            f"/api/v1/instances/{IMAGE.sop_instance_uid}/file",
            Note(
                action=Action.EXPORTED,
                kind=Kind.INSTANCE,
                object_id=IMAGE.sop_instance_uid,
                pseudonym=IMAGE.pseudonym,
                study_instance_uid=IMAGE.study_instance_uid,
            ),
            id="a file",
        ),
    ],
)
def test_an_entry_says_what_was_shown_of_whom(client: httpx.Client, log: AuditLog, path: str, expected: Note) -> None:
    client.get(path)

    assert entries(log)[0].note == expected


@SQLITE
@pytest.mark.parametrize("path", ["/api/v1/patients/OST-00000-00000", "/api/v1/patients/DUPONT", "/api/v1/nowhere"])
def test_what_shows_nothing_is_not_noted_nor_is_what_was_typed(client: httpx.Client, log: AuditLog, path: str) -> None:
    before = entries(log)

    assert client.get(path).status_code in {404, 422}

    assert entries(log) == before


def test_a_refused_request_is_noted_but_not_every_one_of_many(anonymous: httpx.Client, log: AuditLog) -> None:
    before = len(entries(log))
    for _ in range(OF_ONE + 5):
        assert anonymous.get(f"/api/v1/patients/{PSEUDONYM}").status_code == 401

    refused = entries(log)[: len(entries(log)) - before]
    assert len(refused) == OF_ONE
    assert {entry.actor for entry in refused} == {None}
    expected = Note(
        action=Action.REFUSED,
        kind=Kind.PATIENT,
        object_id=PSEUDONYM,
        pseudonym=PSEUDONYM,
        outcome=Outcome.REFUSED,
    )
    assert {entry.note for entry in refused} == {expected}


@SQLITE
def test_what_nobody_signed_in_typed_is_not_written_down(anonymous: httpx.Client, log: AuditLog) -> None:
    anonymous.get("/api/v1/patients/DUPONT%00JEAN")

    assert entries(log)[0].note == Note(action=Action.REFUSED, outcome=Outcome.REFUSED)


def hide(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO audit_hidden"))


@pytest.mark.parametrize("path", [f"/api/v1/patients/{PSEUDONYM}", f"/api/v1/instances/{IMAGE.sop_instance_uid}/file"])
def test_nothing_is_shown_that_cannot_be_noted(client: httpx.Client, engine: Engine, path: str) -> None:
    hide(engine)

    answer = client.get(path)

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "the audit log cannot be written"
    assert answer.headers["Retry-After"] == "5"
    assert PSEUDONYM not in answer.text


@SQLITE
def test_a_refusal_stays_one_when_it_cannot_be_noted(anonymous: httpx.Client, engine: Engine) -> None:
    hide(engine)

    assert anonymous.get("/api/v1/patients").status_code == 401


def test_nothing_is_changed_that_cannot_be_noted(client: httpx.Client, engine: Engine) -> None:
    hide(engine)

    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": {"bone": "sternum"}})

    assert answer.status_code >= 500
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM lesion")).scalar_one() == 0


@SQLITE
def test_a_study_that_is_uploaded_is_noted_without_the_hospitals_identifier(
    client: httpx.Client, log: AuditLog
) -> None:
    client.post("/dicom-web/studies/1.2.3.4", content=b"x", headers={"Content-Type": "application/dicom"})

    (entry,) = log.newest(AuditFilter(actions=frozenset({Action.UPLOADED})), limit=5)
    assert entry.note == Note(action=Action.UPLOADED, kind=Kind.STUDY)
    assert entry.source.via == "POST /dicom-web/studies/{study_instance_uid}"


def test_what_many_look_at_forms_one_chain(client: httpx.Client, engine: Engine, log: AuditLog) -> None:
    lesion: Json = open_lesion(client)
    record_reading(client, lesion)
    for _ in range(3):
        client.get(f"/api/v1/lesions/{lesion['lesion_id']}/readings")

    assert log.verify().number >= 5
    assert len(Tokens(engine).all()) == 1
    assert NEW_FRAME not in str(entries(log))
