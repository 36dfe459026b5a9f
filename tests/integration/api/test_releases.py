"""Releases over HTTP: begun, granted, fetched, refused, erased, compared."""

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text, update

from annotation.audit import Action, AuditFilter, Kind
from annotation.roles import Role
from api import revocable
from api.places import Places
from api.release_parts import FILES_OF_ONE, ReleaseParts
from api.routes import release_files
from storage.accounts import Accounts
from storage.audit_log import AuditLog
from storage.ledger import Ledger
from storage.passwords import Passwords
from storage.releases import reading_ahead
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.erasing import Eraser
from storage.releases.grants import Grants
from storage.releases.records import ErasureReason, FileKind
from storage.releases.tables import ReleaseGrantRow
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OLD_IMAGE, OLD_STUDY, OTHER_IMAGE, OTHER_PSEUDONYM
from tests.builders.release_place import Place, objects
from tests.builders.releases import Foreground, SameReport
from tests.integration.api.blind import ANNE, BEN, JUDGE, assign, complete, make_protocol
from tests.integration.api.reading import Json, items, open_lesion, record_reading

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

RELEASES = "/api/v1/releases"
BODY = {"name": "Spine", "query": {}}
OF_ONE = {"field": "patient.studies", "op": "gte", "value": 3}
EMPTY = {"field": "patient.studies", "op": "gte", "value": 300}
FILE = f"data/dicom/{PSEUDONYM}/D0000/2.25.2001/{OLD_IMAGE}.dcm"
OTHER_FILE = f"data/dicom/{OTHER_PSEUDONYM}/D0000/2.25.2004/{OTHER_IMAGE}.dcm"

Person = Callable[..., httpx.Client]


@pytest.fixture
def place(engine: Engine, tmp_path: Path, images: FakeImages, ledger: Ledger) -> Place:  # noqa: ARG001
    made = Place(engine, tmp_path / "releases", images, ReleaseCohorts(engine))
    made.fill(*objects())
    return made


@pytest.fixture
def person(url: str, engine: Engine) -> Iterator[Person]:
    clients: list[httpx.Client] = []

    def sign_in(label: str, *roles: Role) -> httpx.Client:
        token = Tokens(engine).create(label, roles=roles)
        clients.append(httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30))
        return clients[-1]

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def custodian(person: Person) -> httpx.Client:
    return person("custodian", Role.CUSTODIAN)


@pytest.fixture
def researcher(person: Person) -> httpx.Client:
    return person("researcher", Role.RESEARCHER)


def begin(client: httpx.Client, **changes: Any) -> int:
    answer = client.post(RELEASES, json=BODY | changes)
    assert answer.status_code == 202, answer.text
    number: int = answer.json()["number"]
    return number


def built(place: Place, client: httpx.Client, **changes: Any) -> int:
    number = begin(client, **changes)
    place.builder().build(number, Foreground())
    return number


def granted(client: httpx.Client, number: int, name: str = "researcher", **body: Any) -> Json:
    answer = client.put(f"{RELEASES}/{number}/grants/{name}", json=body or {"days": 30})
    assert answer.status_code == 200, answer.text
    grant: Json = answer.json()
    return grant


def test_a_release_is_begun_built_by_a_job_and_then_ready(place: Place, custodian: httpx.Client) -> None:
    answer = custodian.post(RELEASES, json=BODY)

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{RELEASES}/1"
    assert answer.json() == {"number": 1, "job": "job-1"}
    assert custodian.get(f"{RELEASES}/1").json()["state"] == "building"
    place.builder().build(1, Foreground())
    ready = custodian.get(f"{RELEASES}/1").json()
    assert (ready["state"], ready["created_by"]) == ("ready", "custodian")
    assert ready["counts"]["by_kind"]["dicom"]["files"] == 7
    assert ready["manifest_sha256"] == ready["original_manifest_sha256"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"query": EMPTY | {"field": "patient.colour"}}, "patient.colour", id="an unknown field"),
        pytest.param({"query": EMPTY}, "the cohort is empty", id="an empty cohort"),
        pytest.param({"query": None}, "give either query or cohort", id="no query"),
        pytest.param({"cohort": {"name": "everybody"}}, "give either query or cohort", id="two queries"),
        pytest.param({"contents": {"dicom": False, "tables": []}}, "choose at least one", id="nothing in it"),
        pytest.param({"contents": {"suv": True}}, "suv needs nifti", id="suv of no volume"),
        pytest.param({"contents": {"record": "cohort", "tables": []}}, "record needs tables", id="records in no table"),
        pytest.param({"contents": {"lock": True}}, "lock needs record", id="the lock of no record"),
        pytest.param({"name": "a\u0000b"}, "name: 1 to 100 characters", id="a name that is none"),
        pytest.param({"previous": 7}, "previous: there is no release", id="after one that there is not"),
        pytest.param({"contents": {"colour": True}}, "not as described", id="unknown contents"),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_cannot_be_released_is_refused_and_nothing_is_begun(
    custodian: httpx.Client, changes: Json, said: str
) -> None:
    answer = custodian.post(RELEASES, json=BODY | changes)

    assert answer.status_code == 422
    assert said in answer.text
    assert custodian.get(RELEASES).json()["items"] == []


def test_a_saved_cohort_is_released_with_its_version(place: Place, custodian: httpx.Client, person: Person) -> None:
    saver = person("saver", Role.RESEARCHER)
    assert saver.post("/api/v1/cohorts", json={"name": "followed", "where": OF_ONE}).status_code == 201
    number = built(place, custodian, query=None, cohort={"name": "followed"})
    saver.post("/api/v1/cohorts", json={"name": "followed"})

    wanted = {"name": "followed", "version": 1, "query": OF_ONE}
    assert custodian.get(f"{RELEASES}/{number}").json()["cohort"] == wanted
    assert custodian.get(f"{RELEASES}/{number}/manifest").json()["cohort"] == wanted
    unknown = custodian.post(RELEASES, json={"name": "Spine", "cohort": {"name": "followed", "version": 9}})
    assert (unknown.status_code, "no such saved cohort" in unknown.text) == (404, True)


def test_a_researcher_sees_what_is_granted_and_nothing_else(
    place: Place, custodian: httpx.Client, researcher: httpx.Client
) -> None:
    first, second = built(place, custodian), built(place, custodian)
    granted(custodian, second)

    assert [each["number"] for each in researcher.get(RELEASES).json()["items"]] == [second]
    assert [each["number"] for each in custodian.get(RELEASES).json()["items"]] == [second, first]
    for path in ("", "/files", "/manifest", f"/files/{FILE}", "/archive", f"/diff?with={second}"):
        refused = researcher.get(f"{RELEASES}/{first}{path}")
        assert refused.status_code == 403, path
        assert refused.json()["type"] == "urn:osteon:problem:release-not-granted"
        assert refused.json()["detail"] == "release 1 is not granted to you"
    assert researcher.get(f"{RELEASES}/{second}/files/{FILE}").status_code == 200
    assert researcher.get(f"{RELEASES}/99").status_code == 404


def test_a_grant_ends_when_it_expires_and_when_it_is_revoked(
    place: Place, custodian: httpx.Client, researcher: httpx.Client, engine: Engine
) -> None:
    number = built(place, custodian)
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    Grants(engine, lambda: long_ago).grant(number, "researcher", long_ago + timedelta(days=1))
    expired = researcher.get(f"{RELEASES}/{number}/files/{FILE}")
    granted(custodian, number)
    opened = researcher.get(f"{RELEASES}/{number}/files/{FILE}")
    revoked = custodian.delete(f"{RELEASES}/{number}/grants/researcher")
    closed = researcher.get(f"{RELEASES}/{number}/files/{FILE}")

    assert (expired.status_code, expired.json()["type"]) == (403, "urn:osteon:problem:release-grant-expired")
    assert "expired at 2001-01-02T00:00:00+00:00" in expired.json()["detail"]
    assert opened.status_code == revoked.status_code == 200
    assert (closed.status_code, closed.json()["type"]) == (403, "urn:osteon:problem:release-grant-revoked")
    assert custodian.delete(f"{RELEASES}/{number}/grants/researcher").status_code == 404
    (grant,) = custodian.get(f"{RELEASES}/{number}/grants").json()["items"]
    assert (grant["account"], grant["revoked_by"]) == ("researcher", "custodian")


def test_an_account_is_granted_by_its_user_name(place: Place, custodian: httpx.Client, engine: Engine) -> None:
    number = built(place, custodian)
    Accounts(engine, Passwords()).add(
        user_name="c.martin", label="Dr C. Martin", roles=[Role.RESEARCHER], password="a long enough pass phrase"
    )

    assert granted(custodian, number, "c.martin")["account"] == "Dr C. Martin"
    assert custodian.put(f"{RELEASES}/{number}/grants/nobody", json={"days": 1}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"days": 1, "expires_at": "2090-01-01T00:00:00Z"}, {"days": 0}, {"days": "x"}])
def test_a_grant_says_until_when(place: Place, custodian: httpx.Client, body: Json) -> None:
    number = built(place, custodian)
    assert custodian.put(f"{RELEASES}/{number}/grants/custodian", json=body).status_code == 422
    past = custodian.put(f"{RELEASES}/{number}/grants/custodian", json={"expires_at": "2001-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["detail"]) == (422, "expires_at: must be in the future")


def test_an_administrator_sees_releases_and_has_no_file_of_them(
    place: Place, custodian: httpx.Client, person: Person
) -> None:
    number = built(place, custodian)
    administrator = person("administrator", Role.ADMINISTRATOR)

    assert administrator.get(f"{RELEASES}/{number}").status_code == 200
    assert administrator.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 403
    granted(administrator, number, "administrator")
    assert administrator.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 200


def test_files_are_listed_and_come_with_their_checksum_whole_and_in_part(place: Place, custodian: httpx.Client) -> None:
    number = built(place, custodian)
    listed = items(custodian, f"{RELEASES}/{number}/files")

    assert [each["path"] for each in listed] == sorted(each["path"] for each in listed)
    assert {each["kind"] for each in listed} == {"dicom", "table", "text", "bag"}
    for each in listed:
        answer = custodian.get(each["url"])
        assert answer.status_code == 200, each
        assert hashlib.sha256(answer.content).hexdigest() == each["sha256"]
        assert len(answer.content) == each["size"] == int(answer.headers["Content-Length"])
        assert answer.headers["ETag"] == f'"{each["sha256"]}"'
        digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
        assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        part = custodian.get(each["url"], headers={"Range": "bytes=5-12", "If-Range": answer.headers["ETag"]})
        assert (part.status_code, part.content) == (206, answer.content[5:13])
        assert part.headers["Content-Range"] == f"bytes 5-{min(12, each['size'] - 1)}/{each['size']}"
        assert custodian.get(each["url"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        head = custodian.head(each["url"])
        assert (head.status_code, head.headers["ETag"]) == (200, answer.headers["ETag"])
    only = custodian.get(f"{RELEASES}/{number}/files?kind=table").json()["items"]
    assert {each["kind"] for each in only} == {"table"}
    beyond = custodian.get(f"{RELEASES}/{number}/files/{FILE}", headers={"Range": "bytes=99999-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["data/other", "%2e%2e/registry.sqlite", "data/%00", "/etc/passwd", "x" * 500],
)
def test_a_path_that_the_release_does_not_list_is_no_file(place: Place, custodian: httpx.Client, path: str) -> None:
    number = built(place, custodian)
    answer = custodian.get(f"{RELEASES}/{number}/files/{path}")

    assert answer.status_code == 404
    assert "registry" not in answer.text


def test_a_release_that_is_not_ready_gives_no_file(place: Place, custodian: httpx.Client) -> None:
    number = begin(custodian)
    assert place.store.get(number).state.value == "building"
    for path in ("/files", "/manifest", f"/files/{FILE}", "/archive"):
        answer = custodian.get(f"{RELEASES}/{number}{path}")
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:osteon:problem:release-not-ready")


def test_the_manifest_has_its_checksum_as_etag(place: Place, custodian: httpx.Client) -> None:
    number = built(place, custodian)
    answer = custodian.get(f"{RELEASES}/{number}/manifest")

    assert answer.headers["ETag"] == f'"{custodian.get(f"{RELEASES}/{number}").json()["manifest_sha256"]}"'
    assert answer.headers["Content-Type"] == "application/json"
    assert hashlib.sha256(answer.content).hexdigest() in answer.headers["ETag"]
    assert answer.json()["release"] == number


def test_the_archive_holds_what_the_files_are(place: Place, custodian: httpx.Client) -> None:
    number = built(place, custodian)
    listed = items(custodian, f"{RELEASES}/{number}/files")
    wanted = {f"osteon-release-{number}/{each['path']}": each["sha256"] for each in listed}

    as_tar = custodian.get(f"{RELEASES}/{number}/archive")
    with tarfile.open(fileobj=io.BytesIO(as_tar.content)) as opened:
        found = {each.name: hashlib.sha256(opened.extractfile(each).read()).hexdigest() for each in opened}  # type: ignore[union-attr]
    as_zip = custodian.get(f"{RELEASES}/{number}/archive?format=zip")
    with zipfile.ZipFile(io.BytesIO(as_zip.content)) as zipped:
        also = {name: hashlib.sha256(zipped.read(name)).hexdigest() for name in zipped.namelist()}
    assert found == also == wanted
    assert as_tar.headers["Content-Disposition"] == f'attachment; filename="osteon-release-{number}.tar"'
    assert as_zip.headers["Content-Type"] == "application/zip"
    assert custodian.get(f"{RELEASES}/{number}/archive?format=rar").status_code == 422


def test_an_archive_with_an_altered_file_never_looks_whole(
    place: Place, custodian: httpx.Client, images: FakeImages
) -> None:
    number = built(place, custodian)
    victim = objects()[0].orthanc_id
    images.files[victim] = images.files[victim][:-1] + b"!"
    with pytest.raises(httpx.RemoteProtocolError):
        custodian.get(f"{RELEASES}/{number}/archive")


def test_an_altered_file_is_refused_before_anything_of_it_is_sent(
    place: Place, custodian: httpx.Client, images: FakeImages
) -> None:
    number = built(place, custodian)
    victim = objects()[0]
    images.files[victim.orthanc_id] = images.files[victim.orthanc_id][:-1] + b"!"
    answer = custodian.get(f"{RELEASES}/{number}/files/{FILE}")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:osteon:problem:altered-file")


def test_a_file_too_large_to_be_held_is_streamed_whole_and_in_part(
    place: Place, custodian: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_files, "WHOLE_BYTES", 0)
    number = built(place, custodian)
    for path in (FILE, "data/tables/scores.csv"):
        whole = custodian.get(f"{RELEASES}/{number}/files/{path}")
        part = custodian.get(f"{RELEASES}/{number}/files/{path}", headers={"Range": "bytes=20-70"})
        assert hashlib.sha256(whole.content).hexdigest() in whole.headers["ETag"]
        assert (part.status_code, part.content) == (206, whole.content[20:71])


def test_every_file_that_is_fetched_is_in_the_audit_log(place: Place, custodian: httpx.Client, engine: Engine) -> None:
    number = built(place, custodian)
    custodian.get(f"{RELEASES}/{number}/files/{FILE}")
    custodian.get(f"{RELEASES}/{number}/files/data/README.md")

    readme, image = AuditLog(engine).newest(AuditFilter(actions=frozenset({Action.EXPORTED})), limit=2)
    assert (image.note.kind, image.note.object_id) == (Kind.RELEASE, f"{number}/{OLD_IMAGE}")
    assert (image.note.pseudonym, image.note.study_instance_uid) == (PSEUDONYM, OLD_STUDY)
    assert image.source.via == "GET /api/v1/releases/{number}/files/{path:path}"
    assert (readme.note.object_id or "").startswith(f"{number}/")
    assert readme.note.pseudonym is None


def test_an_archive_that_is_fetched_is_in_the_audit_log_of_each_patient_in_it(
    place: Place, custodian: httpx.Client, engine: Engine
) -> None:
    number = built(place, custodian)
    for _ in range(2):
        with custodian.stream("GET", f"{RELEASES}/{number}/archive") as answer:
            assert answer.status_code == 200
        found = AuditLog(engine).newest(AuditFilter(actions=frozenset({Action.EXPORTED})), limit=3)
        assert {(each.note.kind, each.note.object_id) for each in found} == {(Kind.RELEASE, str(number))}
        assert {each.note.pseudonym for each in found} == {None, PSEUDONYM, OTHER_PSEUDONYM}
        assert {each.source.via for each in found} == {"GET /api/v1/releases/{number}/archive"}
    Eraser(place.engine, place.made).erase(number, PSEUDONYM, ErasureReason.OBJECTION)
    custodian.get(f"{RELEASES}/{number}/archive")

    of_both = [
        AuditLog(engine).newest(AuditFilter(pseudonym=each, actions=frozenset({Action.EXPORTED})), limit=9)
        for each in (PSEUDONYM, OTHER_PSEUDONYM)
    ]
    assert [len(each) for each in of_both] == [2, 3]


def test_nothing_of_a_release_is_shown_that_cannot_be_noted(
    place: Place, custodian: httpx.Client, engine: Engine
) -> None:
    number = built(place, custodian)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO gone"))
    answer = custodian.get(f"{RELEASES}/{number}/files/{FILE}")

    assert answer.status_code == 503
    assert "audit log" in answer.json()["detail"]


@pytest.fixture
def looked_at_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a long one, and no time passes between two looks at whether it may go on."""
    monkeypatch.setattr(revocable, "LOOKED_EVERY_S", 0)
    monkeypatch.setattr(release_files, "WHOLE_BYTES", 0)
    monkeypatch.setattr(reading_ahead, "SMALL_BYTES", 0)


def is_given_whole(client: httpx.Client, number: int, route: str) -> bool:
    """Whether a download that has begun comes to its end."""
    path = f"/dicom-web/releases/{number}/{route}" if route.startswith("studies") else f"{RELEASES}/{number}/{route}"
    body = {"paths": ["data/README.md", OTHER_FILE]}
    method, content = ("POST", body) if route == "bundle" else ("GET", None)
    with client.stream(method, path, json=content) as answer:
        assert answer.status_code == 200, answer.read()
        try:
            answer.read()
        except httpx.RemoteProtocolError:
            return False
        return True


@pytest.mark.parametrize(
    "route", ["archive", "archive?format=zip", "bundle", f"files/{OTHER_FILE}", "studies/2.25.1004"]
)
@pytest.mark.parametrize("event", ["erased", "revoked", "expired"])
@pytest.mark.usefixtures("looked_at_every_piece")
def test_a_download_that_is_under_way_breaks_off_soon_after_it_may_not_go_on(
    place: Place, custodian: httpx.Client, researcher: httpx.Client, images: FakeImages, *, route: str, event: str
) -> None:
    number = built(place, custodian)
    granted(custodian, number)
    assert is_given_whole(researcher, number, route)

    def happens() -> None:
        images.in_the_middle = lambda: None
        if event == "erased":
            Eraser(place.engine, place.made).erase(number, OTHER_PSEUDONYM, ErasureReason.OBJECTION)
        elif event == "revoked":
            Grants(place.engine).revoke(number, "researcher")
        else:
            with place.engine.begin() as connection:
                connection.execute(update(ReleaseGrantRow).values(expires_at=datetime.now(UTC)))

    images.in_the_middle = happens
    assert not is_given_whole(researcher, number, route)


@pytest.mark.usefixtures("looked_at_every_piece")
def test_a_long_file_goes_on_when_another_patient_is_erased(
    place: Place, custodian: httpx.Client, researcher: httpx.Client, images: FakeImages
) -> None:
    number = built(place, custodian)
    granted(custodian, number)

    def happens() -> None:
        images.in_the_middle = lambda: None
        Eraser(place.engine, place.made).erase(number, PSEUDONYM, ErasureReason.OBJECTION)

    images.in_the_middle = happens
    assert is_given_whole(researcher, number, f"files/{OTHER_FILE}")


def test_an_erased_file_is_gone_for_everyone(place: Place, custodian: httpx.Client, researcher: httpx.Client) -> None:
    number = built(place, custodian)
    granted(custodian, number)
    body = {"pseudonym": OTHER_PSEUDONYM, "reason": "objection"}
    answer = custodian.post(f"{RELEASES}/{number}/erasures", json=body)

    assert answer.status_code == 200
    assert [each["pseudonym"] for each in answer.json()["tombstones"]] == [OTHER_PSEUDONYM]
    gone = researcher.get(f"{RELEASES}/{number}/files/{OTHER_FILE}")
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:osteon:problem:erased")
    manifest = researcher.get(f"{RELEASES}/{number}/manifest")
    assert [each["pseudonym"] for each in manifest.json()["tombstones"]] == [OTHER_PSEUDONYM]
    assert OTHER_FILE not in {each["path"] for each in manifest.json()["files"]}
    assert manifest.headers["ETag"] == f'"{answer.json()["manifest_sha256"]}"'
    assert custodian.post(f"{RELEASES}/{number}/erasures", json=body).status_code == 409
    unknown = custodian.post(f"{RELEASES}/{number}/erasures", json=body | {"pseudonym": "OST-00000-00000"})
    assert unknown.status_code == 404


def test_a_patient_is_erased_from_all_releases_at_once(place: Place, custodian: httpx.Client) -> None:
    first, second = built(place, custodian), built(place, custodian)
    body = {"pseudonym": OTHER_PSEUDONYM, "reason": "consent_withdrawn"}

    assert custodian.post(f"{RELEASES}/erasures", json=body).json() == {"releases": [first, second]}
    assert custodian.post(f"{RELEASES}/erasures", json=body).json() == {"releases": []}


def test_a_release_is_cancelled_before_it_is_ready_and_not_after(
    place: Place, custodian: httpx.Client, releases: ReleaseParts
) -> None:
    number = begin(custodian)
    assert custodian.post(f"{RELEASES}/{number}/cancel").json()["state"] == "cancelled"
    assert releases.builds.cancelled == [f"job-{number}"]  # type: ignore[attr-defined]
    ready = built(place, custodian)
    assert custodian.post(f"{RELEASES}/{ready}/cancel").status_code == 409


def test_a_later_reading_makes_a_release_that_differs_from_the_last_one(
    place: Place, custodian: httpx.Client, person: Person
) -> None:
    reader = person("reader", Role.RADIOLOGIST)
    lesion = open_lesion(reader)
    reading = record_reading(reader, lesion)
    first = built(place, custodian)
    revised = reader.put(
        f"/api/v1/readings/{reading['reading_id']}",
        json={"findings": {"lesion_type": "mixed"}, "reason": "Again."},
        headers={"If-Match": '"1"'},
    )
    assert revised.status_code == 200
    second = built(place, custodian, query=OF_ONE)
    found = custodian.get(f"{RELEASES}/{second}/diff", params={"with": first}).json()

    assert (found["before"], found["after"]) == (first, second)
    assert found["revised"] == [{"reading_id": reading["reading_id"], "before": 1, "after": 2}]
    assert found["patients_removed"] == {"count": 1, "first": [OTHER_PSEUDONYM]}
    assert found["files_removed"] == {"count": 1, "first": [OTHER_FILE]}
    assert found["patients_added"] == found["files_added"] == {"count": 0, "first": []}
    assert "data/tables/readings.csv" in found["files_changed"]["first"]
    assert FILE not in found["files_changed"]["first"]
    same = custodian.get(f"{RELEASES}/{second}/diff", params={"with": second}).json()
    assert not any(each["count"] for name, each in same.items() if isinstance(each, dict))


def test_a_blind_reading_is_in_no_release_and_a_release_shows_no_reading_to_a_blind_reader(
    place: Place, custodian: httpx.Client, person: Person
) -> None:
    everything = [Role.RADIOLOGIST, Role.ADMINISTRATOR, Role.RESEARCHER]
    anne, ben = person(ANNE, *everything), person(BEN, *everything)
    lesion = open_lesion(anne)
    before = record_reading(anne, lesion)
    assignment = assign(anne, make_protocol(anne))
    blind = record_reading(anne, lesion, findings={"lesion_type": "lytic", "long_axis_mm": 77.125})
    number = built(place, custodian)
    for name in (ANNE, BEN):
        granted(custodian, number, name)

    manifest = custodian.get(f"{RELEASES}/{number}/manifest").json()
    assert [each["id"] for each in manifest["readings"]] == [before["reading_id"]]
    everything_in_it = custodian.get(f"{RELEASES}/{number}/archive").content
    assert blind["reading_id"].encode() not in everything_in_it
    assert b"77.125" not in everything_in_it
    for path in ("/manifest", "/archive", "/files/data/tables/readings.csv", "/files/release.json"):
        refused = ben.get(f"{RELEASES}/{number}{path}")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:osteon:problem:still-blind"), path
    assert ben.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 200
    for client in (anne, ben):
        complete(client, assignment)
    assert ben.get(f"{RELEASES}/{number}/manifest").status_code == 200
    later = built(place, custodian)
    assert blind["reading_id"] in {
        each["id"] for each in custodian.get(f"{RELEASES}/{later}/manifest").json()["readings"]
    }
    assert JUDGE not in custodian.get(f"{RELEASES}/{later}/files/data/tables/readings.csv").text


def told_of(client: httpx.Client, number: int) -> list[Any]:
    """All that can be asked of a release, without what is a release's own: its number, times, manifest and README."""
    path = f"{RELEASES}/{number}/files"
    listed = [items(client, path, limit=2), *(items(client, path, kind=each.value) for each in FileKind)]
    shown = client.get(f"{RELEASES}/{number}").json()
    assert shown in items(client, RELEASES)
    own = ("number", "previous", "created_at", "ready_at", "job", "manifest_sha256", "original_manifest_sha256", "url")
    return [
        {name: value for name, value in each.items() if name not in own}
        for each in [shown, *chain(*listed)]
        if each.get("path") != "data/README.md"
    ]


def test_a_blind_reader_is_not_told_how_much_others_have_read(
    place: Place, custodian: httpx.Client, researcher: httpx.Client, person: Person
) -> None:
    outsider, manager = person("outsider", Role.RADIOLOGIST), person("manager", Role.ADMINISTRATOR)
    readers = [person(ANNE, Role.RADIOLOGIST), person(BEN, *Role), person(JUDGE, Role.RADIOLOGIST)]
    numbers = []
    for _ in range(2):
        record_reading(outsider, open_lesion(outsider))
        numbers.append(begin(custodian, contents={"sr": True}))
        place.builder(reports=SameReport()).build(numbers[-1], Foreground())
        for name in ("researcher", ANNE, BEN, JUDGE):
            granted(custodian, numbers[-1], name)
    assignment = assign(manager, make_protocol(manager))
    one, two = numbers

    assert [len(items(researcher, f"{RELEASES}/{number}/files", kind="sr")) for number in numbers] == [1, 2]
    assert told_of(researcher, two)[0]["counts"]["readings"] == 2
    for reader in readers:
        assert told_of(reader, one) == told_of(reader, two)
        assert {each["kind"] for each in items(reader, f"{RELEASES}/{two}/files")} == {"dicom", "text"}
    for reader in readers[:2]:
        complete(reader, assignment)
    for reader in readers:
        assert told_of(reader, two) == told_of(researcher, two)


def test_one_caller_does_not_take_all_downloads(
    place: Place, custodian: httpx.Client, researcher: httpx.Client, releases: ReleaseParts
) -> None:
    number = built(place, custodian)
    granted(custodian, number)
    held = [releases.file_places.take("researcher") for _ in range(FILES_OF_ONE)]
    refused = researcher.get(f"{RELEASES}/{number}/files/{FILE}")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert custodian.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 200
    held[0].close()
    for _ in range(3):  # a place is given back each time
        assert researcher.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 200


def test_places_are_given_back_when_a_file_cannot_be_read(
    place: Place, custodian: httpx.Client, images: FakeImages, releases: ReleaseParts
) -> None:
    number = built(place, custodian)
    images.available = False
    assert custodian.get(f"{RELEASES}/{number}/files/{FILE}").status_code == 503
    for _ in range(FILES_OF_ONE):
        releases.file_places.take("custodian")


def test_a_place_is_given_back_once(engine: Engine) -> None:  # noqa: ARG001
    places = Places(of_one=1, of_all=2)
    first = places.take("a")
    first.close()
    first.close()
    places.take("a")
    places.take("b")
    with pytest.raises(Exception, match="too many downloads"):
        places.take("c")
