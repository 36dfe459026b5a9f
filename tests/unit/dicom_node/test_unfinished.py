"""Associations that were open when the node ended are summed up by the next one, whatever was done of it before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.forwarder import Forwarder, Pass
from dicom_node.open_associations import DAMAGED, OpenAssociation, OpenAssociations
from dicom_node.tally import Count, Tallies, Tally, Told
from dicom_node.unfinished import LeftOpen
from dicom_node.untraced import untraced
from dicom_node.upper_layer.service import Ending
from storage.errors import ImageStoreUnavailableError
from storage.ledger import Ledger
from storage.ledger_accounts import Accounts
from storage.ledger_records import NODE_ENDED
from tests.builders.door import ASSOCIATION, RECEIVED_AT, Parts, arrival, ct, entries, parts_in
from tests.builders.image_store import StoreInMemory
from tests.builders.ledger import association_summary

OPENED_AT = RECEIVED_AT - timedelta(seconds=5)
NOTE = OpenAssociation(
    association_id=ASSOCIATION, calling_ae_title="PACS", peer_address="192.0.2.7", opened_at=OPENED_AT
)


class Worker:
    """What a worker has, found again in its folder as often as it is started."""

    def __init__(self, folder: Path, engine: Engine, store: StoreInMemory) -> None:
        self.parts: Parts = parts_in(folder)
        self.notes = OpenAssociations(folder / "open")
        self.forwarder = Forwarder(
            outbox=self.parts.outbox,
            journal=self.parts.journal,
            quarantine=self.parts.quarantine,
            orthanc=store,
            ledger=Ledger(engine),
            sum_up=LeftOpen(self.notes, self.parts.outbox, Ledger(engine)).sum_up,
        )


@pytest.fixture
def store() -> StoreInMemory:
    return StoreInMemory()


def summed_up(engine: Engine) -> list[tuple[str | None, int, int | None]]:
    """Ending, how many were received, how many are unaccounted for, of each association."""
    found = Accounts(engine).associations(Accounts(engine).opened_since(datetime.min.replace(tzinfo=UTC)))
    return [
        (one.outcome, one.account.counted.received if one.account.counted else -1, one.account.unaccounted)
        for one in found
    ]


def left_by_a_kill(folder: Path, engine: Engine, store: StoreInMemory, *, forwarded: int, waiting: int) -> None:
    worker = Worker(folder, engine, store)
    worker.notes.note(NOTE)
    for number in range(forwarded + waiting):
        worker.parts.door.receive(arrival(ct(SOPInstanceUID=f"1.2.{number}")))
        if number < forwarded:
            worker.forwarder.forward_once()


def test_it_is_summed_up_from_what_was_forwarded_and_what_waits(
    tmp_path: Path, engine: Engine, store: StoreInMemory
) -> None:
    left_by_a_kill(tmp_path / "0", engine, store, forwarded=2, waiting=1)

    Worker(tmp_path / "0", engine, store).forwarder.forward_once()

    assert summed_up(engine) == [(NODE_ENDED, 3, 0)]


def test_it_is_summed_up_also_while_orthanc_is_down(tmp_path: Path, engine: Engine, store: StoreInMemory) -> None:
    left_by_a_kill(tmp_path / "0", engine, store, forwarded=1, waiting=2)
    store.error = ImageStoreUnavailableError("down")
    again = Worker(tmp_path / "0", engine, store)

    assert again.forwarder.forward_once() is Pass.BLOCKED

    assert summed_up(engine) == [(NODE_ENDED, 3, 2)]  # the two that wait are counted by who looks into the outbox
    store.error = None
    again.forwarder.forward_once()
    assert summed_up(engine) == [(NODE_ENDED, 3, 0)]


def test_what_still_lay_in_the_journal_is_counted(tmp_path: Path, engine: Engine, store: StoreInMemory) -> None:
    worker = Worker(tmp_path / "0", engine, store)
    worker.notes.note(NOTE)
    with pytest.raises(Exception, match="burned"):
        worker.parts.door.receive(arrival(ct(BurnedInAnnotation="YES")))

    Worker(tmp_path / "0", engine, store).forwarder.forward_once()

    assert summed_up(engine) == [(NODE_ENDED, 1, 0)]


def test_what_left_nothing_else_is_counted_by_what_the_door_wrote_down(
    tmp_path: Path, engine: Engine, store: StoreInMemory
) -> None:
    left_by_a_kill(tmp_path / "0", engine, store, forwarded=1, waiting=1)
    notes = OpenAssociations(tmp_path / "0" / "open")
    for count, told in (
        (Count.DUPLICATE, Told()),
        (Count.DUPLICATE, Told()),
        (Count.REFUSED, Told("vault")),
        (Count.QUARANTINED, Told("residue", is_again=True)),
    ):
        kind = untraced(count, told)
        assert kind is not None
        notes.count(ASSOCIATION, kind)

    Worker(tmp_path / "0", engine, store).forwarder.forward_once()

    assert summed_up(engine) == [(NODE_ENDED, 6, 0)]
    assert list((tmp_path / "0" / "open").iterdir()) == []


def test_counts_without_a_note_are_of_an_association_that_was_summed_up(tmp_path: Path) -> None:
    kind = untraced(Count.DUPLICATE, Told())
    assert kind is not None
    OpenAssociations(tmp_path).count(ASSOCIATION, kind)
    assert OpenAssociations(tmp_path).left == ()
    assert list(tmp_path.iterdir()) == []


def test_starting_again_and_again_changes_nothing(tmp_path: Path, engine: Engine, store: StoreInMemory) -> None:
    left_by_a_kill(tmp_path / "0", engine, store, forwarded=1, waiting=1)
    for _ in range(3):
        again = Worker(tmp_path / "0", engine, store)
        again.forwarder.forward_once()
        again.forwarder.forward_once()
    assert summed_up(engine) == [(NODE_ENDED, 2, 0)]
    assert OpenAssociations(tmp_path / "0" / "open").left == ()


def test_a_summary_that_was_written_just_before_the_end_stays(
    tmp_path: Path, engine: Engine, store: StoreInMemory
) -> None:
    worker = Worker(tmp_path / "0", engine, store)
    worker.notes.note(NOTE)
    worker.parts.journal.write(
        association_summary(association_id=ASSOCIATION, received=1, stored=0, duplicates=1, quarantined=0)
    )

    Worker(tmp_path / "0", engine, store).forwarder.forward_once()

    assert summed_up(engine) == [("released", 1, 0)]
    assert OpenAssociations(tmp_path / "0" / "open").left == ()


def test_an_association_of_a_worker_that_lives_is_left_alone(
    tmp_path: Path, engine: Engine, store: StoreInMemory
) -> None:
    living = Worker(tmp_path / "1", engine, store)
    living.notes.note(NOTE)
    living.parts.door.receive(arrival(ct()))

    for worker in (Worker(tmp_path / "0", engine, store), living):  # one that was started again, and itself
        worker.forwarder.forward_once()

    assert summed_up(engine) == [(None, -1, None)]
    assert [one.association_id for one in OpenAssociations(tmp_path / "1" / "open").left] == [ASSOCIATION]


def test_an_object_that_goes_again_after_a_start_is_not_counted_as_on_its_way(
    tmp_path: Path, engine: Engine, store: StoreInMemory
) -> None:
    left_by_a_kill(tmp_path / "0", engine, store, forwarded=1, waiting=1)

    again = Worker(tmp_path / "0", engine, store)

    assert (len(entries(again.parts.outbox)), len(again.parts.outbox.undone())) == (2, 1)


def test_a_damaged_note_is_put_aside_and_does_not_hide_the_others(tmp_path: Path) -> None:
    OpenAssociations(tmp_path).note(NOTE)
    for number, text in enumerate((b"{", b"[]", b'{"opened_at": "2031-04-06T07:08:00+00:00"}', b"\xff")):
        (tmp_path / f"{number}.json").write_bytes(text)

    assert OpenAssociations(tmp_path).left == (NOTE,)
    assert len(list(tmp_path.glob(f"*{DAMAGED}"))) == 4


def test_an_association_is_noted_once_and_only_when_it_brings_something() -> None:
    begun: list[str] = []
    tallies = Tallies(lambda _: None, lambda tally: begun.append(tally.calling_ae_title))
    for key, title in enumerate(("ECHO", "PACS")):
        tallies.opened(key, Tally(calling_ae_title=title, peer_address="192.0.2.7"))
    for _ in range(2):
        tallies.counted(tallies.received(1), Count.STORED)
    for key in range(2):
        tallies.ended(key, Ending.RELEASED)
    assert begun == ["PACS"]
