"""Which objects are in quarantine, known by replaced UIDs only, for as long as they are there."""

from pathlib import Path

import pytest

from dicom_node.commitment.set_aside import SetAside
from dicom_node.status import Reason
from tests.builders.commitment import MAP_UID, SENT_UID

REPLACED = str(MAP_UID(SENT_UID))


@pytest.fixture
def quarantine(tmp_path: Path) -> Path:
    folder = tmp_path / "quarantine"
    folder.mkdir()
    (folder / "aa11.sealed").touch()
    return folder


def opened(quarantine: Path) -> SetAside:
    return SetAside(quarantine.parent / "commitment", quarantine, MAP_UID)


def index(quarantine: Path) -> Path:
    return quarantine.parent / "commitment" / "quarantined-0.index"


def test_an_object_is_known_by_the_senders_uid_or_the_replaced_one_also_after_a_restart(quarantine: Path) -> None:
    (quarantine / "bb22.sealed").touch()
    known = opened(quarantine)
    known.note(SENT_UID, "aa11", Reason.RESIDUE)
    known.note_replaced("2.25.7", "bb22", Reason.REJECTED_BY_ORTHANC)
    for one in (known, opened(quarantine)):
        assert one.holds(REPLACED)
        assert one.holds("2.25.7")
        assert not one.holds("2.25.8")


def test_the_senders_uid_is_not_written_down(quarantine: Path) -> None:
    opened(quarantine).note(SENT_UID, "aa11", Reason.RESIDUE)
    assert SENT_UID not in index(quarantine).read_text()
    assert REPLACED in index(quarantine).read_text()


def test_what_was_released_or_destroyed_is_forgotten(quarantine: Path) -> None:
    known = opened(quarantine)
    known.note(SENT_UID, "aa11", Reason.RESIDUE)
    (quarantine / "aa11.sealed").unlink()
    assert not known.holds(REPLACED)
    opened(quarantine)
    assert index(quarantine).read_text() == ""


def test_only_a_conflict_speaks_against_what_is_stored(quarantine: Path) -> None:
    known = opened(quarantine)
    known.note(SENT_UID, "aa11", Reason.RESIDUE)
    assert not known.holds_another(REPLACED)
    known.note(SENT_UID, "aa11", Reason.CONFLICT)
    assert known.holds_another(REPLACED)


def test_a_line_torn_by_a_crash_costs_itself_only(quarantine: Path) -> None:
    opened(quarantine).note(SENT_UID, "aa11", Reason.RESIDUE)
    with index(quarantine).open("a") as file:
        file.write("2.25.9 aa1")
    (quarantine / "bb22.sealed").touch()
    opened(quarantine).note_replaced("2.25.7", "bb22", Reason.UNREADABLE)
    again = opened(quarantine)
    assert again.holds(REPLACED)
    assert again.holds("2.25.7")
    assert not again.holds("2.25.9")


def test_what_is_no_uid_is_not_noted(quarantine: Path) -> None:
    opened(quarantine).note("../../etc/x", "aa11", Reason.INVALID_UID)
    assert index(quarantine).read_text() == ""


def test_what_another_process_has_set_aside_is_known_here(quarantine: Path) -> None:
    here = opened(quarantine)
    there = SetAside(quarantine.parent / "commitment", quarantine, MAP_UID, "1")
    there.note(SENT_UID, "aa11", Reason.CONFLICT)
    assert here.holds(REPLACED)
    assert here.holds_another(REPLACED)
    (quarantine / "aa11.sealed").unlink()
    assert not here.holds(REPLACED)
