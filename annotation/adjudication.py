"""Deciding between two blind readings: what they were, and the reading that counts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence
from annotation.audit import Action
from annotation.comparison import Pair, pair_up
from annotation.entities import FIRST_REVISION, Reading
from annotation.errors import NotNowError, NotTheirTaskError, UnacceptableError
from annotation.ports import Clock, ReadingFilter, UnitOfWork
from annotation.protocols import Assignment, AssignmentView, Kind, Role, State
from annotation.readings import LesionReading
from lesion_model.errors import Problem, located
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both readings of one study; `adjudicated` is empty until it is decided."""

    view: AssignmentView
    pairs: tuple[Pair, ...]
    adjudicated: tuple[LesionReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What counts of one lesion, and the blind readings that it was decided from: one, or one of each reader."""

    lesion_id: UUID
    decided_from: tuple[UUID, ...]
    findings: ImagingFindings
    geometry: Geometry | None


def compare(assignment_id: UUID, uow: UnitOfWork) -> Comparison:
    """Raises AssignmentNotFoundError, and NotNowError until both readers have signed."""
    with uow:
        found = uow.assignments.get(assignment_id)
        return _compared(found, uow)


def adjudicate(
    assignment_id: UUID,
    decisions: Sequence[Decision],
    dismissed: Sequence[UUID],
    *,
    by: str,
    now: Clock,
    uow: UnitOfWork,
) -> Comparison:
    """Keep the adjudicated readings of a study, all at once; each blind reading must be decided or dismissed, once.

    Raises AssignmentNotFoundError, NotTheirTaskError, UnacceptableError, FindingNotApplicableError, and NotNowError
    before both have signed and after it was decided.
    """
    with uow:
        found = uow.assignments.get(assignment_id)
        if by != found.adjudicator:
            raise NotTheirTaskError
        blind = _blind_readings(found, uow)
        task = uow.assignments.task(assignment_id, by)
        if task is None or task.role is not Role.ADJUDICATOR or task.state is not State.TO_ADJUDICATE:
            raise NotNowError("this study was adjudicated already")
        problems = tuple(_decision_problems(decisions, dismissed, blind))
        if problems:
            raise UnacceptableError(problems)
        moment = now()
        notes = [audit_notes.of_assignment(Action.SIGNED, found)]
        for index, decision in enumerate(decisions):
            with _within(f"decisions.{index}"):
                lesion = uow.lesions.get(decision.lesion_id)
                evidence.check(lesion, found.study_instance_uid, decision.findings, decision.geometry, uow.images)
            reading = Reading(
                id=uuid4(),
                lesion_id=decision.lesion_id,
                study_instance_uid=found.study_instance_uid,
                revision=FIRST_REVISION,
                findings=decision.findings,
                geometry=decision.geometry,
                recorded_by=by,
                recorded_at=moment,
                assignment_id=assignment_id,
                decided_from=decision.decided_from,
            )
            uow.readings.add(reading)
            notes.append(audit_notes.of_reading(Action.CREATED, lesion, reading))
        uow.assignments.put_task(replace(task, state=State.ADJUDICATED, signed_at=moment))
        decided = _compared(uow.assignments.get(assignment_id), uow)
        for note in notes:
            uow.audit.note(note, by=by, at=moment)
        uow.commit()
    return decided


@contextmanager
def _within(parent: str) -> Iterator[None]:
    """Refusals of one decision name their place in the request."""
    try:
        with located(parent):
            yield
    except UnacceptableError as error:
        raise UnacceptableError(problem.within(parent) for problem in error.problems) from None


def _compared(found: Assignment, uow: UnitOfWork) -> Comparison:
    blind = _blind_readings(found, uow)
    one, other = ([each for each in blind if each.reading.recorded_by == reader] for reader in found.readers)
    adjudicated = tuple(each for each in _readings(found, uow) if each.reading.decided_from)
    return Comparison(view=assigning.view(found, uow), pairs=pair_up(one, other), adjudicated=adjudicated)


def _blind_readings(found: Assignment, uow: UnitOfWork) -> list[LesionReading]:
    if found.kind is not Kind.DOUBLE_BLIND:
        raise NotNowError("there is nothing to compare under a single reading")
    if found.blind:
        raise NotNowError("both readers have to sign the study first")
    return [each for each in _readings(found, uow) if not each.reading.decided_from]


def _readings(found: Assignment, uow: UnitOfWork) -> Iterator[LesionReading]:
    wanted, after = ReadingFilter(assignment_id=found.id), None
    while page := uow.readings.matching(wanted, after=after, limit=_PAGE):
        lesions = uow.lesions.many({each.lesion_id for each in page})
        yield from (LesionReading(lesion=lesions[each.lesion_id], reading=each) for each in page)
        after = page[-1].id


def _decision_problems(
    decisions: Sequence[Decision], dismissed: Sequence[UUID], blind: Sequence[LesionReading]
) -> Iterator[Problem]:
    known = {each.reading.id: each for each in blind}
    seen: set[UUID] = set()
    for index, decision in enumerate(decisions):
        field = f"decisions.{index}.decided_from"
        readers = [known[each].reading.recorded_by for each in decision.decided_from if each in known]
        if not decision.decided_from or len(readers) < len(decision.decided_from):
            yield Problem(field=field, detail="not a blind reading of this study")
        elif len(set(readers)) < len(readers):
            yield Problem(field=field, detail="one reading of each reader at most")
        elif decision.lesion_id not in {known[each].lesion.id for each in decision.decided_from}:
            yield Problem(field=f"decisions.{index}.lesion_id", detail="not the lesion of one of these readings")
        if seen.intersection(decision.decided_from):
            yield Problem(field=field, detail="was decided already, further up")
        seen.update(decision.decided_from)
    for index, each in enumerate(dismissed):
        if each not in known or each in seen:
            yield Problem(field=f"dismissed.{index}", detail="not a blind reading of this study, or decided above")
        seen.add(each)
    if known.keys() - seen:
        yield Problem(field="dismissed", detail="each blind reading is decided or dismissed: some are neither")
