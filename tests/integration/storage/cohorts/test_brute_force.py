"""Whatever is asked, the databases find what plain Python finds in the same rows."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from annotation.cohorts.catalogue import FIELDS
from annotation.cohorts.documents import filter_document, query_from
from annotation.cohorts.fields import Scope
from annotation.cohorts.filters import CohortQuery, Filter
from storage.cohorts.store import CohortStore
from storage.cohorts.tables import (
    SearchLesionRow,
    SearchPatientRow,
    SearchReadingRow,
    SearchScoreRow,
    SearchSeriesRow,
    SearchStudyRow,
)
from storage.database import writing
from storage.ledger_tables import PatientRow, SeriesRow, StudyRow
from storage.protocol_tables import AssignmentRow, ProtocolRow, TaskRow
from storage.reading_tables import LesionRow, ReadingRow
from storage.tables import Base
from tests.builders.cohort_filters import filters, values_of
from tests.integration.storage.cohorts.brute_force import KEYS, Thing, World

AT = datetime(2031, 1, 1, tzinfo=UTC)
BASELINE = date(2030, 6, 1)
PATIENTS, MOST_STUDIES, MOST_SERIES, MOST_LESIONS = 12, 3, 3, 2
SERIOUS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
QUIET = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
"""A filter shows every value that its fields may have; a failure may take long to print."""

Rows = dict[type[Base], list[dict[str, Any]]]


class Filling:
    """Rows with values by chance, half of them unknown, in the tables and in a world at once."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._count = 0
        self.world = World()
        self.rows: Rows = {}

    def everything(self) -> None:
        self._add(ProtocolRow, id="p0", name="Spine É", kind="single", modalities=[], created_at=AT, created_by="b")
        for _ in range(PATIENTS):
            self._patient()

    def _patient(self) -> None:
        pseudonym = self._id("OST")
        self._add(PatientRow, pseudonym=pseudonym, first_stored_at=AT)
        keys = {Scope.PATIENT: pseudonym}
        values = self._values(Scope.PATIENT)
        days = {name: values.pop(name) for name in [*values] if name.endswith("_day")}
        dates = {
            f"{name.removesuffix('_day')}_on": None if day is None else BASELINE + timedelta(days=day)
            for name, day in days.items()
        }
        studies = values.pop("studies") or 0
        own = {"id": _number(pseudonym), "pseudonym": pseudonym}
        self._add(SearchPatientRow, **own, baseline=BASELINE, studies=studies, **values, **dates)
        self._thing(Scope.PATIENT, values | days | {"studies": studies}, keys)
        lesions = [self._lesion(keys) for _ in range(self._chance.randint(0, MOST_LESIONS))]
        for _ in range(self._chance.randint(1, MOST_STUDIES)):
            self._study(keys, lesions)

    def _lesion(self, keys: dict[Scope, str]) -> str:
        lesion = self._id("lesion")
        self._add(
            LesionRow,
            id=lesion,
            pseudonym=keys[Scope.PATIENT],
            number=self._count,
            bone="sternum",
            created_at=AT,
            created_by="b",
        )
        own = {"id": _number(lesion), "lesion_uuid": lesion, **_linked(keys)}
        self._search(SearchLesionRow, Scope.LESION, {**keys, Scope.LESION: lesion}, **own)
        return lesion

    def _study(self, keys: dict[Scope, str], lesions: list[str]) -> None:
        study = self._id("2.25.1")
        self._add(StudyRow, study_instance_uid=study, pseudonym=keys[Scope.PATIENT], first_stored_at=AT)
        keys = {**keys, Scope.STUDY: study}
        values = self._values(Scope.STUDY)
        values |= {name: values[name] or 0 for name in ("series", "objects")}
        own = {"id": _number(study), "study_instance_uid": study, "patient_id": _number(keys[Scope.PATIENT])}
        self._add(SearchStudyRow, pseudonym=keys[Scope.PATIENT], bytes=0, study_date=None, **own, **values)
        self._thing(Scope.STUDY, values, keys)
        for _ in range(self._chance.randint(1, MOST_SERIES)):
            self._series(keys)
        for lesion in lesions:
            for _ in range(self._chance.randint(0, 2)):
                self._reading({**keys, Scope.LESION: lesion})
        if self._chance.random() < 1 / 2:
            self._assignment(keys)

    def _series(self, keys: dict[Scope, str]) -> None:
        series = self._id("2.25.2")
        self._add(SeriesRow, series_instance_uid=series, study_instance_uid=keys[Scope.STUDY])
        values = self._values(Scope.SERIES)
        values["objects"] = values["objects"] or 1
        own = {"series_instance_uid": series, **_linked(keys)}
        self._add(SearchSeriesRow, bytes=10, described=True, **own, **values)
        keys = {**keys, Scope.SERIES: series}
        self._thing(Scope.SERIES, values, keys)

    def _reading(self, keys: dict[Scope, str]) -> None:
        reading = self._id("reading")
        self._add(
            ReadingRow,
            id=reading,
            lesion_id=keys[Scope.LESION],
            study_instance_uid=keys[Scope.STUDY],
            created_at=AT,
        )
        own = {"id": _number(reading), "reading_uuid": reading, **_linked(keys)}
        keys = {**keys, Scope.READING: reading}
        self._search(SearchReadingRow, Scope.READING, keys, revision=1, **own)
        for instrument in self._chance.sample(values_of(FIELDS["score.instrument"]), self._chance.randint(0, 2)):
            values = self._values(Scope.SCORE) | {"instrument": instrument}
            self._add(SearchScoreRow, **_linked(keys), **values)
            self._thing(Scope.SCORE, values, keys)

    def _assignment(self, keys: dict[Scope, str]) -> None:
        assignment, state = self._id("assignment"), self._chance.choice(("unread", "draft", "signed"))
        self._add(
            AssignmentRow,
            id=assignment,
            protocol_id="p0",
            kind="single",
            first_reader="r",
            blind=False,
            created_at=AT,
            created_by="b",
            **_named(keys),
        )
        self._add(
            TaskRow,
            assignment_id=assignment,
            reader="r",
            role="reader",
            state=state,
            signed_at=AT if state == "signed" else None,
            block=0,
            protocol_id="p0",
            study_day=BASELINE,
            **_named(keys),
        )
        told = {"protocol": "Spine É", "kind": "single", "state": "read" if state == "signed" else "in_progress"}
        self._thing(Scope.ASSIGNMENT, told, keys)

    def _search(self, table: type[Base], scope: Scope, keys: dict[Scope, str], **own: Any) -> None:
        values = self._values(scope)
        self._add(table, **values, **own)
        self._thing(scope, values, keys)

    def _values(self, scope: Scope) -> dict[str, Any]:
        of_scope = [field for field in FIELDS.values() if field.scope is scope]
        return {field.item: self._chance.choice((None, *values_of(field))) for field in of_scope}

    def _thing(self, scope: Scope, values: dict[str, Any], keys: dict[Scope, str]) -> None:
        self.world.things[scope].append(Thing(scope, values, keys))

    def _add(self, table: type[Base], **values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}.{self._count}"


def _number(identifier: str) -> int:
    return int(identifier.rpartition(".")[2])


def _linked(keys: dict[Scope, str]) -> dict[str, int]:
    return {f"{scope.value}_id": _number(value) for scope, value in keys.items()}


def _named(keys: dict[Scope, str]) -> dict[str, str]:
    return {KEYS[scope]: value for scope, value in keys.items()}


ORDER: tuple[type[Base], ...] = (
    ProtocolRow,
    PatientRow,
    StudyRow,
    SeriesRow,
    LesionRow,
    ReadingRow,
    AssignmentRow,
    TaskRow,
    SearchPatientRow,
    SearchStudyRow,
    SearchSeriesRow,
    SearchLesionRow,
    SearchReadingRow,
    SearchScoreRow,
)


@pytest.fixture
def filled(engine: Engine) -> World:
    filling = Filling(seed=11)
    filling.everything()
    with writing(engine).begin() as connection:
        for table in ORDER:
            connection.execute(insert(table), filling.rows[table])
    return filling.world


@QUIET
@SERIOUS
@given(where=filters)
def test_a_cohort_is_what_plain_python_finds(engine: Engine, filled: World, where: Filter) -> None:
    query = CohortQuery(where=where)
    store = CohortStore(engine)
    expected = filled.cohort(where)

    assert {series.series_instance_uid for series in store.series_of(query)} == expected
    counts = store.counts(query)
    found = [thing for thing in filled.things[Scope.SERIES] if thing.keys[Scope.SERIES] in expected]
    studies = {thing.keys[Scope.STUDY] for thing in found}
    assert (counts.series, counts.studies) == (len(found), len(studies))
    assert counts.patients == len({thing.keys[Scope.PATIENT] for thing in found})
    assert counts.objects == sum(thing.values["objects"] for thing in found)
    assert counts.readings == sum(thing.keys[Scope.STUDY] in studies for thing in filled.things[Scope.READING])


@QUIET
@SERIOUS
@given(where=filters, limit=st.integers(1, 5))
def test_the_pages_of_a_preview_are_the_studies_of_the_cohort(
    engine: Engine, filled: World, where: Filter, limit: int
) -> None:
    query, store = CohortQuery(where=where), CohortStore(engine)
    pages: list[Any] = []
    after: Any = None
    while True:
        page = store.preview(query, after=after, limit=limit)
        pages += page.items
        after = page.next_key
        if after is None:
            break

    expected = filled.cohort(where)
    found = [thing for thing in filled.things[Scope.SERIES] if thing.keys[Scope.SERIES] in expected]
    assert [study.study_instance_uid for study in pages] == [
        uid for _, uid in sorted({(thing.keys[Scope.PATIENT], thing.keys[Scope.STUDY]) for thing in found})
    ]
    for study in pages:
        series = [thing for thing in found if thing.keys[Scope.STUDY] == study.study_instance_uid]
        assert study.series == len(series)
        modalities = {thing.values["modality"] for thing in series} - {None}
        assert study.modalities == tuple(sorted(modalities))


@settings(max_examples=300, deadline=None)
@given(where=filters)
def test_a_filter_comes_back_from_its_document(where: Filter) -> None:
    assert query_from(filter_document(where)) == CohortQuery(where=where)
