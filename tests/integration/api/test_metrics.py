"""What the API measures of its requests, and what it tells of node and disk."""

import logging
import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Engine

from api.app import create_app
from api.metrics import ApiMetrics
from storage.metric_files import MetricFiles
from tests.builders.images import FakeImages
from tests.builders.measured import Values, values_in
from tests.services.processes import wait_for

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOBODY = "OST-7K3M9-QPXRC"
GIB = 1 << 30


@pytest.fixture
def files(tmp_path: Path) -> MetricFiles:
    made = MetricFiles(tmp_path / "metrics")
    made.clean("api")
    return made


@pytest.fixture
def app(engine: Engine, images: FakeImages, files: MetricFiles) -> FastAPI:
    return create_app(engine=engine, images=images, metrics=ApiMetrics(files))


def metrics(client: httpx.Client) -> Values:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return values_in(answer.text)


def test_requests_are_counted_by_method_route_and_kind_of_status(client: httpx.Client, anonymous: httpx.Client) -> None:
    client.get("/api/v1/patients")
    client.get(f"/api/v1/patients/{NOBODY}")
    anonymous.get("/api/v1/patients")
    counted = metrics(client)
    name = "osteon_http_requests_total"
    assert counted(name, method="GET", route="/api/v1/patients", status="2xx") == 1
    assert counted(name, method="GET", route="/api/v1/patients", status="4xx") == 1
    assert counted(name, method="GET", route="/api/v1/patients/{pseudonym}", status="4xx") == 1
    assert counted("osteon_http_request_seconds_count", route="/api/v1/patients") == 2


def test_nothing_that_a_client_can_choose_becomes_a_label(client: httpx.Client) -> None:
    client.get("/api/v1/DUPONT^JEAN?name=DUPONT")
    client.request("DUPONT", "/api/v1/patients")
    client.get(f"/api/v1/patients/{NOBODY}")
    text = client.get("/metrics").text
    assert "DUPONT" not in text
    assert NOBODY not in text
    assert values_in(text)("osteon_http_requests_total", route="none") == 1
    assert values_in(text)("osteon_http_requests_total", method="other") == 1


def test_requests_are_logged_without_path_query_and_token(
    client: httpx.Client, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.get(f"/api/v1/patients/{NOBODY}?name=DUPONT")
    wait_for(lambda: bool(lines(caplog)), "it is written down", 10)
    assert len(lines(caplog)) == 1
    assert lines(caplog)[0].startswith("GET /api/v1/patients/{pseudonym} 404 ")
    assert not any(secret in lines(caplog)[0] for secret in ("DUPONT", token, NOBODY))


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "osteon.access"]


def node_says(files: MetricFiles, **states: float) -> None:
    """What a node of this home would write."""
    registry = CollectorRegistry()
    now = time.time()
    usual = {
        "osteon_node_heartbeat_time_seconds": now,
        "osteon_disk_free_bytes": 100.0 * GIB,
        "osteon_disk_needed_bytes": 1.0 * GIB,
        "osteon_outbox_objects": 0.0,
        "osteon_outbox_oldest_age_seconds": 0.0,
    }
    for name, value in (usual | {f"osteon_{name}": value for name, value in states.items()}).items():
        Gauge(name, "…", registry=registry).set(value)
    files.write("node", registry)


def test_a_node_that_works_is_ready(anonymous: httpx.Client, files: MetricFiles) -> None:
    node_says(files)
    answer = anonymous.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"] == dict.fromkeys(("database", "image_store", "node", "disk", "outbox"), "ready")
    assert answer.json()["details"]["disk_free_bytes"] == 100 * GIB


@pytest.mark.parametrize(
    ("state", "value", "degraded"),
    [("disk_free_bytes", 1.5 * GIB, "disk"), ("outbox_oldest_age_seconds", 601.0, "outbox")],
)
def test_what_wants_somebody_to_look_is_named(
    anonymous: httpx.Client, files: MetricFiles, state: str, value: float, degraded: str
) -> None:
    node_says(files, **{state: value})
    answer = anonymous.get("/health/ready")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["degraded"]) == ("degraded", [degraded])


@pytest.mark.parametrize(
    ("state", "value", "missing"),
    [
        ("node_heartbeat_time_seconds", 1.0, {"node": "stopped"}),
        ("disk_free_bytes", 0.9 * GIB, {"disk": "full"}),
    ],
)
def test_what_there_is_no_work_without_is_named(
    anonymous: httpx.Client, files: MetricFiles, state: str, value: float, missing: dict[str, str]
) -> None:
    node_says(files, **{state: value})
    answer = anonymous.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["missing"] == list(missing)
    assert answer.json()["detail"] == f"not ready: {next(iter(missing))}"
    assert missing.items() <= answer.json()["checks"].items()
