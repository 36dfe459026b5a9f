"""Findings survive their shape in the API, which is JSON with numbers."""

import json

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from api.schemas.findings import ACETABULUM_EXAMPLE, FEMUR_EXAMPLE, VERTEBRA_EXAMPLE, FindingsBody
from lesion_model.errors import FindingError
from lesion_model.findings import Finding, ImagingFindings
from tests.builders.every_finding import imaging_findings


@settings(max_examples=300)
@given(imaging_findings())
def test_every_finding_comes_back_from_its_json(findings: ImagingFindings) -> None:
    sent = FindingsBody.from_domain(findings).model_dump_json()
    assert FindingsBody.model_validate_json(sent).to_domain() == findings


@given(imaging_findings())
def test_what_was_answered_can_be_sent_back_unchanged(findings: ImagingFindings) -> None:
    answered = FindingsBody.from_domain(findings).model_dump_json()
    again = FindingsBody.from_domain(FindingsBody.model_validate_json(answered).to_domain()).model_dump_json()
    assert json.loads(again) == json.loads(answered)


def test_the_shape_has_every_finding_and_nothing_else() -> None:
    assert set(FindingsBody.model_fields) == {*(finding.value for finding in Finding), "sources"}


def test_the_examples_show_every_finding_but_the_change() -> None:
    shown = {*VERTEBRA_EXAMPLE, *FEMUR_EXAMPLE, *ACETABULUM_EXAMPLE}
    assert {finding.value for finding in Finding} - shown == {"change"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        pytest.param({"vertebral_heights": {"anterior_mm": 0}}, "findings.vertebral_heights.anterior_mm", id="a"),
        pytest.param({"epidural_extension": {}}, "findings.epidural_extension.bilsky", id="b"),
        pytest.param({"soft_tissue": {"present": False, "longest_mm": 3}}, "findings.soft_tissue.longest_mm", id="c"),
        pytest.param(
            {"hounsfield": {"mean_hu": 9, "sd_hu": 1, "minimum_hu": 10, "maximum_hu": 20}},
            "findings.hounsfield.mean_hu",
            id="d",
        ),
        pytest.param({"change": {"earlier_study_instance_uid": "1.2"}}, "findings.change.lysis", id="e"),
        pytest.param(
            {
                "lesion_type": "lytic",
                "sources": [{"finding": "lesion_type", "how": "visual", "study_instance_uid": "1..2"}],
            },
            "findings.sources.0.study_instance_uid",
            id="f",
        ),
        pytest.param({"sources": [{"finding": "alignment", "how": "visual"}]}, "findings.sources", id="g"),
    ],
)
def test_a_refusal_names_the_field_that_was_sent(sent: dict[str, object], field: str) -> None:
    with pytest.raises(FindingError) as refusal:
        FindingsBody.model_validate(sent).to_domain()
    assert [problem.field for problem in refusal.value.problems] == [field]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"hounsfield": {"mean_hu": 9, "sd_hu": 1, "minimum_hu": 1, "maximum_hu": 20, "modality": "MR"}}),
        pytest.param({"hounsfield": {"mean_hu": 9}}),
        pytest.param({"soft_tissue": {"present": None}}),
        pytest.param({"soft_tissue": {"present": 1}}),
        pytest.param({"epidural_extension": {"bilsky": "1d"}}),
        pytest.param({"epidural_extension": {"bilsky": 2}}),
        pytest.param({"volume_cm3": 10_001}),
        pytest.param({"cortical_breach": "yes"}),
        pytest.param({"sources": [{"finding": "DUPONT", "how": "visual"}]}),
        pytest.param({"change": {"lysis": "stable"}}),
    ],
)
def test_what_no_finding_can_be_is_refused(sent: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FindingsBody.model_validate(sent)
