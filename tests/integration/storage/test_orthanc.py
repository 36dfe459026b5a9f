"""The Orthanc client against a real Orthanc, and against programs that are none."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dicom_node.entry import Entry
from storage.errors import ImageMissingError, ImageRejectedError, ImageStoreUnavailableError
from storage.orthanc import PAGE, Orthanc, instance_id
from tests.builders.door import arrival, ct, parts_in
from tests.services.http import serving
from tests.services.orthanc import OrthancServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancServer]:
    made = OrthancServer(tmp_path_factory.mktemp("orthanc"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def made(tmp_path: Path) -> tuple[Entry, bytes]:
    parts = parts_in(tmp_path)
    parts.door.receive(arrival(ct()))
    (place,) = parts.outbox.waiting()
    waiting = parts.outbox.open(place)
    return waiting.entry, bytes(waiting.file)


def test_orthanc_gives_the_id_that_was_computed_and_the_bytes_that_were_stored(
    server: OrthancServer, made: tuple[Entry, bytes]
) -> None:
    entry, file = made
    client = server.client()
    assert client.store(file, entry.orthanc_id).already is False
    assert client.store(file, entry.orthanc_id).already is True
    assert b"".join(client.read(entry.orthanc_id)) == file
    assert entry.orthanc_id in set(client.instance_ids())
    assert client.state().instances == len(list(client.instance_ids()))
    client.close()


def test_the_number_of_the_last_change_grows_and_is_never_taken_back(tmp_path: Path) -> None:
    server = OrthancServer(tmp_path)
    server.start()
    client = server.client()
    numbers = [client.last_change()]
    file = ct()
    whose = pydicom.dcmread(BytesIO(file), stop_before_pixels=True)
    orthanc_id = instance_id(whose.PatientID, whose.StudyInstanceUID, whose.SeriesInstanceUID, whose.SOPInstanceUID)
    client.store(file, orthanc_id)
    numbers.append(client.last_change())
    client.remove(orthanc_id)
    numbers.append(client.last_change())
    server.stop()
    assert client.last_change() is None
    server.start()
    numbers.append(client.last_change())
    client.close()
    server.stop()
    known = [number for number in numbers if number is not None]
    assert len(known) == 4
    assert known == sorted(known)
    assert known[1] > known[0]


def test_an_unknown_instance_is_missing(server: OrthancServer) -> None:
    with pytest.raises(ImageMissingError):
        server.client().read(instance_id("a", "b", "c", "d"))


def test_what_is_no_dicom_is_rejected(server: OrthancServer) -> None:
    with pytest.raises(ImageRejectedError):
        server.client().store(b"no DICOM", "x")


def test_an_object_that_is_filed_under_another_id_is_rejected(server: OrthancServer, made: tuple[Entry, bytes]) -> None:
    with pytest.raises(ImageRejectedError):
        server.client().store(made[1], "another")


def test_wrong_credentials_are_said(server: OrthancServer) -> None:
    stranger = Orthanc(server.url, "osteon", "wrong")
    assert not stranger.ready()
    with pytest.raises(ImageStoreUnavailableError, match="credentials"):
        stranger.state()


def answering(status: int, body: str) -> Starlette:
    def answer(_: Request) -> Response:
        return Response(body, status_code=status, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(404, "", id="not found"),
        pytest.param(200, "{}", id="some other program"),
        pytest.param(200, "<html>", id="a page"),
        pytest.param(500, "", id="an error"),
    ],
)
def test_what_is_no_orthanc_is_not_ready_and_takes_nothing(status: int, body: str) -> None:
    with serving(answering(status, body)) as url:
        client = Orthanc(url, "u", "p")
        assert not client.ready()
        assert client.last_change() is None
        with pytest.raises((ImageStoreUnavailableError, ImageMissingError)):
            client.store(b"x", "x")


def test_no_proxy_of_the_environment_sees_images_or_password(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def hear(request: Request) -> Response:
        heard.append(request.url.path)
        return Response(json.dumps({"Version": "1"}))

    with serving(Starlette(routes=[Route("/{path:path}", hear)])) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert not Orthanc("http://127.0.0.1:9/", "u", "p").ready()
    assert heard == []


def test_an_upload_that_fails_is_not_sent_again_behind_the_callers_back() -> None:
    posts: list[str] = []

    def busy(request: Request) -> Response:
        posts.append(request.method)
        return Response(status_code=503)

    with (
        serving(Starlette(routes=[Route("/instances", busy, methods=["POST"])])) as url,
        pytest.raises(ImageStoreUnavailableError),
    ):
        Orthanc(url, "u", "p").store(b"x", "x")
    assert posts == ["POST"]


def test_files_are_asked_for_uncompressed() -> None:
    accepted: list[str] = []

    def file(request: Request) -> Response:
        accepted.append(request.headers["Accept-Encoding"])
        return Response(b"DICM")

    with serving(Starlette(routes=[Route("/instances/x/file", file)])) as url:
        assert b"".join(Orthanc(url, "u", "p").read("x")) == b"DICM"
    assert accepted == ["identity"]


def test_orthanc_says_which_of_many_instances_it_holds(server: OrthancServer, made: tuple[Entry, bytes]) -> None:
    entry, file = made
    client = server.client()
    client.store(file, entry.orthanc_id)
    absent = [instance_id("OST-A", "1", "2", str(number)) for number in range(PAGE + 1)]
    assert client.present([*absent, entry.orthanc_id]) == {entry.orthanc_id}
    assert client.present([]) == frozenset()


def test_an_orthanc_that_is_down_does_not_say_that_it_holds_nothing() -> None:
    nobody = Orthanc("http://127.0.0.1:9/", "user", "password")
    with pytest.raises(ImageStoreUnavailableError):
        nobody.present([instance_id("OST-A", "1", "2", "3")])
