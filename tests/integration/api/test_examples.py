"""The examples in the description are requests that would be taken."""

from typing import Any

import pytest

from api.schemas.accounts import PasswordBody, PersonalTokenBody, SignInBody, UserBody, UserChangeBody
from api.schemas.adjudication import AdjudicationBody
from api.schemas.assessments import AssessmentBody
from api.schemas.body import Body
from api.schemas.calculators import items_model
from api.schemas.clinical import ClinicalContextBody
from api.schemas.cohorts import CohortBody, NewCohortBody
from api.schemas.contexts import ContextBody, ContextRevisionBody
from api.schemas.drafts import DraftBody, DraftChangeBody, SignatureBody
from api.schemas.findings import FindingsBody
from api.schemas.geometry import GeometryBody
from api.schemas.lesion_changes import (
    CarryForwardBody,
    MatchBody,
    ReopenBody,
    ResolveBody,
    SiteCorrectionBody,
    SplitBody,
)
from api.schemas.lesions import LesionBody
from api.schemas.measurements import BODIES
from api.schemas.protocols import AssignmentsBody, ProtocolBody
from api.schemas.readings import ReadingBody, RevisionBody
from api.schemas.sites import SiteBody
from lesion_model.instruments import CALCULATORS

DESCRIBED: tuple[type[Body], ...] = (
    SiteBody,
    FindingsBody,
    GeometryBody,
    LesionBody,
    ReadingBody,
    RevisionBody,
    DraftBody,
    DraftChangeBody,
    SignatureBody,
    AssessmentBody,
    ClinicalContextBody,
    CarryForwardBody,
    MatchBody,
    ReopenBody,
    ResolveBody,
    SiteCorrectionBody,
    SplitBody,
    ContextBody,
    ContextRevisionBody,
    SignInBody,
    PasswordBody,
    UserBody,
    UserChangeBody,
    PersonalTokenBody,
    *BODIES,
    ProtocolBody,
    AssignmentsBody,
    AdjudicationBody,
    CohortBody,
    NewCohortBody,
    *(items_model(calculator) for calculator in CALCULATORS.values()),
)


def examples(body: type[Body]) -> list[Any]:
    found: list[Any] = body.model_json_schema()["examples"]
    return found


@pytest.mark.parametrize("body", DESCRIBED)
def test_every_body_has_examples_that_are_valid(body: type[Body]) -> None:
    assert examples(body)
    for example in examples(body):
        body.model_validate(example)


def test_examples_can_be_built_in_the_lesion_model() -> None:
    for example in examples(SiteBody):
        SiteBody.model_validate(example).to_domain()
    for example in examples(ReadingBody):
        body = ReadingBody.model_validate(example)
        body.findings.to_domain()
        assert body.geometry is not None
        body.geometry.to_domain()


def test_examples_of_cohorts_are_queries() -> None:
    for body in (CohortBody, NewCohortBody):
        found = examples(body)
        assert found
        for example in found:
            body.model_validate(example).to_domain()


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("mirels", 11, 11),  # 3 + 2 + 3 + 3
        ("sins", 7, 10),  # 3 + 2 + 0 + 2 + 0, and pain from 0 to 3
        ("tokuhashi_revised", 14, 14),  # 1 + 2 + 2 + 2 + 5 + 2
        ("tomita", 3, 3),  # 2 + 0 + 1
        ("rades", 39, 39),  # 7 + 8 + 8 + 9 + 7
    ],
)
def test_the_calculators_examples_give_scores(name: str, lowest: int, highest: int) -> None:
    for example in examples(items_model(CALCULATORS[name])):
        score = CALCULATORS[name].calculate(example)
        assert (score.minimum, score.maximum) == (lowest, highest)


def test_every_calculator_is_tried_by_its_example() -> None:
    assert set(CALCULATORS) == {"mirels", "sins", "tokuhashi_revised", "tomita", "rades"}
