"""Drafts in the registry database."""

from collections.abc import Collection, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, select, tuple_, update
from sqlalchemy.orm import Session

from annotation.draft import Draft, RevisionOf
from annotation.draft_errors import DraftNotFoundError
from annotation.errors import UnacceptableError
from annotation.ports import DraftPlace
from annotation.sight import Sight
from lesion_model.findings import Finding
from storage.blindness import may_see_draft
from storage.draft_tables import DraftRow
from storage.errors import StoredDraftError
from storage.reading_documents import findings_document, findings_from, geometry_document, geometry_from


class SqlDrafts:
    """Satisfies `annotation.ports.Drafts` within one transaction."""

    def __init__(self, session: Session, sight: Sight) -> None:
        self._session = session
        self._seen = may_see_draft(sight)

    def add(self, draft: Draft) -> None:
        self._session.add(
            DraftRow(id=str(draft.id), lesion_id=str(draft.lesion_id), created_at=draft.created_at, **_values(draft))
        )
        self._session.flush()

    def get(self, draft_id: UUID, author: str) -> Draft:
        found = self._one(DraftRow.id == str(draft_id), DraftRow.author == author)
        if found is None:
            raise DraftNotFoundError
        return found

    def begun(self, author: str, lesion_id: UUID, study_instance_uid: str) -> Draft | None:
        return self._one(
            DraftRow.author == author,
            DraftRow.lesion_id == str(lesion_id),
            DraftRow.study_instance_uid == study_instance_uid,
            DraftRow.revises_reading_id.is_(None),
        )

    def revising(self, author: str, reading_id: UUID) -> Draft | None:
        return self._one(DraftRow.author == author, DraftRow.revises_reading_id == str(reading_id))

    def of_author(self, author: str, *, after: DraftPlace | None, limit: int) -> Sequence[Draft]:
        wanted = select(DraftRow).where(DraftRow.author == author, self._seen)
        if after is not None:
            moment, draft_id = after
            wanted = wanted.where(tuple_(DraftRow.created_at, DraftRow.id) > (moment, str(draft_id)))
        rows = self._session.scalars(wanted.order_by(DraftRow.created_at, DraftRow.id).limit(limit))
        return [_draft(row) for row in rows]

    def any_on(self, author: str, study_instance_uid: str) -> bool:
        return self._one(DraftRow.author == author, DraftRow.study_instance_uid == study_instance_uid) is not None

    def of_lesion(self, lesion_id: UUID) -> Sequence[Draft]:
        wanted = select(DraftRow).where(DraftRow.lesion_id == str(lesion_id))
        return [_draft(row) for row in self._session.scalars(wanted.order_by(DraftRow.created_at, DraftRow.id))]

    def move(self, draft_ids: Collection[UUID], lesion_id: UUID) -> None:
        moved = update(DraftRow).where(DraftRow.id.in_([str(each) for each in draft_ids]))
        self._session.execute(moved.values(lesion_id=str(lesion_id)))

    def replace(self, draft: Draft) -> bool:
        change = update(DraftRow).where(*_exactly(draft, draft.version - 1)).values(**_values(draft))
        return self._changed(change)

    def remove(self, draft: Draft) -> bool:
        return self._changed(delete(DraftRow).where(*_exactly(draft, draft.version)))

    def _one(self, *conditions: ColumnElement[bool]) -> Draft | None:
        """What the database holds now: another's change is seen when our own has failed by it."""
        wanted = select(DraftRow).where(*conditions, self._seen).limit(1).execution_options(populate_existing=True)
        row = self._session.scalar(wanted)
        return None if row is None else _draft(row)

    def _changed(self, change: Any) -> bool:
        done = self._session.execute(change, execution_options={"synchronize_session": False})
        return cast(CursorResult[Any], done).rowcount == 1


def _exactly(draft: Draft, version: int) -> tuple[ColumnElement[bool], ...]:
    return DraftRow.id == str(draft.id), DraftRow.author == draft.author, DraftRow.version == version


def _values(draft: Draft) -> dict[str, Any]:
    """What a change may change, and what it never does but the identifier and the beginning. Not the lesion: the draft
    may have moved to another one while the change was being made."""
    return {
        "study_instance_uid": draft.study_instance_uid,
        "author": draft.author,
        "version": draft.version,
        "findings": findings_document(draft.findings),
        "geometry": geometry_document(draft.geometry),
        "carried": sorted(each.value for each in draft.carried) or None,
        "carried_from_reading_id": draft.carried_from and str(draft.carried_from.reading_id),
        "carried_from_revision": draft.carried_from and draft.carried_from.revision,
        "imported_from": draft.imported_from,
        "revises_reading_id": draft.revises and str(draft.revises.reading_id),
        "revises_revision": draft.revises and draft.revises.revision,
        "note": draft.note,
        "last_change": draft.last_change,
        "updated_at": draft.updated_at,
    }


def _draft(row: DraftRow) -> Draft:
    try:
        return Draft(
            id=UUID(row.id),
            lesion_id=UUID(row.lesion_id),
            study_instance_uid=row.study_instance_uid,
            author=row.author,
            version=row.version,
            findings=findings_from(row.findings),
            geometry=geometry_from(row.geometry),
            carried=frozenset(Finding(each) for each in row.carried or ()),
            carried_from=_revision(row.carried_from_reading_id, row.carried_from_revision),
            imported_from=row.imported_from,
            revises=_revision(row.revises_reading_id, row.revises_revision),
            note=row.note,
            last_change=row.last_change,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, UnacceptableError) as error:
        raise StoredDraftError(f"draft {row.id}") from error


def _revision(reading_id: str | None, revision: int | None) -> RevisionOf | None:
    if reading_id is None or revision is None:
        return None
    return RevisionOf(reading_id=UUID(reading_id), revision=revision)
