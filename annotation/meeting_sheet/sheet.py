"""The meeting sheet: everything that is known of one patient's bone lesions, for one page. No identity is in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from annotation.completion import Known, Supplier, known_of
from annotation.entities import Lesion, Reading
from annotation.errors import PatientNotFoundError
from annotation.finding_words import FIELDS, VALUES, in_words
from annotation.meeting_context import MeetingContext
from annotation.meeting_sheet.clinical_words import ITEMS, words_of
from annotation.meeting_sheet.decisions import Decision, decision_of
from annotation.meeting_sheet.score_lines import OF_THE_PATIENT, ScoreLine, known_points, line_of, lines_of
from annotation.ports import ReadingFilter, UnitOfWork
from annotation.registry.ports import RecordUnitOfWork
from annotation.scores import ScoredLesion, scored
from annotation.skeleton_drawing.marks import MarkedLesion, Risk, risk_of
from lesion_model.findings import Finding, ImagingFindings
from lesion_model.labels import Label
from lesion_model.tumour import LesionType

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """What the sheet says of a study. The date is the registry's, moved as all dates of the patient."""

    study_instance_uid: str
    date: date | None
    modalities: tuple[str, ...]


Studies = Mapping[str, StudyFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """`how`: where it comes from, when it was not simply seen. `before`: at the study before, where that differs."""

    label: Label
    value: Label
    how: Label | None = None
    before: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLine:
    """One item that the meeting knows, and who said so."""

    label: Label
    value: Label
    supplier: Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A lesion as it was read on one study."""

    study: StudyFacts
    reading_id: UUID
    lesion_type: LesionType | None
    risk: Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The reading before: its study, and the scores that it gives with what is known today."""

    study: StudyFacts
    scores: tuple[ScoreLine, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLesion:
    """`stages`: every study that it was read on, the oldest first."""

    lesion: Lesion
    reading: Reading
    study: StudyFacts
    findings: tuple[FindingLine, ...]
    scores: tuple[ScoreLine, ...]
    context: tuple[ContextLine, ...]
    prior: Prior | None
    stages: tuple[Stage, ...]

    @property
    def mark(self) -> MarkedLesion:
        return self._marked(self.stages[-1])

    def mark_on(self, day: date | None) -> MarkedLesion | None:
        """As it was read last up to a day; None when it was not read yet. Studies without a date count always."""
        if day is None:
            return self.mark
        until = [stage for stage in self.stages if stage.study.date is None or stage.study.date <= day]
        return self._marked(until[-1]) if until else None

    def _marked(self, stage: Stage) -> MarkedLesion:
        return MarkedLesion(
            name=self.lesion.label, site=self.lesion.site, lesion_type=stage.lesion_type, risk=stage.risk
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientScore:
    """A score of the patient, and the lesions that it was computed for."""

    line: ScoreLine
    lesions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSheet:
    """Lesions by number; `unread` are those without a reading that may be seen."""

    pseudonym: str
    lesions: tuple[SheetLesion, ...]
    unread: tuple[Lesion, ...]
    context: tuple[ContextLine, ...]
    prognosis: tuple[PatientScore, ...]
    decision: Decision | None = None


def meeting_sheet(pseudonym: str, studies: Studies, uow: RecordUnitOfWork, *, on: date | None = None) -> MeetingSheet:
    """As it may be seen by who asks: the unit of work is made for their eyes. Raises PatientNotFoundError.

    `on`: the day of the meeting whose decision is asked for, in the patient's calendar; without it, the newest one.
    """
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        lesions = [each for each in _lesions(pseudonym, uow) if each.merged_into is None]
        same = {each.id: {each.id, *(other.id for other in uow.lesions.absorbed_by(each.id))} for each in lesions}
        contexts = uow.contexts.up_to(pseudonym, None)
        decision = decision_of(pseudonym, on, uow)
        readings = readings_by_lesion(pseudonym, uow)
        newest = {each.id: uow.readings.newest_of_lesion(each.id) for each in lesions}
        before = {
            each.id: uow.readings.newest_before(each.id, found.study_instance_uid)
            for each in lesions
            if (found := newest[each.id]) is not None
        }
    read, scores = [], []
    for lesion in lesions:
        now = newest[lesion.id]
        if now is None:
            continue
        known = known_of(same[lesion.id], contexts)
        today = scored(lesion, now, known)
        scores.append(today)
        read.append(
            SheetLesion(
                lesion=lesion,
                reading=now,
                study=_study(now, studies),
                findings=tuple(_findings(now, before[lesion.id])),
                scores=lines_of(today),
                context=_of_the_lesion(known, contexts, same[lesion.id]),
                prior=_prior(lesion, now, before[lesion.id], known, studies),
                stages=tuple(_stages(lesion, [*readings.get(lesion.id, ()), now], known, studies)),
            )
        )
    return MeetingSheet(
        pseudonym=pseudonym,
        lesions=tuple(read),
        unread=tuple(each for each in lesions if newest[each.id] is None),
        context=_context(known_of((), contexts)),
        prognosis=tuple(_prognosis(scores)),
        decision=decision,
    )


def _lesions(pseudonym: str, uow: UnitOfWork) -> Iterator[Lesion]:
    after = 0
    while page := uow.lesions.of_patient(pseudonym, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number


def readings_by_lesion(pseudonym: str, uow: UnitOfWork) -> dict[UUID, list[Reading]]:
    """Newest revisions of every reading that may be seen, in the order in which they were first recorded."""
    found: dict[UUID, list[Reading]] = {}
    after = None
    while page := uow.readings.matching(ReadingFilter(pseudonym=pseudonym), after=after, limit=_PAGE):
        for reading in page:
            found.setdefault(reading.lesion_id, []).append(reading)
        after = page[-1].id
    return found


def _study(reading: Reading, studies: Studies) -> StudyFacts:
    uid = reading.study_instance_uid
    return studies.get(uid) or StudyFacts(study_instance_uid=uid, date=None, modalities=())


def _stages(lesion: Lesion, readings: Sequence[Reading], known: Known, studies: Studies) -> Iterator[Stage]:
    """Of several readings of one study, the last given; the newest reading is given last of all."""
    by_study = {reading.study_instance_uid: reading for reading in readings}
    last = readings[-1].study_instance_uid
    stages = [
        Stage(
            study=_study(reading, studies),
            reading_id=reading.id,
            lesion_type=reading.findings.lesion_type,
            risk=risk_of(scored(lesion, reading, known).assessment),
        )
        for reading in by_study.values()
    ]
    yield from sorted(stages, key=lambda each: (each.study.study_instance_uid == last, each.study.date or date.min))


def _findings(reading: Reading, before: Reading | None) -> Iterator[FindingLine]:
    for finding in Finding:
        name = finding.value
        value = getattr(reading.findings, name)
        if value is None:
            continue
        source = reading.findings.source_of(finding)
        yield FindingLine(
            label=FIELDS[name],
            value=in_words(name, value),
            how=None if source is None else VALUES[source.how],
            before=_earlier(name, value, before),
        )


def _earlier(name: str, value: object, before: Reading | None) -> Label | None:
    earlier = None if before is None else getattr(before.findings, name)
    return None if earlier is None or earlier == value else in_words(name, earlier)


def _prior(lesion: Lesion, now: Reading, before: Reading | None, known: Known, studies: Studies) -> Prior | None:
    if before is None:
        return None
    return Prior(
        study=_study(before, studies),
        scores=lines_of(scored(lesion, before, known)),
        changed=_stated(before.findings) != _stated(now.findings),
    )


def _stated(findings: ImagingFindings) -> dict[str, object]:
    return {field.name: getattr(findings, field.name) for field in fields(findings) if field.name != "sources"}


def _context(known: Known) -> tuple[ContextLine, ...]:
    return tuple(
        ContextLine(label=words, value=words_of(item, getattr(known.clinical, item)), supplier=known.suppliers[item])
        for item, words in ITEMS.items()
        if item in known.suppliers
    )


def _of_the_lesion(known: Known, contexts: Sequence[MeetingContext], same: set[UUID]) -> tuple[ContextLine, ...]:
    """What was said of this lesion alone."""
    own = {each.id for each in contexts if each.lesion_id in same}
    kept = {item: who for item, who in known.suppliers.items() if who.id in own}
    return _context(Known(clinical=known.clinical, suppliers=kept))


def _prognosis(scores: Sequence[ScoredLesion]) -> Iterator[PatientScore]:
    """Scores of the patient: one that comes out alike for several lesions is said once."""
    for name in OF_THE_PATIENT:
        found: dict[ScoreLine, list[str]] = {}
        for each in scores:
            line = line_of(name, each)
            if line is not None and known_points(line):
                found.setdefault(line, []).append(each.lesion.label)
        yield from (PatientScore(line=line, lesions=tuple(names)) for line, names in found.items())
