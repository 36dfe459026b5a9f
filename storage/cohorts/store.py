"""Cohorts: which series a query finds, how many there are, and how they look study by study."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, RowMapping, select, text, tuple_

from annotation.cohorts.filters import CohortQuery
from annotation.sight import NOBODY, Sight
from storage.catalogue_records import Page, PageKey
from storage.cohorts.conditions import Bool, Conditions
from storage.cohorts.counting import in_cohort, studies, totals
from storage.cohorts.distributions import distributions
from storage.cohorts.records import CohortCounts, CohortDistributions, CohortSeries, CohortStudy
from storage.cohorts.tables import SearchPatientRow, SearchSeriesRow, SearchStudyRow
from storage.errors import PageKeyError
from storage.left_out import left_out

_STREAMED = 1000
_PARTS = 2
_POSTGRESQL = (
    # Sets of numbers are looked up in memory,
    "SET LOCAL work_mem = '128MB'",
    # in which the search tables are, too.
    "SET LOCAL random_page_cost = 1.1",
    # What is found is often taken for one row, and then sought again for each of thousands.
    "SET LOCAL enable_nestloop = off",
    # Compiling a query that takes a few milliseconds takes longer than it does.
    "SET LOCAL jit = off",
)

_COUNTING = (
    # Studies of the series found are in their order already: to make them unique first takes longer than to join them.
    "SET LOCAL enable_hashagg = off",
)


class CohortStore:
    """Share one between threads. Counted is what `sight` may see: of readings, signed ones that are blind to nobody.

    A series of which no object is here (all are lost) belongs to no cohort, and neither do those of patients who
    have objected or were erased: releases leave them out.
    """

    def __init__(self, engine: Engine, sight: Sight = NOBODY) -> None:
        self._engine = engine
        self._sight = sight

    def series_of(self, query: CohortQuery) -> Iterator[CohortSeries]:
        """Every series, by pseudonym, study and series; streamed from one moment. Read it to its end, or close it."""
        place = (SearchStudyRow.pseudonym, SearchStudyRow.study_instance_uid, SearchSeriesRow.series_instance_uid)
        wanted = select(*place, SearchSeriesRow.modality).join(
            SearchStudyRow, SearchStudyRow.id == SearchSeriesRow.study_id
        )
        with self._looking() as connection:
            wanted = wanted.where(in_cohort(query, self._conditions(connection)))
            streamed = connection.execution_options(yield_per=_STREAMED)
            with streamed.execute(wanted.order_by(*place)) as rows:
                for row in rows.mappings():
                    yield CohortSeries(**row)

    def counts(self, query: CohortQuery) -> CohortCounts:
        """How much there is, from one moment."""
        with self._looking(*_COUNTING) as connection:
            wanted = totals(query, self._conditions(connection), connection.dialect)
            found = connection.execute(wanted).mappings().one()
        return CohortCounts(**{name: int(value) for name, value in found.items()})

    def distributions(self, query: CohortQuery) -> CohortDistributions:
        """What it is made of."""
        with self._looking() as connection:
            return distributions(connection, query, self._conditions(connection))

    def preview(self, query: CohortQuery, *, after: PageKey | None, limit: int) -> Page[CohortStudy]:
        """Studies by pseudonym and UID, so many at most. Raises PageKeyError."""
        place = (SearchStudyRow.pseudonym, SearchStudyRow.study_instance_uid)
        wanted = select(SearchStudyRow.id, SearchStudyRow.patient_id, *place, SearchStudyRow.day)
        if after is not None:
            if len(after) != _PARTS:
                raise PageKeyError("not a place in this list")
            wanted = wanted.where(tuple_(*place) > tuple_(*after))
        with self._looking() as connection:
            found = _is_found(query, self._conditions(connection))
            page = wanted.where(found).order_by(*place).limit(limit + 1).subquery()
            with_sex = select(page, SearchPatientRow.sex).join(
                SearchPatientRow, SearchPatientRow.id == page.c.patient_id
            )
            with_sex = with_sex.order_by(page.c.pseudonym, page.c.study_instance_uid)
            rows = connection.execute(with_sex).mappings().all()
            items = self._described(connection, query, rows[:limit])
        following = (items[-1].pseudonym, items[-1].study_instance_uid) if len(rows) > limit else None
        return Page(items=items, next_key=following)

    def _conditions(self, connection: Connection) -> Conditions:
        """Who is left out is found first: most often nobody, and then nothing has to be compared."""
        patients = select(SearchPatientRow.id).where(SearchPatientRow.pseudonym.in_(left_out()))
        return Conditions(self._engine.dialect, self._sight, left_out=connection.scalars(patients).all())

    def _described(
        self, connection: Connection, query: CohortQuery, rows: Sequence[RowMapping]
    ) -> tuple[CohortStudy, ...]:
        """`rows`: what is known of each study by itself; its series are counted for all of them at once."""
        patients = sorted({row["patient_id"] for row in rows})
        conditions = Conditions(self._engine.dialect, self._sight, patients)
        summed = studies(query, conditions, SearchSeriesRow.modality)
        summed = summed.where(
            SearchSeriesRow.patient_id.in_(patients),
            conditions.probed(SearchSeriesRow.__table__.columns["study_id"]).in_([row["id"] for row in rows]),
        )
        parts: dict[int, list[RowMapping]] = {}
        for part in connection.execute(summed).mappings():
            parts.setdefault(part["study_id"], []).append(part)
        return tuple(_study(row, parts[row["id"]]) for row in rows)

    @contextmanager
    def _looking(self, *more: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                for setting in (*_POSTGRESQL, *more):
                    connection.execute(text(setting))
            yield connection


def _is_found(query: CohortQuery, conditions: Conditions) -> Bool:
    """Of `SearchStudyRow`: it has a series of the cohort. All of those are found before any is put in its place."""
    found = select(SearchSeriesRow.study_id).where(in_cohort(query, conditions)).correlate(None)
    return conditions.probed(SearchStudyRow.__table__.columns["id"]).in_(found)


def _study(row: RowMapping, parts: Sequence[RowMapping]) -> CohortStudy:
    """`parts`: of each modality."""
    return CohortStudy(
        pseudonym=row["pseudonym"],
        study_instance_uid=row["study_instance_uid"],
        sex=row["sex"],
        day=row["day"],
        modalities=tuple(sorted(part["modality"] for part in parts if part["modality"] is not None)),
        series=sum(part["series"] for part in parts),
        objects=sum(int(part["objects"]) for part in parts),
        bytes=sum(int(part["bytes"]) for part in parts),
        readings=parts[0]["readings"],
    )
