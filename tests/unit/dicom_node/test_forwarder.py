"""The forwarder: an object leaves the outbox only once Orthanc and the ledger have it."""

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from sqlalchemy import Engine

from dicom_node.forwarder import Forwarder, Pass
from dicom_node.pieces import Pieces
from dicom_node.status import Reason
from storage.errors import ImageRejectedError, ImageStoreUnavailableError
from storage.ledger import Ledger
from storage.ledger_records import AssociationSummary
from storage.orthanc import Placed
from tests.builders.door import ASSOCIATION, RECEIVED_AT, Parts, arrival, ct, damage, entries, parts_in
from tests.builders.image_store import StoreInMemory


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path / "node")


@pytest.fixture
def store() -> StoreInMemory:
    return StoreInMemory()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def forwarder(parts: Parts, store: StoreInMemory, ledger: Ledger) -> Forwarder:
    return Forwarder(
        outbox=parts.outbox, journal=parts.journal, quarantine=parts.quarantine, orthanc=store, ledger=ledger
    )


def reasons(parts: Parts) -> list[Reason]:
    return [label.reason for label in parts.quarantine.labels()]


def test_an_object_goes_to_orthanc_then_to_the_ledger_and_leaves_the_outbox(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    (entry,) = entries(parts.outbox)
    assert forwarder.forward_once() is Pass.MOVED
    assert list(store.files) == [entry.orthanc_id]
    assert ledger.source_digests([entry.sop_instance_uid]) == {entry.sop_instance_uid: entry.source_digest}
    assert parts.outbox.depth() == 0
    assert forwarder.forward_once() is Pass.IDLE


def test_while_orthanc_is_down_the_outbox_keeps_everything(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    store.error = ImageStoreUnavailableError("down")
    assert forwarder.forward_once() is Pass.BLOCKED
    assert (parts.outbox.depth(), ledger.counts().objects) == (1, 0)
    store.error = None
    assert forwarder.forward_once() is Pass.MOVED
    assert (parts.outbox.depth(), ledger.counts().objects) == (0, 1)


def test_after_a_crash_between_orthanc_and_ledger_it_goes_again_and_is_the_same(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    (place,) = parts.outbox.waiting()
    waiting = parts.outbox.open(place)
    store.files[waiting.entry.orthanc_id] = bytes(waiting.file)
    assert forwarder.forward_once() is Pass.MOVED
    assert (ledger.counts().objects, reasons(parts)) == (1, [])


def test_a_re_send_after_forwarding_changes_nothing(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    for association in ("one", "another"):
        parts.door.receive(arrival(ct(), association_id=association))
        forwarder.forward_once()
    assert (len(store.files), ledger.counts().objects, reasons(parts)) == (1, 1, [])


def test_other_content_after_forwarding_is_kept_as_a_conflict(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    forwarder.forward_once()
    (first,) = store.files.values()
    parts.door.receive(arrival(ct(KVP="80"), association_id="another"))
    forwarder.forward_once()
    forwarder.forward_once()
    assert list(store.files.values()) == [first]
    (label,) = parts.quarantine.labels()
    assert label.reason is Reason.CONFLICT
    kept = pydicom.dcmread(BytesIO(parts.quarantine.open(label.quarantine_id)))
    assert kept.KVP == 80
    assert ledger.counts().quarantined == 1


def test_a_conflict_with_an_object_that_only_orthanc_knows_is_found_too(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    (entry,) = entries(parts.outbox)
    store.files[entry.orthanc_id] = b"something else"
    forwarder.forward_once()
    assert reasons(parts) == [Reason.CONFLICT]
    assert ledger.counts().objects == 0


def test_what_orthanc_will_never_take_is_kept_in_quarantine_not_tried_for_ever(
    parts: Parts, store: StoreInMemory, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    store.error = ImageRejectedError("no")
    forwarder.forward_once()
    assert (parts.outbox.depth(), reasons(parts)) == (0, [Reason.REJECTED_BY_ORTHANC])


@pytest.mark.parametrize("passes", [pytest.param(1, id="already forwarded"), pytest.param(0, id="in the same batch")])
def test_a_second_patient_in_one_study_never_reaches_orthanc_and_holds_up_nobody(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder, *, passes: int
) -> None:
    parts.door.receive(arrival(ct(SOPInstanceUID="1.1"), association_id="one"))
    for _ in range(passes):
        forwarder.forward_once()
    another_node = parts_in(parts.folder, outbox=parts.outbox).door  # with a vault that does not know the study
    another_node.receive(arrival(ct(SOPInstanceUID="1.2", PatientID="second"), association_id="two"))
    parts.door.receive(arrival(ct(SOPInstanceUID="1.3"), association_id="three"))
    for _ in range(2):
        forwarder.forward_once()
    assert (parts.outbox.depth(), reasons(parts)) == (0, [Reason.CONFLICT])
    assert len(store.files) == ledger.counts().objects == 2


def test_two_forwarders_never_bring_both_of_two_objects_that_contradict_one_another(
    tmp_path: Path, store: StoreInMemory, ledger: Ledger
) -> None:
    """One SOPInstanceUID in two series, received by two workers: Orthanc would take both."""
    both = [parts_in(tmp_path / name) for name in ("one", "two")]
    forwarders = [
        Forwarder(outbox=it.outbox, journal=it.journal, quarantine=it.quarantine, orthanc=store, ledger=ledger)
        for it in both
    ]
    for it, series in zip(both, ("1.11", "1.12"), strict=True):
        it.door.receive(arrival(ct(SOPInstanceUID="1.1", SeriesInstanceUID=series), association_id=series))
    take = store.store
    inside = False

    def while_the_other_passes(file: bytes | Pieces, expected_id: str) -> Placed:
        nonlocal inside
        if not inside:
            inside = True
            forwarders[1].forward_once()
        return take(file, expected_id)

    store.store = while_the_other_passes  # type: ignore[method-assign]
    forwarders[0].forward_once()
    assert len(store.files) == ledger.counts().objects == 1
    assert [reasons(it) for it in both] == [[], [Reason.CONFLICT]]
    assert [it.outbox.depth() for it in both] == [0, 0]


@pytest.mark.parametrize("how", ["rejected", "damaged"])
def test_an_object_that_never_gets_to_orthanc_does_not_stand_in_the_way_of_another(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder, how: str
) -> None:
    parts.door.receive(arrival(ct(SOPInstanceUID="1.1")))
    store.error = ImageStoreUnavailableError("down")
    forwarder.forward_once()  # claimed, and not brought
    store.error = ImageRejectedError("no") if how == "rejected" else None
    if how == "damaged":
        damage(parts.folder, next(iter(parts.outbox.waiting())))
    forwarder.forward_once()
    store.error = None

    other = parts_in(parts.folder / "other")
    other.door.receive(arrival(ct(SOPInstanceUID="1.1", KVP="80")))
    Forwarder(
        outbox=other.outbox, journal=other.journal, quarantine=other.quarantine, orthanc=store, ledger=ledger
    ).forward_once()
    assert (reasons(other), ledger.counts().objects) == ([], 1)


def test_a_damaged_outbox_entry_is_put_aside_and_the_others_go(
    parts: Parts, ledger: Ledger, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct(SOPInstanceUID="1.1")))
    (place,) = parts.outbox.waiting()
    damage(parts.folder, place)
    parts.door.receive(arrival(ct(SOPInstanceUID="1.2"), association_id="another"))
    forwarder.forward_once()
    assert parts.outbox.depth() == 0
    assert (parts.folder / "objects" / place.segment).exists()
    assert ledger.counts().objects == 1


def test_facts_of_the_journal_reach_the_ledger_once(parts: Parts, engine: Engine, forwarder: Forwarder) -> None:
    parts.journal.write(
        AssociationSummary(
            association_id=ASSOCIATION,
            calling_ae_title="PACS",
            peer_address="127.0.0.1",
            opened_at=RECEIVED_AT,
            closed_at=RECEIVED_AT,
            outcome="released",
            received=3,
            stored=1,
            duplicates=1,
            quarantined=1,
            refused=0,
        )
    )
    assert forwarder.forward_once() is Pass.MOVED
    assert forwarder.forward_once() is Pass.IDLE
    assert list(parts.journal.read()) == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT received, stored, outcome FROM association").all() == [
            (3, 1, "released")
        ]


def test_one_object_that_orthanc_does_not_take_for_now_does_not_hold_up_the_others(
    parts: Parts, store: StoreInMemory, ledger: Ledger, forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.is_ready = True
    for number in range(3):
        parts.door.receive(arrival(ct(SOPInstanceUID=f"1.{number}")))
    stubborn = entries(parts.outbox)[0].orthanc_id
    take = store.store

    def store_all_but_one(file: bytes | Pieces, expected_id: str) -> Placed:
        if expected_id == stubborn:
            raise ImageStoreUnavailableError("answered 500")
        return take(file, expected_id)

    monkeypatch.setattr(store, "store", store_all_but_one)
    forwarder.forward_once()
    assert (parts.outbox.depth(), ledger.counts().objects) == (1, 2)
    assert forwarder.forward_once() is Pass.IDLE  # put off, not tried again at once


@pytest.mark.parametrize("content", [b"", b"{}", b'{"kind": "unheard of"}', b"\xff"])
def test_a_damaged_fact_is_put_aside_and_the_forwarder_goes_on(
    parts: Parts, ledger: Ledger, forwarder: Forwarder, content: bytes
) -> None:
    damaged = parts.folder / "journal" / "0.json"
    damaged.write_bytes(content)
    parts.door.receive(arrival(ct()))
    assert forwarder.forward_once() is Pass.MOVED
    assert ledger.counts().objects == 1
    assert damaged.with_suffix(".damaged").exists()


def test_whatever_goes_wrong_is_no_end_of_the_forwarder(
    parts: Parts, store: StoreInMemory, forwarder: Forwarder
) -> None:
    parts.door.receive(arrival(ct()))
    store.error = ZeroDivisionError()
    assert forwarder.forward_once() is Pass.BLOCKED
    store.error = None
    assert forwarder.forward_once() is Pass.MOVED
