"""A release from outside: asked for, built in the background, pulled, verified, opened as images."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest

from osteon.release import Release
from tests.builders.programs import program
from tests.services.product import Product


@pytest.fixture(scope="module")
def with_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    program("Orthanc")
    running = Product(tmp_path_factory.mktemp("released") / "home", settings={"OSTEON_SAMPLE": "1"})
    running.start()
    yield running
    running.stop()


parquet: Any = importlib.import_module("pyarrow.parquet")  # it carries no types


def osteon(product: Product, *arguments: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "osteon", *arguments],
        env=product.environment | {"OSTEON_TOKEN": token or product.token},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def release(with_sample: Product, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    query = tmp_path_factory.mktemp("query") / "query.json"
    query.write_text(json.dumps({"where": {"field": "series.modality", "op": "eq", "value": "CT"}}))
    token = osteon(with_sample, "token", "create", "the custodian", "--role", "custodian").stdout.split()[-1]
    at = ("--url", with_sample.url, "--json")
    asked = ("release", "create", "The sample", "--query", str(query), "--nifti", "--sr", "--wait")
    made = osteon(with_sample, *asked, "--table", "csv", "--table", "parquet", *at, token=token)
    assert made.returncode == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    refused = osteon(with_sample, "pull", str(found["number"]), str(query.parent / "bag"), *at)
    assert (refused.returncode, "grant" in refused.stderr) == (1, True), refused.stderr
    granted = osteon(with_sample, "release", "grant", str(found["number"]), "first token", *at, token=token)
    assert granted.returncode == 0, granted.stderr
    return found | {"custodian": token}


def test_a_release_is_built_in_the_background_and_pulled_as_a_bag_that_is_right(
    with_sample: Product, release: dict[str, Any], tmp_path: Path
) -> None:
    assert release["state"] == "ready"
    folder = tmp_path / "bag"
    asked = ("pull", str(release["number"]), str(folder), "--url", with_sample.url, "--json")
    pulled = osteon(with_sample, *asked)
    assert pulled.returncode == 0, pulled.stderr
    report = json.loads(pulled.stdout)
    assert report["complete"] is True
    for sums in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--quiet", "--strict", sums], cwd=folder, check=True)
    again = osteon(with_sample, *asked)
    assert json.loads(again.stdout)["already_there"] == report["files"]
    verified = osteon(with_sample, *asked, "--verify")
    assert (verified.returncode, json.loads(verified.stdout)["passed"]) == (0, True)


def test_a_pulled_release_is_opened_as_images_and_tables(
    with_sample: Product, release: dict[str, Any], tmp_path: Path
) -> None:
    pulled = Release.pull(release["number"], tmp_path / "bag", url=with_sample.url, token=with_sample.token)
    found = list(pulled.series(modality="CT"))
    assert len(found) == 2  # the spine and the femur of the sample
    for series in found:
        voxels, spacing = series.array()
        assert voxels.shape[0] == len(series.dicom)
        assert all(each > 0 for each in spacing)
    assert {row["pseudonym"] for row in pulled.table("readings")} == {found[0].pseudonym}


def test_tables_are_the_same_as_parquet_and_as_csv_and_each_reading_has_its_report(
    with_sample: Product, release: dict[str, Any], tmp_path: Path
) -> None:
    wanted = ["kind=table", "kind=sr"]
    url, token = with_sample.url, with_sample.token
    pulled = Release.pull(release["number"], tmp_path / "bag", only=wanted, url=url, token=token)
    tables = tmp_path / "bag" / "data" / "tables"
    names = {path.stem for path in tables.glob("*.csv")}
    assert names == {path.stem for path in tables.glob("*.parquet")}
    for name in names:
        rows, columns = pulled.table(name), parquet.read_table(tables / f"{name}.parquet")
        assert columns.num_rows == len(rows)
        assert not rows or columns.column_names == list(rows[0])
    readings = parquet.read_table(tables / "readings.parquet").to_pylist()
    assert {each["lesion_type"] for each in readings} == {
        row["lesion_type"] or None for row in pulled.table("readings")
    }
    reports = [pydicom.dcmread(path) for path in (tmp_path / "bag" / "data" / "sr").rglob("*.dcm")]
    assert len(reports) == len(readings) > 0
    assert {each.Modality for each in reports} == {"SR"}
    assert {each.PatientID for each in reports} == {each["pseudonym"] for each in readings}


def test_a_job_is_shown_and_one_that_is_over_cannot_be_cancelled(with_sample: Product, release: dict[str, Any]) -> None:
    with httpx.Client(
        base_url=f"{with_sample.url}/api/v1/",
        headers={"Authorization": f"Bearer {release['custodian']}"},
        trust_env=False,
    ) as api:
        (job,) = api.get("jobs").json()["items"]
        assert (job["kind"], job["state"], job["parameters"]) == ("release", "done", {"number": release["number"]})
        assert api.get(f"jobs/{job['job_id']}").json() == job
        watched = osteon(with_sample, "jobs", "watch", job["job_id"], "--json")
        assert (watched.returncode, json.loads(watched.stdout)["state"]) == (0, "done")
        assert api.post(f"jobs/{job['job_id']}/cancel").status_code == 409
