"""A session of the multidisciplinary meeting: its day, the patients on it and their order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from annotation.errors import UnacceptableError
from annotation.meetings.errors import DossierExistsError, DossierNotFoundError, MeetingClosedError
from annotation.text import is_text
from lesion_model.errors import Problem
from lesion_model.facts import EARLIEST, LATEST

FIRST_VERSION = 1
LONGEST_NAME, LONGEST_REASON = 100, 500
MOST_DOSSIERS = 200


class MeetingState(Enum):
    """How far a session has come; what a closed one was about is not changed any more."""

    PLANNED = "planned"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Why a patient was taken off a session, who did so and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One patient on one session.

    `presented_on` is the day of the session as the dates of this patient are moved, and so the date of their
    presentation; None while nobody knows it. `next_on` is the true day, like that of the session, on which the
    patient is to be presented again.
    """

    pseudonym: str
    added_by: str
    added_at: datetime
    presented_on: date | None = None
    next_on: date | None = None
    removal: Removal | None = None

    def __post_init__(self) -> None:
        problems = [*_day_problems("presented_on", self.presented_on), *_day_problems("next_on", self.next_on)]
        if self.removal is not None and not is_text(self.removal.reason, LONGEST_REASON):
            problems.append(Problem(field="reason", detail=f"must be text of at most {LONGEST_REASON} characters"))
        if problems:
            raise UnacceptableError(problems)


def _day_problems(field: str, day: date | None) -> Iterator[Problem]:
    """A slip of the keyboard is no day of a meeting, and days of meetings are added to."""
    if day is not None and not EARLIEST <= day <= LATEST:
        yield Problem(field=field, detail=f"must be from {EARLIEST} to {LATEST}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """`held_on` is a true day; `dossiers` are in the order of presentation, `removed` in the order of removal.

    `version` counts every change of the session, of its patients and of their order.
    """

    id: UUID
    held_on: date
    created_by: str
    created_at: datetime
    title: str | None = None
    place: str | None = None
    state: MeetingState = MeetingState.PLANNED
    version: int = FIRST_VERSION
    dossiers: tuple[Dossier, ...] = ()
    removed: tuple[Dossier, ...] = ()

    def __post_init__(self) -> None:
        problems = list(_day_problems("held_on", self.held_on))
        for field, text in (("title", self.title), ("place", self.place)):
            if text is not None and not is_text(text, LONGEST_NAME):
                problems.append(Problem(field=field, detail=f"must be text of at most {LONGEST_NAME} characters"))
        if len(self.dossiers) > MOST_DOSSIERS:
            problems.append(Problem(field="dossiers", detail=f"at most {MOST_DOSSIERS} patients"))
        if problems:
            raise UnacceptableError(problems)

    @property
    def order(self) -> tuple[str, ...]:
        """Pseudonyms as they are presented."""
        return tuple(each.pseudonym for each in self.dossiers)

    def dossier(self, pseudonym: str) -> Dossier:
        """Raises DossierNotFoundError."""
        for each in self.dossiers:
            if each.pseudonym == pseudonym:
                return each
        raise DossierNotFoundError

    def with_added(self, dossier: Dossier) -> "Meeting":
        """At the end of the order. Raises MeetingClosedError, DossierExistsError."""
        self._check_open()
        if dossier.pseudonym in self.order:
            raise DossierExistsError
        return self._next(dossiers=(*self.dossiers, dossier))

    def with_order(self, pseudonyms: Sequence[str]) -> "Meeting":
        """Raises MeetingClosedError, and UnacceptableError unless they are the patients of the session, each once."""
        self._check_open()
        if sorted(pseudonyms) != sorted(self.order):
            raise UnacceptableError([Problem(field="order", detail="must name every patient of the meeting once")])
        return self._next(dossiers=tuple(self.dossier(each) for each in pseudonyms))

    def without(self, pseudonym: str, removal: Removal) -> "Meeting":
        """Raises MeetingClosedError, DossierNotFoundError."""
        self._check_open()
        gone = replace(self.dossier(pseudonym), removal=removal)
        return self._next(
            dossiers=tuple(each for each in self.dossiers if each.pseudonym != pseudonym),
            removed=(*self.removed, gone),
        )

    def with_changed(self, pseudonym: str, change: Callable[[Dossier], Dossier]) -> "Meeting":
        """Raises MeetingClosedError, DossierNotFoundError."""
        self._check_open()
        before = self.dossier(pseudonym)
        return self._next(dossiers=tuple(change(each) if each is before else each for each in self.dossiers))

    def revised(self, *, held_on: date, title: str | None, place: str | None, state: MeetingState) -> "Meeting":
        """A closed session is opened again before anything else of it changes. Raises MeetingClosedError."""
        if (held_on, title, place) != (self.held_on, self.title, self.place):
            self._check_open()
        return self._next(held_on=held_on, title=title, place=place, state=state)

    def check_decides(self) -> None:
        """Raises MeetingClosedError when decisions are not taken here any more."""
        self._check_open()

    def _check_open(self) -> None:
        if self.state is MeetingState.CLOSED:
            raise MeetingClosedError

    def _next(self, **changes: object) -> "Meeting":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
