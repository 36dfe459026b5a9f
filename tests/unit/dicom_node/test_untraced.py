"""Counts of objects of which nothing else is kept are there when the process is not."""

from pathlib import Path

import pytest

from dicom_node import untraced as module
from dicom_node.tally import Count, Told
from dicom_node.untraced import SLOT_BYTES, UntracedCounts, read_counts, untraced
from storage.ledger_unfinished import Untraced

STUDY = "2.25." + "9" * 39


def kind(count: Count, reason: str = "", study: str | None = STUDY, *, is_again: bool = False) -> Untraced:
    found = untraced(count, Told(reason, study, is_again))
    assert found is not None
    return found


def test_what_is_counted_otherwise_is_not_counted_here() -> None:
    assert untraced(Count.STORED, Told()) is None
    assert untraced(Count.QUARANTINED, Told("residue")) is None


def test_each_kind_is_counted_by_itself_and_found_by_another_process(tmp_path: Path) -> None:
    counts = UntracedCounts(tmp_path / "counts")
    kinds = [
        kind(Count.DUPLICATE),
        kind(Count.DUPLICATE, study=None),
        kind(Count.REFUSED, "sop_class_differs"),
        kind(Count.QUARANTINED, "residue", is_again=True),
    ]
    for one in (*kinds, kinds[0], kinds[0], kinds[2]):
        counts.add(one)
    found = [(one.outcome, one.reason, one.study_instance_uid, one.count) for one in read_counts(tmp_path / "counts")]
    assert found == [
        ("duplicates", "", STUDY, 3),
        ("duplicates", "", None, 1),
        ("refused", "sop_class_differs", STUDY, 2),
        ("quarantined_again", "residue", STUDY, 1),
    ]


def test_of_too_many_studies_the_rest_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KINDS", 3)
    counts = UntracedCounts(tmp_path / "counts")
    for number in range(6):
        counts.add(kind(Count.DUPLICATE, study=f"2.25.{number}"))
    found = {one.study_instance_uid: one.count for one in read_counts(tmp_path / "counts")}
    assert found == {"2.25.0": 1, "2.25.1": 1, "2.25.2": 1, None: 3}


def test_what_did_not_reach_the_disk_hides_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "counts"
    counts = UntracedCounts(path)
    for reason in ("a", "b", "c"):
        counts.add(kind(Count.REFUSED, reason))
    content = path.read_bytes()
    path.write_bytes(bytes(SLOT_BYTES) + content[SLOT_BYTES:-200])
    assert [one.reason for one in read_counts(path)] == ["b"]
    assert read_counts(tmp_path / "none") == ()
