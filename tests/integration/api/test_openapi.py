"""The API's description of itself."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


# PS3.18 10.5.3 has what failed named in its own form, and takes objects of studies that are not there yet.
CREATING = ("POST /dicom-web/studies/{study_instance_uid}",)
OTHER_FAILURES = {(name, "409") for name in (*CREATING, "POST /dicom-web/studies")}


@pytest.fixture
def described(anonymous: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = anonymous.get("/api/v1/openapi.json").json()
    return answer


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_is_openapi_3_1_and_refers_to_nothing_that_is_missing(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    schemas = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references(described)) <= schemas


def test_operation_ids_are_readable_and_unique(described: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(described)]

    assert len(set(ids)) == len(ids)
    assert "read_study" in ids


def test_every_operation_is_described_with_its_problems(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        assert operation.get("description"), name
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and (name, status) not in OTHER_FAILURES:
                assert set(answer["content"]) == {"application/problem+json"}, (name, status)
        if "security" in operation:
            assert "401" in operation["responses"], name
        if "{" in name and name not in CREATING:
            assert "404" in operation["responses"], name


def test_nothing_that_is_fetched_from_elsewhere_is_served(anonymous: httpx.Client) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert anonymous.get(path).status_code == 404
