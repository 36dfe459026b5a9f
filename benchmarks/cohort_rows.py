"""A registry full of studies, lesions, readings and scores, as cohorts are searched in, written in bulk."""

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from benchmarks.worklist_rows import Row, insert
from lesion_model import sins
from lesion_model.scoring import reach
from storage.cohorts.findings import indexed_as

START = datetime(2031, 1, 1, tzinfo=UTC)
STUDIES_PER_PATIENT, LESIONS_PER_PATIENT, READINGS_PER_STUDY = 4, 3, 2
NAMESPACE = uuid.UUID("3f0c8f0e-53f4-4c53-9d37-5c1d8c6f1a42")
PRIMARIES = ("breast", "prostate", "lung", "kidney", "thyroid", "melanoma", "myeloma", "other")
BONES = ("vertebra", "vertebra", "vertebra", "femur", "pelvis", "rib", "humerus", "sternum")
LEVELS = ("T11", "T12", "L1", "L2", "L3", "L4", "L5")
KERNELS = ("B70f", "Br40d", "STANDARD", "BONEPLUS", "FC30")
MAKERS = ("SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "TOSHIBA")
TYPES = ("lytic", "lytic", "mixed", "blastic")
GRADES = ("0", "1a", "1b", "2")
THICKNESSES = (0.6, 1.0, 1.25, 2.5, 5.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """So many studies; everything else follows."""

    studies: int

    @property
    def patients(self) -> int:
        return -(-self.studies // STUDIES_PER_PATIENT)


def fill(engine: Engine, plan: Plan) -> None:
    """The same rows every time."""
    for table, columns, rows in (*ledger(plan), *images(plan), *findings(plan)):
        insert(engine, table, columns, rows)


def ledger(plan: Plan) -> Iterator[tuple[str, str, Iterable[Row]]]:
    yield (
        "patient",
        "pseudonym, patient_sex, first_stored_at",
        ((patient(n), sex(n), START) for n in range(plan.patients)),
    )
    yield (
        "study",
        "study_instance_uid, pseudonym, study_date, first_stored_at",
        ((study(n), patient_of(n), day(n), START + timedelta(seconds=n)) for n in range(plan.studies)),
    )
    yield (
        "study_state",
        "study_instance_uid, state, since, revision, version, last_object_at",
        ((study(n), state(n), START, 1, 1, START) for n in range(plan.studies)),
    )
    yield (
        "series",
        "series_instance_uid, study_instance_uid, modality",
        ((series(n, k), study(n), modality) for n in range(plan.studies) for k, modality in enumerate(modalities(n))),
    )
    yield (
        "lesion",
        "id, pseudonym, number, bone, created_at, created_by",
        (
            (lesion(n, k), patient(n), k + 1, "sternum", START, "reader")
            for n in range(plan.patients)
            for k in range(LESIONS_PER_PATIENT)
        ),
    )
    yield (
        "reading",
        "id, lesion_id, study_instance_uid, created_at",
        (
            (reading(n, k), lesion_of(n, k), study(n), START)
            for n in range(plan.studies)
            for k in range(READINGS_PER_STUDY)
        ),
    )


def images(plan: Plan) -> Iterator[tuple[str, str, Iterable[Row]]]:
    chance = random.Random(7)  # noqa: S311
    indexed = indexed_as()
    yield (
        "search_patient",
        "id, pseudonym, baseline, indexed_as, studies, sex, primary_tumour, karnofsky, visceral",
        (
            (
                *(n + 1, patient(n), day(n * STUDIES_PER_PATIENT), indexed, STUDIES_PER_PATIENT, sex(n)),
                *(chance.choice(PRIMARIES), 10 * chance.randint(3, 10), not chance.randrange(3)),
            )
            for n in range(plan.patients)
        ),
    )
    yield (
        "search_study",
        "id, study_instance_uid, patient_id, pseudonym, study_date, day, state, series, objects, bytes",
        (
            (
                *(n + 1, study(n), patient_id(n), patient_of(n), day(n), 90 * (n % STUDIES_PER_PATIENT)),
                state(n),
                *(len(modalities(n)), 400, 200_000_000),
            )
            for n in range(plan.studies)
        ),
    )
    yield (
        "search_series",
        "patient_id, study_id, series_instance_uid, described, objects, bytes, modality, body_part, kernel,"
        " tracer, manufacturer, slice_thickness_mm, row_spacing_mm, column_spacing_mm, field_strength_t",
        (
            (
                *(patient_id(n), n + 1, series(n, k), True, 200, 100_000_000, modality, "SPINE"),
                *(chance.choice(KERNELS) if modality == "CT" else None, "FDG" if modality == "PT" else None),
                *(chance.choice(MAKERS), chance.choice(THICKNESSES), 0.5, 0.5),
                (1.5 if n % 4 else 3.0) if modality == "MR" else None,
            )
            for n in range(plan.studies)
            for k, modality in enumerate(modalities(n))
        ),
    )


def findings(plan: Plan) -> Iterator[tuple[str, str, Iterable[Row]]]:
    chance = random.Random(8)  # noqa: S311
    yield (
        "search_lesion",
        "id, lesion_uuid, patient_id, bone, kind, level, region, side, resolved, mirels_pain",
        (
            (
                *(
                    lesion_id(n, k),
                    lesion(n, k),
                    n + 1,
                    bone(n, k),
                    "spine" if bone(n, k) == "vertebra" else "long_bone",
                ),
                *(LEVELS[n % len(LEVELS)] if bone(n, k) == "vertebra" else None, None, None, n % 9 == 0, "functional"),
            )
            for n in range(plan.patients)
            for k in range(LESIONS_PER_PATIENT)
        ),
    )
    yield (
        "search_reading",
        "id, reading_uuid, revision, lesion_id, study_id, patient_id, adjudicated, lesion_type, collapse,"
        " height_loss_percent, pathological_fracture, long_axis_mm, volume_cm3, bilsky",
        (
            (
                *(reading_id(n, k), reading(n, k), 1, lesion_id_of(n, k), n + 1, patient_id(n), False),
                chance.choice(TYPES),
                *(not chance.randrange(5), 100 * chance.random(), not chance.randrange(20)),
                *(60 * chance.random(), 40 * chance.random(), chance.choice(GRADES)),
            )
            for n in range(plan.studies)
            for k in range(READINGS_PER_STUDY)
        ),
    )
    yield (
        "search_score",
        "reading_id, instrument, lesion_id, study_id, patient_id, total, minimum, maximum, band, decided",
        (
            (reading_id(n, k), instrument, lesion_id_of(n, k), n + 1, patient_id(n), *points)
            for n in range(plan.studies)
            for k in range(READINGS_PER_STUDY)
            for instrument, points in scores(chance)
        ),
    )


def scores(chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    low = chance.randint(0, 15)
    high = low + chance.choice((0, 0, 3))
    band = reach(sins.INSTRUMENT, low, high).band
    yield "sins", (low if low == high else None, low, high, band, band is not None)
    yield "tokuhashi_revised", (None, low, 15, None, False)
    yield "bilsky_escc", (None, None, None, chance.choice(GRADES), True)


def patient(n: int) -> str:
    """In another order than they came in, as pseudonyms are."""
    return f"OST-{n * 7919 % 1_000_003:07}-COHORT"


def patient_of(n: int) -> str:
    return patient(n // STUDIES_PER_PATIENT)


def patient_id(n: int) -> int:
    return n // STUDIES_PER_PATIENT + 1


def study(n: int) -> str:
    return f"2.25.1{n * 7919 % 1_000_003:039}"


def state(n: int) -> str:
    return "provisional" if n % 10 else "receiving"


def series(n: int, k: int) -> str:
    return f"2.25.2{n * 104_729 % 10_000_019:038}{k}"


def lesion(n: int, k: int) -> str:
    return str(uuid.uuid5(NAMESPACE, f"lesion {n} {k}"))


def lesion_of(n: int, k: int) -> str:
    return lesion(n // STUDIES_PER_PATIENT, (n + k) % LESIONS_PER_PATIENT)


def lesion_id(n: int, k: int) -> int:
    return n * LESIONS_PER_PATIENT + k + 1


def lesion_id_of(n: int, k: int) -> int:
    return lesion_id(n // STUDIES_PER_PATIENT, (n + k) % LESIONS_PER_PATIENT)


def reading_id(n: int, k: int) -> int:
    return n * READINGS_PER_STUDY + k + 1


def reading(n: int, k: int) -> str:
    return str(uuid.uuid5(NAMESPACE, f"reading {n} {k}"))


def day(n: int) -> date:
    return date(2025, 1, 1) + timedelta(days=(n // STUDIES_PER_PATIENT) % 1_500 + 90 * (n % STUDIES_PER_PATIENT))


def sex(n: int) -> str:
    return "FM"[n % 2]


def bone(n: int, k: int) -> str:
    return BONES[(n * 3 + k) % len(BONES)]


def modalities(n: int) -> tuple[str, ...]:
    return ("MR", "MR") if n % 6 == 0 else ("CT", "PT") if n % 20 == 1 else ("CT", "CT")
