"""What the audit log of every unit of work must do, in memory and on each database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from annotation import lesions, readings
from annotation.audit import CHANGES, Action, AuditFilter, Entry, Kind, Note, Outcome
from annotation.errors import PatientNotFoundError
from annotation.ports import UnitOfWork
from lesion_model.findings import ImagingFindings
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, lytic_findings
from tests.builders.registry import OLD_STUDY, OTHER_PSEUDONYM, START, minutes

EVERYTHING = AuditFilter()


def everything(uow: UnitOfWork) -> list[Entry]:
    with uow:
        return list(uow.audit.newest(EVERYTHING, before=None, limit=1000))


def noted(uow: UnitOfWork, *notes: Note, by: str | None = "reader one", minute: int = 0) -> None:
    with uow:
        for note in notes:
            uow.audit.note(note, by=by, at=minutes(minute))
        uow.commit()


def view(pseudonym: str = PSEUDONYM) -> Note:
    return Note(action=Action.VIEWED, kind=Kind.PATIENT, object_id=pseudonym, pseudonym=pseudonym)


class AuditContract:
    """Inherit and give a fixture `uow` whose images are `tests.builders.registry.OBJECTS`."""

    def test_entries_are_numbered_and_come_back_newest_first(self, uow: UnitOfWork) -> None:
        refused = Note(action=Action.REFUSED, outcome=Outcome.REFUSED)
        noted(uow, view())
        noted(uow, refused, by=None, minute=1)

        assert everything(uow) == [
            Entry(number=2, at=minutes(1), actor=None, note=refused),
            Entry(number=1, at=START, actor="reader one", note=view()),
        ]
        with uow:
            assert uow.audit.last_number() == 2

    def test_what_was_not_committed_was_not_noted(self, uow: UnitOfWork) -> None:
        with uow:
            uow.audit.note(view(), by="reader one", at=START)

        assert everything(uow) == []
        with uow:
            assert uow.audit.last_number() == 0

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            pytest.param(AuditFilter(pseudonym=OTHER_PSEUDONYM), [2], id="of a patient"),
            pytest.param(AuditFilter(actor="reader two"), [3], id="of somebody"),
            pytest.param(AuditFilter(actions=frozenset({Action.VIEWED, Action.REMOVED})), [3, 2, 1], id="views"),
            pytest.param(AuditFilter(actions=frozenset({Action.REMOVED})), [], id="of no such action"),
            pytest.param(AuditFilter(since=minutes(1), until=minutes(2)), [2], id="since, and before"),
            pytest.param(AuditFilter(since=minutes(1) + timedelta(microseconds=1)), [4, 3], id="to the microsecond"),
        ],
    )
    def test_entries_are_found_by(self, uow: UnitOfWork, wanted: AuditFilter, numbers: list[int]) -> None:
        noted(uow, view())
        noted(uow, view(OTHER_PSEUDONYM), minute=1)
        noted(uow, view(), by="reader two", minute=2)
        noted(uow, Note(action=Action.CREATED, kind=Kind.TOKEN), minute=3)
        with uow:
            assert [entry.number for entry in uow.audit.newest(wanted, before=None, limit=10)] == numbers
            last = uow.audit.newest(wanted, before=3, limit=1)
            assert [entry.number for entry in last] == [each for each in numbers if each < 3][:1]

    def test_changes_follow_each_other_from_a_number_on(self, uow: UnitOfWork) -> None:
        actions = (Action.CREATED, Action.VIEWED, Action.SIGNED, Action.VIEWED, Action.CHANGED)
        noted(uow, *(Note(action=action, kind=Kind.READING) for action in actions))
        with uow:
            assert [entry.number for entry in uow.audit.following(0, CHANGES, limit=2)] == [1, 3]
            assert [entry.number for entry in uow.audit.following(3, CHANGES, limit=2)] == [5]
            assert uow.audit.following(5, CHANGES, limit=2) == []

    def test_opening_a_lesion_and_reading_it_are_noted(self, uow: UnitOfWork) -> None:
        lesion = lesions.open_lesion(PSEUDONYM, L3, by="reader one", now=lambda: START, uow=uow)
        reading = readings.record_reading(
            lesion.id, OLD_STUDY, lytic_findings(), None, by="reader two", now=lambda: minutes(1), uow=uow
        ).reading
        readings.revise_reading(
            reading.id, 1, ImagingFindings(), None, reason="Again.", by="reader one", now=lambda: minutes(2), uow=uow
        )

        recorded = Note(
            action=Action.CREATED,
            kind=Kind.READING,
            object_id=str(reading.id),
            pseudonym=PSEUDONYM,
            study_instance_uid=OLD_STUDY,
        )
        opened = Note(action=Action.CREATED, kind=Kind.LESION, object_id=str(lesion.id), pseudonym=PSEUDONYM)
        assert [(entry.actor, entry.at, entry.note) for entry in everything(uow)] == [
            ("reader one", minutes(2), replace(recorded, action=Action.CHANGED)),
            ("reader two", minutes(1), recorded),
            ("reader one", START, opened),
        ]

    def test_what_is_refused_changes_nothing_and_notes_nothing(self, uow: UnitOfWork) -> None:
        with pytest.raises(PatientNotFoundError):
            lesions.open_lesion("OST-00000-00000", L3, by="reader one", now=lambda: START, uow=uow)

        assert everything(uow) == []
