"""Memory of the engine over many objects, and with a very large one.

    python -m benchmarks.pseudonymisation_soak [--json]

10,000 different objects go through one engine in one process, in several shapes: resident memory after 1,000 and after
10,000 is printed, and exit code 1 says that it grew by more than a tenth. Then one multi-frame object of 2 GiB: its
parts are written one after the other, and the peak above the object's own size must stay below 300 MiB. Each
measurement has a process of its own.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.uid import UID, EnhancedCTImageStorage

from tests.builders.broken_files import EXPLICIT, PIXEL_DATA, taken
from tests.builders.datasets import new_engine
from tests.builders.real_files import packaged

OBJECTS = 10_000
EARLY = 1_000
MOST_GROWTH = 0.10
SHAPES = {
    "one long series": (1, 1),
    "studies of 100 objects in 2 series": (100, 2),
    "a patient for each object": (10_000, 1),
}
"""How many studies, each of another patient, and how many series in each."""

FRAMES, ROWS, COLUMNS, BYTES = 4096, 512, 512, 2
LARGEST_MIB = 300
MIB = 1 << 20

_PATIENT, _STUDY, _SERIES, _NUMBER = "PATIENT1111111", "2222222", "3333333", "4444444"
"""Stand in the template for what differs; replaced by texts of the same length that are none of them."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--objects", type=int, default=OBJECTS)
    options.add_argument("--measure", choices=[*SHAPES, "large"], help="in this process only: printed as JSON")
    chosen = options.parse_args()
    if chosen.measure is not None:
        print(json.dumps(large() if chosen.measure == "large" else soak(*SHAPES[chosen.measure], chosen.objects)))
        return
    soaked = {shape: measured(shape, chosen.objects) for shape in SHAPES}
    of_large = measured("large", chosen.objects)
    failed = of_large["above_source_mib"] > LARGEST_MIB or any(one["growth"] > MOST_GROWTH for one in soaked.values())
    print(json.dumps({"soak": soaked, "large": of_large}) if chosen.json else table(soaked, of_large))
    sys.exit(1 if failed else 0)


def measured(what: str, objects: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.pseudonymisation_soak", "--objects", str(objects), "--measure", what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def soak(studies: int, series: int, objects: int) -> dict[str, float]:
    """One engine, one object after the other."""
    engine, original = new_engine(), template()
    started, early = time.perf_counter(), 0.0
    for number in range(objects):
        result = engine(variant(original, number * studies // OBJECTS, number * studies * series // OBJECTS, number))
        assert result.size
        if number + 1 == min(EARLY, objects):
            early = resident_mib()
    late = resident_mib()
    return {
        "rss_early_mib": early,
        "rss_late_mib": late,
        "growth": late / early - 1,
        "objects_per_second": objects / (time.perf_counter() - started),
    }


def template() -> bytes:
    """A real small CT with texts in it that can be replaced by others of the same length."""
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.PatientName, dataset.PatientID = f"{_PATIENT}^NAME", _PATIENT
    dataset.StudyInstanceUID = f"1.2.250.1.9999.{_STUDY}"
    dataset.SeriesInstanceUID = f"1.2.250.1.9999.{_SERIES}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.250.1.9999.1.{_NUMBER}")
    dataset.SliceLocation = dataset.InstanceNumber = _NUMBER
    dataset.ImageComments = f"THORAX {_NUMBER}"
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def variant(original: bytes, study: int, series: int, number: int) -> bytes:
    """Another object: another instance of a series of a study of a patient."""
    return (
        original.replace(_PATIENT.encode(), f"PATIENT{5_000_000 + study}".encode())
        .replace(_STUDY.encode(), f"{6_000_000 + study}".encode())
        .replace(_SERIES.encode(), f"{7_000_000 + series}".encode())
        .replace(_NUMBER.encode(), f"{8_000_000 + number}".encode())
    )


def large() -> dict[str, float]:
    """An object of 2 GiB, written part by part; only its source is whole in memory."""
    source = large_object()
    engine, sink = new_engine(), Path(os.devnull)
    started = time.perf_counter()
    result = engine(source)
    seconds = time.perf_counter() - started
    with sink.open("wb") as file:
        for part in result.parts:
            file.write(part)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pixels = FRAMES * ROWS * COLUMNS * BYTES
    (copied,) = (part for part in result.parts if len(part) == pixels)
    assert hashlib.sha256(copied).digest() == hashlib.sha256(memoryview(source)[-pixels:]).digest()
    return {
        "source_mib": len(source) / MIB,
        "peak_mib": peak,
        "above_source_mib": peak - len(source) / MIB,
        "seconds": seconds,
    }


def large_object() -> bytes:
    """The header of a real CT and zeros for pixels, made in one piece: a copy would count as the engine's memory."""
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(EnhancedCTImageStorage)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = FRAMES, ROWS, COLUMNS
    del dataset[0xFFFCFFFC]
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    whole = taken(buffer.getvalue())
    pixels = FRAMES * ROWS * COLUMNS * BYTES
    header = whole.head + whole.body[: whole.spot(PIXEL_DATA).start] + EXPLICIT.element(PIXEL_DATA, "OW", b"", pixels)
    return header.ljust(len(header) + pixels, b"\0")


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


def table(soaked: dict[str, dict[str, float]], of_large: dict[str, float]) -> str:
    rows = [f"{'shape':36} {'MiB early':>10} {'MiB late':>10} {'growth':>8} {'objects/s':>10}"]
    rows += [
        f"{shape:36} {one['rss_early_mib']:10.1f} {one['rss_late_mib']:10.1f} {one['growth']:8.1%}"
        f" {one['objects_per_second']:10.0f}"
        for shape, one in soaked.items()
    ]
    rows += [
        "",
        f"object of {of_large['source_mib']:.0f} MiB: peak {of_large['peak_mib']:.0f} MiB,"
        f" {of_large['above_source_mib']:.0f} MiB above its own size, {of_large['seconds']:.2f} s",
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
