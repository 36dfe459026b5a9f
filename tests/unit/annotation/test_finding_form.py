"""The form asks of each bone what it can show, and its answers are findings."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from annotation.finding_form import QUESTIONS, Question, Takes
from api.schemas.findings import FindingsBody
from lesion_model.anatomy import Site
from lesion_model.applicability import check_applicable
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.errors import FindingNotApplicableError
from lesion_model.findings import Finding
from lesion_model.skeleton import SKELETON, Bone, Level, Side, SideRule

EARLIER = {"earlier_study_instance_uid": "2.25.1"}
WITH: Mapping[str, Mapping[str, Any]] = {"change": EARLIER, "soft_tissue": {"present": True}}
"""What an answer to one part of a finding needs beside it."""

NOT_ASKED = {Finding.HOUNSFIELD}
"""It is measured, never typed."""


def every_site() -> Iterator[Site]:
    for bone, facts in SKELETON.items():
        side = None if facts.side is SideRule.NONE else Side.LEFT
        for level, region, number in product(facts.levels or [None], facts.regions or [None], facts.numbers or [None]):
            yield Site(bone=bone, level=level, region=region, number=number, side=side)


def answers(question: Question) -> list[Any]:
    match question.takes:
        case Takes.YES_NO:
            return [True, False]
        case Takes.NUMBER:
            return [12, *(each for each in question.quick if each)]
        case Takes.ELEMENTS:
            return [[], *([option.value] for option in question.options)]
        case Takes.CHOICE:
            return [option.value for option in question.options]


def document(question: Question, answer: Any) -> dict[str, Any]:
    if len(question.path) == 1:
        return {question.path[0]: answer}
    whole, part = question.path
    return {whole: {**WITH.get(whole, {}), part: answer}}


def is_asked(question: Question, site: Site) -> bool:
    scope = question.scope
    within = scope.regions is None or site.region in scope.regions
    return site.kind in scope.kinds and within and site.level not in scope.except_levels


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: ".".join(question.path))
def test_a_question_is_asked_of_the_bones_whose_reading_may_answer_it(question: Question) -> None:
    findings = FindingsBody.model_validate(document(question, answers(question)[0] or [])).to_domain()
    for site in every_site():
        try:
            check_applicable(site, findings)
        except FindingNotApplicableError:
            assert not is_asked(question, site), site.name_en
        else:
            assert is_asked(question, site), site.name_en


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: ".".join(question.path))
def test_every_answer_that_is_offered_is_a_finding(question: Question) -> None:
    for answer in answers(question):
        findings = FindingsBody.model_validate(document(question, answer)).to_domain()
        assert question.finding in findings.known


def test_elements_are_offered_where_there_are_some() -> None:
    (question,) = (each for each in QUESTIONS if each.takes is Takes.ELEMENTS)
    for level, option in product(Level, question.options):
        findings = FindingsBody.model_validate(document(question, [option.value])).to_domain()
        site = Site(bone=Bone.VERTEBRA, level=level)
        try:
            check_applicable(site, findings)
        except FindingNotApplicableError:
            assert option.levels is not None
            assert level not in option.levels
        else:
            assert option.levels is None or level in option.levels


def test_every_finding_is_asked_for() -> None:
    assert {question.finding for question in QUESTIONS} == set(Finding) - NOT_ASKED
    assert len({question.path for question in QUESTIONS}) == len(QUESTIONS)


def test_what_feeds_a_score_is_an_item_of_it() -> None:
    for question in QUESTIONS:
        for instrument, item in question.feeds:
            assert item in {each.name for each in DESCRIPTIONS[instrument].items}
