"""A decided fate outlives a crash, and an equal object that comes later is another one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dicom_node.fates import decide, decisions
from dicom_node.quarantine import SUFFIX, Circumstances, Quarantine, damaged_in, is_quarantine_id, labels_in
from dicom_node.status import Reason
from storage.keys import KeyRing
from storage.quarantine_records import Decision, Fate
from tests.builders.ledger import quarantined_object

KEYS = KeyRing(b"k" * 32)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CAME = Circumstances(association_id="a", sop_class_uid="1.2.840.10008.5.1.4.1.1.2", received_at=AT)


def decision(quarantine_id: str) -> Decision:
    return Decision(
        kept=quarantined_object(quarantine_id=quarantine_id),
        fate=Fate.DESTROYED,
        at=AT,
        by="anna",
        reason="sent by mistake",
    )


def test_what_was_destroyed_is_gone_and_the_decision_is_kept(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEYS)
    label = quarantine.put(b"object", CAME, Reason.RESIDUE)

    quarantine.remove(decision(label.quarantine_id))

    assert list(labels_in(tmp_path)) == []
    assert not (tmp_path / (label.quarantine_id + SUFFIX)).exists()
    assert list(decisions(tmp_path)) == [decision(label.quarantine_id)]


def test_an_object_whose_fate_was_decided_just_before_a_crash_is_no_longer_in_quarantine(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEYS)
    label = quarantine.put(b"object", CAME, Reason.RESIDUE)

    decide(tmp_path, decision(label.quarantine_id))

    assert (tmp_path / (label.quarantine_id + SUFFIX)).exists()
    assert list(quarantine.labels()) == []


def test_the_first_decision_stands(tmp_path: Path) -> None:
    first = decision("0" * 32)
    decide(tmp_path, first)
    decide(tmp_path, replace(first, by="bert"))
    assert list(decisions(tmp_path)) == [first]


def test_an_equal_object_that_comes_after_the_decision_is_kept_under_another_id(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEYS)
    first = quarantine.put(b"object", CAME, Reason.RESIDUE)
    quarantine.remove(decision(first.quarantine_id))

    later = quarantine.put(b"object", replace(CAME, received_at=AT + timedelta(days=1)), Reason.RESIDUE)
    again = quarantine.put(b"object", replace(CAME, received_at=AT + timedelta(days=2)), Reason.RESIDUE)

    assert later.quarantine_id != first.quarantine_id
    assert again == later
    assert quarantine.open(later.quarantine_id) == b"object"


def test_a_damaged_file_hides_no_other_and_is_named(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEYS)
    whole = quarantine.put(b"object", CAME, Reason.RESIDUE)
    (tmp_path / f"{'f' * 32}{SUFFIX}").write_bytes(b"OSTEON-QUARANTINE-1\n\0\0\0\7garbage")

    assert list(quarantine.labels()) == [whole]
    assert list(damaged_in(tmp_path)) == [f"{'f' * 32}{SUFFIX}"]


def test_only_an_id_is_an_id() -> None:
    assert is_quarantine_id("0123456789abcdef" * 2)
    assert not any(map(is_quarantine_id, ("", "../../etc/passwd", "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n")))


def test_an_object_whose_sealed_file_was_damaged_is_kept_when_it_comes_again(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEYS)
    first = quarantine.put(b"object", CAME, Reason.RESIDUE)
    (tmp_path / (first.quarantine_id + SUFFIX)).write_bytes(b"")

    again = quarantine.put(b"object", CAME, Reason.RESIDUE)

    assert quarantine.open(again.quarantine_id) == b"object"
    assert list(damaged_in(tmp_path)) == [f"{first.quarantine_id}.damaged"]
