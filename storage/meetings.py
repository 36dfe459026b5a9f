"""Sessions of the multidisciplinary meeting in the registry database."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from annotation.meetings import calendars
from annotation.meetings.calendars import KnownDay
from annotation.meetings.errors import MeetingNotFoundError, StaleMeetingError
from annotation.meetings.meeting import Dossier, Meeting, MeetingState, Removal
from annotation.meetings.ports import MeetingPlace, MeetingsWanted
from annotation.registry.forms.presentation import PRESENTATION
from storage.meeting_tables import MeetingDossierRow, MeetingRow
from storage.registry_records.deaths import known_dead
from storage.registry_records.tables import RecordEntryRow
from storage.upserts import in_pieces


class SqlMeetings:
    """Satisfies `annotation.meetings.ports.Meetings` within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, meeting: Meeting) -> None:
        self._session.add(MeetingRow(id=str(meeting.id), **_values(meeting)))
        self._session.flush()
        self._write_dossiers(meeting)

    def get(self, meeting_id: UUID) -> Meeting:
        row = self._session.get(MeetingRow, str(meeting_id), populate_existing=True)
        if row is None:
            raise MeetingNotFoundError
        return next(self._with_dossiers([row]))

    def on(self, held_on: date, title: str | None) -> UUID | None:
        wanted = select(MeetingRow.id).where(MeetingRow.held_on == held_on, MeetingRow.title == (title or ""))
        found = self._session.scalar(wanted)
        return None if found is None else UUID(found)

    def replace(self, meeting: Meeting) -> None:
        """Looks at the version at the last moment."""
        before = and_(MeetingRow.id == str(meeting.id), MeetingRow.version == meeting.version - 1)
        changed = self._session.execute(update(MeetingRow).where(before).values(**_values(meeting)))
        if not changed.rowcount:  # type: ignore[attr-defined]
            raise StaleMeetingError(self.get(meeting.id).version)
        self._session.execute(delete(MeetingDossierRow).where(MeetingDossierRow.meeting_id == str(meeting.id)))
        self._write_dossiers(meeting)

    def matching(self, wanted: MeetingsWanted, *, after: MeetingPlace | None, limit: int) -> Sequence[Meeting]:
        found = select(MeetingRow).where(*_conditions(wanted, after))
        found = found.order_by(MeetingRow.held_on.desc(), MeetingRow.id).limit(limit)
        return list(self._with_dossiers(self._session.scalars(found).all()))

    def known_days(self, pseudonym: str, *, but: UUID | None = None) -> Sequence[KnownDay]:
        of_patient = (MeetingDossierRow.pseudonym == pseudonym, MeetingRow.id != str(but))
        return [known for _pseudonym, known in self._known_days(*of_patient)]

    def is_closed(self, pseudonym: str, presented_on: date) -> bool:
        wanted = (
            select(MeetingRow.id)
            .join(MeetingDossierRow, MeetingDossierRow.meeting_id == MeetingRow.id)
            .where(
                MeetingRow.state == MeetingState.CLOSED.value,
                MeetingDossierRow.removed_at.is_(None),
                MeetingDossierRow.pseudonym == pseudonym,
                MeetingDossierRow.presented_on == presented_on,
            )
        )
        return self._session.scalars(wanted).first() is not None

    def closed_presentations(self) -> Sequence[tuple[str, date]]:
        """Every patient and the day of the presentation in a session that is closed."""
        wanted = (
            select(MeetingDossierRow.pseudonym, MeetingDossierRow.presented_on)
            .join(MeetingRow, MeetingDossierRow.meeting_id == MeetingRow.id)
            .where(MeetingRow.state == MeetingState.CLOSED.value, MeetingDossierRow.removed_at.is_(None))
        )
        return [(pseudonym, day) for pseudonym, day in self._session.execute(wanted) if day is not None]

    def expected(self, meeting: Meeting) -> Sequence[str]:
        gone = {each.pseudonym for each in meeting.removed}
        found = {*self._due(meeting), *self._presented(meeting)} - set(meeting.order) - gone
        return sorted(found - known_dead(self._session, found))

    def _due(self, meeting: Meeting) -> Iterator[str]:
        """By the newest of their earlier sessions; to be taken off one ends what an earlier one named."""
        wanted = (
            select(MeetingDossierRow.pseudonym, MeetingDossierRow.next_on, MeetingDossierRow.removed_at)
            .join(MeetingRow, MeetingRow.id == MeetingDossierRow.meeting_id)
            .where(MeetingRow.held_on < meeting.held_on)
            # Who was taken off and put back, or is on another session of that day, is on one.
            .order_by(MeetingRow.held_on, case((MeetingDossierRow.removed_at.is_(None), 1), else_=0), MeetingRow.id)
        )
        newest = {who: None if gone else next_on for who, next_on, gone in self._session.execute(wanted)}
        yield from (who for who, next_on in newest.items() if next_on is not None and next_on <= meeting.held_on)

    def _presented(self, meeting: Meeting) -> Iterator[str]:
        """Those with a final presentation of this day, in their own calendar."""
        days: dict[str, date] = {}
        for pseudonym, known in self._known_days():
            moved = calendars.presented_on(meeting.held_on, [known])
            if moved is not None:
                days[pseudonym] = moved
        place = tuple_(RecordEntryRow.pseudonym, RecordEntryRow.key)
        for some in in_pieces(days):
            keys = [(pseudonym, days[pseudonym].isoformat()) for pseudonym in some]
            wanted = select(RecordEntryRow.pseudonym).where(RecordEntryRow.form == PRESENTATION.name, place.in_(keys))
            yield from self._session.scalars(wanted)

    def _known_days(self, *conditions: ColumnElement[bool]) -> Iterator[tuple[str, KnownDay]]:
        """The newest session first."""
        wanted = (
            select(MeetingDossierRow.pseudonym, MeetingRow.held_on, MeetingDossierRow.presented_on)
            .join(MeetingRow, MeetingRow.id == MeetingDossierRow.meeting_id)
            .where(MeetingDossierRow.removed_at.is_(None), *conditions)
            .order_by(MeetingRow.held_on.desc(), MeetingRow.id)
        )
        for pseudonym, held_on, presented_on in self._session.execute(wanted):
            if presented_on is not None:
                yield pseudonym, KnownDay(held_on=held_on, presented_on=presented_on)

    def _with_dossiers(self, rows: Sequence[MeetingRow]) -> Iterator[Meeting]:
        wanted = select(MeetingDossierRow).where(MeetingDossierRow.meeting_id.in_([row.id for row in rows]))
        found: dict[str, list[MeetingDossierRow]] = {}
        for each in self._session.scalars(wanted.order_by(MeetingDossierRow.place)):
            found.setdefault(each.meeting_id, []).append(each)
        yield from (_meeting(row, found.get(row.id, [])) for row in rows)

    def _write_dossiers(self, meeting: Meeting) -> None:
        for number, (place, each) in enumerate([*enumerate(meeting.dossiers), *enumerate(meeting.removed)], start=1):
            removal = each.removal
            self._session.add(
                MeetingDossierRow(
                    meeting_id=str(meeting.id),
                    number=number,
                    pseudonym=each.pseudonym,
                    place=place,
                    presented_on=each.presented_on,
                    next_on=each.next_on,
                    added_by=each.added_by,
                    added_at=each.added_at,
                    removed_by=removal and removal.by,
                    removed_at=removal and removal.at,
                    removed_because=removal and removal.reason,
                )
            )
        self._session.flush()


def _conditions(wanted: MeetingsWanted, after: MeetingPlace | None) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield MeetingRow.held_on >= wanted.since
    if wanted.until is not None:
        yield MeetingRow.held_on <= wanted.until
    if after is not None:
        day, meeting_id = after
        yield or_(MeetingRow.held_on < day, and_(MeetingRow.held_on == day, MeetingRow.id > str(meeting_id)))


def _values(meeting: Meeting) -> dict[str, object]:
    return {
        "held_on": meeting.held_on,
        "title": meeting.title or "",
        "place": meeting.place,
        "state": meeting.state.value,
        "version": meeting.version,
        "created_by": meeting.created_by,
        "created_at": meeting.created_at,
    }


def _meeting(row: MeetingRow, dossiers: Sequence[MeetingDossierRow]) -> Meeting:
    every = [_dossier(each) for each in dossiers]
    return Meeting(
        id=UUID(row.id),
        held_on=row.held_on,
        title=row.title or None,
        place=row.place,
        state=MeetingState(row.state),
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        dossiers=tuple(each for each in every if each.removal is None),
        removed=tuple(each for each in every if each.removal is not None),
    )


def _dossier(row: MeetingDossierRow) -> Dossier:
    removal = None
    if row.removed_at is not None and row.removed_by is not None and row.removed_because is not None:
        removal = Removal(reason=row.removed_because, by=row.removed_by, at=row.removed_at)
    return Dossier(
        pseudonym=row.pseudonym,
        added_by=row.added_by,
        added_at=row.added_at,
        presented_on=row.presented_on,
        next_on=row.next_on,
        removal=removal,
    )
