"""The cohorts of releases: queries as they are kept, and the series that they find.

What a release holds of readings is frozen apart, for nobody's eyes in particular; so is what its query may look at.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Engine

from annotation.cohorts.documents import filter_document, query_from
from annotation.cohorts.filters import CohortQuery
from annotation.cohorts.saving import saved_cohort
from storage.cohorts.store import CohortStore
from storage.releases.errors import EmptyCohortError
from storage.releases.records import SeriesChosen
from storage.unit_of_work import SqlUnitOfWork

PLACE = "query"


class ReleaseCohorts:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = CohortStore(engine)

    def series_of(self, query: Mapping[str, Any]) -> Iterator[SeriesChosen]:
        """Patient by patient, streamed. Raises UnacceptableError."""
        with closing(self._store.series_of(query_from(dict(query), PLACE))) as found:  # type: ignore[type-var]
            for each in found:
                yield SeriesChosen(
                    series_instance_uid=each.series_instance_uid,
                    study_instance_uid=each.study_instance_uid,
                    pseudonym=each.pseudonym,
                    modality=each.modality,
                )

    def checked(self, query: Mapping[str, Any], *, may_be_empty: bool = False) -> Mapping[str, Any]:
        """The query, written in one way; `{"where": …}`, as cohorts take it, is what is in it.

        Raises UnacceptableError, and EmptyCohortError when it finds no series, which may be wanted.
        """
        asked = query["where"] if set(query) == {"where"} else dict(query)
        document = _document(query_from(asked, PLACE))
        with closing(self.series_of(document)) as found:  # type: ignore[type-var]
            if next(found, None) is None and not may_be_empty:
                raise EmptyCohortError
        return document

    def saved(self, name: str, version: int | None) -> tuple[Mapping[str, Any], int]:
        """A saved query and its version; without one, the newest. Raises CohortNotFoundError."""
        found = saved_cohort(name, version, SqlUnitOfWork(self._engine, write=False))
        return _document(found.query), found.version


def _document(query: CohortQuery) -> Mapping[str, Any]:
    return {} if query == CohortQuery() else filter_document(query.where)
