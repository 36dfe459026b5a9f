"""Giving studies to readers under a protocol, and how far they have come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.entities import Reading
from annotation.errors import NotNowError, NotTheirTaskError, UnacceptableError
from annotation.ports import Clock, UnitOfWork
from annotation.protocols import (
    UNSIGNED,
    Assignment,
    AssignmentView,
    Kind,
    ReadingProtocol,
    Role,
    State,
    Task,
    refuse_readers,
)
from annotation.worklist_queries import StudiesWanted, StudyToRead
from lesion_model.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What one request has given out; `more`: there are further studies like these."""

    assignments: tuple[Assignment, ...]
    more: bool


def make_protocol(
    name: str, kind: Kind, modalities: frozenset[str], *, by: str, now: Clock, uow: UnitOfWork
) -> ReadingProtocol:
    """Raises UnacceptableError, also when another protocol has this name."""
    with uow:
        made = ReadingProtocol(
            id=uuid4(), name=name.strip(), kind=kind, modalities=modalities, created_at=now(), created_by=by
        )
        uow.protocols.add(made)
        uow.audit.note(audit_notes.of_protocol(Action.CREATED, made), by=by, at=made.created_at)
        uow.commit()
    return made


def protocol(protocol_id: UUID, uow: UnitOfWork) -> ReadingProtocol:
    """Raises ProtocolNotFoundError."""
    with uow:
        return uow.protocols.get(protocol_id)


def protocols(uow: UnitOfWork, *, after: str = "", limit: int) -> Sequence[ReadingProtocol]:
    """By name."""
    with uow:
        return uow.protocols.all(after=after, limit=limit)


def assign(
    wanted: StudiesWanted, adjudicator: str | None, *, limit: int, by: str, now: Clock, uow: UnitOfWork
) -> Assigned:
    """Give at most so many studies to the readers.

    Left out are studies that are under the protocol already, and those of which a reader has yet to sign another
    assignment: one person reads a study for one purpose at a time. Studies that are named must all be there to give.
    Raises ProtocolNotFoundError, UnacceptableError.
    """
    with uow:
        under = uow.protocols.get(wanted.protocol_id)
        refuse_readers(under.kind, wanted.readers, adjudicator)
        found = uow.assignments.unassigned(replace(wanted, modalities=under.modalities), limit=limit + 1)
        _refuse_missing(wanted.study_instance_uids, found)
        moment, studies = now(), found[:limit]
        blocks = uow.assignments.blocks({study.pseudonym for study in studies})
        given = []
        for study in studies:
            assignment = Assignment(
                id=uuid4(),
                protocol_id=under.id,
                kind=under.kind,
                study_instance_uid=study.study_instance_uid,
                pseudonym=study.pseudonym,
                readers=wanted.readers,
                adjudicator=adjudicator,
                blind=under.kind is Kind.DOUBLE_BLIND,
                created_at=moment,
                created_by=by,
            )
            given.append((assignment, study, _tasks(assignment, blocks)))
        uow.assignments.add(given)
        for assignment, _, _ in given:
            uow.audit.note(audit_notes.of_assignment(Action.CREATED, assignment), by=by, at=moment)
        uow.commit()
    return Assigned(assignments=tuple(each for each, _, _ in given), more=len(found) > limit)


def assignment(assignment_id: UUID, uow: UnitOfWork) -> AssignmentView:
    """Raises AssignmentNotFoundError."""
    with uow:
        return view(uow.assignments.get(assignment_id), uow)


def complete(assignment_id: UUID, *, by: str, now: Clock, uow: UnitOfWork) -> AssignmentView:
    """Sign that the study is read, be there a lesion or none; signing twice is signing once.

    The last of two blind readers ends the blindness, and the adjudicator is given the task. Raises
    AssignmentNotFoundError, NotTheirTaskError, and NotNowError while the reader has drafts on the study.
    """
    with uow:
        found = uow.assignments.get(assignment_id)
        task = uow.assignments.task(assignment_id, by)
        if task is None or task.role is not Role.READER:
            raise NotTheirTaskError
        if task.state in UNSIGNED:
            if uow.drafts.any_on(by, found.study_instance_uid):
                raise NotNowError("sign or discard your drafts on this study first")
            moment = now()
            uow.assignments.put_task(replace(task, state=State.SIGNED, signed_at=moment))
            if found.blind and uow.assignments.all_signed(assignment_id):
                _open_eyes(found, uow)
            uow.audit.note(audit_notes.of_assignment(Action.SIGNED, found), by=by, at=moment)
        seen = view(uow.assignments.get(assignment_id), uow)
        uow.commit()
    return seen


def begin(study_instance_uid: str, reader: str, uow: UnitOfWork) -> UUID | None:
    """The assignment that a reading of this study is made under; the study counts as begun.

    Raises NotNowError to one who takes part in a blind reading of it and has nothing to read: they have signed, or
    adjudicate.
    """
    task = uow.assignments.open_task(study_instance_uid, reader)
    if task is None:
        if uow.assignments.is_blind(study_instance_uid, reader):
            raise NotNowError("nothing can be added to this study until both readers have signed it")
        return None
    if task.state is State.UNREAD:
        uow.assignments.put_task(replace(task, state=State.DRAFT))
    return task.assignment_id


def check_open(reading: Reading, by: str, uow: UnitOfWork) -> None:
    """A blind reading is evidence once its study is signed: NotNowError when someone would revise it."""
    if reading.assignment_id is None or reading.decided_from:
        return
    if uow.assignments.get(reading.assignment_id).kind is not Kind.DOUBLE_BLIND:
        return
    task = uow.assignments.task(reading.assignment_id, by)
    if task is None or task.state not in UNSIGNED:
        raise NotNowError("a blind reading stays as it was signed; the adjudicated one can be revised")


def view(found: Assignment, uow: UnitOfWork) -> AssignmentView:
    """As far as the one who looks may know it."""
    return AssignmentView(
        assignment=found,
        protocol=uow.protocols.get(found.protocol_id),
        tasks=tuple(uow.assignments.tasks(found.id)),
    )


def _open_eyes(found: Assignment, uow: UnitOfWork) -> None:
    if found.adjudicator is None:
        raise NotTheirTaskError
    task = Task(assignment_id=found.id, reader=found.adjudicator, role=Role.ADJUDICATOR, state=State.TO_ADJUDICATE)
    uow.assignments.open_eyes(found.id, task)


def _refuse_missing(named: tuple[str, ...] | None, found: Sequence[StudyToRead]) -> None:
    there = {study.study_instance_uid for study in found}
    detail = "no such study of the protocol's modalities that is free to be given to these readers"
    missing = [
        Problem(field=f"study_instance_uids.{index}", detail=detail)
        for index, uid in enumerate(named or ())
        if uid not in there
    ]
    if missing:
        raise UnacceptableError(missing)


def _tasks(made: Assignment, blocks: dict[tuple[str, str], int]) -> Sequence[Task]:
    return [
        Task(
            assignment_id=made.id,
            reader=reader,
            role=Role.READER,
            state=State.UNREAD,
            block=_block(made.pseudonym, reader, blocks) if made.blind else 0,
        )
        for reader in made.readers
    ]


def _block(pseudonym: str, reader: str, blocks: dict[tuple[str, str], int]) -> int:
    """The reader's block for this patient, or the next one: given before anything is opened, it tells nothing."""
    key = (pseudonym, reader)
    if key not in blocks:
        taken = [block for (patient, _), block in blocks.items() if patient == pseudonym]
        blocks[key] = 1 + max(taken, default=0)
    return blocks[key]
