"""Whether the tables of a registry agree with each other: dates that cannot be, rows that are there twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from annotation.endpoints.problems import Problem, Reason, in_order, problem
from annotation.endpoints.records import Cancer, Event, EventType, Patient, Presentation, Registry, VitalStatus

PATIENTS, CANCERS, PRESENTATIONS, EVENTS = "registry_patients", "cancers", "presentations", "events"
OLDEST_DAYS = 120 * 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All rows of one patient; presentations and events in the order of their dates."""

    patient: Patient
    cancer: Cancer | None
    presentations: tuple[Presentation, ...]
    events: tuple[Event, ...]
    imaged: tuple[date, ...]

    @property
    def death(self) -> date | None:
        """From the patient's row, or else from the event."""
        deaths = [each.date for each in self.events if each.type is EventType.DEATH]
        return self.patient.death_date or next(iter(deaths), None)


def dossiers(registry: Registry) -> tuple[Dossier, ...]:
    """One for each patient, in the order of pseudonyms; of rows that are there twice, the last counts."""
    cancers = {each.pseudonym: each for each in registry.cancers}
    presented, happened, imaged = defaultdict(list), defaultdict(list), defaultdict(list)
    for presentation in registry.presentations:
        presented[presentation.pseudonym].append(presentation)
    for event in registry.events:
        happened[event.pseudonym].append(event)
    for imaging in registry.imaging:
        imaged[imaging.pseudonym].append(imaging.date)
    patients = {each.pseudonym: each for each in registry.patients}
    return tuple(
        Dossier(
            patient=patient,
            cancer=cancers.get(name),
            presentations=tuple(sorted(presented[name], key=lambda each: (each.meeting_date, each.row))),
            events=tuple(sorted(happened[name], key=lambda each: (each.date, each.type.value, each.row))),
            imaged=tuple(sorted(imaged[name])),
        )
        for name, patient in sorted(patients.items())
    )


def seen_on(dossier: Dossier) -> list[date]:
    """Every day on which the patient was alive for certain."""
    days = [each.meeting_date for each in dossier.presentations] + [each.date for each in dossier.events]
    days += dossier.imaged
    days += [each for each in (dossier.patient.last_alive_date, dossier.patient.last_bone_imaging_date) if each]
    return days


def problems(registry: Registry) -> tuple[Problem, ...]:
    """Everything that is refused or flagged, by place."""
    found = list(_of_tables(registry))
    for dossier in dossiers(registry):
        for check in (_death, _diagnosis, _birth, _presentations, _events):
            found += check(dossier)
    return in_order(found)


def _of_tables(registry: Registry) -> Iterator[Problem]:
    known = {each.pseudonym for each in registry.patients}
    tables: Mapping[str, Sequence[Patient | Cancer | Presentation | Event]] = {
        PATIENTS: registry.patients,
        CANCERS: registry.cancers,
        PRESENTATIONS: registry.presentations,
        EVENTS: registry.events,
    }
    for table, rows in tables.items():
        yield from (
            problem(table, each.row, "pseudonym", Reason.NO_SUCH_PATIENT, each.pseudonym)
            for each in rows
            if each.pseudonym not in known
        )
    for table in (PATIENTS, CANCERS):
        often = Counter(each.pseudonym for each in tables[table])
        yield from (
            problem(table, each.row, "pseudonym", Reason.TWICE, each.pseudonym)
            for each in tables[table]
            if often[each.pseudonym] > 1
        )


def _death(dossier: Dossier) -> Iterator[Problem]:
    patient, death = dossier.patient, dossier.death

    def here(column: str, reason: Reason) -> Problem:
        return problem(PATIENTS, patient.row, column, reason, patient.pseudonym)

    if patient.vital_status is VitalStatus.DEAD and death is None:
        yield here("death_date", Reason.DEATH_WITHOUT_DATE)
    if death is None:
        if patient.last_alive_date is not None and max(seen_on(dossier)) > patient.last_alive_date:
            yield here("last_alive_date", Reason.SEEN_LATER)
        return
    if patient.vital_status in {VitalStatus.ALIVE, VitalStatus.LOST}:
        yield here("vital_status", Reason.CONTRADICTS_STATUS)
    if dossier.presentations and death < dossier.presentations[0].meeting_date:
        yield here("death_date", Reason.BEFORE_FIRST_MEETING)
    if patient.last_alive_date is not None and patient.last_alive_date > death:
        yield here("last_alive_date", Reason.AFTER_DEATH)
    if patient.last_bone_imaging_date is not None and patient.last_bone_imaging_date > death:
        yield here("last_bone_imaging_date", Reason.AFTER_DEATH)


def _diagnosis(dossier: Dossier) -> Iterator[Problem]:
    cancer, patient = dossier.cancer, dossier.patient
    if cancer is None or cancer.diagnosed_from is None:
        return
    if dossier.death is not None and dossier.death < cancer.diagnosed_from:
        yield problem(PATIENTS, patient.row, "death_date", Reason.BEFORE_DIAGNOSIS, patient.pseudonym)
    for each in dossier.presentations:
        if each.meeting_date < cancer.diagnosed_from:
            yield problem(PRESENTATIONS, each.row, "meeting_date", Reason.BEFORE_DIAGNOSIS, patient.pseudonym)


def _birth(dossier: Dossier) -> Iterator[Problem]:
    patient, born = dossier.patient, dossier.patient.birth_month
    if born is None:
        return
    for each in dossier.presentations:
        if each.meeting_date < born:
            yield problem(PRESENTATIONS, each.row, "meeting_date", Reason.BEFORE_BIRTH, patient.pseudonym)
        elif (each.meeting_date - born).days > OLDEST_DAYS:
            yield problem(PATIENTS, patient.row, "birth_month", Reason.TOO_OLD, patient.pseudonym)


def _presentations(dossier: Dossier) -> Iterator[Problem]:
    for each in dossier.presentations[1:]:
        if dossier.death is not None and each.meeting_date > dossier.death:
            yield problem(PRESENTATIONS, each.row, "meeting_date", Reason.AFTER_DEATH, each.pseudonym)
    for before, each in pairwise(dossier.presentations):
        if each.meeting_date == before.meeting_date:
            yield problem(PRESENTATIONS, each.row, "meeting_date", Reason.TWICE, each.pseudonym)
        numbers = (before.presentation_no, each.presentation_no)
        if numbers[0] is not None and numbers[1] is not None and numbers[1] <= numbers[0]:
            yield problem(PRESENTATIONS, each.row, "presentation_no", Reason.WRONG_ORDER, each.pseudonym)


def _events(dossier: Dossier) -> Iterator[Problem]:
    seen: set[tuple[EventType, date]] = set()
    first = dossier.presentations[0].meeting_date if dossier.presentations else None
    for each in dossier.events:

        def here(column: str, reason: Reason, event: Event = each) -> Problem:
            return problem(EVENTS, event.row, column, reason, event.pseudonym)

        if (each.type, each.date) in seen:
            yield here("date", Reason.SAME_EVENT)
        seen.add((each.type, each.date))
        yield from (here("date", reason) for reason in _misdated(each, dossier.death, first))
        if each.date_prev_negative is not None and each.date_prev_negative >= each.date:
            yield here("date_prev_negative", Reason.NOT_AFTER_NEGATIVE)


def _misdated(event: Event, death: date | None, first: date | None) -> Iterator[Reason]:
    if event.type is EventType.DEATH:
        if event.date != death:
            yield Reason.OTHER_DEATH_DATE
        return
    if death is not None and event.date > death:
        yield Reason.AFTER_DEATH
    if first is not None and event.date <= first:
        yield Reason.HISTORY
