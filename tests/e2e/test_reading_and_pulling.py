"""From outside, with nothing but HTTP and the command line: lesion, reading, scores, and a researcher's pull."""

import csv
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.builders.programs import program
from tests.services.product import Product


@pytest.fixture(scope="module")
def with_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    program("Orthanc")
    running = Product(tmp_path_factory.mktemp("sampled") / "home", settings={"OSTEON_SAMPLE": "1"})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sample(with_sample: Product) -> dict[str, str]:
    note: dict[str, str] = json.loads((with_sample.home / "sample.json").read_text())
    return note


def test_the_calculators_answer_without_a_token(with_sample: Product) -> None:
    answer = httpx.post(
        f"{with_sample.url}/api/v1/scores/sins",
        json={
            "level": "T11",
            "pain": "mechanical",
            "lesion_type": "lytic",
            "alignment": "normal",
            "collapse": "gt_50",
            "posterolateral": "bilateral",
        },
        trust_env=False,
    )
    assert answer.status_code == 200
    # Fisher 2010: 3 + 3 + 2 + 0 + 3 + 3
    assert (answer.json()["total"], answer.json()["band"]) == (14, "unstable")


def test_everything_else_needs_a_token(with_sample: Product) -> None:
    assert httpx.get(f"{with_sample.url}/api/v1/patients", trust_env=False).status_code == 401


def test_a_lesion_is_created_read_scored_and_revised(with_sample: Product, sample: dict[str, str]) -> None:
    with with_sample.api() as api:
        lesion = api.post(
            f"patients/{sample['pseudonym']}/lesions", json={"site": {"bone": "vertebra", "level": "L5"}}
        ).json()
        findings = {"lesion_type": "mixed", "alignment": "normal", "posterolateral": []}
        reading = api.post(
            f"lesions/{lesion['lesion_id']}/readings",
            json={"study_instance_uid": sample["study_instance_uid"], "findings": findings},
        )
        assert reading.status_code == 201
        scores = api.get(f"lesions/{lesion['lesion_id']}/scores").json()
        # Fisher 2010: L5 junctional 3, mixed 1, aligned 0, posterolateral none 0; pain 0-3 and collapse 0-3 unknown.
        assert (scores["sins"]["minimum"], scores["sins"]["maximum"]) == (4, 10)
        assert scores["sins"]["band"] is None

        path = f"readings/{reading.json()['reading_id']}"
        body = {"findings": findings | {"lesion_type": "lytic"}, "reason": "seen again on thin slices"}
        assert api.put(path, json=body).status_code == 428
        assert api.put(path, json=body, headers={"If-Match": reading.headers["ETag"]}).status_code == 200
        assert api.put(path, json=body, headers={"If-Match": reading.headers["ETag"]}).status_code == 412
        revisions = api.get(f"{path}/revisions").json()["items"]
        assert [revision["findings"]["lesion_type"] for revision in revisions] == ["mixed", "lytic"]


def test_a_researcher_pulls_a_patient_and_every_checksum_agrees(
    with_sample: Product, sample: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "pulled"
    result = with_sample.osteon("pull", sample["pseudonym"], str(target), "--url", with_sample.url, "--nifti", "--json")
    assert result.returncode == 0, result.stderr
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=target, check=False).returncode == 0
    files = sorted(target.rglob("*.dcm"))
    with with_sample.api() as api:
        items = api.get(f"studies/{sample['study_instance_uid']}/instances?limit=500").json()["items"]
    assert {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == {
        item["sop_instance_uid"]: item["sha256"] for item in items
    }
    assert len(list(target.rglob("*.nii.gz"))) == 2
    with (target / "scores.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert {"mirels", "sins"} <= {row["instrument"] for row in rows}

    again = with_sample.osteon("pull", sample["pseudonym"], str(target), "--url", with_sample.url, "--json")
    assert again.returncode == 0, again.stderr
