"""How long a cohort's counts and preview take, on SQLite and on PostgreSQL.

    python -m benchmarks.cohorts [--studies 5000] [--rounds 20] [--database both] [--serial] [--explain] [--json FILE]

`--studies 100000` is the long one: 10⁵ studies of 25,000 patients, 2 × 10⁵ series, 2 × 10⁵ readings, 6 × 10⁵ scores.
Wanted: p95 below 200 ms for every question. SQLite is left as a registry in use is, without statistics (ANALYZE);
PostgreSQL gathers its own, so it has them here. `reader` questions are asked by one who takes part in no blind reading.
Asked in this process and without HTTP. The processor time depends less than the other on what else the machine does. It
is that of this process: on SQLite that is all there is. With `--serial`, PostgreSQL has no parallel workers, and what
its one process spent is added (Linux only).
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, event, text

from annotation.cohorts.documents import query_from
from annotation.sight import NOBODY, Sight
from benchmarks.cohort_rows import KERNELS, Plan, fill
from benchmarks.worklist import Waited, analyze, asked, database, percentile_95
from storage.cohorts.store import CohortStore
from storage.database import migrate_registry, open_database

WANTED_MS = 200
PAGE = 50


def field(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


CT = field("series.modality", "eq", "CT")
UNSTABLE = {
    "some": "score",
    "where": {"all": [field("score.instrument", "eq", "sins"), field("score.minimum", "gte", 13)]},
}
COHORTS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "everything": {},
        "all CT": CT,
        "thin CT, sharp kernel": {
            "all": [CT, field("series.slice_thickness_mm", "lte", 1.0), field("series.kernel", "in", list(KERNELS[:2]))]
        },
        "MR at 3 T": {"all": [field("series.modality", "eq", "MR"), field("series.field_strength_t", "eq", 3.0)]},
        "PET with FDG": field("series.tracer", "contains", "fdg"),
        "breast, at baseline": {"all": [field("patient.primary_tumour", "eq", "breast"), field("study.day", "eq", 0)]},
        "at any known day": field("study.day", "gte", 0),
        "provisional": field("study.state", "eq", "provisional"),
        "unstable SINS": UNSTABLE,
        "unstable SINS on thin CT, of breast": {
            "all": [
                UNSTABLE,
                CT,
                field("series.slice_thickness_mm", "lte", 1.25),
                field("patient.primary_tumour", "eq", "breast"),
            ]
        },
        "a fractured lytic femur": {
            "some": "reading",
            "where": {
                "all": [
                    field("lesion.bone", "eq", "femur"),
                    field("reading.lesion_type", "eq", "lytic"),
                    field("reading.pathological_fracture", "eq", True),
                ]
            },
        },
        "a lesion of L3, read large anywhere": {
            "some": "lesion",
            "where": {"all": [field("lesion.level", "eq", "L3"), field("reading.long_axis_mm", "gt", 50)]},
        },
        "not a vertebra, or Karnofsky low": {
            "any": [{"not": field("lesion.bone", "eq", "vertebra")}, field("patient.karnofsky", "lte", 50)]
        },
        "nobody": field("series.manufacturer", "eq", "nobody"),
    }
)


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--serial", action="store_true", help="PostgreSQL: one process, whose time is counted")
    parser.add_argument("--explain", action="store_true", help="print how each question is answered")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    names = ("sqlite", "postgresql") if chosen.database == "both" else (chosen.database,)
    plan = Plan(chosen.studies)
    results = {
        name: measured_on(name, plan, chosen.rounds, serial=chosen.serial, explain=chosen.explain) for name in names
    }
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1, default=asdict) + "\n")


def measured_on(name: str, plan: Plan, rounds: int, *, serial: bool, explain: bool) -> dict[str, list[Waited]]:
    """Of every answer to each question."""
    with database(name) as url:
        migrate_registry(url)
        engine = open_database(url)
        begin = time.perf_counter()
        fill(engine, plan)
        if name == "postgresql":
            analyze(engine)
        spent = time.perf_counter() - begin
        print(f"{name}: {plan.studies} studies in {spent:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        found: dict[str, list[Waited]] = {}
        spent_there = backends(engine) if serial and name == "postgresql" else lambda: 0.0
        for sight, who in ((NOBODY, ""), (Sight(reader="reader"), ", reader")):
            for question, waits in answers(CohortStore(engine, sight), rounds, spent_there).items():
                found[question + who] = waits
                print(row(question + who, waits), flush=True)
        if explain:
            explained(engine)
        engine.dispose()
    return found


def backends(engine: Engine) -> Callable[[], float]:
    """Milliseconds that PostgreSQL's processes for this pool have spent."""
    seen: set[int] = set()

    def serial(connection: Any, *_: Any) -> None:
        seen.add(connection.info.backend_pid)
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()

    engine.dispose()
    event.listen(engine, "connect", serial)
    return lambda: sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in seen) / 1e6


def answers(store: CohortStore, rounds: int, spent_there: Callable[[], float]) -> dict[str, list[Waited]]:
    """The first answer of each kind is not counted: a connection then knows what it is asked."""
    found: dict[str, list[Waited]] = {}

    def timed(ask: Callable[[], object]) -> Waited:
        before = spent_there()
        waited = asked(ask)
        return Waited(waited.ms, waited.processor_ms + spent_there() - before)

    for question, where in COHORTS.items():
        query = query_from(where)
        kinds: dict[str, Callable[[], object]] = {
            "counts": partial(store.counts, query),
            "preview": partial(store.preview, query, after=None, limit=PAGE),
        }
        for kind, ask in kinds.items():
            found[f"{question}: {kind}"] = [timed(ask) for _ in range(rounds + 1)][1:]
    return found


def explained(engine: Engine) -> None:
    """The plan of each statement of each question, as the database tells it."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    for question, where in COHORTS.items():
        statements.clear()
        event.listen(engine, "before_cursor_execute", note)
        CohortStore(engine).counts(query_from(where))
        event.remove(engine, "before_cursor_execute", note)
        print(f"-- {question}")
        with engine.connect() as connection:
            for statement, parameters in statements:
                if statement.startswith("SELECT"):
                    plan = "EXPLAIN ANALYZE " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
                    for line in connection.exec_driver_sql(plan + statement, parameters):
                        print("  ", line[-1])
            connection.execute(text("SELECT 1"))


def row(question: str, waited: list[Waited]) -> str:
    wall, processor = (sorted(values) for values in ([w.ms for w in waited], [w.processor_ms for w in waited]))
    p95 = percentile_95(wall)
    note = "" if p95 < WANTED_MS else f"  above {WANTED_MS} ms"
    return (
        f"  {question:52} p50 {wall[len(wall) // 2]:7.1f} ms  p95 {p95:7.1f} ms"
        f"  processor p95 {percentile_95(processor):6.1f} ms{note}"
    )


if __name__ == "__main__":
    main()
