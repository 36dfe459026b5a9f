"""The change feed over HTTP, polled and streamed."""

import json
from collections.abc import Iterator
from itertools import takewhile

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from api.event_streams import EventStreams
from storage.ledger import Ledger
from tests.builders.images import FakeImages
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OLD_STUDY
from tests.integration.api.reading import Json, open_lesion, record_reading

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
CHANGES, EVENTS = "/api/v1/changes", "/api/v1/events"


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


@pytest.fixture
def events() -> Iterator[EventStreams]:
    streams = EventStreams(most=2, look_every_seconds=0.01, heartbeat_seconds=0.02)
    yield streams
    streams.end()


@pytest.fixture
def app(engine: Engine, images: FakeImages, events: EventStreams) -> FastAPI:
    return create_app(engine=engine, images=images, events=events)


def next_event(lines: Iterator[str]) -> dict[str, str]:
    """The fields of the next event; comments and what only sets the time to come back are passed over."""
    while True:
        fields = dict(line.split(": ", 1) for line in takewhile(bool, lines) if not line.startswith(":"))
        if "data" in fields:
            return fields


def test_changes_are_told_in_order_without_what_they_say_or_who_made_them(client: httpx.Client) -> None:
    lesion = open_lesion(client)
    reading = record_reading(client, lesion)
    client.get(f"/api/v1/readings/{reading['reading_id']}")

    seen: Json = client.get(CHANGES).json()

    assert [(each["action"], each["kind"], each["object_id"]) for each in seen["items"]] == [
        ("created", "lesion", lesion["lesion_id"]),
        ("created", "reading", reading["reading_id"]),
    ]
    assert set(seen["items"][1]) == {
        *("number", "at", "action", "kind", "object_id", "pseudonym", "study_instance_uid"),
    }
    assert (seen["items"][1]["pseudonym"], seen["items"][1]["study_instance_uid"]) == (PSEUDONYM, OLD_STUDY)


def test_asking_again_from_where_the_answer_ended_tells_nothing_twice(client: httpx.Client) -> None:
    opened = [open_lesion(client)["lesion_id"] for _ in range(5)]
    told: list[str] = []
    after = 0
    while items := (page := client.get(CHANGES, params={"after": after, "limit": 2}).json())["items"]:
        assert len(items) <= 2
        told += [item["object_id"] for item in items]
        after = page["after"]

    assert told == opened
    client.get("/api/v1/patients")
    assert client.get(CHANGES, params={"after": after}).json()["after"] > after


@SQLITE
@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "limit=501"])
def test_a_number_that_is_none_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"{CHANGES}?{query}").status_code == 422


def test_a_stream_tells_what_is_changed_while_it_is_open(client: httpx.Client, url: str, token: str) -> None:
    open_lesion(client)
    with client.stream("GET", EVENTS) as answer:
        lines = answer.iter_lines()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert next(lines) == "retry: 2000"
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as other:
            lesion = open_lesion(other)
        event = next_event(lines)

    assert event["event"] == "change"
    told: Json = json.loads(event["data"])
    assert told["object_id"] == lesion["lesion_id"]
    assert event["id"] == str(told["number"])


@SQLITE
def test_a_client_that_comes_back_is_told_what_it_missed(client: httpx.Client) -> None:
    first, second = (open_lesion(client)["lesion_id"] for _ in range(2))
    with client.stream("GET", EVENTS, params={"after": 0}) as answer:
        event = next_event(answer.iter_lines())
        assert json.loads(event["data"])["object_id"] == first
    with client.stream("GET", EVENTS, headers={"Last-Event-ID": event["id"]}) as answer:
        assert json.loads(next_event(answer.iter_lines())["data"])["object_id"] == second


@SQLITE
def test_a_silent_stream_shows_that_it_lives(client: httpx.Client) -> None:
    with client.stream("GET", EVENTS) as answer:
        assert ": nothing new" in answer.iter_lines()


@SQLITE
def test_streams_end_when_the_server_does(client: httpx.Client, events: EventStreams) -> None:
    with client.stream("GET", EVENTS) as answer:
        lines = answer.iter_lines()
        next(lines)
        events.end()
        assert [line for line in lines if line.startswith("data")] == []
    assert client.get(EVENTS).status_code == 503


@SQLITE
def test_a_stream_ends_in_time_so_that_its_client_signs_in_again(client: httpx.Client, events: EventStreams) -> None:
    events.longest_seconds = 0.05
    with client.stream("GET", EVENTS) as answer:
        assert answer.read().startswith(b"retry: 2000")
    assert events.opened == 0


@SQLITE
def test_no_more_streams_than_allowed_are_open(client: httpx.Client) -> None:
    with client.stream("GET", EVENTS), client.stream("GET", EVENTS):
        refused = client.get(EVENTS)
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"


@SQLITE
def test_a_stream_needs_a_token(anonymous: httpx.Client) -> None:
    assert anonymous.get(EVENTS).status_code == 401
