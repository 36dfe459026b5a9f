"""The viewer's page and files as they are served: policies, compression, what browsers keep, what stays as it was."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from api.viewer.package import MARK
from api.viewer.site import viewer_routes
from api.workbench.files import workbench_folder
from tests.services.http import serving

MAIN = "app.bundle.0123456789abcdef.js"
DECODER = "8097.bundle.0123456789abcdef.js"
SCRIPT = b"console.log('a script that is worth compressing');" * 20
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SCRIPT_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
OURS = sorted(path.name for path in (workbench_folder() / "viewer").glob("*.[cj]s*") if path.name != "app-config.js")

Client = httpx.Client


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Our own files, and a package of two."""
    (tmp_path / "viewer").symlink_to(workbench_folder() / "viewer")
    install(tmp_path)
    return tmp_path


@pytest.fixture
def client(web: Path) -> Iterator[Client]:
    with serving(Starlette(routes=viewer_routes(web))) as url, Client(base_url=url) as client:
        yield client


def install(web: Path) -> None:
    package = web / "ohif"
    (package / "assets" / "images").mkdir(parents=True)
    (package / MAIN).write_bytes(SCRIPT)
    (package / f"{MAIN}.gz").write_bytes(gzip.compress(SCRIPT))
    (package / DECODER).write_bytes(SCRIPT)
    (package / "1602.css").write_text("a {}")
    (package / "assets" / "images" / "one.png").write_bytes(b"png")
    (package / MARK).write_text(json.dumps({}))


@pytest.mark.parametrize("address", ["/viewer", "/viewer?StudyInstanceUIDs=1.2", "/viewer/dicomweb"])
def test_every_address_of_the_viewer_is_one_page_under_its_policy(client: Client, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    assert answer.headers["Cache-Control"] == "no-cache"
    assert f'data-main="/{MAIN}"' in answer.text


def test_the_page_holds_no_script_of_its_own_which_its_policy_would_not_run(client: Client) -> None:
    page = client.get("/viewer").text

    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')
    assert "<style" not in page
    assert "style=" not in page


@pytest.mark.parametrize("name", OURS)
def test_our_own_files_are_asked_about_before_each_use(client: Client, name: str) -> None:
    first = client.get(f"/ext/{name}")
    again = client.get(f"/ext/{name}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Security-Policy"] == SCRIPT_POLICY


def test_ohif_reads_our_settings(client: Client) -> None:
    assert "osteon-extension.js" in client.get("/app-config.js").text


@pytest.mark.parametrize("name", ["no-such.js", "viewer.html", "..%2Fviewer%2Fboot.js", "BOOT.js"])
def test_nothing_else_is_found_beside_our_files(client: Client, name: str) -> None:
    assert client.get(f"/ext/{name}").status_code == 404


def test_a_file_whose_name_holds_a_checksum_is_kept_for_good(client: Client) -> None:
    assert client.get(f"/{MAIN}").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_only_the_worker_that_decodes_images_may_make_functions_of_text(client: Client) -> None:
    assert "'unsafe-eval'" in client.get(f"/{DECODER}").headers["Content-Security-Policy"]
    assert client.get(f"/{MAIN}").headers["Content-Security-Policy"] == SCRIPT_POLICY


def test_another_file_is_asked_about_and_not_sent_again(client: Client) -> None:
    first = client.get("/1602.css")
    again = client.get("/1602.css", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("*", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("br", None),
        ("", None),
    ],
)
def test_a_file_is_sent_as_set_up_compressed_it_to_who_takes_that(
    client: Client, accepted: str, encoding: str | None
) -> None:
    answer = client.get(f"/{MAIN}", headers={"Accept-Encoding": accepted})

    assert answer.content == SCRIPT
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", [f"/{MAIN}.gz", f"/{MARK}", "/assets", "/assets/images", "/../ohif/1602.css"])
def test_what_is_no_file_of_the_viewer_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_its_package_the_viewer_says_so_until_it_is_set_up(tmp_path: Path) -> None:
    (tmp_path / "viewer").symlink_to(workbench_folder() / "viewer")
    with serving(Starlette(routes=viewer_routes(tmp_path))) as url, Client(base_url=url) as client:
        missing = client.get("/viewer?StudyInstanceUIDs=1.2")
        install(tmp_path)
        there = client.get("/viewer?StudyInstanceUIDs=1.2")

    assert missing.status_code == 503
    assert "make viewer" in missing.text
    assert "n’est pas installée" in missing.text
    assert there.status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_everything_that_is_not_the_viewers_answers_as_before(
    anonymous: httpx.Client,
    engine: Engine,  # noqa: ARG001
) -> None:
    assert anonymous.get("/api/v1/me").status_code == 401
    assert anonymous.get("/dicom-web/studies").status_code in {401, 404}
    assert anonymous.get("/health/live").status_code == 200
    unknown = anonymous.get("/no-such-page")
    assert (unknown.status_code, unknown.headers["Content-Type"]) == (404, "application/problem+json")
    assert anonymous.get("/viewer").headers["Content-Security-Policy"] == PAGE_POLICY
