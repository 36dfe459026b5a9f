"""Errors as answers: complete, uniform, and silent about what was sent and what is behind."""

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import Engine, text

import annotation
import api
import lesion_model
import storage
from annotation.audit_chain import ChainBrokenError
from annotation.cohorts.expressions import ExpressionError
from annotation.endpoints.problems import RefusedTablesError
from annotation.lesion_masks.refusals import RefusedOutlineError
from annotation.nifti.refusals import RefusedSeriesError
from annotation.nifti.values import DoesNotFitError
from annotation.registry.exchange.cells import CellError
from annotation.registry.exchange.mapping import MappingError
from annotation.registry.exchange.redcap_dictionary import DictionaryError
from annotation.registry.exchange.redcap_records import RedcapError
from annotation.registry.values import ValueRefusedError
from annotation.structured_report.reading_back import NotAReportError
from api import problems, routers
from api.dicomweb.relaying import ClientStalledError
from api.last_resort import AnswerBrokenOffError
from api.validation import NOT_ACCEPTABLE
from storage import errors as storage_errors
from storage.jobs import errors as job_errors
from storage.jobs.computing import ComputingUnavailableError, ItemFailedError, ItemLostError
from storage.releases.errors import BuildCancelledError, NoLockError, SupersededError, VanishedObjectError
from storage.report_sources import NoImageError
from tests.builders.images import FakeImages

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# What an API tells in whose home no node runs.
WITHOUT_NODE = dict.fromkeys(("node", "disk", "outbox"), "not seen here")

# Raised where no request is being answered, and why.
NEVER_IN_A_REQUEST = {
    CellError: "raised to whoever reads a file of records: it becomes a finding of the import",
    MappingError: "raised to the command that imports records only",
    DictionaryError: "raised to the command that compares REDCap's data dictionary only",
    ValueRefusedError: "raised to whoever keeps a form: it becomes a fault of the form",
    NotAReportError: "raised to who reads a report; an import refuses its field",
    ChainBrokenError: "told in the answer to who verifies the audit log",
    ExpressionError: "raised to who writes a condition on the command line",
    storage_errors.DatabaseUrlError: "raised when the process starts",
    storage_errors.MigrationError: "raised when the process starts",
    storage_errors.LedgerConflictError: "raised to the forwarder only",
    storage_errors.ImageRejectedError: "raised to the forwarder only",
    job_errors.JobCancelledError: "raised to the handler of a job only",
    job_errors.WorkerEndsError: "raised to the handler of a job only",
    job_errors.LeaseLostError: "raised to the handler of a job and its worker only",
    job_errors.JobFailedError: "raised to the worker of a job only",
    job_errors.JobDelayedError: "raised to the worker of a job only",
    ItemLostError: "raised to the worker of a job only",
    ItemFailedError: "raised to the worker of a job only",
    ComputingUnavailableError: "raised to the worker of a job only",
    RefusedTablesError: "raised to whoever computes endpoints, never by the API",
    RefusedSeriesError: "raised to whoever makes a volume only",
    RefusedOutlineError: "raised to whoever makes a mask only",
    RedcapError: "raised to whoever imports a record only, never by the API",
    DoesNotFitError: "raised while a volume is made only",
    NoImageError: "raised to whoever writes reports only",
    ClientStalledError: "raised to the server, after the answer has begun",
    NoLockError: "raised to the job that builds a release only",
    BuildCancelledError: "raised to the job that builds a release only",
    SupersededError: "raised to the job that builds a release only",
    VanishedObjectError: "raised to the job that builds a release only",
    AnswerBrokenOffError: "raised to the server, after the answer has begun",
}
# The API cannot import these; the import linter holds that.
OUT_OF_REACH = ("storage.vault", "storage.keys", "storage.sealing", "storage.pseudonyms", "storage.migrations")


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(OUT_OF_REACH):
            yield importlib.import_module(found.name)


def errors_without_descendants() -> set[type[Exception]]:
    found = {
        value
        for package in (annotation, api, lesion_model, storage)
        for module in modules_of(package)
        for name, value in inspect.getmembers(module, inspect.isclass)
        if not name.startswith("_")  # those never leave their module
        if issubclass(value, Exception) and value.__module__ == module.__name__
    }
    return {error for error in found if not any(error in other.__mro__[1:] for other in found)}


def test_every_error_that_can_reach_the_api_has_a_status(engine: Engine) -> None:  # noqa: ARG001
    unanswered = {
        error
        for error in errors_without_descendants()
        if error not in NEVER_IN_A_REQUEST and not any(kind in problems.RULES for kind in error.__mro__)
    }

    assert unanswered == set()


@pytest.fixture
def broken(app: FastAPI) -> FastAPI:
    """The application with a few routes that go wrong, added before it is served."""
    router = APIRouter(prefix=f"{routers.PREFIX}/broken")

    class Finding(BaseModel):
        pain: int = Field(ge=0, le=3)
        note: str = ""

        @field_validator("note")
        @classmethod
        def refuse(cls, value: str) -> str:
            if value:
                raise ValueError(f"{value} is not a note")
            return value

    class Body(BaseModel, extra="forbid"):
        findings: dict[str, Finding] = {}
        side: str = "left"

    @router.get("/unexpected")
    def fail() -> None:
        raise LookupError("DUPONT^JEAN was not expected")

    @router.post("/body")
    def take(body: Body) -> Body:
        return body

    app.include_router(router)
    return app


def test_an_unexpected_error_is_told_to_nobody_in_full(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = anonymous.get("/api/v1/broken/unexpected")

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
    assert "DUPONT" not in answer.text + caplog.text
    assert "LookupError at fail:" in caplog.text
    assert answer.json()["instance"] in caplog.text


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        pytest.param(
            {"findings": {"DUPONT": {"pain": 9}}},
            {"pointer": "#/findings/pain", "detail": "Input should be less than or equal to 3"},
            id="a name as a key",
        ),
        pytest.param(
            {"findings": {"a": {"pain": 1, "note": "DUPONT"}}},
            {"pointer": "#/findings/note", "detail": NOT_ACCEPTABLE},
            id="a message that quotes",
        ),
        pytest.param(
            {"DUPONT": 1}, {"pointer": "#", "detail": "Extra inputs are not permitted"}, id="an unknown property"
        ),
        pytest.param(
            {"side": {"DUPONT": 1}},
            {"pointer": "#/side", "detail": "Input should be a valid string"},
            id="a wrong type",
        ),
    ],
)
def test_a_body_that_is_wrong_is_explained_without_repeating_it(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
    body: dict[str, object],
    wrong: dict[str, str],
) -> None:
    answer = anonymous.post("/api/v1/broken/body", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [wrong]
    assert "DUPONT" not in answer.text


def test_a_body_that_is_not_json_is_explained_without_repeating_it(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
) -> None:
    headers = {"Content-Type": "application/json"}

    answer = anonymous.post("/api/v1/broken/body", content=b'{"name": DUPONT}', headers=headers)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#", "detail": "not valid JSON"}]
    assert "DUPONT" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"side": "\xe9"}', id="bytes that are no text"),
        pytest.param(b'{"side": ' + b"9" * 5000 + b"}", id="a number of thousands of digits"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="lists in lists without end"),
    ],
)
def test_a_body_that_cannot_even_be_read_as_json_is_explained_alike(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
    body: bytes,
) -> None:
    answer = anonymous.post("/api/v1/broken/body", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#", "detail": "not valid JSON"}]


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_a_body_that_does_not_say_it_is_json_is_refused(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
    media_type: str,
) -> None:
    answer = anonymous.post("/api/v1/broken/body", content=b"{}", headers={"Content-Type": media_type})

    assert answer.status_code == 415
    assert answer.json()["title"] == "Unsupported Media Type"


@pytest.mark.parametrize("length_is_told", [True, False])
def test_a_body_that_is_too_large_is_refused(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
    length_is_told: bool,
) -> None:
    large = b'{"side": "' + b"x" * (1024 * 1024) + b'"}'
    content = large if length_is_told else iter([large[:700_000], large[700_000:]])

    answer = anonymous.post("/api/v1/broken/body", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Content Too Large"


def test_a_body_of_the_largest_size_is_taken(
    broken: FastAPI,  # noqa: ARG001
    anonymous: httpx.Client,
) -> None:
    largest = b'{"side": "' + b"x" * (1024 * 1024 - 12) + b'"}'

    answer = anonymous.post("/api/v1/broken/body", content=largest, headers={"Content-Type": "application/json"})

    assert len(largest) == 1024 * 1024
    assert answer.status_code == 200


def test_an_unknown_path_is_not_repeated(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/api/v1/dupont")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "dupont" not in answer.text


def test_a_wrong_method_is_told_the_right_ones(anonymous: httpx.Client) -> None:
    answer = anonymous.delete("/api/v1/patients")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_database_that_fails_is_a_problem_that_tells_nothing_of_it(client: httpx.Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE patient RENAME TO moved"))

    answer = client.get("/api/v1/patients")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "the registry database does not answer"
    assert "moved" not in answer.text
    assert "sqlite" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/patients", "/api/v1/nowhere", "/health/live", "/api/v1/openapi.json"])
def test_answers_are_not_to_be_kept_or_guessed_at(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "Server" not in headers


def test_the_process_says_that_it_is_alive(anonymous: httpx.Client) -> None:
    assert anonymous.get("/health/live").json() == {"status": "alive"}


def test_readiness_covers_the_database_and_the_image_store(anonymous: httpx.Client, images: FakeImages) -> None:
    ready = anonymous.get("/health/ready")
    images.available = False
    not_ready = anonymous.get("/health/ready")

    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["checks"] == WITHOUT_NODE | {"database": "ready", "image_store": "ready"}
    assert not_ready.status_code == 503
    assert not_ready.headers["Content-Type"] == "application/problem+json"
    assert not_ready.json()["checks"] == WITHOUT_NODE | {"database": "ready", "image_store": "unavailable"}
    assert not_ready.json()["missing"] == ["image_store"]


def test_a_database_of_another_version_is_not_ready(anonymous: httpx.Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))

    assert anonymous.get("/health/ready").json()["checks"]["database"] == "not migrated"
