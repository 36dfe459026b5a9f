"""`osteon pull` of a study and of a release through the API, every file verified, beside what Orthanc itself can give.

    python -m benchmarks.pull [--slices 400] [--rounds 5] [--workers 4] [--json FILE]

Peers in the same run: Orthanc's study archive (it deflates), and raw parallel `/instances/{id}/file` with as many
connections as the pull. The release holds the same files, which come in bundles. Rounds alternate; medians are printed.
Everything runs on loopback, API and Orthanc in processes of their own; the pull is a process of its own as well, its
start included.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.dicomweb import SIDE, wait_until_ready
from benchmarks.pull_study import BENCHMARK, Study, filled
from storage.database import open_database
from storage.releases.building import Builder
from storage.releases.grants import Grants
from storage.releases.made import MadeFiles
from storage.releases.records import Contents
from storage.releases.store import Releases
from tests.builders.real_files import REPOSITORY
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.services.orthanc import OrthancServer
from tests.services.product import Product

MEGABYTE = 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=400, help=f"of {SIDE} × {SIDE}, 16 bits")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        found = measured(Path(folder), chosen.slices, chosen.rounds, chosen.workers)
    for name, value in found.items():
        print(f"{name:68} {value:,.2f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


def measured(folder: Path, slices: int, rounds: int, workers: int) -> dict[str, float]:
    """MB/s of each way, and ratios."""
    home = folder / "home"
    home.mkdir()
    (folder / "orthanc").mkdir()
    orthanc = OrthancServer(folder / "orthanc")
    orthanc.start()
    api = Product(home, settings={"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}, command="api")
    try:
        study = filled(orthanc, home, slices)
        release = released(orthanc, home)
        api.launch()
        with httpx.Client(base_url=api.url, headers={"Authorization": f"Bearer {study.token}"}) as client:
            wait_until_ready(client)
        ways: dict[str, Callable[[], None]] = {
            "osteon pull of the study": lambda: pulled(api, study, study.uid, folder, workers),
            "osteon pull of the release": lambda: pulled(api, study, str(release), folder, workers),
            "Orthanc's archive": lambda: archived(orthanc, study),
            "Orthanc's instances, raw and parallel": lambda: raw(orthanc, study, workers),
        }
        rates = alternating(ways, study.size, rounds)
        spent = {
            f"{name}, processor s of {who}": seconds
            for name in ways
            if name.startswith("osteon")
            for who, seconds in processors_of(ways[name], api, orthanc).items()
        }
    finally:
        if api.process is not None:
            api.stop()
        orthanc.stop()
    ours = {name: rate for name, rate in rates.items() if name.startswith("osteon")}
    peers = {name: rate for name, rate in rates.items() if name not in ours}
    ratios = {f"{mine} / {name}": rates[mine] / rate for mine in ours for name, rate in peers.items()}
    return {f"{name}, MB/s": rate for name, rate in rates.items()} | ratios | spent


def alternating(ways: dict[str, Callable[[], None]], size: int, rounds: int) -> dict[str, float]:
    """Medians in MB/s, after one round that does not count."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for counts in [False] + [True] * rounds:
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            if counts:
                rates[name].append(size / MEGABYTE / (time.perf_counter() - begin))
    return {name: statistics.median(each) for name, each in rates.items()}


def processors_of(way: Callable[[], None], api: Product, orthanc: OrthancServer) -> dict[str, float]:
    """What one round takes of the processors: by whom. Other work on the machine changes little of it."""
    assert api.process is not None
    servers = {"the API": api.process.pid, "Orthanc": orthanc.process_id}

    def spent() -> dict[str, float]:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        of_servers = {name: processor_seconds(process_id) for name, process_id in servers.items()}
        return {"the client": children.ru_utime + children.ru_stime, **of_servers}

    before = spent()
    way()
    return {name: seconds - before[name] for name, seconds in spent().items()}


def processor_seconds(process_id: int) -> float:
    """Of all its threads, from proc(5)."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def released(orthanc: OrthancServer, home: Path) -> int:
    """One of everything that there is, granted to whoever measures."""
    engine = open_database(f"sqlite:///{home / 'registry.sqlite'}")
    begun = Releases(engine).begin(new_release(contents=Contents(tables=())))
    builder = Builder(engine, MadeFiles(home / "releases"), cohorts=LedgerSeries(engine), images=orthanc.client())
    builder.build(begun.number, Foreground())
    Grants(engine).grant(begun.number, BENCHMARK, datetime.now(UTC) + timedelta(days=1))
    engine.dispose()
    return begun.number


def pulled(api: Product, study: Study, target: str, folder: Path, workers: int) -> None:
    """Into a new folder each time, which stays: ext4 is slow to make files where many were deleted a moment ago."""
    new = Path(tempfile.mkdtemp(dir=folder)) / "pulled"
    command = [sys.executable, "-m", "osteon", "pull", target, str(new), "--url", api.url, "--json"]
    answer = subprocess.run(
        [*command, "--workers", str(workers)],
        env=api.environment | {"OSTEON_TOKEN": study.token},
        check=True,
        capture_output=True,
    )
    report = json.loads(answer.stdout)
    assert report["complete"]
    assert report["new"] >= len(study.orthanc_ids)


def archived(orthanc: OrthancServer, study: Study) -> None:
    """As a researcher would without Osteon."""
    with _direct(orthanc) as client, client.stream("GET", f"/studies/{study.orthanc_study}/archive") as answer:
        answer.raise_for_status()
        for _ in answer.iter_raw():
            pass


def raw(orthanc: OrthancServer, study: Study, workers: int) -> None:
    """Read, and neither checked nor written."""
    with _direct(orthanc) as client, ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda one: client.get(f"/instances/{one}/file").raise_for_status(), study.orthanc_ids))


def _direct(orthanc: OrthancServer) -> httpx.Client:
    user, password = orthanc.environment().values()
    uncompressed = {"Accept-Encoding": "identity"}  # otherwise Orthanc deflates each file: 40 ms
    return httpx.Client(base_url=orthanc.url, auth=(user, password), headers=uncompressed, trust_env=False, timeout=120)


if __name__ == "__main__":
    main()
