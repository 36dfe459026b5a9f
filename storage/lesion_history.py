"""What happened to lesions, in the registry database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from annotation.errors import UnacceptableError
from annotation.lesion_errors import StaleLesionError
from annotation.lesion_history import Happening, LesionEvent
from lesion_model.anatomy import Site
from lesion_model.numbering import TransitionalAnatomy
from lesion_model.skeleton import Bone, Level, Region, Side
from storage.document_values import Document, Stored, known, member, name
from storage.errors import StoredLesionError
from storage.lesion_history_tables import LesionEventRow


class SqlLesionHistory:
    """Satisfies `annotation.ports.LesionHistory` within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, event: LesionEvent) -> None:
        self._session.add(_row(event))
        try:
            self._session.flush()
        except IntegrityError as error:
            raise StaleLesionError(event.version) from error

    def of(self, lesion_id: UUID) -> Sequence[LesionEvent]:
        wanted = (
            select(LesionEventRow).where(LesionEventRow.lesion_id == str(lesion_id)).order_by(LesionEventRow.version)
        )
        return [_event(row) for row in self._session.scalars(wanted)]


def _row(event: LesionEvent) -> LesionEventRow:
    return LesionEventRow(
        lesion_id=str(event.lesion_id),
        version=event.version,
        what=event.what.value,
        recorded_by=event.by,
        recorded_at=event.at,
        reason=event.reason,
        study_instance_uid=event.study_instance_uid,
        other_lesion_id=None if event.other_lesion_id is None else str(event.other_lesion_id),
        details=known(
            {
                "reading_ids": [str(each) for each in event.reading_ids] or None,
                "site_before": _site_document(event.site_before),
                "site_after": _site_document(event.site_after),
            }
        ),
    )


def _event(row: LesionEventRow) -> LesionEvent:
    try:
        return LesionEvent(
            lesion_id=UUID(row.lesion_id),
            version=row.version,
            what=Happening(row.what),
            by=row.recorded_by,
            at=row.recorded_at,
            reason=row.reason,
            study_instance_uid=row.study_instance_uid,
            other_lesion_id=None if row.other_lesion_id is None else UUID(row.other_lesion_id),
            reading_ids=tuple(UUID(each) for each in row.details.get("reading_ids", ())),
            site_before=_site(row.details.get("site_before")),
            site_after=_site(row.details.get("site_after")),
        )
    except (AttributeError, LookupError, TypeError, ValueError, UnacceptableError) as error:
        raise StoredLesionError(f"entry {row.version} of the history of lesion {row.lesion_id}") from error


def _site_document(site: Site | None) -> Document | None:
    if site is None:
        return None
    return known(
        {
            "bone": site.bone.value,
            "level": name(site.level),
            "number": site.number,
            "region": name(site.region),
            "side": name(site.side),
            "transitional": name(site.transitional),
        }
    )


def _site(document: Stored | None) -> Site | None:
    if document is None:
        return None
    return Site(
        bone=Bone(document["bone"]),
        level=member(Level, document.get("level")),
        number=document.get("number"),
        region=member(Region, document.get("region")),
        side=member(Side, document.get("side")),
        transitional=member(TransitionalAnatomy, document.get("transitional")),
    )
