"""Rejected associations are counted, and a peer that tries without end leaves a bounded number of lines."""

from datetime import UTC, datetime, timedelta

from dicom_node.rejections import EVERY_SECONDS, MOST_CALLERS, OTHERS, Rejections
from dicom_node.upper_layer.pdus import CALLED_AE_TITLE
from storage.ledger_records import RejectedAssociations

NOON = datetime(2026, 1, 2, 12, 34, 56, tzinfo=UTC)


class Clocks:
    """Both kinds of time, set by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.seconds = 0.0

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def counted(written: list[RejectedAssociations]) -> dict[tuple[int, str, str, str], int]:
    """As the ledger keeps it: the largest count of each."""
    kept: dict[tuple[int, str, str, str], int] = {}
    for one in written:
        key = (one.hour.hour, one.calling_ae_title, one.peer_address, one.reason)
        kept[key] = max(kept.get(key, 0), one.count)
    return kept


def test_the_first_is_written_at_once_and_the_rest_together() -> None:
    clocks, written = Clocks(), list[RejectedAssociations]()
    rejections = Rejections(written.append, now=lambda: clocks.now, clock=lambda: clocks.seconds)

    for _ in range(1000):
        rejections.note("PACS", "192.0.2.7", CALLED_AE_TITLE)
    assert len(written) == 1
    rejections.flush()

    assert len(written) == 2
    assert counted(written) == {(12, "PACS", "192.0.2.7", "called_ae_title"): 1000}


def test_every_hour_is_counted_by_itself() -> None:
    clocks, written = Clocks(), list[RejectedAssociations]()
    rejections = Rejections(written.append, now=lambda: clocks.now, clock=lambda: clocks.seconds)

    for _ in range(3):
        rejections.note("PACS", "192.0.2.7", "not_allowed")
        clocks.forward(3600)
    rejections.flush()

    assert {hour: count for (hour, *_), count in counted(written).items()} == {12: 1, 13: 1, 14: 1}


def test_callers_that_change_their_names_are_counted_together() -> None:
    clocks, written = Clocks(), list[RejectedAssociations]()
    rejections = Rejections(written.append, now=lambda: clocks.now, clock=lambda: clocks.seconds)

    for number in range(MOST_CALLERS + 50):
        rejections.note(f"EVIL{number}", f"2001:db8::{number:x}", "not_allowed")
        clocks.forward(EVERY_SECONDS / 100)
    rejections.flush()

    kept = counted(written)
    assert len(kept) == MOST_CALLERS + 1
    assert kept[12, OTHERS, OTHERS, "not_allowed"] == 50
