"""What is written to the states of studies and read from them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from sqlalchemy import RowMapping

from storage.study_lifecycle import Reason, StudyEvent, StudyState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is recorded of a study's state. `objects_expected`: how many its source named last, of what is taken."""

    study_instance_uid: str
    state: StudyState
    since: datetime
    revision: int
    version: int
    last_object_at: datetime
    reason: Reason | None
    objects_expected: int | None
    objects_confirmed: int | None
    confirmed_at: datetime | None
    confirmed_with: str | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """From a row that has these columns, and perhaps others."""
        values = {field.name: row[field.name] for field in fields(cls)}
        return cls(**values | {"state": StudyState(row["state"]), "reason": _reason(row)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStudy:
    """One line of the list of studies."""

    standing: Standing
    pseudonym: str
    objects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One line of a study's history."""

    version: int
    before: StudyState | None
    after: StudyState
    revision: int
    at: datetime
    reason: Reason | None
    objects: int
    objects_expected: int | None
    asked: str | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            version=row["version"],
            before=None if row["from_state"] is None else StudyState(row["from_state"]),
            after=StudyState(row["to_state"]),
            revision=row["revision"],
            at=row["at"],
            reason=_reason(row),
            objects=row["objects"],
            objects_expected=row["objects_expected"],
            asked=row["asked"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAnswer:
    """What a source said of a study. Without a `reason` it agrees: everything that it names is here."""

    ae_title: str
    objects_expected: int | None
    reason: Reason | None = None

    @property
    def event(self) -> StudyEvent:
        return StudyEvent.SOURCE_AGREES if self.reason is None else StudyEvent.SOURCE_SAYS_OTHERWISE


def _reason(row: RowMapping) -> Reason | None:
    return None if row["reason"] is None else Reason(row["reason"])
