"""A double blind reading over HTTP, and every GET route asked at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from storage.releases.records import FileKind
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OLD_IMAGE, OLD_STUDY
from tests.integration.api.reading import Json

ANNE, BEN, JUDGE, OUTSIDER, MANAGER = "anne", "ben", "judge", "outsider", "manager"
PEOPLE = (ANNE, BEN, JUDGE, OUTSIDER, MANAGER)

# What answers differently each time that it is asked, whatever is read.
RESTLESS = ("/metrics", "/health/ready", "/health/live", "/api/v1/events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """One for each of `PEOPLE`."""

    by_name: Mapping[str, httpx.Client]

    def __getitem__(self, name: str) -> httpx.Client:
        return self.by_name[name]


def make_protocol(client: httpx.Client, **changes: Any) -> Json:
    answer = client.post("/api/v1/protocols", json={"name": "Spine", "kind": "double_blind"} | changes)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def assign(client: httpx.Client, protocol: Json, **changes: Any) -> Json:
    body = {"readers": [ANNE, BEN], "adjudicator": JUDGE, "study_instance_uids": [OLD_STUDY]} | changes
    answer = client.post(f"/api/v1/protocols/{protocol['protocol_id']}/assignments", json=body)
    assert answer.status_code == 201, answer.text
    (given,) = answer.json()["items"]
    assignment: Json = given
    return assignment


def complete(client: httpx.Client, assignment: Json) -> Json:
    answer = client.post(f"/api/v1/assignments/{assignment['assignment_id']}/complete")
    assert answer.status_code == 200, answer.text
    completed: Json = answer.json()
    return completed


def every_get(app: FastAPI) -> set[str]:
    """The path of each route that can be read, also of those that the description leaves out."""
    return {
        context.path
        for context in iter_route_contexts(app.routes)
        if context.path is not None and "GET" in (context.methods or ()) and context.path not in RESTLESS
    }


def addresses(app: FastAPI, known: Mapping[str, list[str]]) -> Iterator[str]:
    """Every GET route with every combination of what is known of its parameters.

    Fails for a parameter of which nothing is known: whoever adds a route says here what could be asked of it.
    """
    for path in sorted(every_get(app)):
        names = re.findall(r"{(\w+)(?::\w+)?}", path)
        unknown = set(names) - known.keys()
        assert not unknown, f"{path}: say in this test which values {sorted(unknown)} can have"
        for values in product(*(known[name] for name in names)):
            filled = path
            for name, value in zip(names, values, strict=True):
                filled = re.sub(rf"{{{name}(:\w+)?}}", value, filled)
            yield filled
            for query in queries(filled):
                yield f"{filled}?{query}"


def queries(path: str) -> tuple[str, ...]:
    """What else could be asked of lists."""
    if path.startswith("/api/v1/worklist"):
        return (f"reader={ANNE}", "reader=me", "state=draft", "sort=state", "modality=CT", "limit=1")
    if re.fullmatch(r"/api/v1/releases/\d+/files", path):
        return ("limit=1", *(f"kind={kind.value}" for kind in FileKind))
    if path.endswith(("/readings", "/lesions", "/revisions", "/drafts", "/clinical-contexts")):
        return ("limit=1",)
    return ()


def answers(client: httpx.Client, paths: Iterator[str]) -> dict[str, str]:
    """Status, headers and content, but for what is new in each answer."""
    return {path: said(client.get(path)) for path in paths}


def said(answer: httpx.Response) -> str:
    headers = "\n".join(
        f"{name}: {value}"
        for name, value in answer.headers.items()
        if name not in ("date", "content-length", "x-request-id")
    )
    content = re.sub(r"urn:uuid:[0-9a-f-]{36}", "urn:uuid:", answer.text)
    return f"{answer.status_code}\n{headers}\n{content}"


def known_values(**more: list[str]) -> dict[str, list[str]]:
    """Parameters of routes, and what they can be."""
    values = {
        "pseudonym": [PSEUDONYM],
        "study_instance_uid": [OLD_STUDY, NEW_STUDY],
        "series_instance_uid": ["2.25.2001"],
        "sop_instance_uid": [OLD_IMAGE],
        "name": ["mirels"],
        "entry_id": [str(UUID(int=0))],
        "meeting_id": [str(UUID(int=0))],
        "revision": ["1", "2"],
        "user_id": [str(UUID(int=0))],
        "job_id": [str(UUID(int=0))],
        "cohort_name": ["all"],
        "cohort_version": ["1"],
        "frames": ["1"],
        "attribute": ["7FE00010"],
        "number": ["1", "2"],
        "path": ["release.json", "data/tables/readings.csv", "data/tables/lesions.csv", "data/tables/scores.csv"],
        "account": ["anne"],
        "rest": ["x"],
    }
    return values | more
