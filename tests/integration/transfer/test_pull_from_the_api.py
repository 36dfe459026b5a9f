"""The pull client and the sample lesions against the real API, so that neither drifts from the other."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from api.app import create_app
from osteon.commands.pull import command
from osteon.sample.reading import sample_lesions
from osteon.sample.study import SampleSeries, image, sample_series, write_sample_study
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.services.http import serving

PSEUDONYM = "OST-7K3M9-QPXRC"


def stored(path: Path, content: bytes, series: SampleSeries, number: int) -> StoredObject:
    header = image(series, number)
    now = datetime.now(UTC)
    return StoredObject(
        association_id="a",
        pseudonym=PSEUDONYM,
        study_instance_uid=header.StudyInstanceUID,
        series_instance_uid=header.SeriesInstanceUID,
        sop_instance_uid=header.SOPInstanceUID,
        sop_class_uid=header.SOPClassUID,
        transfer_syntax_uid=header.file_meta.TransferSyntaxUID,
        modality="CT",
        study_date=None,
        patient_sex="F",
        series_number=series.number,
        instance_number=number,
        frame_of_reference_uid=header.FrameOfReferenceUID,
        rows=header.Rows,
        columns=header.Columns,
        number_of_frames=None,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        source_digest="0" * 64,
        orthanc_id=path.stem,
        received_at=now,
        stored_at=now,
    )


@pytest.fixture(scope="module")
def by_number() -> dict[int, SampleSeries]:
    return {series.number: series for series in sample_series()}


@pytest.fixture
def served(engine: Engine, tmp_path: Path, by_number: dict[int, SampleSeries]) -> Iterator[tuple[str, str]]:
    """(URL, token) of an API that holds the sample study and its two readings."""
    images, objects = FakeImages(), []
    for path in write_sample_study(tmp_path / "source", by_number.values()):
        number, instance = (int(part) for part in path.stem.split("-"))
        content = path.read_bytes()
        images.files[path.stem] = content
        objects.append(stored(path, content, by_number[number], instance))
    Ledger(engine).record(objects=objects)
    token = Tokens(engine).create("tests")
    with serving(create_app(engine=engine, images=images)) as url:
        record_lesions(url, token, by_number)
        yield url, token


def record_lesions(url: str, token: str, series: dict[int, SampleSeries]) -> None:
    with httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}) as client:
        for lesion in sample_lesions(series[2], series[3]):
            source = series[lesion.series_number]
            header = image(source, lesion.instance_number)
            made = client.post(f"patients/{PSEUDONYM}/lesions", json={"site": lesion.site}).raise_for_status().json()
            body = {
                "study_instance_uid": header.StudyInstanceUID,
                "findings": lesion.findings,
                "geometry": lesion.geometry(header.SOPInstanceUID),
            }
            client.post(f"lesions/{made['lesion_id']}/readings", json=body).raise_for_status()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def scores(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["lesion_label"], row["instrument"]): row for row in rows(folder / "scores.csv")}


def test_the_sample_study_comes_back_with_its_scores_and_volumes(served: tuple[str, str], tmp_path: Path) -> None:
    url, token = served
    arguments = [PSEUDONYM, str(tmp_path / "out"), "--url", url, "--nifti", "--json"]
    result = CliRunner().invoke(command, arguments, env={"OSTEON_TOKEN": token})
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert (report["files"], report["new"], report["readings"], report["nifti"]) == (148, 148, 2, 2)
    sent = sorted(path.read_bytes() for path in (tmp_path / "source").iterdir())
    assert sorted(path.read_bytes() for path in (tmp_path / "out" / PSEUDONYM).rglob("*.dcm")) == sent
    found = scores(tmp_path / "out")
    sins, mirels = found["L1", "sins"], found["L2", "mirels"]
    assert (sins["minimum"], sins["maximum"], sins["band"]) == ("7", "10", "potentially_unstable")
    assert (mirels["minimum"], mirels["maximum"], mirels["band"]) == ("9", "11", "high")
    assert sins["category_decided"] == mirels["category_decided"] == "true"
    assert found["L1", "mirels"]["not_applicable"]
    assert found["L2", "sins"]["not_applicable"]
    assert {row["site_name_en"] for row in rows(tmp_path / "out" / "readings.csv")} == {
        "L3 vertebra",
        "left femur, subtrochanteric region",
    }
