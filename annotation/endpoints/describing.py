"""Who the patients were at their first presentation: one row per patient, counted or in quartiles."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.endpoints.estimates import DAYS_PER_YEAR
from annotation.endpoints.follow_up import Followed

AGE, SEX, PRIMARY, DECISION = "age", "sex", "primary", "decision"
Value = str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One variable, or one level of it. Quartiles of numbers, or a count with its percentage of those who are known."""

    variable: str
    level: str | None
    known: int
    missing: int
    count: int | None = None
    percent: float | None = None
    quartiles: tuple[float, float, float] | None = None


def describe(followed: Sequence[Followed]) -> tuple[Described, ...]:
    """In a fixed order of variables; levels by how many they are."""
    tables = [dict(_of(each)) for each in followed]
    rows: list[Described] = []
    for variable in dict.fromkeys(name for table in tables for name in table):
        values = [table.get(variable) for table in tables]
        known = [value for value in values if value is not None]
        if all(isinstance(value, float) for value in known):
            rows += _numbers(variable, [float(value) for value in known], len(values))
        else:
            rows += _levels(variable, Counter(str(value) for value in known), len(known), len(values))
    return tuple(rows) + tuple(_decisions(followed))


def _of(one: Followed) -> Iterator[tuple[str, Value]]:
    patient, cancer, first = one.dossier.patient, one.dossier.cancer, one.dossier.presentations[0]
    born = patient.birth_month
    yield AGE, None if born is None else (first.meeting_date - born).days / DAYS_PER_YEAR
    yield SEX, patient.sex
    yield PRIMARY, cancer.primary if cancer is not None else None
    yield from (cancer.described.items() if cancer is not None else ())
    yield from first.described.items()
    yield from first.bands.items()


def _numbers(variable: str, values: Sequence[float], patients: int) -> Iterator[Described]:
    middle = np.quantile(values, (0.25, 0.5, 0.75)) if values else None
    yield Described(
        variable=variable,
        level=None,
        known=len(values),
        missing=patients - len(values),
        quartiles=None if middle is None else (float(middle[0]), float(middle[1]), float(middle[2])),
    )


def _levels(variable: str, counts: Counter[str], known: int, patients: int) -> Iterator[Described]:
    for level, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        yield Described(
            variable=variable,
            level=level,
            known=known,
            missing=patients - known,
            count=count,
            percent=100 * count / known,
        )


def _decisions(followed: Iterable[Followed]) -> Iterator[Described]:
    """Treatments decided on; several for one patient, so that they add up to more than all."""
    decided = [set(each.dossier.presentations[0].decision) for each in followed]
    known = [each for each in decided if each]
    counts = Counter(treatment for each in known for treatment in each)
    yield from _levels(DECISION, counts, len(known), len(decided))
