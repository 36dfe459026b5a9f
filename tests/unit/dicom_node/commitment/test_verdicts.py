"""The decision on each object: with a real door, outbox and quarantine; ledger and Orthanc are two sets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicom_node.commitment.failures import Failure
from dicom_node.commitment.requests import Reference
from dicom_node.commitment.set_aside import SetAside
from dicom_node.commitment.verdicts import Judge, Verdicts
from dicom_node.errors import UnprocessableError
from dicom_node.segments import Place
from tests.builders.commitment import MAP_UID, NEVER_SENT_UID, SENT_UID, Archive, request
from tests.builders.door import ASSOCIATION, Parts, arrival, ct, parts_in
from tests.builders.peer import CT, MR

WANTED = Reference(CT, SENT_UID)


class Setting:
    """A door, what is behind it, and who judges."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive()
        self.set_aside = SetAside(folder / "commitment", folder / "quarantine", MAP_UID)
        self.parts: Parts = parts_in(folder, note_set_aside=self.set_aside.note)
        self.decide = Judge(
            map_uid=MAP_UID,
            stored=self.archive.stored,
            outbox=self.parts.outbox,
            orthanc=self.archive,
            set_aside=self.set_aside,
        )

    def receive(self, association_id: str = ASSOCIATION, **changes: object) -> None:
        file = ct(**{"SOPInstanceUID": SENT_UID} | changes)
        self.parts.door.receive(arrival(file, association_id=association_id))

    def refuse(self, **changes: object) -> None:
        with pytest.raises(UnprocessableError):
            self.receive(ASSOCIATION, **changes)

    def forward(self) -> None:
        self.archive.take_all(self.parts.outbox)

    def judge(self, *references: Reference) -> Verdicts:
        return self.decide(request(references=references or (WANTED,)))

    def failure(self, *references: Reference) -> Failure:
        ((_, reason),) = self.judge(*references).failed
        return reason


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


def test_what_ledger_and_orthanc_have_is_committed(setting: Setting) -> None:
    setting.receive()
    setting.forward()
    assert setting.judge() == Verdicts(committed=[WANTED])


def test_what_is_in_the_outbox_waits(setting: Setting) -> None:
    setting.receive()
    assert setting.judge() == Verdicts(waiting=[WANTED])


def test_what_the_ledger_alone_has_is_not_committed(setting: Setting) -> None:
    setting.receive()
    setting.forward()
    setting.archive.held.clear()
    assert setting.failure() is Failure.NO_SUCH_OBJECT_INSTANCE


def test_what_orthanc_alone_has_is_not_committed_yet(setting: Setting) -> None:
    """Between upload and ledger, the outbox still has it."""
    setting.receive()
    (place,) = setting.parts.outbox.waiting()
    setting.archive.held.add(setting.parts.outbox.entry(place).orthanc_id)
    assert setting.judge() == Verdicts(waiting=[WANTED])


def test_what_orthanc_lost_and_the_outbox_has_again_waits(setting: Setting) -> None:
    """After a power cut: the outbox brings it once more."""
    setting.receive()
    setting.forward()
    setting.archive.held.clear()
    setting.receive("another association")
    assert setting.judge() == Verdicts(waiting=[WANTED])


def test_a_look_into_the_outbox_serves_the_requests_that_came_before_it(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    waiting = setting.parts.outbox.waiting

    def counted() -> Iterator[Place]:
        looks.append(None)
        return waiting()

    monkeypatch.setattr(setting.parts.outbox, "waiting", counted)
    setting.receive()
    for _ in range(5):
        assert setting.judge() == Verdicts(waiting=[WANTED])
    assert len(looks) == 1
    setting.decide(request(received_at=datetime.now(UTC)))
    assert len(looks) == 2, "one that came since might ask for what came since"


def test_what_moves_to_the_ledger_while_we_look_is_seen(setting: Setting) -> None:
    """It must not fall between the two looks: never received would be a lie."""
    setting.receive()
    entry = setting.parts.outbox.entry

    def entry_and_forward(place: object) -> object:
        found = entry(place)  # type: ignore[arg-type]
        setting.parts.outbox.entry = entry  # type: ignore[method-assign]
        setting.forward()
        return found

    setting.parts.outbox.entry = entry_and_forward  # type: ignore[method-assign,assignment]
    assert setting.judge() == Verdicts(committed=[WANTED])


def test_what_never_came_is_no_such_object(setting: Setting) -> None:
    assert setting.failure(Reference(CT, NEVER_SENT_UID)) is Failure.NO_SUCH_OBJECT_INSTANCE


@pytest.mark.parametrize("is_forwarded", [False, True], ids=["in the outbox", "in Orthanc"])
def test_another_class_than_that_of_the_object_is_a_conflict(setting: Setting, is_forwarded: bool) -> None:
    setting.receive()
    if is_forwarded:
        setting.forward()
    assert setting.failure(Reference(MR, SENT_UID)) is Failure.CLASS_INSTANCE_CONFLICT


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.88.11"])
def test_a_class_that_the_door_does_not_take_is_not_supported(setting: Setting, sop_class: str) -> None:
    assert setting.failure(Reference(sop_class, NEVER_SENT_UID)) is Failure.CLASS_NOT_SUPPORTED


def test_what_is_in_quarantine_is_a_processing_failure(setting: Setting) -> None:
    setting.refuse(PatientID="")
    assert setting.failure() is Failure.PROCESSING_FAILURE


def test_what_was_in_quarantine_and_came_again_in_order_is_committed(setting: Setting) -> None:
    setting.refuse(PatientID="")
    setting.receive()
    setting.forward()
    assert setting.judge() == Verdicts(committed=[WANTED])


@pytest.mark.parametrize("is_forwarded", [False, True], ids=["in the outbox", "in Orthanc"])
def test_two_contents_of_one_uid_are_a_processing_failure_until_one_is_destroyed(
    setting: Setting, tmp_path: Path, is_forwarded: bool
) -> None:
    setting.receive()
    setting.refuse(PatientSex="M", PatientAge="077Y")
    if is_forwarded:
        setting.forward()
    assert setting.failure() is Failure.PROCESSING_FAILURE
    (sealed,) = (tmp_path / "quarantine").glob("*.sealed")
    sealed.unlink()
    assert setting.judge().failed == []


def test_what_is_no_uid_is_a_processing_failure(setting: Setting) -> None:
    assert setting.failure(Reference(CT, "not.a.uid")) is Failure.PROCESSING_FAILURE


def test_a_duplicate_of_a_transaction_is_not_looked_at(setting: Setting) -> None:
    setting.receive()
    setting.forward()
    asked = request(is_duplicate=True)
    assert setting.decide(asked).failed == [(WANTED, Failure.DUPLICATE_TRANSACTION_UID)]


def test_when_there_is_no_more_waiting_what_waits_is_a_processing_failure() -> None:
    waits, fails = Reference(CT, "1.2"), (Reference(CT, "1.3"), Failure.NO_SUCH_OBJECT_INSTANCE)
    verdicts = Verdicts(committed=[WANTED], failed=[fails], waiting=[waits])
    assert verdicts.without_waiting() == Verdicts(
        committed=[WANTED], failed=[fails, (waits, Failure.PROCESSING_FAILURE)]
    )
