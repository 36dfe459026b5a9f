"""DICOMweb through the API beside Orthanc itself: a series as multipart, and frames one by one.

    python -m benchmarks.dicomweb [--slices 200] [--rounds 5] [--json FILE]

The API and Orthanc run in processes of their own, on loopback; the client is the same for both. Rounds alternate;
medians are printed. The series is made of 512 × 512 slices of noise.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pydicom
from pydicom.uid import generate_uid

from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.orthanc import instance_id
from storage.tokens import Tokens
from tests.builders.ledger import stored_object
from tests.builders.real_files import REPOSITORY, packaged
from tests.services.orthanc import OrthancServer
from tests.services.product import Product
from tests.services.resources import resources_of_one

SIDE = 512
FRAMES = 200
ANY_OBJECT = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
ANY_FRAME = {"Accept": "multipart/related; type=application/octet-stream; transfer-syntax=*"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        found = measured(Path(folder), chosen.slices, chosen.rounds)
    for name, value in found.items():
        print(f"{name:44} {value:,.2f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


def measured(folder: Path, slices: int, rounds: int) -> dict[str, float]:
    """MB/s and frames/s of both, and how they compare."""
    home = folder / "home"
    home.mkdir()
    (folder / "orthanc").mkdir()
    orthanc = OrthancServer(folder / "orthanc")
    orthanc.start()
    api = Product(home, settings={"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}, command="api")
    try:
        series, instances, token = fill(orthanc, home, slices)
        api.launch()
        user, password = orthanc.environment().values()
        direct = httpx.Client(base_url=orthanc.url, auth=(user, password), trust_env=False, timeout=60)
        proxied = httpx.Client(base_url=api.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        wait_until_ready(proxied)
        assert api.process is not None
        before = resources_of_one(api.process.pid)
        found = {
            **compared("series, MB/s", direct, proxied, rounds, lambda client: series_rate(client, series)),
            **compared("frames/s", direct, proxied, rounds, lambda client: frame_rate(client, instances[:FRAMES])),
        }
        after = resources_of_one(api.process.pid)
        assert before is not None
        assert after is not None
        return found | {"memory of the API grew at most by, MB": (after.peak_kib - before.peak_kib) / 1024}
    finally:
        if api.process is not None:
            api.stop()
        orthanc.stop()


def fill(orthanc: OrthancServer, home: Path, slices: int) -> tuple[str, list[str], str]:
    """A series in Orthanc and in the ledger: its path, its instances' paths, and a token."""
    database = f"sqlite:///{home / 'registry.sqlite'}"
    migrate_registry(database)
    engine = open_database(database)
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.Rows = dataset.Columns = SIDE
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    noise = np.random.default_rng(1)
    client, objects, paths = orthanc.client(), [], []
    series = f"/dicom-web/studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}"
    for _ in range(slices):
        uid = generate_uid()
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.PixelData = noise.integers(0, 4096, (SIDE, SIDE), dtype=np.uint16).tobytes()
        buffer = BytesIO()
        pydicom.dcmwrite(buffer, dataset)
        place = instance_id(dataset.PatientID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID, uid)
        client.store(buffer.getvalue(), place)
        objects.append(
            stored_object(
                study_instance_uid=str(dataset.StudyInstanceUID),
                series_instance_uid=str(dataset.SeriesInstanceUID),
                sop_instance_uid=str(uid),
                orthanc_id=place,
            )
        )
        paths.append(f"{series}/instances/{uid}")
    Ledger(engine).record(objects=objects)
    token = Tokens(engine).create("benchmark")
    engine.dispose()
    return series, paths, token


def compared(
    name: str, direct: httpx.Client, proxied: httpx.Client, rounds: int, rate: Callable[[httpx.Client], float]
) -> dict[str, float]:
    """Medians of alternating rounds, after one of each that does not count."""
    pairs = [(rate(direct), rate(proxied)) for _ in range(rounds + 1)][1:]
    ours, theirs = (statistics.median(column) for column in (list(zip(*pairs, strict=True))[1], [a for a, _ in pairs]))
    return {f"{name}, Orthanc": theirs, f"{name}, API": ours, f"{name}, ratio": ours / theirs}


def series_rate(client: httpx.Client, series: str) -> float:
    """Megabytes a second."""
    begin, size = time.perf_counter(), 0
    with client.stream("GET", series, headers=ANY_OBJECT) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            size += len(piece)
    return size / 1e6 / (time.perf_counter() - begin)


def frame_rate(client: httpx.Client, instances: list[str]) -> float:
    """Frames a second, one after the other on one connection."""
    begin = time.perf_counter()
    for instance in instances:
        client.get(f"{instance}/frames/1", headers=ANY_FRAME | {"Accept-Encoding": "identity"}).raise_for_status()
    return len(instances) / (time.perf_counter() - begin)


def wait_until_ready(client: httpx.Client) -> None:
    """Until the API answers."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            client.get("/health/live").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the API does not answer")


if __name__ == "__main__":
    main()
