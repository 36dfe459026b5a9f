"""What an entry of the audit log says: who did what to which thing, from where, and when."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

ACTOR_LENGTH, ROLES_LENGTH, WORD_LENGTH, ID_LENGTH, ADDRESS_LENGTH, VIA_LENGTH = 100, 200, 32, 64, 64, 200
"""The longest that is kept of each text."""


class Action(Enum):
    """What was done, or tried."""

    VIEWED = "viewed"
    LISTED = "listed"
    EXPORTED = "exported"
    CREATED = "created"
    CHANGED = "changed"
    SIGNED = "signed"
    REMOVED = "removed"
    UPLOADED = "uploaded"
    REVOKED = "revoked"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"


CHANGES = frozenset({Action.CREATED, Action.CHANGED, Action.SIGNED, Action.REMOVED})
"""Those after which a list on somebody's screen may be out of date."""


class Kind(Enum):
    """What the thing is that it was done to."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    INSTANCE = "instance"
    LESION = "lesion"
    READING = "reading"
    DRAFT = "draft"
    CONTEXT = "context"
    RECORD = "record"
    MEETING = "meeting"
    PROTOCOL = "protocol"
    ASSIGNMENT = "assignment"
    TOKEN = "token"  # noqa: S105  the word, not one of them
    ACCOUNT = "account"
    AUDIT = "audit"
    COHORT = "cohort"
    RELEASE = "release"
    JOB = "job"


FED_KINDS = frozenset(
    {
        Kind.PATIENT,
        Kind.STUDY,
        Kind.SERIES,
        Kind.INSTANCE,
        Kind.LESION,
        Kind.READING,
        Kind.CONTEXT,
        Kind.RECORD,
        Kind.JOB,
    }
)
"""Those that belong to a patient, and that others may see, and background jobs: a draft is its author's alone, and what
becomes of an assignment is kept from those who read blindly."""


class Outcome(Enum):
    """Whether it was done."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was done to what. `kind` is None when nothing in particular was asked for.

    `object_id` is an identifier of ours, never what somebody typed; None when a whole list was asked for.
    """

    action: Action
    kind: Kind | None = None
    object_id: str | None = None
    pseudonym: str | None = None
    study_instance_uid: str | None = None
    outcome: Outcome = Outcome.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where it came from, as far as is known. `via`: the route's template or the command, never a path or query."""

    roles: tuple[str, ...] = ()
    address: str | None = None
    via: str | None = None
    request_id: str | None = None


NOWHERE = Source()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. `actor` is None when nobody was signed in."""

    number: int
    at: datetime
    actor: str | None
    note: Note
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries a list is about; what is None does not restrict it. `since` is included, `until` is not."""

    pseudonym: str | None = None
    actor: str | None = None
    actions: frozenset[Action] = field(default_factory=frozenset)
    since: datetime | None = None
    until: datetime | None = None


def instant(at: datetime) -> str:
    """As it is kept and sealed: UTC to the microsecond, always 27 characters, so that texts sort as times do."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone is not an instant")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
