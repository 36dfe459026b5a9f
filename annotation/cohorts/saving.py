"""Queries that are saved under a name, in versions that never change."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from annotation.audit import Action, Kind, Note
from annotation.cohorts.filters import CohortQuery
from annotation.errors import NotFoundError, UnacceptableError
from annotation.ports import Audit, Clock
from lesion_model.errors import Problem

LONGEST_NAME = 64
FIRST_VERSION = 1
NAME_PATTERN = rf"[a-z0-9][a-z0-9-]{{0,{LONGEST_NAME - 1}}}"
TAKEN = frozenset({"counts", "distributions", "preview", "fields"})
"""Names of routes beside those of cohorts."""


class CohortNotFoundError(NotFoundError):
    """No query is saved under this name, or not in this version."""

    def __init__(self) -> None:
        super().__init__("there is no such saved cohort, or not in this version")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCohort:
    """One version of a named query. `version` counts from 1."""

    name: str
    version: int
    query: CohortQuery
    saved_by: str
    saved_at: datetime


class Cohorts(Protocol):
    """Saved queries; they are added and never changed."""

    def add(self, cohort: SavedCohort) -> None: ...

    def newest(self, name: str) -> SavedCohort:
        """Raises CohortNotFoundError."""

    def version(self, name: str, version: int) -> SavedCohort:
        """Raises CohortNotFoundError."""

    def all(self, *, after: str, limit: int) -> Sequence[SavedCohort]:
        """The newest version of each, by name, from the first above `after`."""

    def versions(self, name: str, *, after: int, limit: int) -> Sequence[SavedCohort]:
        """Of one name, the first one first, from the first above `after`. Raises CohortNotFoundError."""


class CohortWork(Protocol):
    """One transaction, as `annotation.ports.UnitOfWork` is, on saved queries."""

    @property
    def cohorts(self) -> Cohorts: ...

    @property
    def audit(self) -> Audit: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def commit(self) -> None: ...


def save_cohort(name: str, query: CohortQuery, *, by: str, now: Clock, uow: CohortWork) -> SavedCohort:
    """Save a query as the next version of this name; who may ask may save, and every version says who did.

    A query that is the newest version already makes no other one. Raises UnacceptableError.
    """
    if not re.fullmatch(NAME_PATTERN, name) or name in TAKEN:
        detail = f"must be of 1 to {LONGEST_NAME} small letters, digits and hyphens, and none of these"
        raise UnacceptableError([Problem(field="name", detail=detail, allowed=tuple(sorted(TAKEN)))])
    with uow:
        try:
            newest = uow.cohorts.newest(name)
        except CohortNotFoundError:
            version = FIRST_VERSION
        else:
            if newest.query == query:
                return newest
            version = newest.version + 1
        saved = SavedCohort(name=name, version=version, query=query, saved_by=by, saved_at=now())
        uow.cohorts.add(saved)
        uow.audit.note(Note(action=Action.CREATED, kind=Kind.COHORT, object_id=name), by=by, at=saved.saved_at)
        uow.commit()
    return saved


def saved_cohort(name: str, version: int | None, uow: CohortWork) -> SavedCohort:
    """The newest version, or that one. Raises CohortNotFoundError."""
    with uow:
        return uow.cohorts.newest(name) if version is None else uow.cohorts.version(name, version)


def saved_cohorts(uow: CohortWork, *, after: str, limit: int) -> Sequence[SavedCohort]:
    """The newest version of each, by name."""
    with uow:
        return uow.cohorts.all(after=after, limit=limit)


def versions_of(name: str, uow: CohortWork, *, after: int, limit: int) -> Sequence[SavedCohort]:
    """Every version, the first one first. Raises CohortNotFoundError."""
    with uow:
        return uow.cohorts.versions(name, after=after, limit=limit)
