"""Protocols of reading: which studies are read, by whom, and who of them may not know of the others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from annotation.errors import UnacceptableError
from annotation.text import is_text
from lesion_model.errors import Problem

LONGEST_NAME = 100
MOST_MODALITIES = 16
BLIND_READERS = 2

# Blind readers number the lesions that they open in a block of their own: a patient's first reader L1001, L1002, …,
# the next one L2001, …; a number then tells nothing of what the other has opened.
NUMBERS_IN_BLOCK = 1000

_MODALITY = re.compile(r"[A-Z0-9]{2,16}")


class Kind(Enum):
    """How often a study is read."""

    SINGLE = "single"
    DOUBLE_BLIND = "double_blind"


class Role(Enum):
    READER = "reader"
    ADJUDICATOR = "adjudicator"


class State(Enum):
    """How far someone has come with a study. The order is that of a list by state: what waits for a person is first."""

    TO_ADJUDICATE = "to_adjudicate"
    DRAFT = "draft"
    UNREAD = "unread"
    SIGNED = "signed"
    ADJUDICATED = "adjudicated"


UNSIGNED = frozenset({State.UNREAD, State.DRAFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingProtocol:
    """How studies of some modalities are read; no modality means all of them. It is never changed: make a new one."""

    id: UUID
    name: str
    kind: Kind
    modalities: frozenset[str]
    created_at: datetime
    created_by: str

    def __post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise UnacceptableError(problems)

    def _problems(self) -> Iterator[Problem]:
        if not is_text(self.name, LONGEST_NAME):
            yield Problem(
                field="name", detail=f"from 1 to {LONGEST_NAME} characters are needed, none a control character"
            )
        if len(self.modalities) > MOST_MODALITIES or not all(_MODALITY.fullmatch(each) for each in self.modalities):
            yield Problem(field="modalities", detail="modalities are codes such as CT, MR and PT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One study, and who reads it under a protocol.

    `blind`: double blind, and not yet signed by both readers. Only then is anything kept from anybody.
    """

    id: UUID
    protocol_id: UUID
    kind: Kind
    study_instance_uid: str
    pseudonym: str
    readers: tuple[str, ...]
    adjudicator: str | None
    blind: bool
    created_at: datetime
    created_by: str

    def __post_init__(self) -> None:
        refuse_readers(self.kind, self.readers, self.adjudicator)

    def has(self, reader: str | None) -> bool:
        """Whether this person takes part."""
        return reader is not None and (reader in self.readers or reader == self.adjudicator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one person has to do under an assignment. The adjudicator's begins when both readers have signed.

    `block`: where this reader's own lesions of this patient are numbered, for blind readers only.
    """

    assignment_id: UUID
    reader: str
    role: Role
    state: State
    signed_at: datetime | None = None
    block: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentView:
    """An assignment as far as the one who asks may know it; a task of which they may not is None."""

    assignment: Assignment
    protocol: ReadingProtocol
    tasks: tuple[Task, ...]

    @property
    def state(self) -> State:
        """Of the study, from the tasks that may be seen."""
        states = {task.state for task in self.tasks}
        for state in (State.ADJUDICATED, State.TO_ADJUDICATE):
            if state in states:
                return state
        if states == {State.SIGNED}:
            return State.SIGNED
        return State.UNREAD if states <= {State.UNREAD} else State.DRAFT


def refuse_readers(kind: Kind, readers: tuple[str, ...], adjudicator: str | None) -> None:
    """Raises UnacceptableError unless these may read a study under a protocol of this kind."""
    problems = tuple(_reader_problems(kind, readers, adjudicator))
    if problems:
        raise UnacceptableError(problems)


def _reader_problems(kind: Kind, readers: tuple[str, ...], adjudicator: str | None) -> Iterable[Problem]:
    wanted = BLIND_READERS if kind is Kind.DOUBLE_BLIND else 1
    if len(readers) != wanted:
        yield Problem(field="readers", detail=f"{wanted} needed under a {kind.value} protocol")
    if len(set(readers)) < len(readers):
        yield Problem(field="readers", detail="two different people are needed")
    if not all(is_text(each, LONGEST_NAME) for each in readers):
        yield Problem(field="readers", detail="not the name of a reader")
    if (kind is Kind.DOUBLE_BLIND) != (adjudicator is not None):
        detail = "needed under a double_blind protocol" if adjudicator is None else "none under a single protocol"
        yield Problem(field="adjudicator", detail=detail)
    elif adjudicator is not None and (adjudicator in readers or not is_text(adjudicator, LONGEST_NAME)):
        yield Problem(field="adjudicator", detail="must be somebody who is neither reader")
