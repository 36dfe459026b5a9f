"""Association sums are right however the connection ends, also while an object is still being handled."""

import pytest

from dicom_node.tally import MOST_STUDIES, Count, Tallies, Tally, Told
from dicom_node.upper_layer.service import Ending
from storage.ledger_records import AssociationSummary

KEY = 7


@pytest.fixture
def written() -> list[AssociationSummary]:
    return []


@pytest.fixture
def tallies(written: list[AssociationSummary]) -> Tallies:
    made = Tallies(written.append)
    made.opened(KEY, Tally(calling_ae_title="PACS", peer_address="127.0.0.1"))
    return made


def sums(summary: AssociationSummary) -> tuple[str, int, int, int, int, int]:
    counts = (summary.stored, summary.duplicates, summary.quarantined, summary.refused)
    return (summary.outcome, summary.received, *counts)


def test_a_released_association_is_written_once(tallies: Tallies, written: list[AssociationSummary]) -> None:
    for count in Count:
        tallies.counted(tallies.received(KEY), count)
    tallies.ended(KEY, Ending.RELEASED)
    tallies.ended(KEY, Ending.LOST)
    assert [sums(summary) for summary in written] == [("released", 4, 1, 1, 1, 1)]


def test_a_connection_lost_in_the_middle_of_an_object_waits_for_the_object(
    tallies: Tallies, written: list[AssociationSummary]
) -> None:
    tally = tallies.received(KEY)
    tallies.ended(KEY, Ending.LOST)
    assert written == []
    tallies.counted(tally, Count.STORED)
    assert [sums(summary) for summary in written] == [("lost", 1, 1, 0, 0, 0)]


def test_an_abort_that_is_told_after_the_connection_closed_is_an_abort(
    tallies: Tallies, written: list[AssociationSummary]
) -> None:
    tallies.ended(KEY, Ending.LOST)
    tallies.ended(KEY, Ending.ABORTED)
    assert sums(written[-1])[0] == "aborted"
    assert len({summary.association_id for summary in written}) == 1


def test_an_object_that_is_handled_after_the_end_is_counted_too(
    tallies: Tallies, written: list[AssociationSummary]
) -> None:
    tallies.ended(KEY, Ending.LOST)
    tallies.counted(tallies.received(KEY), Count.STORED)
    assert sums(written[-1]) == ("lost", 1, 1, 0, 0, 0)


def test_what_was_not_taken_is_counted_by_reason_and_by_study(
    tallies: Tallies, written: list[AssociationSummary]
) -> None:
    for count, told in (
        (Count.STORED, Told(study_instance_uid="2.25.1")),
        (Count.DUPLICATE, Told(study_instance_uid="2.25.1")),
        (Count.QUARANTINED, Told("residue", "2.25.1")),
        (Count.QUARANTINED, Told("residue", "2.25.1", is_again=True)),
        (Count.QUARANTINED, Told("unreadable")),
        (Count.REFUSED, Told("vault", "2.25.2")),
    ):
        tallies.counted(tallies.received(KEY), count, told)
    tallies.ended(KEY, Ending.RELEASED)

    (summary,) = written
    assert sums(summary) == ("released", 6, 1, 1, 3, 1)
    assert [(one.outcome, one.reason, one.count) for one in summary.reasons] == [
        ("quarantined", "residue", 1),
        ("quarantined", "unreadable", 1),
        ("quarantined_again", "residue", 1),
        ("refused", "vault", 1),
    ]
    first, second = summary.studies
    assert (first.study_instance_uid, first.stored, first.duplicates) == ("2.25.1", 1, 1)
    assert (first.quarantined, first.quarantined_again, first.refused) == (2, 1, 0)
    assert (second.study_instance_uid, second.refused) == ("2.25.2", 1)


def test_a_peer_that_names_a_new_study_with_every_object_fills_no_memory(
    tallies: Tallies, written: list[AssociationSummary]
) -> None:
    for number in range(MOST_STUDIES + 5):
        tallies.counted(tallies.received(KEY), Count.QUARANTINED, Told("residue", f"2.25.{number}"))
    tallies.ended(KEY, Ending.RELEASED)

    assert written[0].quarantined == MOST_STUDIES + 5
    assert len(written[0].studies) == MOST_STUDIES
