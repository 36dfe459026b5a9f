"""Cohorts of a small registry, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Engine

from annotation.cohorts.documents import query_from
from annotation.cohorts.filters import CohortQuery
from annotation.lesions import open_lesion
from annotation.readings import record_reading
from storage.cohorts.records import CohortCounts
from storage.cohorts.store import CohortStore
from storage.ledger import Ledger
from storage.series_facts import SeriesFacts
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.lesions import L3, lytic_findings
from tests.builders.registry import NEW_STUDY, OBJECTS, OTHER_PSEUDONYM, START

FACTS = SeriesFacts(slice_thickness_mm=1.25, kernel="B70f", manufacturer="SIEMENS")


@pytest.fixture
def store(engine: Engine) -> CohortStore:
    Ledger(engine).record(OBJECTS)
    Ledger(engine).record(
        [
            stored_object(
                series_instance_uid="2.25.2099", sop_instance_uid=f"2.25.309{n}", size=100, series_facts=FACTS
            )
            for n in range(3)
        ]
    )
    return CohortStore(engine)


def found(store: CohortStore, where: dict[str, Any]) -> list[str]:
    return [series.series_instance_uid for series in store.series_of(query_from(where))]


def test_a_query_of_nothing_in_particular_finds_every_series_by_patient_and_study(store: CohortStore) -> None:
    series = list(store.series_of(CohortQuery()))

    assert [each.series_instance_uid for each in series] == [
        "2.25.2004",
        "2.25.2001",
        "2.25.2099",
        "2.25.2002",
        "2.25.2003",
    ]
    assert {each.pseudonym for each in series[:1]} == {OTHER_PSEUDONYM}


def test_what_an_object_says_of_its_series_is_asked_of_the_series(store: CohortStore) -> None:
    assert found(store, {"field": "series.kernel", "op": "starts_with", "value": "b7"}) == ["2.25.2099"]
    assert found(store, {"field": "series.slice_thickness_mm", "op": "lte", "value": 1.25}) == ["2.25.2099"]
    assert len(found(store, {"not": {"field": "series.slice_thickness_mm", "op": "lte", "value": 1.25}})) == 4


def test_days_are_counted_from_the_earliest_study_of_the_patient(store: CohortStore) -> None:
    assert found(store, {"field": "study.day", "op": "eq", "value": 151}) == ["2.25.2002"]
    assert found(store, {"field": "study.day", "op": "exists", "value": False}) == ["2.25.2003"]


def test_a_reading_is_sought_on_the_study_of_the_series_and_a_lesion_on_its_patient(
    engine: Engine, store: CohortStore
) -> None:
    uow = SqlUnitOfWork(engine, write=True)
    lesion = open_lesion(PSEUDONYM, L3, by="reader one", now=lambda: START, uow=uow)
    record_reading(lesion.id, NEW_STUDY, lytic_findings(), None, by="reader one", now=lambda: START, uow=uow)

    assert found(store, {"field": "reading.lesion_type", "value": "lytic"}) == ["2.25.2002"]
    assert len(found(store, {"field": "lesion.level", "value": "L3"})) == 4
    assert found(store, {"some": "score", "where": {"field": "score.minimum", "op": "gte", "value": 3}}) == [
        "2.25.2002"
    ]


def test_counts_add_up_series_objects_and_bytes(store: CohortStore) -> None:
    counts = store.counts(query_from({"field": "series.manufacturer", "op": "contains", "value": "siemens"}))

    assert counts == CohortCounts(patients=1, studies=1, series=1, objects=3, bytes=300, readings=0)


def test_an_empty_cohort_has_no_series_and_counts_nothing(store: CohortStore) -> None:
    nothing = query_from({"field": "series.modality", "value": "US"})

    assert list(store.series_of(nothing)) == []
    assert store.counts(nothing) == CohortCounts(patients=0, studies=0, series=0, objects=0, bytes=0, readings=0)
    assert store.preview(nothing, after=None, limit=10).items == ()


def test_objects_that_are_lost_are_not_counted_until_they_are_found(engine: Engine, store: CohortStore) -> None:
    Ledger(engine).mark_lost(["2.25.3090", "2.25.3091"], START)
    kept = store.counts(query_from({"field": "series.kernel", "op": "exists"}))
    Ledger(engine).mark_lost(["2.25.3092"], START)
    gone = found(store, {"field": "series.kernel", "op": "exists"})
    Ledger(engine).mark_found(["2.25.3090"])

    assert (kept.objects, kept.bytes) == (1, 100)
    assert gone == []
    assert store.counts(query_from({"field": "series.kernel", "op": "exists"})).bytes == 100


def test_recording_objects_again_counts_them_once(engine: Engine, store: CohortStore) -> None:
    before = store.counts(CohortQuery())
    Ledger(engine).record(OBJECTS)

    assert store.counts(CohortQuery()) == before
