"""Readers saving drafts at the same time against `osteon api` on loopback, and the API killed in the middle.

    python -m benchmarks.drafts [--readers 50] [--seconds 60] [--pause 0.5] [--postgresql] [--json FILE]

Each reader saves after about `pause` seconds again (autosave while one types; 0: at once), one save in ten from an
old version, which must be refused with 412. After half of the time the API is killed (SIGKILL) and started again.
Asked for: no lost update, no error but 412, 95 % of the saves under 100 ms. Exit code 1 where it is not so.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event

from storage.database import migrate_registry, open_database
from tests.faults.draft_readers import DraftReader, make_readers, saving, settings_of, start_api
from tests.services.mortal import MortalProduct
from tests.services.postgres import running_postgres

LIMIT_MS = 100.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0.5)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, registry(Path(folder), postgresql=chosen.postgresql) as url:
        readers = run(Path(folder), url, chosen.readers, chosen.seconds, chosen.pause)
    report = summary(readers, chosen.seconds)
    for name, value in report.items():
        print(f"{name:24} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n")
    wrong = [line for reader in readers for line in reader.wrong]
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong or float(report["p95_ms"]) > LIMIT_MS else 0)


@contextmanager
def registry(folder: Path, *, postgresql: bool) -> Iterator[str]:
    if not postgresql:
        yield f"sqlite:///{folder / 'registry.sqlite'}"
        return
    with running_postgres() as server:
        yield server.url(server.create())


def run(folder: Path, url: str, count: int, seconds: float, pause: float) -> list[DraftReader]:
    """Save for half of the time, kill, look, and go on for the other half."""
    migrate_registry(url)
    engine = open_database(url)
    product = MortalProduct(folder / "home", settings=settings_of(url), command="api")
    try:
        start_api(product)
        readers = list(make_readers(engine, product.http_port, count, Random(6)))  # noqa: S311 - chance, not a secret
        engine.dispose()
        for reader in readers:
            reader.begin()
        with ThreadPoolExecutor(count) as pool:
            running = saving(pool, readers, Event(), pause)
            Event().wait(seconds / 2)
            product.kill()
            for each in running:
                each.result()
            start_api(product)
            for reader in readers:
                reader.check()
            stop = Event()
            running = saving(pool, readers, stop, pause)
            stop.wait(seconds / 2)
            stop.set()
            for each in running:
                each.result()
        for reader in readers:
            reader.check()
    finally:
        if product.process is not None:
            product.stop()
    return readers


def summary(readers: list[DraftReader], seconds: float) -> dict[str, float | int]:
    taken = sorted(1000 * each for reader in readers for each in reader.seconds)
    cuts = statistics.quantiles(taken, n=100)
    wrong = [line for reader in readers for line in reader.wrong]
    return {
        "readers": len(readers),
        "acknowledged": sum(reader.acknowledged for reader in readers),
        "saves_per_second": round(len(taken) / seconds, 1),
        "refused_with_412": sum(reader.refused for reader in readers),
        "lost": sum(line.startswith("lost") for line in wrong),
        "other_errors": sum(not line.startswith("lost") for line in wrong),
        "median_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "highest_ms": round(taken[-1], 1),
    }


if __name__ == "__main__":
    main()
