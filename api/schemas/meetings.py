"""Shapes of the sessions of the multidisciplinary meeting: their day, the patients on them and their order."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from annotation.meetings.meeting import LONGEST_NAME, LONGEST_REASON, MOST_DOSSIERS, Dossier, Meeting, MeetingState
from annotation.meetings.overview import Brief
from annotation.meetings.planning import Planned
from annotation.meetings.points import Said
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM, PSEUDONYM_PATTERN

PseudonymText = Annotated[StrictStr, Field(pattern=PSEUDONYM_PATTERN, examples=[PSEUDONYM])]


class MeetingBody(Body):
    """A session. Title and place name nobody; `text_checked`: they were looked at, whatever they look like."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"held_on": "2031-06-12", "title": "Bone meeting"}]})

    held_on: date
    title: Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | None = None
    place: Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | None = None
    state: MeetingState = MeetingState.PLANNED
    text_checked: StrictBool = False

    def to_domain(self) -> Planned:
        return Planned(
            held_on=self.held_on, title=self.title, place=self.place, state=self.state, checked=self.text_checked
        )


class AddedBody(Body):
    """A patient to be put on a session. `presented_on` is its day as the dates of this patient are moved; left out,
    it follows from an earlier session of theirs, or stays open."""

    pseudonym: PseudonymText
    presented_on: date | None = None


class DaysBody(Body):
    """`presented_on` as in AddedBody; `next_on` is the true day of the next presentation."""

    presented_on: date | None = None
    next_on: date | None = None


class OrderBody(Body):
    """Every patient of the session, once, as they are to be presented."""

    order: Annotated[list[PseudonymText], Field(max_length=MOST_DOSSIERS)]


class RemovalBody(Body):
    """Why a patient is taken off; `text_checked` as in MeetingBody."""

    reason: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_REASON, examples=["presented elsewhere"])]
    text_checked: StrictBool = False


class PlaceOut(BaseModel):
    """One patient on a session. `presented_on` is in the moved calendar of the patient, `next_on` a true day."""

    pseudonym: str = Field(examples=[PSEUDONYM])
    presented_on: date | None
    next_on: date | None
    added_by: str
    added_at: datetime

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        return cls(
            pseudonym=dossier.pseudonym,
            presented_on=dossier.presented_on,
            next_on=dossier.next_on,
            added_by=dossier.added_by,
            added_at=dossier.added_at,
        )


class ListedOut(PlaceOut):
    """The same, with how far it is prepared: the seven points in their order, the state of the presentation."""

    said: list[Said]
    presentation: Literal["draft", "final", "withdrawn"] | None
    decided: bool

    @classmethod
    def listed(cls, dossier: Dossier, brief: Brief) -> Self:
        return cls(
            **PlaceOut.of(dossier).model_dump(),
            said=list(brief.said),
            presentation=None if brief.state is None else brief.state.value,
            decided=brief.decided,
        )


class RemovedOut(BaseModel):
    """One patient who was taken off a session."""

    pseudonym: str = Field(examples=[PSEUDONYM])
    reason: str
    removed_by: str
    removed_at: datetime

    @classmethod
    def of(cls, dossier: Dossier) -> Self | None:
        removal = dossier.removal
        if removal is None:
            return None
        return cls(pseudonym=dossier.pseudonym, reason=removal.reason, removed_by=removal.by, removed_at=removal.at)


class MeetingSummaryOut(BaseModel):
    """One session in a list; `held_on` is a true day."""

    meeting_id: UUID
    held_on: date
    title: str | None = Field(examples=["Bone meeting"])
    place: str | None
    state: MeetingState
    version: int
    patients: int

    @classmethod
    def of(cls, meeting: Meeting) -> Self:
        return cls(
            meeting_id=meeting.id,
            held_on=meeting.held_on,
            title=meeting.title,
            place=meeting.place,
            state=meeting.state,
            version=meeting.version,
            patients=len(meeting.dossiers),
        )


class MeetingOut(MeetingSummaryOut):
    """One session whole, the patients in their order. `expected`: patients who should be on it and are not."""

    created_by: str
    created_at: datetime
    dossiers: list[ListedOut]
    removed: list[RemovedOut]
    expected: list[str]

    @classmethod
    def whole(cls, meeting: Meeting, briefs: Iterable[Brief], expected: list[str]) -> Self:
        summary = MeetingSummaryOut.of(meeting)
        return cls(
            **summary.model_dump(),
            created_by=meeting.created_by,
            created_at=meeting.created_at,
            dossiers=[ListedOut.listed(each, brief) for each, brief in zip(meeting.dossiers, briefs, strict=True)],
            removed=[shown for each in meeting.removed if (shown := RemovedOut.of(each)) is not None],
            expected=expected,
        )
