"""The archive of a release through the API, beside Orthanc's own archive of the same study and its files in parallel.

    python -m benchmarks.release_archive [--slices 400] [--rounds 3] [--json FILE]

API and Orthanc run in processes of their own, on loopback. The study is one series of 512 × 512 slices of noise over a
smooth image; everything is read to its end and thrown away. What is wanted: at least 15 times the speed of Orthanc's
own archive, which it deflates. Rounds alternate; medians are printed.
"""

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pydicom
from pydicom.uid import UID, generate_uid

from annotation.roles import Role
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.orthanc import instance_id
from storage.releases.building import Builder
from storage.releases.made import MadeFiles
from storage.releases.store import Releases
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.real_files import REPOSITORY, packaged
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.services.orthanc import OrthancServer
from tests.services.product import Product
from tests.services.resources import resources_of_one

SIDE = 512
HANDS = 8
MB = 1e6
PLAIN = {"Accept-Encoding": "identity"}
"""Orthanc deflates single files too, where it may."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        found = measured(Path(folder), chosen.slices, chosen.rounds)
    for name, value in found.items():
        print(f"{name:44} {value:,.1f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


def measured(folder: Path, slices: int, rounds: int) -> dict[str, float]:
    """MB/s of each, how they compare, and the memory of the API above idle."""
    home = folder / "home"
    home.mkdir()
    (folder / "orthanc").mkdir()
    orthanc = OrthancServer(folder / "orthanc")
    orthanc.start()
    api = Product(home, settings={"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}, command="api")
    try:
        study, instances, token = fill(orthanc, home, slices)
        api.launch()
        user, password = orthanc.environment().values()
        direct = httpx.Client(base_url=orthanc.url, auth=(user, password), trust_env=False, timeout=600, headers=PLAIN)
        ours = httpx.Client(base_url=api.url, headers={"Authorization": f"Bearer {token}"}, timeout=600)
        wait_until_ready(ours)
        ways: dict[str, Callable[[], int]] = {
            "Orthanc's archive": lambda: whole(direct, f"/studies/{study}/archive"),
            "Orthanc's files, in parallel": lambda: in_parallel(
                direct, [f"/instances/{each}/file" for each in instances]
            ),
            "release's files, in parallel": lambda: in_parallel(ours, addresses(ours)),
            "release as tar": lambda: whole(ours, "/api/v1/releases/1/archive?format=tar"),
            "release as zip": lambda: whole(ours, "/api/v1/releases/1/archive?format=zip"),
        }
        assert api.process is not None
        before = resources_of_one(api.process.pid)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                begin = time.perf_counter()
                way()
                rates[name].append(slices * SIDE * SIDE * 2 / MB / (time.perf_counter() - begin))
        after = resources_of_one(api.process.pid)
        assert before is not None
        assert after is not None
        found = {f"{name}, MB/s of pixels": statistics.median(values) for name, values in rates.items()}
        medians = {name: statistics.median(values) for name, values in rates.items()}
        for name in ("release as tar", "release as zip"):
            found[f"{name}, times Orthanc's archive"] = medians[name] / medians["Orthanc's archive"]
        return found | {"memory of the API above idle, MB": (after.peak_kib - before.peak_kib) / 1024}
    finally:
        if api.process is not None:
            api.stop()
        orthanc.stop()


def fill(orthanc: OrthancServer, home: Path, slices: int) -> tuple[str, list[str], str]:
    """A series in Orthanc and in the ledger, and a release of it: Orthanc's ids, and a token."""
    database = f"sqlite:///{home / 'registry.sqlite'}"
    migrate_registry(database)
    engine = open_database(database)
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.Rows = dataset.Columns = SIDE
    dataset.PatientID = PSEUDONYM
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
    noise = np.random.default_rng(1)
    smooth = (np.add.outer(np.arange(SIDE), np.arange(SIDE)) * 2).astype(np.int16)
    client, objects, places = orthanc.client(), [], []
    for number in range(slices):
        uid = UID(f"2.25.3{number:05d}")
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.PixelData = (smooth + noise.integers(0, 40, (SIDE, SIDE), dtype=np.int16)).tobytes()
        buffer = BytesIO()
        pydicom.dcmwrite(buffer, dataset)
        place = instance_id(PSEUDONYM, "2.25.1", "2.25.2", uid)
        client.store(buffer.getvalue(), place)
        places.append(place)
        objects.append(
            stored_object(
                study_instance_uid="2.25.1",
                series_instance_uid="2.25.2",
                sop_instance_uid=uid,
                orthanc_id=place,
                size=len(buffer.getvalue()),
                sha256=hashlib.sha256(buffer.getvalue()).hexdigest(),
            )
        )
    Ledger(engine).record(objects=objects)
    number = Releases(engine).begin(new_release()).number
    made = MadeFiles(home / "releases")
    Builder(engine, made, cohorts=LedgerSeries(engine), images=client).build(number, Foreground())
    token = Tokens(engine).create(f"benchmark {generate_uid()}", roles=[Role.CUSTODIAN])
    engine.dispose()
    parent = hashlib.sha1(f"{PSEUDONYM}|2.25.1".encode(), usedforsecurity=False).hexdigest()
    return "-".join(parent[start : start + 8] for start in range(0, 40, 8)), places, token


def whole(client: httpx.Client, path: str) -> int:
    size = 0
    with client.stream("GET", path) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            size += len(piece)
    return size


def in_parallel(client: httpx.Client, paths: list[str]) -> int:
    with ThreadPoolExecutor(HANDS) as pool:
        return sum(pool.map(lambda each: len(client.get(each).raise_for_status().content), paths))


def addresses(client: httpx.Client) -> list[str]:
    """Of the images of the release."""
    page = client.get("/api/v1/releases/1/files?kind=dicom&limit=500").json()
    return [each["url"] for each in page["items"]]


def wait_until_ready(client: httpx.Client) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if client.get("/health/live").is_success:
                return
        except httpx.HTTPError:
            assert time.monotonic() < end
        time.sleep(0.1)


if __name__ == "__main__":
    main()
