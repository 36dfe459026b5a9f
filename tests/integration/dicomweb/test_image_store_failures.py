"""An image store that is away, slow, broken or talkative: what the client is told, and what it is not."""

import socket
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from tests.builders.archive import CT
from tests.integration.dicomweb.conftest import SECRET, Serve
from tests.integration.dicomweb.upstream import HTML, Upstream
from tests.services.http import serving

RELATED = 'multipart/related; type="application/dicom"; boundary=abc'
ONE_PART = b"--abc\r\nContent-Type: application/dicom\r\n\r\n12345\r\n--abc--\r\n"
PATHS = [
    "/studies",
    "/instances",
    f"/studies/{CT.study}/series",
    f"/studies/{CT.study}",
    f"/studies/{CT.study}/metadata",
    f"{CT.path}/frames/1",
    f"{CT.path}/rendered",
]
# What the store answers, and what the client is told.
OURS = {
    **dict.fromkeys((201, 206, 418, 500, 501, 599), 502),
    **dict.fromkeys((401, 403, 429, 503), 503),
    **dict.fromkeys((408, 504), 504),
    400: 400,
    415: 400,
    404: 404,
    406: 406,
}


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def url(upstream: Upstream) -> Iterator[str]:
    with serving(upstream.app) as address:
        yield address


def is_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    for word in ("secret-host", "DUPONT", "Orthanc", SECRET):
        assert word not in answer.text


def test_a_store_that_is_away_is_unavailable(serve: Serve) -> None:
    client = serve("http://127.0.0.1:9")
    for path in PATHS:
        answer = client.get(path)
        is_problem(answer, 503)
        assert answer.headers["Retry-After"] == "5"


def test_every_failure_of_the_store_is_a_problem_of_ours(
    serve: Serve, upstream: Upstream, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(url)
    for theirs, ours in OURS.items():
        upstream.answer = lambda _, status=theirs: Response(HTML, status_code=status, media_type="text/html")  # type: ignore[misc]
        for path in PATHS:
            is_problem(client.get(path), ours)
    assert "secret-host" not in caplog.text


def test_a_page_is_never_passed_on(serve: Serve, url: str) -> None:
    client = serve(url)
    for path in PATHS:
        is_problem(client.get(path), 502)


def test_what_is_no_object_is_not_passed_on_as_one(serve: Serve, upstream: Upstream, url: str) -> None:
    client = serve(url)
    for kind in (
        "application/json",
        "application/dicom+xml",
        'multipart/related; type="application/dicom+xml"; boundary=abc',
        'multipart/related; type="application/dicom"',
        "text/plain",
        "image/svg+xml",
        "",
    ):
        upstream.answer = lambda _, kind=kind: Response(HTML, headers={"Content-Type": kind})  # type: ignore[misc]
        is_problem(client.get(f"/studies/{CT.study}"), 502)


def test_a_redirection_is_neither_followed_nor_passed_on(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: RedirectResponse("http://secret-host/app/explorer.html")
    client = serve(url)
    for path in PATHS:
        answer = client.get(path)
        is_problem(answer, 502)
        assert "Location" not in answer.headers
    assert len(upstream.asked) == len(PATHS)


def test_a_store_that_is_silent_is_given_up(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = serve(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.2)
        for path in ("/studies", f"/studies/{CT.study}"):
            is_problem(client.get(path), 504)


def test_what_is_no_http_is_a_failure(serve: Serve) -> None:
    with answering_raw(b"SSH-2.0-OpenSSH\r\n") as url:
        is_problem(serve(url).get(f"/studies/{CT.study}"), 502)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(RELATED, ONE_PART[:-9], id="objects without a closing boundary"),
        pytest.param(RELATED, ONE_PART[:30], id="half a part"),
        pytest.param(RELATED, b"no parts at all", id="no parts"),
        pytest.param("application/dicom+json", b'[{"00080005": {"vr": "CS"', id="metadata without an end"),
    ],
)
def test_an_answer_that_is_broken_off_never_looks_whole(serve: Serve, kind: str, body: bytes) -> None:
    """Orthanc ends some answers by closing the connection: then nothing but the body says that it is whole."""
    path = f"/studies/{CT.study}" + ("/metadata" if "json" in kind else "")
    with (
        answering_raw(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body) as url,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        serve(url).get(path)


def test_a_store_that_stops_halfway_never_looks_whole(serve: Serve, upstream: Upstream, url: str) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield ONE_PART[:-9]
        await anyio.sleep(30)

    upstream.answer = lambda _: StreamingResponse(half(), headers={"Content-Type": RELATED})
    with pytest.raises(httpx.RemoteProtocolError):
        serve(url, timeout=0.3).get(f"/studies/{CT.study}")


def test_a_large_study_passes_without_being_held(serve: Serve, upstream: Upstream, url: str) -> None:
    """256 MB, through store, proxy and client in this process."""
    head, piece, end = ONE_PART[:-16], bytes(1 << 18), ONE_PART[-11:]

    async def study() -> AsyncIterator[bytes]:
        yield head
        for _ in range(1024):
            yield piece
        yield end

    upstream.answer = lambda _: StreamingResponse(study(), headers={"Content-Type": RELATED})
    client = serve(url)
    tracemalloc.start()
    try:
        with client.stream("GET", f"/studies/{CT.study}") as answer:
            size = sum(len(got) for got in answer.iter_raw())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == len(head) + 1024 * len(piece) + len(end)
    assert peak < 16 << 20


def test_the_connection_to_the_store_ends_when_the_client_goes(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: StreamingResponse(
        upstream.endless(b"x" * 65536), headers={"Content-Type": "application/octet-stream"}
    )
    client = serve(url, streams=1)
    for _ in range(3):  # more often than there are places
        with client.stream("GET", f"/studies/{CT.study}") as answer:
            next(answer.iter_raw())
        assert upstream.is_ended()


def test_a_client_that_goes_before_the_answer_ends_the_wait(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        client = serve(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60)
        request = client.build_request("GET", f"/studies/{CT.study}")
        with socket.create_connection((request.url.host, request.url.port)) as leaving:
            lines = [
                f"GET {request.url.raw_path.decode()} HTTP/1.1",
                *(f"{n}: {v}" for n, v in request.headers.items()),
            ]
            leaving.sendall("\r\n".join([*lines, "", ""]).encode())
            connection, _ = listener.accept()
            connection.settimeout(30)
            assert connection.recv(65536).startswith(b"GET ")
        with connection:
            for _ in iter(lambda: connection.recv(65536), b""):  # until the proxy closes
                pass


def test_no_more_streams_than_there_are_places(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: StreamingResponse(
        upstream.endless(b"x" * 65536), headers={"Content-Type": "application/octet-stream"}
    )
    client = serve(url, streams=2)
    path = f"/studies/{CT.study}"
    with client.stream("GET", path) as first, client.stream("GET", path) as second:
        assert first.status_code == second.status_code == 200
        refused = client.get(path)
        is_problem(refused, 503)
        assert refused.headers["Retry-After"] == "5"
    assert upstream.is_ended()
    assert upstream.is_ended()
    with client.stream("GET", path) as again:
        assert again.status_code == 200
    assert upstream.most_under_way == 2


def test_headers_are_passed_on_only_where_they_matter(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: Response(
        b"12345",
        status_code=206,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Range": "bytes 0-4/9",
            "ETag": '"abc"',
            "Accept-Ranges": "bytes",
            "Content-Location": f"http://secret-host:8042/dicom-web{CT.path}",
            "Location": "http://secret-host/",
            "Server": "Orthanc",
            "Set-Cookie": "a=b",
            "Keep-Alive": "timeout=1",
            "Via": "secret-host",
            "Warning": '299 secret-host: "more"',
        },
    )
    client = serve(url)
    sent = {
        "Accept": 'multipart/related; type="image/jp2"; transfer-syntax=*, */*;q=0.1',
        "Accept-Encoding": "gzip, br",
        "Range": "bytes=0-4",
        "If-Range": '"abc"',
        "If-None-Match": '"def"',
        "Cookie": "session=ours",
        "X-Forwarded-For": "192.0.2.1",
        "TE": "trailers",
        "Referer": "http://elsewhere/",
    }

    answer = client.get(f"{CT.path}/bulk/7FE00010", headers=sent)

    (asked,) = upstream.asked
    assert asked.url.path == f"/dicom-web{CT.path}/bulk/7FE00010"
    assert {name: value for name, value in asked.headers.items() if name not in {"host", "authorization"}} == {
        "accept": sent["Accept"],
        "accept-encoding": "identity",
        "range": "bytes=0-4",
        "if-range": '"abc"',
        "if-none-match": '"def"',
        "connection": "close",
    }
    assert asked.headers["authorization"].startswith("Basic ")
    assert (answer.status_code, answer.content) == (206, b"12345")
    ours = f"{client.base_url}".rstrip("/") + CT.path
    told = {name: answer.headers[name] for name in answer.headers if name not in {"date", "x-request-id"}}
    assert told == {
        "content-type": "application/octet-stream",
        "content-range": "bytes 0-4/9",
        "content-length": "5",
        "etag": '"abc"',
        "accept-ranges": "bytes",
        "content-location": ours,
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
    }


def test_what_the_client_has_is_not_sent_again(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: Response(status_code=304, headers={"ETag": '"abc"'})

    answer = serve(url).get(CT.path, headers={"If-None-Match": '"abc"'})

    assert (answer.status_code, answer.headers["ETag"], answer.content) == (304, '"abc"', b"")


def test_a_range_that_the_store_cannot_give_is_told(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: Response(HTML, status_code=416, headers={"Content-Range": "bytes */9"})

    answer = serve(url).get(f"{CT.path}/rendered", headers={"Range": "bytes=20-"})

    is_problem(answer, 416)
    assert answer.headers["Content-Range"] == "bytes */9"


def test_a_compressed_answer_is_not_passed_on_unread(serve: Serve, upstream: Upstream, url: str) -> None:
    upstream.answer = lambda _: Response(b"?", headers={"Content-Type": RELATED, "Content-Encoding": "gzip"})

    is_problem(serve(url).get(CT.path), 502)


def test_a_list_is_gathered_from_as_many_pages_as_it_takes(serve: Serve, upstream: Upstream, url: str) -> None:
    """Of 450 studies in the store, every hundredth is ours."""

    def some(request: Request) -> Response:
        offset, limit = int(request.query_params["offset"]), int(request.query_params["limit"])
        items = [
            f'{{"0020000D": {{"vr": "UI", "Value": ["{CT.study if number % 100 == 7 else f"1.{number}"}"]}}, '
            f'"00081190": {{"vr": "UR", "Value": ["https://secret-host/x/dicom-web/studies/1.{number}"]}}}}'
            for number in range(offset, min(offset + limit, 450))
        ]
        return Response(f"[{','.join(items)}]", media_type="application/dicom+json")

    upstream.answer = some
    client = serve(url)

    whole = client.get("/series").json()
    page = client.get("/series", params={"offset": 1, "limit": 2}).json()

    root = f"{client.base_url}".rstrip("/")
    assert [item["00081190"]["Value"] for item in whole] == [
        [f"{root}/studies/1.{number}"] for number in (7, 107, 207, 307, 407)
    ]
    assert page == whole[1:3]
    assert client.get("/series", params={"offset": 9}).json() == []
    assert all("0020000D" in request.query_params.getlist("includefield") for request in upstream.asked)


def test_a_list_that_is_none_is_a_failure(serve: Serve, upstream: Upstream, url: str) -> None:
    client = serve(url)
    for body in (b"{}", b"[1]", b"[", b"null", b"\xff"):
        upstream.answer = lambda _, body=body: Response(body, media_type="application/dicom+json")  # type: ignore[misc]
        is_problem(client.get("/studies"), 502)


def test_items_without_a_study_are_shown_to_nobody(serve: Serve, upstream: Upstream, url: str) -> None:
    body = '[{"00100020": {}}, {"0020000D": {"Value": []}}, {"0020000D": {"Value": [7]}}, {"0020000D": 7}]'
    upstream.answer = lambda _: Response(body, media_type="application/dicom+json")

    answer = serve(url).get("/studies")

    assert (answer.status_code, answer.json()) == (200, [])


@contextmanager
def answering_raw(content: bytes) -> Iterator[str]:
    """Sends these bytes to whoever asks, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(content)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)
