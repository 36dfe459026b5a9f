"""Who gets in: every route of the application is tried."""

import logging
import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine

from api.viewer.site import EXTENSION, SETTINGS
from api.viewer.site import PAGES as VIEWER_PAGES
from api.workbench.pages import FILES, PAGES
from lesion_model.descriptions import DESCRIPTIONS
from storage.tokens import Tokens

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

OPEN = {
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/openapi.json"),
    ("HEAD", "/api/v1/openapi.json"),
    ("GET", "/api/v1/sign-in"),
    ("POST", "/api/v1/sign-in"),
    ("POST", "/api/v1/assessments"),
    ("GET", "/api/v1/instruments"),
    ("GET", "/api/v1/instruments/{name}"),
    *((method, path) for method in ("GET", "HEAD") for path in (*PAGES, FILES)),
    *((method, path) for method in ("GET", "HEAD") for path in (*VIEWER_PAGES, SETTINGS, EXTENSION)),
    *(("POST", f"/api/v1/{described.kind.value}s/{described.name}") for described in DESCRIPTIONS.values()),
}
EXAMPLES = {"pseudonym": "OST-7K3M9-QPXRC", "n": "1", "number": "1", "revision": "1"}


def every_operation(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of each route, also of those that the description leaves out."""
    return {
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if context.path is not None
    }


def with_examples(path: str) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda match: EXAMPLES.get(match[1], "2.25.1"), path)


def test_every_route_but_the_open_ones_asks_for_a_token(app: FastAPI, anonymous: httpx.Client) -> None:
    operations = every_operation(app) - OPEN
    assert ("GET", "/api/v1/instances/{sop_instance_uid}/file") in operations

    answers = {operation: anonymous.request(operation[0], with_examples(operation[1])) for operation in operations}

    assert {operation: answer.status_code for operation, answer in answers.items()} == dict.fromkeys(operations, 401)
    for (method, _), answer in answers.items():
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="osteon"'
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert method == "HEAD" or answer.json()["status"] == 401


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Bearer ost_" + "A" * 43, id="a token of nobody"),
        pytest.param("Bearer short", id="no token at all"),
        pytest.param("Bearer ost_" + "é" * 43, id="letters that no token has"),
    ],
)
def test_a_token_that_opens_nothing_is_refused_and_not_repeated(
    anonymous: httpx.Client, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = anonymous.get("/api/v1/patients", headers=[(b"Authorization", header.encode("latin-1"))])

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="osteon", error="invalid_token"'
    sent = header.removeprefix("Bearer ")
    assert sent not in answer.text
    assert sent not in caplog.text


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "ost_"])
def test_other_ways_to_sign_in_are_refused(anonymous: httpx.Client, header: str) -> None:
    assert anonymous.get("/api/v1/patients", headers={"Authorization": header}).status_code == 401


def test_a_token_opens_until_it_is_revoked(client: httpx.Client, engine: Engine) -> None:
    assert client.get("/api/v1/patients").status_code == 200

    (record,) = Tokens(engine).all()
    Tokens(engine).revoke(record.id)

    assert client.get("/api/v1/patients").status_code == 401


def test_a_token_is_looked_at_before_anything_else_that_was_sent(anonymous: httpx.Client) -> None:
    assert anonymous.get("/api/v1/patients?limit=none").status_code == 401


def test_tokens_are_never_logged(client: httpx.Client, token: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    client.get("/api/v1/patients")

    assert token not in caplog.text
    assert token.removeprefix("ost_") not in caplog.text
