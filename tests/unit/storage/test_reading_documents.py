"""Findings survive their document: as text in JSON, as the databases keep it."""

import json
from typing import Any

from hypothesis import given, settings

from lesion_model.findings import Finding, ImagingFindings
from storage.reading_documents import findings_document, findings_from
from tests.builders.every_finding import imaging_findings
from tests.builders.lesions import collapse, cortex, elements, lytic_findings

# A document as it was written before there were heights, epidural extension, soft tissue, change and sources.
OLD_DOCUMENT: dict[str, Any] = {
    "lesion_type": "lytic",
    "cortical_involvement": {
        "denominator": "cortical",
        "measured": [{"of": "cortical", "destroyed_mm": "10.10", "total_mm": "30.3"}],
    },
    "vertebral_collapse": {"present": True, "height_loss_percent": "40.1"},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": False,
    "pathological_fracture": False,
    "long_axis_mm": "21.5",
    "short_axis_mm": "14",
}


@settings(max_examples=300)
@given(imaging_findings())
def test_every_finding_comes_back_from_its_document(findings: ImagingFindings) -> None:
    written = json.dumps(findings_document(findings), allow_nan=False)
    assert findings_from(json.loads(written)) == findings


@given(imaging_findings())
def test_a_document_holds_the_known_findings_and_no_others(findings: ImagingFindings) -> None:
    document = findings_document(findings)
    assert set(document) - {"sources"} == {finding.value for finding in findings.known}
    assert ("sources" in document) is bool(findings.sources)
    assert None not in document.values()


@given(imaging_findings())
def test_no_decimal_is_kept_as_a_binary_float(findings: ImagingFindings) -> None:
    def refuse(text: str) -> float:
        raise AssertionError(text)

    json.loads(json.dumps(findings_document(findings)), parse_float=refuse)


def test_findings_from_before_the_newer_ones_still_load() -> None:
    loaded = findings_from(OLD_DOCUMENT)
    assert loaded.lesion_type is lytic_findings().lesion_type
    assert loaded.cortical_involvement == cortex("10.1", "30.3")
    assert loaded.vertebral_collapse == collapse(present=True, loss="40.1")
    assert loaded.posterolateral == elements("left pedicle")
    assert {finding.value for finding in Finding if finding in loaded.known} == set(OLD_DOCUMENT)
    assert loaded.sources == frozenset()
    assert findings_from({}) == ImagingFindings()
