"""How long one measurement takes on a CT of 400 slices: cold (read from Orthanc) and warm (kept in memory).

    python -m benchmarks.measurement [--slices 400] [--rounds 5] [--json FILE]

The series is the shared GE CT, repeated and shifted along the body to the number of slices, in a real Orthanc on
loopback. An ellipse is measured over HTTP. Cold: each time by an application of its own, which has read nothing.
"""

import argparse
import copy
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pydicom
from fastapi import FastAPI
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from api.app import create_app
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.measurable import known, stored_bytes
from tests.builders.real_files import GE_CT, REPOSITORY, SHARED_DATA
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

STUDY, SERIES, FRAME = "2.25.9101", "2.25.9102", "2.25.9103"
COLD_SECONDS, WARM_SECONDS = 3.0, 0.3
WARM_PER_ROUND = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        result = run(Path(folder), chosen.slices, chosen.rounds)
    for name, seconds in result.items():
        print(f"{name:28} {seconds:8.3f}")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(result, indent=1))
    assert result["cold_median_s"] < COLD_SECONDS, f"cold: above {COLD_SECONDS:g} s"
    assert result["warm_median_s"] < WARM_SECONDS, f"warm: above {WARM_SECONDS:g} s"


def run(folder: Path, slices: int, rounds: int) -> dict[str, float]:
    """Medians in seconds."""
    url = f"sqlite:///{folder / 'registry.sqlite'}"
    migrate_registry(url)
    engine = open_database(url)
    orthanc = OrthancServer(folder)
    orthanc.start()
    store = orthanc.client()
    try:
        rows = []
        for dataset in series(slices):
            file = stored_bytes(dataset)
            row = known(dataset, file)
            store.store(file, row.orthanc_id)
            rows.append(row)
        Ledger(engine).record(objects=rows)
        token = Tokens(engine).create("benchmark")
        cold, warm = [], []
        for _ in range(rounds):
            times = measured(create_app(engine=engine, images=store), token, slices)
            cold.append(times[0])
            warm.extend(times[1:])
    finally:
        store.close()
        orthanc.stop()
        engine.dispose()
    return {
        "slices": float(slices),
        "cold_median_s": statistics.median(cold),
        "cold_worst_s": max(cold),
        "warm_median_s": statistics.median(warm),
        "warm_worst_s": max(warm),
    }


def series(slices: int) -> Iterator[FileDataset]:
    """The real slices over and over, each where it would be in a longer scan."""
    real = [pydicom.dcmread(path) for path in sorted((SHARED_DATA / GE_CT).glob("*.dcm"))]
    assert real, "the shared GE CT is not here (set OSTEON_TEST_DATA)"
    real.sort(key=lambda each: float(each.ImagePositionPatient[2]))
    bottom = float(real[0].ImagePositionPatient[2])
    for number in range(slices):
        dataset = copy.copy(real[number % len(real)])
        position = [float(each) for each in dataset.ImagePositionPatient]
        dataset.ImagePositionPatient = [*position[:2], bottom + number * float(dataset.SliceThickness)]
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = STUDY, SERIES, FRAME
        dataset.SOPInstanceUID = UID(f"{SERIES}.{number + 1}")
        dataset.file_meta = copy.copy(dataset.file_meta)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        yield dataset


def measured(app: FastAPI, token: str, slices: int) -> list[float]:
    """Seconds of the first measurement, and of those after it."""
    first = next(series(1))
    x, y = (float(each) + 200 for each in first.ImagePositionPatient[:2])
    z = float(first.ImagePositionPatient[2]) + slices // 2 * float(first.SliceThickness)
    ends = ((x - 20, y), (x + 20, y), (x, y - 15), (x, y + 15))
    body: dict[str, Any] = {
        "study_instance_uid": STUDY,
        "kind": "ellipse",
        "geometry": {"sop_instance_uid": f"{SERIES}.{slices // 2 + 1}", "points": [points(*each, z) for each in ends]},
    }
    times = []
    headers = {"Authorization": f"Bearer {token}"}
    with serving(app) as url, httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        client.get("/api/v1/studies").raise_for_status()
        for _ in range(1 + WARM_PER_ROUND):
            begin = time.perf_counter()
            client.post("/api/v1/measurements", json=body).raise_for_status()
            times.append(time.perf_counter() - begin)
    return times


def points(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


if __name__ == "__main__":
    main()
