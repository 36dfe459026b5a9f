"""Deciding between two blind readings: what they were, and the reading that counts."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence, merging
from annotation.audit import Action
from annotation.comparison import Pair, pair_up
from annotation.entities import FIRST_REVISION, LONGEST_REASON, Reading
from annotation.errors import NotNowError, NotTheirTaskError, UnacceptableError
from annotation.lesion_versions import Change
from annotation.ports import Clock, ReadingFilter, UnitOfWork
from annotation.protocols import Assignment, AssignmentView, Kind, Role, State
from annotation.readings import LesionReading
from annotation.text import LINE_BREAKS, is_text
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
    """What counts of one lesion, and the blind readings that it was decided from: one, or one of each reader.

    `match_reason`: why the two lesions that these readings are of are the same one; `lesion_id` then absorbs the other.
    """

    lesion_id: UUID
    decided_from: tuple[UUID, ...]
    findings: ImagingFindings
    geometry: Geometry | None
    match_reason: str | None = None


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

    Lesions that are found to be the same become one, as by `lesion_changes.merge`. Raises AssignmentNotFoundError,
    NotTheirTaskError, UnacceptableError, FindingNotApplicableError, LesionMergedError for a lesion that a decision
    further up has matched away, and NotNowError before both have signed, after it was decided, and when lesions cannot
    be matched now.
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
                _match(decision, blind, by, moment, uow)
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


def _match(decision: Decision, blind: Sequence[LesionReading], by: str, moment: datetime, uow: UnitOfWork) -> None:
    """Two lesions become one, if the decision says so; one further up may have said it already."""
    if decision.match_reason is None:
        return
    for other in _lesions(decision.decided_from, blind) - {decision.lesion_id}:
        if uow.lesions.get(other).merged_into != decision.lesion_id:
            version = uow.lesions.get(decision.lesion_id).version
            change = Change(by=by, now=lambda: moment, reason=decision.match_reason, expected_version=version)
            merging.absorb(decision.lesion_id, other, change, uow)


def _lesions(reading_ids: Collection[UUID], blind: Sequence[LesionReading]) -> set[UUID]:
    return {each.lesion.id for each in blind if each.reading.id in reading_ids}


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
        elif decision.lesion_id not in _lesions(decision.decided_from, blind):
            yield Problem(field=f"decisions.{index}.lesion_id", detail="not the lesion of one of these readings")
        elif decision.match_reason is not None:
            yield from _match_problems(f"decisions.{index}.match_reason", decision, blind)
        if seen.intersection(decision.decided_from):
            yield Problem(field=field, detail="was decided already, further up")
        seen.update(decision.decided_from)
    for index, each in enumerate(dismissed):
        if each not in known or each in seen:
            yield Problem(field=f"dismissed.{index}", detail="not a blind reading of this study, or decided above")
        seen.add(each)
    if known.keys() - seen:
        yield Problem(field="dismissed", detail="each blind reading is decided or dismissed: some are neither")


def _match_problems(field: str, decision: Decision, blind: Sequence[LesionReading]) -> Iterator[Problem]:
    if len(_lesions(decision.decided_from, blind)) == 1:
        yield Problem(field=field, detail="these readings are of one lesion: there is nothing to match")
    elif decision.match_reason is None or not is_text(decision.match_reason, LONGEST_REASON, also=LINE_BREAKS):
        detail = f"from 1 to {LONGEST_REASON} characters are needed, none of them a control character"
        yield Problem(field=field, detail=detail)
