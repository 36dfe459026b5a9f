"""How long it takes to build a release of a synthetic ledger, and how much memory that and its archive take.

    python -m benchmarks.releases [--series 1000,2000,5000,10000] [--objects 50] [--database sqlite] [--archive-gb 20]
                                  [--json FILE]

Each size is built in a process of its own, whose largest memory is told; what is wanted: time that grows as the series
do, and memory that does not. The image store is one in memory that knows every object and gives zeros: no image is
read to build a release, and the archive is measured without Orthanc's own time. Tables are written as CSV.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from storage.database import migrate_registry, open_database, writing
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.releases.archive import ArchiveFormat, archive
from storage.releases.building import Builder
from storage.releases.content import ReleaseContent
from storage.releases.files import ReleaseFiles
from storage.releases.made import MadeFiles
from storage.releases.store import Releases
from tests.builders.ledger import CT_IMAGE_STORAGE, EXPLICIT_VR_LITTLE_ENDIAN
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.services.postgres import running_postgres

MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
SIZE = 526_336
ZEROS = bytes(SIZE)
SHA256 = hashlib.sha256(ZEROS).hexdigest()
SERIES_OF_STUDY, STUDIES_OF_PATIENT = 4, 5
MB = 1 << 20


class Zeros:
    """Has every object."""

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        return frozenset(orthanc_ids)

    def read(self, orthanc_id: str) -> Iterator[bytes]:  # noqa: ARG002
        return (ZEROS[start : start + (1 << 18)] for start in range(0, SIZE, 1 << 18))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One size: seconds, and MB at most."""

    series: int
    objects: int
    seconds: float
    peak_mb: float
    idle_mb: float


def fill(engine: Engine, series: int, objects: int) -> None:
    """So many series, four to a study, five studies to a patient."""
    for first in range(0, series, 200):
        rows = [_rows(number, objects) for number in range(first, min(first + 200, series))]
        with writing(engine).begin() as connection:
            for table, index in ((PatientRow, 0), (StudyRow, 1), (SeriesRow, 2), (InstanceRow, 3)):
                values = [value for row in rows for value in row[index]]
                if values:
                    connection.execute(insert(table), values)


def _rows(number: int, objects: int) -> tuple[list[Mapping[str, Any]], ...]:
    study = number // SERIES_OF_STUDY
    patient = study // STUDIES_OF_PATIENT
    pseudonym, study_uid, series_uid = f"OST-{patient:05d}-AAAAA", f"2.25.1{study:09d}", f"2.25.2{number:09d}"
    is_first_study = number % SERIES_OF_STUDY == 0
    is_first_of_patient = is_first_study and study % STUDIES_OF_PATIENT == 0
    day = date(2030, 1, 1) + timedelta(days=30 * (study % STUDIES_OF_PATIENT))
    return (
        [{"pseudonym": pseudonym, "patient_sex": "F", "first_stored_at": MOMENT}] if is_first_of_patient else [],
        [
            {
                "study_instance_uid": study_uid,
                "pseudonym": pseudonym,
                "study_date": day,
                "first_stored_at": MOMENT,
            }
        ]
        if is_first_study
        else [],
        [{"series_instance_uid": series_uid, "study_instance_uid": study_uid, "modality": "CT", "series_number": 1}],
        [_instance(series_uid, f"2.25.3{number:09d}{index:06d}") for index in range(objects)],
    )


def _instance(series_uid: str, uid: str) -> Mapping[str, Any]:
    return {
        "sop_instance_uid": uid,
        "series_instance_uid": series_uid,
        "association_id": "benchmark",
        "sop_class_uid": CT_IMAGE_STORAGE,
        "transfer_syntax_uid": EXPLICIT_VR_LITTLE_ENDIAN,
        "size": SIZE,
        "sha256": SHA256,
        "source_digest": "benchmark",
        "orthanc_id": uid,
        "received_at": MOMENT,
        "stored_at": MOMENT,
    }


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(url: str, folder: str, answer: Any) -> None:
    """In a process of its own."""
    engine = open_database(url)
    number = Releases(engine).begin(new_release()).number
    idle = peak_mb()
    begin = time.perf_counter()
    Builder(engine, MadeFiles(Path(folder)), cohorts=LedgerSeries(engine), images=Zeros()).build(number, Foreground())
    answer.put((time.perf_counter() - begin, peak_mb(), idle))


def stream(url: str, folder: str, wanted: str, answer: Any) -> None:
    """In a process of its own: the whole archive, thrown away."""
    engine = open_database(url)
    files, content = ReleaseFiles(engine), ReleaseContent(Zeros(), MadeFiles(Path(folder)))
    found = files.ready(1)
    idle = peak_mb()
    begin = time.perf_counter()
    size = sum(len(piece) for piece in archive(found, ArchiveFormat(wanted), files, content))
    answer.put((time.perf_counter() - begin, size, peak_mb(), idle))


def apart(work: Any, *arguments: str) -> tuple[float, ...]:
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=work, args=(*arguments, answer))
    process.start()
    found: tuple[float, ...] = answer.get(timeout=7200)
    process.join()
    return found


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'registry.sqlite'}"
        return
    with running_postgres() as server:
        yield server.url(server.create())


def measured(kind: str, series: int, objects: int) -> Result:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        migrate_registry(url)
        engine = open_database(url)
        fill(engine, series, objects)
        engine.dispose()
        seconds, peak, idle = apart(build, url, str(Path(folder) / "releases"))
    return Result(series=series, objects=series * objects, seconds=seconds, peak_mb=peak, idle_mb=idle)


def archived(gigabytes: float) -> list[dict[str, Any]]:
    objects = 50
    series = max(int(gigabytes * (1 << 30) / SIZE / objects), 1)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'registry.sqlite'}"
        migrate_registry(url)
        engine = open_database(url)
        fill(engine, series, objects)
        engine.dispose()
        apart(build, url, str(Path(folder) / "releases"))
        for wanted in ArchiveFormat:
            seconds, size, peak, idle = apart(stream, url, str(Path(folder) / "releases"), wanted.value)
            found.append(
                {
                    "format": wanted.value,
                    "gb": round(size / (1 << 30), 2),
                    "mb_per_second": round(size / MB / seconds),
                    "above_idle_mb": round(peak - idle, 1),
                }
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", default="1000,2000,5000,10000")
    parser.add_argument("--objects", type=int, default=50, help="per series")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--archive-gb", type=float, default=20)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    print(f"{asked.database}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    results = []
    for series in map(int, asked.series.split(",")):
        found = measured(asked.database, series, asked.objects)
        results.append(found)
        print(
            f"{found.series:>7} series {found.objects:>9} objects {found.seconds:8.1f} s "
            f"{1000 * found.seconds / found.series:6.2f} ms a series {found.peak_mb:7.0f} MB at most",
            flush=True,
        )
    archives = archived(asked.archive_gb) if asked.archive_gb else []
    for each in archives:
        print(f"{each['format']}: {each['gb']} GB, {each['mb_per_second']} MB/s, {each['above_idle_mb']} MB above idle")
    if asked.json is not None:
        content = {"build": [{name: getattr(each, name) for name in each.__slots__} for each in results]}
        asked.json.write_text(json.dumps(content | {"archives": archives}, indent=1) + "\n")


if __name__ == "__main__":
    main()
