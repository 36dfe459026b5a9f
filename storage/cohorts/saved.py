"""Saved queries in the registry database."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.orm import Session

from annotation.cohorts.documents import filter_document, query_from
from annotation.cohorts.saving import CohortNotFoundError, SavedCohort
from annotation.errors import UnacceptableError
from storage.cohorts.tables import CohortRow
from storage.errors import StoredCohortError


class SqlCohorts:
    """Satisfies `annotation.cohorts.saving.Cohorts` within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, cohort: SavedCohort) -> None:
        values = {
            "name": cohort.name,
            "version": cohort.version,
            "query": filter_document(cohort.query.where),
            "saved_by": cohort.saved_by,
            "saved_at": cohort.saved_at,
        }
        self._session.execute(insert(CohortRow).values(values))

    def newest(self, name: str) -> SavedCohort:
        wanted = select(CohortRow).where(CohortRow.name == name).order_by(CohortRow.version.desc()).limit(1)
        return _found(self._session.scalar(wanted))

    def version(self, name: str, version: int) -> SavedCohort:
        return _found(self._session.get(CohortRow, (name, version)))

    def all(self, *, after: str, limit: int) -> Sequence[SavedCohort]:
        newest = select(CohortRow.name, func.max(CohortRow.version)).group_by(CohortRow.name)
        wanted = select(CohortRow).where(
            tuple_(CohortRow.name, CohortRow.version).in_(newest.where(CohortRow.name > after))
        )
        return [_cohort(row) for row in self._session.scalars(wanted.order_by(CohortRow.name).limit(limit))]

    def versions(self, name: str, *, after: int, limit: int) -> Sequence[SavedCohort]:
        self.newest(name)
        wanted = select(CohortRow).where(CohortRow.name == name, CohortRow.version > after)
        return [_cohort(row) for row in self._session.scalars(wanted.order_by(CohortRow.version).limit(limit))]


def _found(row: CohortRow | None) -> SavedCohort:
    if row is None:
        raise CohortNotFoundError
    return _cohort(row)


def _cohort(row: CohortRow) -> SavedCohort:
    try:
        query = query_from(row.query)
    except UnacceptableError as error:
        raise StoredCohortError(f"version {row.version} of cohort {row.name}") from error
    return SavedCohort(name=row.name, version=row.version, query=query, saved_by=row.saved_by, saved_at=row.saved_at)
