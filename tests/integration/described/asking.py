"""Everything that the API describes, asked by everybody: what is not as described, and what is let through."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, Response
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from annotation.roles import Role
from api.access import access_of
from tests.integration.described.cases import Operation, cases_of
from tests.integration.described.furnished import Asker, Furnished

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = ("/api/v1/events",)
LET_THROUGH = "somebody who may not was let through"
CHANGES = ("POST", "PUT", "PATCH", "DELETE")

Allowed = Mapping[tuple[str, str], frozenset[Role] | None]
"""Roles by method and path; None: everybody, without signing in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One kind of fault of one operation, as it was seen first."""

    operation: str
    what: str
    asker: str
    request: str
    status: int
    answer: str


@dataclass(slots=True, kw_only=True)
class Findings:
    """`answered`: how often, by operation and status."""

    wrong: dict[tuple[str, str], Wrong] = field(default_factory=dict)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)


def operations_of(furnished: Furnished) -> Iterator[Operation]:
    """Those of the description, but for streams without an end."""
    for found in schemathesis.openapi.from_dict(furnished.app.openapi()).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path not in ENDLESS:
            yield operation


def allowed_by(furnished: Furnished) -> Allowed:
    return {
        (each.method, re.sub(r":\w+}", "}", each.path)): None if each.roles is None else frozenset(each.roles)
        for each in access_of(furnished.app)
    }


def ask(furnished: Furnished, operation: Operation, findings: Findings, *, examples: int, start: int) -> None:
    """So many requests of one operation, each by everybody, those who may not first. `start`: of chance."""
    roles = allowed_by(furnished)[operation.method.upper(), operation.path]
    askers = sorted(furnished.askers, key=lambda each: may(each, roles))

    @seed(start)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases_of(operation, furnished.app.openapi(), furnished.known))
    def all_ask(case: Case[Any]) -> None:
        if operation.method.upper() in CHANGES:
            furnished.restore()
        for asker in askers:
            _ask(furnished.url, case, asker, roles, findings)

    all_ask()


def may(asker: Asker, roles: frozenset[Role] | None) -> bool:
    return roles is None or (asker.roles is not None and not roles.isdisjoint(asker.roles))


def _ask(url: str, case: Case[Any], asker: Asker, roles: frozenset[Role] | None, findings: Findings) -> None:
    for place in (case.headers, case.cookies):
        for name in ("Authorization", "osteon_session"):
            place.pop(name, None)
    answer = case.call(base_url=url, headers=dict(asker.headers))
    findings.answered[case.operation.label, answer.status_code] += 1
    for what in _faults(case, answer, is_let_in=may(asker, roles)):
        wrong = Wrong(
            operation=case.operation.label,
            what=what,
            asker=asker.name,
            request=case.as_curl_command()[:2000],
            status=answer.status_code,
            answer=answer.content.decode(errors="replace")[:2000],
        )
        findings.wrong.setdefault((wrong.operation, what), wrong)


def _faults(case: Case[Any], answer: Response, *, is_let_in: bool) -> Iterator[str]:
    if not is_let_in and answer.status_code < HTTPStatus.BAD_REQUEST:
        yield LET_THROUGH
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{failure.title}: {failure.message}"
