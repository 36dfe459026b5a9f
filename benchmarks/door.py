"""Objects a second at the door, beside other receivers in one run, with a stock sender and with one without Nagle.

    python -m benchmarks.door [--objects 400] [--rounds 5] [--json FILE]

The sender is DCMTK's storescu; a round sends one CT study to every receiver in turn, another one first each time.
Osteon receives, pseudonymises and makes durable before it answers; its Orthanc is away, so forwarding does not count.
The others only receive: Orthanc (its own settings), DCMTK storescp (bit-preserving, without any sync), pynetdicom's
storescp application.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pydicom

from osteon.sample.study import write_sample_study
from tests.builders.real_files import GE_CT, REPOSITORY, SHARED_DATA

AE_TITLE = "OSTEON"
PDU_BYTES = "131072"
START_SECONDS = 60.0
SETTLE_SECONDS = 2.0
"""For every receiver, once it listens: a node of ours first writes the segments that it keeps ready."""
WAYS = ((False, 1), (True, 1), (True, 4))
"""Without Nagle's algorithm or with it, and how many associations."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A program that receives, and how it is started: command, environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rates: dict[tuple[str, bool, int], list[float]] = {}
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        files = study(Path(folder) / "study", chosen.objects)
        for number in range(chosen.rounds):
            receivers = [osteon, orthanc, storescp, pynetdicom_storescp]
            for make in (*receivers[number % 4 :], *receivers[: number % 4]):
                for is_fast, associations in WAYS:
                    with (
                        tempfile.TemporaryDirectory(dir=folder) as home,
                        running(make, Path(home), is_fast) as (name, port),
                    ):
                        rate = send(files, port, is_fast=is_fast, associations=associations)
                        rates.setdefault((name, is_fast, associations), []).append(rate)
    show(rates)
    if chosen.json:
        rows = [
            {"receiver": n, "nodelay": f, "associations": a, "objects_per_second": r} for (n, f, a), r in rates.items()
        ]
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


def study(folder: Path, objects: int) -> list[Path]:
    """A CT study of so many objects, of a real series where there is one."""
    folder.mkdir()
    sources = sorted((SHARED_DATA / GE_CT).glob("*.dcm")) or write_sample_study(folder / "sample")
    files = []
    for number in range(objects):
        dataset = pydicom.dcmread(sources[number % len(sources)])
        dataset.SOPInstanceUID = f"1.2.826.0.1.3680043.8.498.{number + 1}"
        dataset.InstanceNumber = number + 1
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        files.append(folder / f"{number:05d}.dcm")
        dataset.save_as(files[-1])
    os.sync()
    return files


def osteon(home: Path, port: int) -> Receiver:
    environment = {
        "OSTEON_HOME": str(home),
        "OSTEON_DICOM_PORT": str(port),
        "OSTEON_ORTHANC_URL": "http://127.0.0.1:9/",
        "OSTEON_ORTHANC_USER": "nobody",
        "OSTEON_ORTHANC_PASSWORD": "nothing",
    }
    return Receiver("Osteon", (sys.executable, "-m", "osteon", "node"), environment)


def orthanc(home: Path, port: int) -> Receiver:
    settings = {
        "Name": "Benchmark",
        "StorageDirectory": str(home / "storage"),
        "IndexDirectory": str(home / "storage"),
        "DicomPort": port,
        "DicomAet": AE_TITLE,
        "HttpServerEnabled": False,
        "DicomAlwaysAllowStore": True,
        "DicomCheckCalledAet": False,
        "Plugins": [],
    }
    (home / "orthanc.json").write_text(json.dumps(settings))
    return Receiver("Orthanc", ("/usr/sbin/Orthanc", str(home / "orthanc.json")), {})


def storescp(home: Path, port: int) -> Receiver:
    return Receiver("DCMTK storescp", ("storescp", "+B", "-pdu", PDU_BYTES, "-od", str(home), str(port)), {})


def pynetdicom_storescp(home: Path, port: int) -> Receiver:
    command = (sys.executable, "-m", "pynetdicom", "storescp", str(port), "-od", str(home), "-q")
    return Receiver("pynetdicom storescp", command, {})


@contextmanager
def running(make: object, home: Path, is_fast: bool) -> Iterator[tuple[str, int]]:
    """A receiver on a free port, ended afterwards. Without Nagle on both sides, for DCMTK answers in two pieces."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    receiver = make(home, port)  # type: ignore[operator]
    assert isinstance(receiver, Receiver)
    environment = {**os.environ, **receiver.environment, "TCP_NODELAY": "1" if is_fast else "0"}
    process = subprocess.Popen(
        receiver.command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=REPOSITORY
    )
    try:
        wait_for(port)
        yield receiver.name, port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(SETTLE_SECONDS)
            return
    raise RuntimeError("the receiver did not start")


def send(files: Sequence[Path], port: int, *, is_fast: bool, associations: int) -> float:
    """Objects a second, until the last is answered."""
    environment = {**os.environ, "TCP_NODELAY": "1" if is_fast else "0"}
    begin = time.perf_counter()
    senders = [
        subprocess.Popen(
            ["storescu", "-aec", AE_TITLE, "127.0.0.1", str(port), *map(str, files[first::associations])],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for first in range(associations)
    ]
    if any([sender.wait() for sender in senders]):  # noqa: C419 - all must have ended
        raise RuntimeError("storescu failed")
    return len(files) / (time.perf_counter() - begin)


def show(rates: dict[tuple[str, bool, int], list[float]]) -> None:
    """The table of docs/performance.md."""
    medians = {key: statistics.median(values) for key, values in rates.items()}
    print("| receiver | stock sender, 1 association | without Nagle, 1 | without Nagle, 4 |")
    print("|---|---|---|---|")
    for name in dict.fromkeys(name for name, _, _ in medians):
        cells = [f"{medians[name, fast, count]:.0f}" for fast, count in WAYS]
        ratios = [f"{medians['Osteon', fast, count] / medians[name, fast, count]:.1f}" for fast, count in WAYS]
        own = [cell if name == "Osteon" else f"{cell} (×{ratio})" for cell, ratio in zip(cells, ratios, strict=True)]
        print(f"| {name} | {' | '.join(own)} |")
    print("in brackets: how many times as fast Osteon is; objects a second, median")


if __name__ == "__main__":
    main()
