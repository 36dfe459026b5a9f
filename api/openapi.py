"""How the API describes itself: OpenAPI 3.1, every problem answer included."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from annotation.roles import Role
from api.problems import MEDIA_TYPE, title

TITLE = "Osteon"
VERSION = "1"
DESCRIPTION = (
    "Imaging node of a bone-metastasis registry: pseudonymised studies, lesions, readings and scores. "
    "Research software, not a medical device."
)
URL = "/api/v1/openapi.json"


class FieldProblemOut(BaseModel):
    """One part of the request that was wrong: `pointer` into the body, or the name of a `parameter`."""

    pointer: str | None = Field(default=None, examples=["#/findings/lesion_type"])
    parameter: str | None = Field(default=None, examples=["limit"])
    detail: str = Field(examples=["Input should be 'lytic', 'mixed' or 'blastic'"])
    allowed: list[str] | None = Field(default=None, examples=[["lytic", "mixed", "blastic"]])


class IdentifyingPlaceOut(BaseModel):
    """Characters of a text from `start` up to `end`, without it, and what they look like; never the text itself."""

    pointer: str = Field(examples=["#/note"])
    kind: str = Field(examples=["date"])
    label: str = Field(examples=["a full date"])
    label_fr: str = Field(examples=["une date complète"])
    start: int
    end: int


class Problem(BaseModel):
    """RFC 9457 problem details. `instance` is also in the log; nothing that was sent is repeated."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:osteon:problem:not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "there is no such study",
                    "instance": "urn:uuid:6fb3c3f2-6a51-4e39-9f2c-7d7d0b3b0a4e",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblemOut] | None = None
    merged_into: str | None = Field(default=None, description="Of a 409: the lesion that goes on in its place.")
    roles: list[Role] | None = Field(default=None, description="Of a 403: any of these would do.")
    current: dict[str, Any] | None = Field(default=None, description="412: what is stored now.")
    yours: dict[str, Any] | None = Field(default=None, description="412: what the change was made from, or your draft.")
    carried: list[str] | None = Field(default=None, description="409: findings that are to be confirmed first.")
    identifying: list[IdentifyingPlaceOut] | None = Field(
        default=None, description="422: text that may name a patient."
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": title(status), "content": content} for status in statuses}


def operation_id(route: APIRoute) -> str:
    """The function's name: generated clients then have readable methods."""
    return route.name


class DescribedApp(FastAPI):
    """FastAPI whose description also holds the schemas that `problems` refers to.

    `known_names` gives the name of every property and parameter that it, or one like it with more routes, describes.
    """

    def __init__(self, *, known_names: Callable[[], frozenset[str]], **settings: Any) -> None:
        self.known_names = known_names
        super().__init__(**settings)

    def openapi(self) -> dict[str, Any]:
        described = super().openapi()
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
        return described
