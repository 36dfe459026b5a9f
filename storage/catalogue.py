"""The catalogue: patients, studies, series and objects of the ledger, read in pages.

Pages go on after the last row seen (keyset), so a page far into 10^5 studies costs what the first one does
and nothing is shown twice or left out when rows arrive in between.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Engine, select, tuple_

from annotation.sight import Sight
from storage import catalogue_queries as queries
from storage.catalogue_records import ObjectRecord, Page, PageKey, PatientRecord, SeriesRecord, StudyRecord
from storage.errors import PageKeyError
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.reports import hidden_studies
from storage.study_lifecycle import StudyState


class Catalogue:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def patients(self, *, limit: int, after: PageKey | None = None) -> Page[PatientRecord]:
        """Every patient, by pseudonym."""
        wanted = queries.patients().order_by(PatientRow.pseudonym)
        if after is not None:
            (pseudonym,) = _key(after, 1)
            wanted = wanted.where(PatientRow.pseudonym > pseudonym)
        with self._engine.connect() as connection:
            rows, more = queries.some(connection, wanted, limit)
            found = queries.patient_records(connection, rows)
        return Page(items=found, next_key=(found[-1].pseudonym,) if more else None)

    def studies(
        self,
        *,
        limit: int,
        after: PageKey | None = None,
        pseudonym: str | None = None,
        modality: str | None = None,
        state: StudyState | None = None,
    ) -> Page[StudyRecord]:
        """Studies of everyone or of one patient, those that arrived last first."""
        wanted = queries.studies().order_by(StudyRow.first_stored_at.desc(), StudyRow.study_instance_uid.desc())
        if pseudonym is not None:
            wanted = wanted.where(StudyRow.pseudonym == pseudonym)
        if modality is not None:
            wanted = wanted.where(queries.has_series_of(modality))
        if state is not None:
            wanted = wanted.where(queries.is_in(state))
        if after is not None:
            wanted = wanted.where(tuple_(StudyRow.first_stored_at, StudyRow.study_instance_uid) < _arrival_key(after))
        with self._engine.connect() as connection:
            rows, more = queries.some(connection, wanted, limit)
            found = queries.study_records(connection, rows)
        last = (found[-1].first_stored_at.isoformat(), found[-1].study_instance_uid) if more else None
        return Page(items=found, next_key=last)

    def series_of_study(
        self, study_instance_uid: str, *, limit: int, after: PageKey | None = None
    ) -> Page[SeriesRecord]:
        """Series of one study, by UID."""
        study = queries.studies().where(StudyRow.study_instance_uid == study_instance_uid)
        wanted = (
            queries.series()
            .where(SeriesRow.study_instance_uid == study_instance_uid)
            .order_by(SeriesRow.series_instance_uid)
        )
        if after is not None:
            (series_instance_uid,) = _key(after, 1)
            wanted = wanted.where(SeriesRow.series_instance_uid > series_instance_uid)
        with self._engine.connect() as connection:
            queries.require(connection, study, "study")
            rows, more = queries.some(connection, wanted, limit)
            found = queries.series_records(connection, rows)
        return Page(items=found, next_key=(found[-1].series_instance_uid,) if more else None)

    def objects_of_series(
        self, series_instance_uid: str, *, limit: int, after: PageKey | None = None
    ) -> Page[ObjectRecord]:
        """Objects of one series, by SOP Instance UID."""
        series = queries.series().where(SeriesRow.series_instance_uid == series_instance_uid)
        objects = queries.objects().where(InstanceRow.series_instance_uid == series_instance_uid)
        return self._objects(objects, series, "series", limit, after)

    def objects_of_study(
        self, study_instance_uid: str, *, limit: int, after: PageKey | None = None
    ) -> Page[ObjectRecord]:
        """Objects of one study, series by series, by UID."""
        study = queries.studies().where(StudyRow.study_instance_uid == study_instance_uid)
        objects = queries.objects().where(SeriesRow.study_instance_uid == study_instance_uid)
        return self._objects(objects, study, "study", limit, after)

    def patient(self, pseudonym: str) -> PatientRecord:
        """One patient; NotInCatalogueError when there is none."""
        wanted = queries.patients().where(PatientRow.pseudonym == pseudonym)
        with self._engine.connect() as connection:
            return queries.patient_records(connection, [queries.require(connection, wanted, "patient")])[0]

    def study(self, study_instance_uid: str) -> StudyRecord:
        """One study; NotInCatalogueError when there is none."""
        wanted = queries.studies().where(StudyRow.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            return queries.study_records(connection, [queries.require(connection, wanted, "study")])[0]

    def known_studies(self, study_instance_uids: Collection[str]) -> frozenset[str]:
        """Those of these studies that came in by the door."""
        wanted = select(StudyRow.study_instance_uid).where(StudyRow.study_instance_uid.in_(study_instance_uids))
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(wanted))

    def hidden_studies(self, study_instance_uids: Collection[str], sight: Sight) -> frozenset[str]:
        """Those of which Orthanc still holds a report that this reader must not see."""
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(hidden_studies(study_instance_uids, sight)))

    def series(self, series_instance_uid: str) -> SeriesRecord:
        """One series; NotInCatalogueError when there is none."""
        wanted = queries.series().where(SeriesRow.series_instance_uid == series_instance_uid)
        with self._engine.connect() as connection:
            return queries.series_records(connection, [queries.require(connection, wanted, "series")])[0]

    def object(self, sop_instance_uid: str) -> ObjectRecord:
        """One object; NotInCatalogueError when there is none."""
        wanted = queries.objects().where(InstanceRow.sop_instance_uid == sop_instance_uid)
        with self._engine.connect() as connection:
            return ObjectRecord(**queries.require(connection, wanted, "instance"))

    def _objects(
        self, objects: queries.AnySelect, parent: queries.AnySelect, what: str, limit: int, after: PageKey | None
    ) -> Page[ObjectRecord]:
        place = (InstanceRow.series_instance_uid, InstanceRow.sop_instance_uid)
        wanted = objects.order_by(*place)
        if after is not None:
            wanted = wanted.where(tuple_(*place) > _key(after, 2))
        with self._engine.connect() as connection:
            queries.require(connection, parent, what)
            rows, more = queries.some(connection, wanted, limit)
        found = tuple(ObjectRecord(**row) for row in rows)
        last = (found[-1].series_instance_uid, found[-1].sop_instance_uid) if more else None
        return Page(items=found, next_key=last)


def _key(after: PageKey, length: int) -> PageKey:
    if len(after) != length:
        raise PageKeyError("not a place in this list")
    return after


def _arrival_key(after: PageKey) -> tuple[datetime, str]:
    stored_at, uid = _key(after, 2)
    try:
        return datetime.fromisoformat(stored_at).astimezone(UTC), uid
    except (ValueError, OverflowError):
        raise PageKeyError("not a place in this list") from None
