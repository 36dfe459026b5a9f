"""The workbench's pages and files as they are served: what they may do, and how browsers keep them."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from api.workbench.files import MEDIA_TYPES, workbench_folder
from api.workbench.pages import PAGES, workbench_routes
from tests.services.http import serving

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HTML = sorted((workbench_folder() / "pages").glob("*.html"))
OURS = sorted(
    path for kind in ("css", "components", "js", "words") for path in (workbench_folder() / kind).rglob("*.[cj]s*")
)
ADDRESSES = [re.sub(r"{\w+}", "X", address) for address in PAGES]

sqlite_alone = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@sqlite_alone
def test_every_page_and_file_is_served_to_everybody_under_the_strict_policy(
    anonymous: httpx.Client,
    engine: Engine,  # noqa: ARG001
) -> None:
    files = [f"/workbench/{path.relative_to(workbench_folder()).as_posix()}" for path in OURS]
    assert len(files) > 10

    for address in (*ADDRESSES, *files):
        answer = anonymous.get(address)
        suffix = Path(address).suffix or ".html"
        assert answer.status_code == 200, address
        assert answer.headers["Content-Type"] == MEDIA_TYPES[suffix]
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@sqlite_alone
def test_a_browser_that_has_a_file_is_told_so_until_it_changes(tmp_path: Path, engine: Engine) -> None:  # noqa: ARG001
    (tmp_path / "one.js").write_text("1")
    with serving(Starlette(routes=workbench_routes(tmp_path))) as url, httpx.Client(base_url=url) as client:
        first = client.get("/workbench/one.js")
        known = {"If-None-Match": f'"other", W/{first.headers["ETag"]}'}
        again = client.get("/workbench/one.js", headers=known)
        (tmp_path / "one.js").write_text("2")
        changed = client.get("/workbench/one.js", headers=known)

    assert (first.text, again.status_code, again.content, changed.text) == ("1", 304, b"", "2")
    assert again.headers["ETag"] == first.headers["ETag"] != changed.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("js/none.js", id="no such file"),
        pytest.param("../pyproject.toml", id="above"),
        pytest.param("js/../../api/app.py", id="above, further down"),
        pytest.param("js/%2e%2e/%2e%2e/api/app.py", id="above, in disguise"),
        pytest.param("js//api.js", id="an empty part"),
        pytest.param("js", id="a folder"),
        pytest.param(".hidden.js", id="hidden"),
        pytest.param("secret.pem", id="of a kind that is not served"),
        pytest.param("linked.js/../secret.pem", id="through a file"),
        pytest.param("a/" * 20 + "b.js", id="deeper than anything of ours"),
    ],
)
def test_nothing_but_files_of_the_workbench_is_given(tmp_path: Path, path: str) -> None:
    root = tmp_path / "web"
    (root / "js").mkdir(parents=True)
    for name in ("js/api.js", ".hidden.js", "secret.pem", "linked.js"):
        (root / name).write_text("something")
    with serving(Starlette(routes=workbench_routes(root))) as url, httpx.Client(base_url=url) as client:
        assert client.get("/workbench/js/api.js").status_code == 200
        assert client.request("GET", httpx.URL(url, raw_path=f"/workbench/{path}".encode())).status_code == 404


@sqlite_alone
def test_a_file_that_is_not_there_is_a_problem_like_any_other(anonymous: httpx.Client, engine: Engine) -> None:  # noqa: ARG001
    answer = anonymous.get("/workbench/none.js")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("page", HTML, ids=lambda page: page.stem)
def test_no_page_has_script_or_style_in_it_or_names_another_host(page: Path) -> None:
    text = page.read_text()

    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", text)
    assert not re.search(r"""(src|href)=["'](?!/)""", text)
    assert not re.search(r"""(src|href)=["']//""", text)
    assert {f"{page.stem}" for page in HTML} >= set(PAGES.values())


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_no_script_makes_code_or_mark_up_of_text_or_reaches_out(file: Path) -> None:
    text = file.read_text()

    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
