"""A registry full of studies, assignments, tasks and readings, written in bulk."""

import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from storage.database import writing

READERS = tuple(f"reader {number:02}" for number in range(10))
START = datetime(2031, 1, 1, tzinfo=UTC)
PROTOCOLS = ("Abdomen", "Pilot", "Spine", "Thorax")
PILOT_EVERY = 2_000
STUDIES_PER_PATIENT = 4
LESIONS_PER_PATIENT = 5
UNREAD, BEGUN, HALF, BOTH, DONE = "unread", "begun", "half signed", "both signed", "adjudicated"
PROGRESS = (UNREAD,) * 4 + (BEGUN, HALF, BOTH) + (DONE,) * 3
NAMESPACE = uuid.UUID("9a1f7ad2-8f0e-4d53-8f1b-5a1f2f6e7d10")

KINDS = ("lesion", "assignment", "reading")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """So many studies, and readings of each."""

    studies: int
    readings_per_study: int

    @property
    def patients(self) -> int:
        return -(-self.studies // STUDIES_PER_PATIENT)


def fill(engine: Engine, plan: Plan) -> None:
    """Tasks are signed after the readings are there, as the triggers want it."""
    chance = random.Random(6)  # noqa: S311  the same rows every time
    days = [date(2025, 1, 1) + timedelta(days=chance.randrange(2_000)) for _ in range(plan.studies)]
    tables: tuple[tuple[str, str, Iterable[Row]], ...] = (
        ("patient", "pseudonym, first_stored_at", ((patient(n), START) for n in range(plan.patients))),
        (
            "study",
            "study_instance_uid, pseudonym, study_date, first_stored_at",
            ((study(n), patient_of(n), days[n], START + timedelta(seconds=n)) for n in range(plan.studies)),
        ),
        ("series", "series_instance_uid, study_instance_uid, modality", series(plan)),
        (
            "reading_protocol",
            "id, name, kind, modalities, created_at, created_by",
            ((protocol(name), name, "double_blind", "[]", START, "b") for name in PROTOCOLS),
        ),
        (
            "assignment",
            "id, protocol_id, kind, study_instance_uid, pseudonym, first_reader, second_reader, adjudicator, blind,"
            " created_at, created_by",
            (
                (
                    *(assignment(n), protocol_of(n), "double_blind", study(n), patient_of(n)),
                    *(*people(n), True, START, "b"),
                )
                for n in range(plan.studies)
            ),
        ),
        (
            "reading_task",
            "assignment_id, reader, role, state, block, protocol_id, study_instance_uid, pseudonym, study_day",
            (
                (assignment(n), name, "reader", "unread", number, protocol_of(n), study(n), patient_of(n), days[n])
                for n in range(plan.studies)
                for number, name in enumerate(people(n)[:2], 1)
            ),
        ),
        ("lesion", "id, pseudonym, number, bone, created_at, created_by", lesions(plan)),
        (
            "reading",
            "id, lesion_id, study_instance_uid, created_at, assignment_id, assigned_reader",
            (row[:-1] for row in readings(plan)),
        ),
        (
            "reading_revision",
            "reading_id, revision, findings, recorded_by, recorded_at",
            ((row[0], 1, '{"lesion_type": "lytic"}', row[-1], row[3]) for row in readings(plan)),
        ),
    )
    for table, columns, rows in tables:
        insert(engine, table, columns, rows)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:  # which it does by itself a minute later: each update would read all rows
            connection.execute(text("ANALYZE"))
    progress(engine, plan, days)


def progress(engine: Engine, plan: Plan, days: Sequence[date]) -> None:
    """Readers and adjudicators get as far as `PROGRESS` says."""
    by_state: dict[str, list[dict[str, Any]]] = {"draft": [], "signed": []}
    for n in range(plan.studies):
        first, second, _ = people(n)
        states = {BEGUN: ("draft", None), HALF: ("signed", "draft"), UNREAD: (None, None)}.get(
            PROGRESS[n % len(PROGRESS)], ("signed", "signed")
        )
        for reader, state in zip((first, second), states, strict=True):
            if state is not None:
                by_state[state].append({"id": assignment(n), "reader": reader, "at": START})
    over = [n for n in range(plan.studies) if PROGRESS[n % len(PROGRESS)] in (BOTH, DONE)]
    of_task = "WHERE assignment_id = :id AND reader = :reader"
    with writing(engine).begin() as connection:
        connection.execute(text(f"UPDATE reading_task SET state = 'draft' {of_task}"), by_state["draft"])  # noqa: S608
        signed = f"UPDATE reading_task SET state = 'signed', signed_at = :at {of_task}"  # noqa: S608
        connection.execute(text(signed), by_state["signed"])
        connection.execute(
            text("UPDATE assignment SET blind = false WHERE id = :id"), [{"id": assignment(n)} for n in over]
        )
    insert(
        engine,
        "reading_task",
        "assignment_id, reader, role, state, signed_at, block, protocol_id, study_instance_uid, pseudonym, study_day",
        (
            (
                *(assignment(n), people(n)[2], "adjudicator"),
                *(("adjudicated", START) if PROGRESS[n % len(PROGRESS)] == DONE else ("to_adjudicate", None)),
                *(0, protocol_of(n), study(n), patient_of(n), days[n]),
            )
            for n in over
        ),
    )


def insert(engine: Engine, table: str, columns: str, rows: Iterable[Row]) -> None:
    """One statement for all, in the quickest way that the driver has."""
    with writing(engine).begin() as connection:
        cursor: Any = connection.connection.cursor()
        if engine.dialect.name == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" for _ in columns.split(","))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  names of this module
        cursor.executemany(statement, (tuple(map(as_sqlite, row)) for row in rows))


def as_sqlite(value: Any) -> Any:
    """As SQLAlchemy writes it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def series(plan: Plan) -> Iterator[Row]:
    """CT of most studies, MR of some, PT beside CT of a few, NM of hardly any."""
    for n in range(plan.studies):
        for index, modality in enumerate(modalities(n)):
            yield f"2.25.7{n}0{index}", study(n), modality


def modalities(n: int) -> tuple[str, ...]:
    if n % 1_000 == 7:  # noqa: PLR2004  one in a thousand
        return ("NM",)
    return ("MR",) if n % 6 == 0 else ("CT", "PT") if n % 20 == 1 else ("CT", "CT")


def lesions(plan: Plan) -> Iterator[Row]:
    for n in range(plan.patients):
        for number in range(1, LESIONS_PER_PATIENT + 1):
            yield lesion(n, number), patient(n), number, "sternum", START - timedelta(days=1), READERS[0]


def readings(plan: Plan) -> Iterator[Row]:
    """Half of them under the assignment, where it has begun; the last part is who made it."""
    for n in range(plan.studies):
        for index in range(plan.readings_per_study):
            under = index % 2 == 0 and PROGRESS[n % len(PROGRESS)] != UNREAD
            reader = people(n)[index // 2 % 2] if under else "somebody else"
            number = 1 + index % LESIONS_PER_PATIENT
            place = (
                lesion(n // STUDIES_PER_PATIENT, number),
                study(n),
                START + timedelta(seconds=n, microseconds=index),
            )
            yield name_of("reading", n, index), *place, *((assignment(n), reader) if under else (None, None)), reader


def people(n: int) -> tuple[str, str, str]:
    """Two readers and an adjudicator."""
    count = len(READERS)
    return READERS[n * 7 // 10 % count], READERS[(n * 7 // 10 + 1) % count], READERS[(n * 7 // 10 + 5) % count]


def patient(n: int) -> str:
    return f"OST-{n:07}"


def patient_of(n: int) -> str:
    return patient(n // STUDIES_PER_PATIENT)


def study(n: int) -> str:
    return f"2.25.5{n:09}"


def lesion(n: int, number: int) -> str:
    return name_of("lesion", n, number)


def assignment(n: int) -> str:
    return name_of("assignment", n, 0)


def protocol(name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, name))


def protocol_of(n: int) -> str:
    if n % PILOT_EVERY == 0:
        return protocol("Pilot")
    return protocol(("Abdomen", "Spine", "Thorax")[n % 3])


def name_of(kind: str, n: int, index: int) -> str:
    """As spread out as random identifiers are, and quicker to make."""
    spread = (n * 64 + index) * 0x9E3779B97F4A7C15 % (1 << 64)
    return str(uuid.UUID(int=spread << 64 | KINDS.index(kind) << 56 | n << 16 | index))
