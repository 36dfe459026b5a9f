"""Whatever the API may answer of a reading is taken by the client and stands in its table."""

import csv
import io
import json
from typing import Any

from hypothesis import given, settings

from api.schemas.findings import FindingsBody
from api.schemas.sites import SiteOut
from lesion_model.findings import ImagingFindings
from osteon.transfer.remote_readings import READING
from osteon.transfer.tables import readings_table
from tests.builders.every_finding import imaging_findings
from tests.builders.lesions import LUMBARISED_S1

# Parts whose columns are named after what they hold, not after the finding.
SHORT_NAMES = {"vertebral_collapse": "collapse", "cortical_involvement": "cortex"}


def answered(findings: ImagingFindings) -> dict[str, Any]:
    return {
        "reading_id": "r1",
        "revision": 1,
        "lesion_id": "l1",
        "pseudonym": "OST-7K3M9-QPXRC",
        "study_instance_uid": "2.25.1",
        "site": json.loads(SiteOut.of(LUMBARISED_S1).model_dump_json()),
        "findings": json.loads(FindingsBody.from_domain(findings).model_dump_json()),
        "scores": {},
    }


def cell(value: Any) -> str:
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)


def cells(findings: dict[str, Any]) -> dict[str, str]:
    """The columns of a reading's findings, but for lists."""
    named: dict[str, str] = {}
    for finding, value in findings.items():
        if isinstance(value, dict):
            prefix = SHORT_NAMES.get(finding, finding)
            named |= {f"{prefix}_{name}": cell(part) for name, part in value.items() if not isinstance(part, list)}
        elif not isinstance(value, list):
            named[finding] = cell(value)
    parts = (
        "cortical_involvement",
        "vertebral_collapse",
        "vertebral_heights",
        "epidural_extension",
        "acetabular_defect",
    )
    return {name: text for name, text in named.items() if name not in (*parts, "soft_tissue", "hounsfield", "change")}


@settings(max_examples=200)
@given(imaging_findings())
def test_every_finding_stands_in_the_table(findings: ImagingFindings) -> None:
    reading = answered(findings)
    assert READING(reading)
    (row,) = csv.DictReader(io.StringIO(readings_table([reading])))
    wanted = cells(reading["findings"])
    wanted.pop("posterolateral", None)
    wanted.pop("sources", None)
    assert {name: row[name] for name in wanted} == wanted
    assert row["site_transitional"] == "lumbarised_s1"
    sources = json.loads(row["sources"]) if row["sources"] else None
    assert sources == reading["findings"]["sources"]
