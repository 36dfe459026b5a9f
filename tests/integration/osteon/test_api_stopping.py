"""`osteon api` told to end, and to read its configuration again."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from storage.metric_files import MetricFiles
from tests.builders.measured import Values
from tests.services.lone_node import lone_node
from tests.services.processes import answers, end, wait_for
from tests.services.product import Product


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Product]:
    made = lone_node(tmp_path / "home", LOG="json")
    made.command = "api"
    made.launch()
    wait_for(lambda: answers(made.http_port), "the API answers")
    yield made
    if made.process is not None:
        made.stop()


def ask(api: Product) -> None:
    assert httpx.get(f"{api.url}/api/v1/patients", trust_env=False).status_code == 401


def test_it_ends_in_order_and_keeps_what_it_counted(api: Product) -> None:
    ask(api)
    assert api.process is not None
    code = end(api.process, signal.SIGTERM)
    api.process = None
    assert code == 0, api.output
    kept = Values(MetricFiles(api.home / "metrics").read())
    assert kept("osteon_http_requests_total", route="/api/v1/patients", status="4xx") == 1
    assert [json.loads(line)["message"].split()[:3] for line in api.output.splitlines()] == [
        ["GET", "/api/v1/patients", "401"]
    ]


def test_it_ends_in_order_while_it_sends_events(api: Product) -> None:
    (api.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    token = api.osteon("token", "create", "reader").stdout.strip()
    assert api.process is not None
    with (
        httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client,
        client.stream("GET", f"{api.url}/api/v1/events") as answer,
    ):
        pieces = answer.iter_lines()
        assert next(pieces) == "retry: 2000"
        code = end(api.process, signal.SIGTERM)
        assert list(pieces) == [""]  # whole, not broken off
    api.process = None
    assert code == 0, api.output


def test_a_hangup_changes_its_log_level_and_nothing_else(api: Product) -> None:
    ask(api)
    wait_for(lambda: api.output.count("/api/v1/patients") == 1, "it is logged", 10)
    (api.home / "osteon.env").write_text("OSTEON_LOG_LEVEL=ERROR\n")
    assert api.process is not None
    api.process.send_signal(signal.SIGHUP)
    ask(api)
    ask(api)
    (api.home / "osteon.env").write_text("OSTEON_LOG_LEVEL=LOUD\n")
    api.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "the log level stays: OSTEON_LOG_LEVEL" in api.output, "it is refused", 10)
    assert api.output.count("/api/v1/patients") <= 2
    assert api.process.poll() is None
