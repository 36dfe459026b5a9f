"""Objects a second until all are in Orthanc: through Osteon, straight to Orthanc, and Orthanc's own anonymising after.

    python -m benchmarks.end_to_end [--objects 200] [--rounds 5] [--json FILE]

DCMTK's storescu sends one CT study in each of the ways of `benchmarks.door`; a round goes through all contenders, in
another order each time, with fresh homes and two seconds at rest; everything runs on the same two processors. Osteon
has done when its ledger names every object and its Orthanc holds exactly these. "Orthanc, anonymised" is Orthanc's
receive followed by its job `/studies/{id}/anonymize`, until the job has ended.
"""

import argparse
import json
import os
import socket
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from benchmarks import door
from benchmarks.door import SETTLE_SECONDS, WAYS, running, send, study
from storage.database import open_database
from storage.ledger import Ledger
from tests.builders.real_files import REPOSITORY
from tests.services.mortal import MortalOrthanc, MortalProduct

PROCESSORS = 2
STEP_SECONDS = 0.01
LONGEST_SECONDS = 600.0
ANSWER_SECONDS = 600.0

Way = tuple[bool, int]
Contender = Callable[[Path, Sequence[Path], Way], float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])
    rates: dict[tuple[str, Way], list[float]] = {}
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        files = study(Path(folder) / "study", chosen.objects)
        names = list(CONTENDERS)
        for number in range(chosen.rounds):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                for way in WAYS:
                    with tempfile.TemporaryDirectory(dir=folder) as home:
                        rate = CONTENDERS[name](Path(home), files, way)
                    rates.setdefault((name, way), []).append(rate)
                    print(f"{name}, {said(way)}: {rate:.0f}", flush=True)
    show(rates)
    if chosen.json:
        rows = [
            {"contender": name, "nodelay": way[0], "associations": way[1], "objects_per_second": found}
            for (name, way), found in rates.items()
        ]
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


def osteon(home: Path, files: Sequence[Path], way: Way) -> float:
    """Node and Orthanc with our settings."""
    orthanc = MortalOrthanc(home / "orthanc")
    orthanc.start()
    settings = {"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}
    node = MortalProduct(home / "node", settings=settings, command="node")
    try:
        node.start()
        time.sleep(SETTLE_SECONDS)
        begin = time.perf_counter()
        send(files, node.dicom_port, is_fast=way[0], associations=way[1])
        wait_for_ledger(node.home / "registry.sqlite", len(files))
        seconds = time.perf_counter() - begin
        verify(node.home / "registry.sqlite", orthanc, len(files))
    finally:
        if node.process is not None:
            node.stop()
        orthanc.stop()
    return len(files) / seconds


def wait_for_ledger(registry: Path, objects: int) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    with closing(sqlite3.connect(registry)) as connection:
        while connection.execute("SELECT count(*) FROM instance").fetchone()[0] < objects:
            if time.monotonic() > deadline:
                raise RuntimeError("not all objects came into the ledger")
            time.sleep(STEP_SECONDS)


def verify(registry: Path, orthanc: MortalOrthanc, objects: int) -> None:
    engine, client = open_database(f"sqlite:///{registry}"), orthanc.client()
    try:
        known, held = {where for _, where in Ledger(engine).object_ids()}, set(client.instance_ids())
    finally:
        engine.dispose()
        client.close()
    if len(known) != objects or known != held:
        raise RuntimeError(f"{objects} objects were sent, {len(known)} are in the ledger, {len(held)} in Orthanc")


def orthanc_directly(home: Path, files: Sequence[Path], way: Way) -> float:
    """Orthanc with its own settings, until storescu has all answers."""
    with running(door.orthanc, home, way[0]) as (_, port):
        return send(files, port, is_fast=way[0], associations=way[1])


def orthanc_anonymising(home: Path, files: Sequence[Path], way: Way) -> float:
    """The same, then its own job on the study."""
    with orthanc_with_http(home, way) as (port, client):
        begin = time.perf_counter()
        send(files, port, is_fast=way[0], associations=way[1])
        (one,) = client.get("/studies").raise_for_status().json()
        client.post(f"/studies/{one}/anonymize", json={"Asynchronous": False}).raise_for_status()
        seconds = time.perf_counter() - begin
        held = client.get("/statistics").raise_for_status().json()["CountInstances"]
        if held != 2 * len(files):
            raise RuntimeError(f"{len(files)} objects were sent and anonymised, Orthanc holds {held}")
    return len(files) / seconds


@contextmanager
def orthanc_with_http(home: Path, way: Way) -> Iterator[tuple[int, httpx.Client]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        http_port = int(server.getsockname()[1])

    def with_http(folder: Path, port: int) -> door.Receiver:
        receiver = door.orthanc(folder, port)
        path = Path(receiver.command[1])
        settings = json.loads(path.read_text())
        settings |= {"HttpServerEnabled": True, "HttpPort": http_port, "AuthenticationEnabled": False}
        path.write_text(json.dumps(settings))
        return receiver

    with (
        running(with_http, home, way[0]) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{http_port}", timeout=ANSWER_SECONDS, trust_env=False) as client,
    ):
        yield port, client


CONTENDERS: dict[str, Contender] = {
    "Osteon": osteon,
    "Orthanc": orthanc_directly,
    "Orthanc, anonymised": orthanc_anonymising,
}


def said(way: Way) -> str:
    return f"{'without Nagle' if way[0] else 'stock sender'}, {way[1]} association{'s' * (way[1] > 1)}"


def show(rates: dict[tuple[str, Way], list[float]]) -> None:
    """A table of medians."""
    medians = {key: statistics.median(values) for key, values in rates.items()}
    print(f"| until all are in Orthanc | {' | '.join(map(said, WAYS))} |")
    print("|---|" + "---|" * len(WAYS))
    for name in CONTENDERS:
        cells = [f"{medians[name, way]:.0f}" for way in WAYS]
        if name != "Osteon":
            cells = [
                f"{cell} (×{medians['Osteon', way] / medians[name, way]:.1f})"
                for cell, way in zip(cells, WAYS, strict=True)
            ]
        print(f"| {name} | {' | '.join(cells)} |")
    print("in brackets: how many times as fast Osteon is; objects a second, median")


if __name__ == "__main__":
    main()
