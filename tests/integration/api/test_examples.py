"""The examples in the description are requests that would be taken."""

from typing import Any

import pytest

from api.schemas.body import Body
from api.schemas.findings import FindingsBody
from api.schemas.geometry import GeometryBody
from api.schemas.lesions import LesionBody
from api.schemas.readings import ReadingBody, RevisionBody
from api.schemas.scores import MirelsItems, SinsItems, named_items
from api.schemas.sites import SiteBody
from lesion_model import mirels, sins
from lesion_model.scoring import Score

DESCRIBED: tuple[type[Body], ...] = (
    SiteBody,
    FindingsBody,
    GeometryBody,
    LesionBody,
    ReadingBody,
    RevisionBody,
    MirelsItems,
    SinsItems,
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


def test_the_calculators_examples_give_scores() -> None:
    for example in examples(MirelsItems):
        assert mirels.calculate(named_items(MirelsItems.model_validate(example))).total == 11
    for example in examples(SinsItems):
        answer = sins.calculate(named_items(SinsItems.model_validate(example)))
        assert isinstance(answer, Score)
        assert (answer.minimum, answer.maximum) == (7, 10)
