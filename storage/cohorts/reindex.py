"""Search tables brought up to date where no transaction has done it: after an upgrade, or when rows were lost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from storage.cohorts.findings import indexed_as
from storage.cohorts.images import count_series, count_studies, describe_series, hold_patients
from storage.cohorts.tables import SearchPatientRow, SearchSeriesRow
from storage.context_tables import ContextRow
from storage.database import writing
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow
from storage.reading_tables import LesionRow
from storage.series_facts import SeriesFacts
from storage.unit_of_work import SqlUnitOfWork

_PATIENTS, _SERIES = 20, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Undescribed:
    """A series of which nothing is known but what the ledger has, and one of its objects."""

    series_instance_uid: str
    orthanc_id: str


class CohortIndex:
    """Share one between threads: it holds no connection between calls. Every call may be broken off, and repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def catch_up(self, go_on: Callable[[], bool] = lambda: True) -> int:
        """Index the readings of patients whom this version of the program has not indexed; how many they were."""
        wanted = or_(SearchPatientRow.indexed_as.is_(None), SearchPatientRow.indexed_as != indexed_as())
        with writing(self._engine).begin() as connection:
            nothing = ~(
                exists().where(LesionRow.pseudonym == SearchPatientRow.pseudonym)
                | exists().where(ContextRow.pseudonym == SearchPatientRow.pseudonym)
            )
            connection.execute(update(SearchPatientRow).where(wanted, nothing).values(indexed_as=indexed_as()))
        done, last = 0, ""
        while go_on():
            page = select(SearchPatientRow.pseudonym).where(wanted, SearchPatientRow.pseudonym > last)
            with self._engine.connect() as connection:
                some = list(connection.scalars(page.order_by(SearchPatientRow.pseudonym).limit(_PATIENTS)))
            if not some:
                break
            self._index(some)
            done, last = done + len(some), some[-1]
        return done

    def forget(self) -> None:
        """Have `catch_up` index everybody again."""
        with writing(self._engine).begin() as connection:
            connection.execute(update(SearchPatientRow).values(indexed_as=None))

    def recount(self, advance: Callable[[int], None] = lambda _: None) -> None:
        """Objects and bytes of every series, and what follows of studies and patients, from the ledger's own rows."""
        for some in self._pages(PatientRow.pseudonym):
            with writing(self._engine).begin() as connection:
                hold_patients(connection, some)
                count_studies(connection, some)
        for some in self._pages(SeriesRow.series_instance_uid):
            with writing(self._engine).begin() as connection:
                count_series(connection, some)
            advance(len(some))

    def series(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(SeriesRow)).scalar_one()

    def undescribed(self) -> Iterator[list[Undescribed]]:
        """In batches, by UID: series of which an object is here, and none was ever looked into."""
        last = ""
        while True:
            first = (
                select(InstanceRow.orthanc_id)
                .where(InstanceRow.series_instance_uid == SearchSeriesRow.series_instance_uid)
                .where(InstanceRow.lost_at.is_(None))
                .order_by(InstanceRow.sop_instance_uid)
                .limit(1)
                .scalar_subquery()
            )
            wanted = select(SearchSeriesRow.series_instance_uid, first.label("orthanc_id")).where(
                ~SearchSeriesRow.described, SearchSeriesRow.objects > 0, SearchSeriesRow.series_instance_uid > last
            )
            with self._engine.connect() as connection:
                rows = connection.execute(wanted.order_by(SearchSeriesRow.series_instance_uid).limit(_SERIES)).all()
            if not rows:
                return
            last = rows[-1].series_instance_uid
            yield [Undescribed(series_instance_uid=uid, orthanc_id=found) for uid, found in rows if found is not None]

    def describe(self, told: Mapping[str, SeriesFacts]) -> None:
        """What objects of these series say of how they were made; what is known stays."""
        with writing(self._engine).begin() as connection:
            describe_series(connection, told)

    def _index(self, pseudonyms: list[str]) -> None:
        work = SqlUnitOfWork(self._engine, write=True)
        with work:
            work.index_again(pseudonyms)
            work.commit()

    def _pages(self, column: InstrumentedAttribute[str]) -> Iterator[list[str]]:
        last = ""
        while True:
            with self._engine.connect() as connection:
                some = list(connection.scalars(select(column).where(column > last).order_by(column).limit(_SERIES)))
            if not some:
                return
            yield some
            last = some[-1]
