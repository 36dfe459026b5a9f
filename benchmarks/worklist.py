"""How long a page of the worklist takes, on SQLite and on PostgreSQL.

    python -m benchmarks.worklist [--studies 5000] [--readings 10] [--rounds 30] [--database both] [--json FILE]

`--studies 100000` is the long one: 10⁵ studies under four double blind protocols, 10⁶ readings. SQLite is left as a
registry in use is, without statistics (ANALYZE); PostgreSQL gathers its own, so it has them here. Each question is
asked by a reader who takes part in a fifth of the studies, for 50 tasks, in this process and without HTTP, whose cost
is that of any other route. What is wanted: p95 below 50 ms for each page. The processor time is that of this process:
on SQLite that is all there is, and does not depend on what else the machine does.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from annotation import lesions, readings, worklist
from annotation.ports import ReadingFilter
from annotation.protocols import State
from annotation.sight import Sight
from annotation.worklist_queries import Order, WorklistPlace, WorklistQuery
from benchmarks.worklist_rows import READERS, Plan, fill, patient, protocol, study
from storage.database import migrate_registry, open_database
from storage.unit_of_work import SqlUnitOfWork
from tests.services.postgres import running_postgres

ME = READERS[3]
LIMIT = 51
WANTED_MS = 50
PILOT, SPINE = UUID(protocol("Pilot")), UUID(protocol("Spine"))
PAGES: Mapping[str, WorklistQuery] = MappingProxyType(
    {
        "everything, newest first": WorklistQuery(),
        "mine": WorklistQuery(reader=ME),
        "mine, unread, oldest first": WorklistQuery(reader=ME, state=State.UNREAD, order=Order.OLDEST),
        "mine, by state": WorklistQuery(reader=ME, order=Order.STATE),
        "mine, of a rare modality": WorklistQuery(reader=ME, modality="NM"),
        "mine, of a modality nobody has": WorklistQuery(reader=ME, modality="US"),
        "another's": WorklistQuery(reader=READERS[4]),
        "all PT": WorklistQuery(modality="PT"),
        "all NM, to adjudicate": WorklistQuery(modality="NM", state=State.TO_ADJUDICATE),
        "everything, by state": WorklistQuery(order=Order.STATE),
        "to adjudicate": WorklistQuery(state=State.TO_ADJUDICATE),
        "a small protocol": WorklistQuery(protocol_id=PILOT),
        "mine, under a small protocol": WorklistQuery(reader=ME, protocol_id=PILOT),
        "a large protocol, signed": WorklistQuery(protocol_id=SPINE, state=State.SIGNED),
        "a month": WorklistQuery(from_date=date(2027, 3, 1), to_date=date(2027, 3, 31)),
    }
)
PAGES_WALKED = 40


@dataclass(frozen=True, slots=True)
class Waited:
    """For one answer."""

    ms: float
    processor_ms: float


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=5_000)
    parser.add_argument("--readings", type=int, default=10, help="of each study")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    plan = Plan(chosen.studies, chosen.readings)
    names = ("sqlite", "postgresql") if chosen.database == "both" else (chosen.database,)
    results = {name: measured_on(name, plan, chosen.rounds) for name in names}
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1, default=asdict) + "\n")


def measured_on(name: str, plan: Plan, rounds: int) -> dict[str, list[Waited]]:
    """Of every answer to each question."""
    with database(name) as url:
        migrate_registry(url)
        engine = open_database(url)
        begin = time.perf_counter()
        fill(engine, plan)
        if name == "postgresql":
            analyze(engine)
        spent = time.perf_counter() - begin
        count, load = plan.studies * plan.readings_per_study, os.getloadavg()[0]
        print(f"{name}: {plan.studies} studies, {count} readings in {spent:.0f} s; load {load:.1f}", flush=True)
        found = answers(engine, plan, rounds)
        engine.dispose()
    for question, waits in found.items():
        print(row(question, waits), flush=True)
    return found


def answers(engine: Engine, plan: Plan, rounds: int) -> dict[str, list[Waited]]:
    uow = SqlUnitOfWork(engine, write=False, sight=Sight(reader=ME))
    found = {
        question: [asked(lambda query=query: worklist.page(query, uow, limit=LIMIT)) for _ in range(rounds)]  # type: ignore[misc]
        for question, query in PAGES.items()
    }
    for question, query in (("mine, page by page", WorklistQuery(reader=ME)), ("all, page by page", WorklistQuery())):
        found[question] = list(walked(uow, query))
    others: dict[str, Callable[[int], Any]] = {
        "what is next": lambda _: worklist.next_to_do(WorklistQuery(reader=ME), uow),
        "counts, mine": lambda _: worklist.counts(WorklistQuery(reader=ME), uow),
        "counts, everybody's": lambda _: worklist.counts(WorklistQuery(), uow),
        "readings of a study": lambda n: readings.readings(
            ReadingFilter(study_instance_uid=study(n)), uow, limit=LIMIT
        ),
        "readings of a patient": lambda n: readings.readings(
            ReadingFilter(pseudonym=patient(n // 4)), uow, limit=LIMIT
        ),
        "lesions of a patient": lambda n: lesions.lesions_of_patient(patient(n // 4), uow, limit=LIMIT),
    }
    numbers = [plan.studies * number // rounds for number in range(rounds)]
    for question, ask in others.items():
        found[question] = [asked(lambda n=n, ask=ask: ask(n)) for n in numbers]  # type: ignore[misc]
    return found


def walked(uow: SqlUnitOfWork, query: WorklistQuery) -> Iterator[Waited]:
    place: WorklistPlace | None = None
    for _ in range(PAGES_WALKED):
        page: list[Any] = []
        yield asked(lambda after=place, page=page: page.extend(worklist.page(query, uow, after=after, limit=LIMIT)))  # type: ignore[misc]
        if len(page) < LIMIT:
            return
        place = page[-1].place


def asked(ask: Callable[[], Any]) -> Waited:
    begin, processor = time.perf_counter(), time.process_time()
    ask()
    return Waited(1000 * (time.perf_counter() - begin), 1000 * (time.process_time() - processor))


@contextmanager
def database(name: str) -> Iterator[str]:
    """URL of an empty database."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            yield f"sqlite:///{folder}/registry.sqlite"
        return
    with running_postgres() as server:
        yield server.url(server.create())


def analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def row(question: str, waited: Sequence[Waited]) -> str:
    wall, processor = (sorted(values) for values in ([w.ms for w in waited], [w.processor_ms for w in waited]))
    p95 = percentile_95(wall)
    note = "" if p95 < WANTED_MS else f"  above {WANTED_MS} ms"
    return (
        f"  {question:32} p50 {statistics.median(wall):7.1f} ms  p95 {p95:7.1f} ms  worst {wall[-1]:7.1f} ms"
        f"  processor p50 {statistics.median(processor):6.1f} p95 {percentile_95(processor):6.1f} ms{note}"
    )


def percentile_95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main()
