"""Whatever is in a path or a query: nothing but what DICOMweb names reaches the image store."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from api.app import create_app
from api.dicomweb.archive import Archive
from storage.orthanc_dicomweb import OrthancDicomWeb
from tests.builders.archive import CT
from tests.builders.images import FakeImages
from tests.integration.dicomweb.upstream import Upstream
from tests.services.http import serving

STUDY = f"/studies/{CT.study}"
HOSTILE_UIDS = [
    "..",
    ".",
    "...",
    "1..2",
    ".1",
    "1.",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fsystem",
    "..%2f..%2fsystem",
    "%252e%252e",
    "1%00",
    "1%0d%0aX-Evil:%201",
    "1%3Fa=b",
    "1%23x",
    "1;a",
    "1%20",
    "1\\2",
    "１.２",
    "1" * 65,
    "*",
    "1,2",
    "DUPONT",
    "",
]


def nothing(_: Request) -> Response:
    return Response(b"[]", media_type="application/dicom+json")


@pytest.fixture(scope="module")
def store() -> Upstream:
    return Upstream(nothing)


@pytest.fixture(scope="module")
def client(registry: Engine, headers: dict[str, str], store: Upstream) -> Iterator[httpx.Client]:
    """One for all: what it serves keeps nothing."""
    with serving(store.app) as behind:
        app = create_app(
            engine=registry, images=FakeImages(), archive=Archive(OrthancDicomWeb(behind, "/dicom-web", "u", "p"), 4)
        )
        with serving(app) as url, httpx.Client(base_url=f"{url}/dicom-web", headers=headers) as client:
            yield client


@pytest.fixture
def upstream(store: Upstream) -> Upstream:
    """As if nothing had been asked."""
    store.asked.clear()
    store.answer = nothing
    return store


def raw(client: httpx.Client, target: str) -> int:
    """The status of an answer to a path that no client library has tidied up."""
    request = (
        f"GET {target} HTTP/1.1\r\nHost: osteon\r\nAuthorization: {client.headers['Authorization']}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=10) as connection:
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            status = answer.readline().split()[1]
            answer.read()
    return int(status)


def test_what_is_no_uid_never_reaches_the_store(client: httpx.Client, upstream: Upstream) -> None:
    for uid in HOSTILE_UIDS:
        for path in (
            f"/studies/{uid}",
            f"/studies/{uid}/metadata",
            f"/studies/{uid}/series",
            f"{STUDY}/series/{uid}",
            f"{STUDY}/series/{uid}/metadata",
            f"{STUDY}/series/{CT.series}/instances/{uid}",
            f"{STUDY}/series/{CT.series}/instances/{uid}/frames/1",
            f"{STUDY}/series/{CT.series}/instances/{uid}/rendered",
        ):
            status = raw(client, f"/dicom-web{path}")
            assert status in {400, 404, 405, 422}, path
    assert upstream.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/system",
        "/instances/1/file",
        "/app/explorer.html",
        "/servers",
        "/../system",
        "/%2e%2e/system",
        "//studies",
        "/studies/",
        f"{STUDY}/",
        f"{STUDY}/../../../system",
        f"{STUDY}/series/1/../../../../tools/find",
        f"{STUDY}/archive",
        f"{CT.path}/file",
        f"{CT.path}/frames/0",
        f"{CT.path}/frames/1,",
        f"{CT.path}/frames/-1",
        f"{CT.path}/frames/1/raw",
        f"{CT.path}/frames/1,2/rendered",
        f"{CT.path}/bulk/",
        f"{CT.path}/bulk/..",
        f"{CT.path}/bulk/7fe00010/../../..",
        f"{CT.path}/bulk/7fe00010/1",
        f"{CT.path}/bulk/7fe0001g",
        f"{CT.path}/bulk/7fe00010%2f1%2f..",
        f"{CT.path}/bulk//etc/passwd",
        f"{CT.path}/rendered?viewport=1",
        f"{CT.path}/rendered?viewport=1,2%26a=b",
        f"{CT.path}/rendered?viewport=99999,99999",
        f"{CT.path}/rendered?window=1,2,../x",
        f"{CT.path}/rendered?quality=101",
        f"{CT.path}/thumbnail?viewport=x",
    ],
)
def test_nothing_else_is_there(client: httpx.Client, upstream: Upstream, path: str) -> None:
    assert raw(client, f"/dicom-web{path}") in {400, 404, 405, 422}
    assert upstream.asked == []


def test_nothing_can_be_written_or_deleted(client: httpx.Client, upstream: Upstream) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in (STUDY, CT.path, f"{STUDY}/series", "/series"):
            assert client.request(method, path).status_code == 405
    assert upstream.asked == []


@pytest.mark.parametrize(
    "query",
    [
        "DUPONT=1",
        "includefield=DUPONT",
        "includefield=0008103",
        "0008103G=1",
        "PatientName=a%0Ab",
        "PatientName=" + "x" * 9000,
        "limit=-1",
        "limit=0",
        "limit=x",
        "offset=-1",
        "fuzzymatching=perhaps",
        "PatientID=1&" * 70,
        "..%2f..=1",
        "a%26b=1",
    ],
)
def test_a_search_that_makes_no_sense_is_refused_and_not_repeated(
    client: httpx.Client, upstream: Upstream, query: str
) -> None:
    for path in ("/studies", "/series", f"{STUDY}/series", f"{STUDY}/instances"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code in {400, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "DUPONT" not in answer.text
    assert upstream.asked == []


@pytest.mark.parametrize("name", ["StudyInstanceUID", "0020000D", "0020000d"])
def test_a_search_within_a_study_cannot_name_another(client: httpx.Client, upstream: Upstream, name: str) -> None:
    for path in (f"{STUDY}/series", f"{STUDY}/instances", f"{STUDY}/series/{CT.series}/instances"):
        assert client.get(path, params={name: "1.2.3"}).status_code == 400
    assert client.get(f"{STUDY}/series/1.2/instances", params={"SeriesInstanceUID": "1.3"}).status_code == 400
    assert upstream.asked == []


def test_a_search_is_written_anew(client: httpx.Client, upstream: Upstream) -> None:
    query = "PatientName=A%5EB*&00400275.00400007=knee&ModalitiesInStudy=CT&includefield=StudyDescription,00080090"

    answer = client.get(f"{STUDY}/series?{query}&limit=5&offset=2&fuzzymatching=true")

    assert answer.json() == []
    assert upstream.asked[0].url.query == (
        "00100010=A^B*&00400275.00400007=knee&00080061=CT&includefield=00081030&includefield=00080090"
        "&fuzzymatching=true&offset=2&limit=5"
    )


def test_a_value_cannot_add_a_parameter(client: httpx.Client, upstream: Upstream) -> None:
    client.get(f"{STUDY}/series", params={"PatientName": "A&limit=1#x%26y+z"})

    assert upstream.asked[0].url.query == "00100010=A?limit=1?x?26y?z"


@pytest.mark.parametrize("accept", ["application/dicom+xml", 'multipart/related; type="application/dicom+xml"', "x/y"])
def test_metadata_and_lists_are_json(client: httpx.Client, upstream: Upstream, accept: str) -> None:
    for path in ("/studies", f"{STUDY}/series", f"{STUDY}/metadata"):
        assert client.get(path, headers={"Accept": accept}).status_code == 406
    assert upstream.asked == []


@pytest.mark.parametrize("host", ['a"><script>', "a/b", "user@host", "a b"])
def test_a_host_that_is_none_is_not_repeated(client: httpx.Client, upstream: Upstream, host: str) -> None:
    upstream.answer = lambda _: Response(
        b'[{"BulkDataURI": "http://x/dicom-web/studies/1"}]', media_type="application/dicom+json"
    )

    answer = client.get(f"{STUDY}/metadata", headers={"Host": host})

    assert answer.status_code == 400 or answer.json() == [
        {"BulkDataURI": f"{client.base_url}".rstrip("/") + "/studies/1"}
    ]
    assert host not in answer.text


def test_addresses_name_the_host_that_the_client_named(client: httpx.Client, upstream: Upstream) -> None:
    upstream.answer = lambda _: Response(
        b'[{"BulkDataURI": "http://x/dicom-web/studies/1"}]', media_type="application/dicom+json"
    )

    answer = client.get(f"{STUDY}/metadata", headers={"Host": "osteon.example:8000"})

    assert answer.json() == [{"BulkDataURI": "http://osteon.example:8000/dicom-web/studies/1"}]


def test_a_study_that_nobody_may_see_is_not_there(client: httpx.Client, upstream: Upstream) -> None:
    for path in ("", "/metadata", "/series", "/instances", "/rendered", "/thumbnail", "/series/1/instances/1/frames/1"):
        answer = client.get(f"/studies/1.2.3{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such study")
    assert upstream.asked == []
