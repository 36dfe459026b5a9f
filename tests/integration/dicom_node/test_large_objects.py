"""Large objects on real connections: stored while they come, whole in the end, and gone when they break off."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dicom_node.large_segment import RECEIVING
from dicom_node.outbox import Outbox
from dicom_node.segments import SUFFIX, Content, records_in
from dicom_node.upper_layer import association
from dicom_node.upper_layer.service import Limits
from tests.builders.door import ASSOCIATION, Parts, arrival, ct, parts_in
from tests.builders.large_objects import LargeImage, connected, digest_of, memory_of, send, store, worker_of
from tests.builders.peer import (
    ANNOUNCED,
    DATA,
    LAST_COMMAND,
    LAST_DATA,
    Peer,
    abort,
    cut,
    data_set_of,
    listening,
    message,
    p_data,
    pdv,
    store_rq,
    sums,
)
from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for
from tests.services.product import Product

MEGABYTE = 1 << 20
IDLE = 0.4
EARLY = Limits(idle_seconds=IDLE, large_object=300)
"""Anything is a large object."""

FILE = ct()
DATA_SET = data_set_of(FILE)
UID = arrival(FILE).affected_sop_instance_uid
OUT_OF_RESOURCES, QUARANTINED = 0xA700, 0xC100


@pytest.fixture
def quick(quick_disk: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - for what it does
    monkeypatch.setattr(association, "GOODBYE_SECONDS", IDLE)


@pytest.fixture
def early_port(parts: Parts, quick: None) -> Iterator[int]:  # noqa: ARG001
    with listening(parts.door, parts.journal, EARLY) as port:
        yield port


def in_outbox(parts: Parts, suffix: str = "") -> list[Path]:
    return list((parts.folder / "objects").glob(f"*{suffix}"))


def associated(port: int) -> Peer:
    peer = Peer(port)
    peer.associate()
    return peer


def test_what_was_stored_while_it_came_is_what_would_have_been_collected(
    early_port: int, parts: Parts, tmp_path: Path
) -> None:
    collected = parts_in(tmp_path / "collected", vault=parts.vault)
    with listening(collected.door, collected.journal) as port, associated(port) as peer:
        assert peer.store(UID, DATA_SET).status == 0
    with associated(early_port) as peer:
        assert peer.store(UID, DATA_SET).status == 0
        assert peer.release()
    assert the_one_in(parts.outbox) == the_one_in(collected.outbox)
    wait_for(lambda: sums(parts.journal) == {("released", 1, 1, 0, 0, 0): 1}, "it is counted")


def the_one_in(outbox: Outbox) -> tuple[object, bytes]:
    """The one object that waits, but for when and on which association it came."""
    (place,) = outbox.waiting()
    waiting = outbox.open(place)
    return replace(waiting.entry, association_id=ASSOCIATION, received_at=waiting.entry.received_at.min), waiting.file


def test_large_and_small_objects_follow_each_other_on_one_association(early_port: int, parts: Parts) -> None:
    with associated(early_port) as peer:
        for number in range(6):
            uid = f"1.2.{number}"
            small = p_data(pdv(b"", LAST_DATA))
            data_set = data_set_of(ct(SOPInstanceUID=uid))
            assert peer.store(uid, data_set, message_id=number + 1).status == 0
            peer.send(p_data(pdv(store_rq("1.3"), LAST_COMMAND)), small)
            assert peer.reply().status == QUARANTINED
            assert peer.echo().status == 0
        assert peer.release()
    assert parts.outbox.depth() == 6


@pytest.mark.parametrize("size", [1, 299, 300, 301, 16_378, ANNOUNCED - 6])
def test_the_fragments_may_have_any_size(early_port: int, parts: Parts, size: int) -> None:
    sent = b"".join(message(store_rq(UID), DATA_SET, size=size))
    with associated(early_port) as peer:
        peer.send(sent)
        assert peer.reply().status == 0
    assert parts.outbox.depth() == 1


def test_what_its_head_condemns_is_quarantined_and_said(early_port: int, parts: Parts) -> None:
    file = ct(BurnedInAnnotation="YES")
    with associated(early_port) as peer:
        reply = peer.store(UID, data_set_of(file))
        assert (reply.status, reply.text(0x0902)) == (QUARANTINED, "burned_in_annotation")
        assert peer.store(UID, DATA_SET, message_id=2).status == 0
    (label,) = parts.quarantine.labels()
    assert parts.quarantine.open(label.quarantine_id).endswith(data_set_of(file))


def test_one_that_is_larger_than_allowed_is_read_to_its_end_and_forgotten(parts: Parts, quick: None) -> None:  # noqa: ARG001
    limits = replace(EARLY, largest_object=len(DATA_SET) - 1)
    with listening(parts.door, parts.journal, limits) as port, associated(port) as peer:
        assert peer.store(UID, DATA_SET).status == OUT_OF_RESOURCES
        assert in_outbox(parts) == []
        assert peer.echo().status == 0


def pieces_up_to(share: float) -> bytes:
    """The request, and so much of the data set, in fragments."""
    begun = DATA_SET[: int(share * (len(DATA_SET) - 1))]
    return p_data(pdv(store_rq(UID), LAST_COMMAND)) + b"".join(p_data(pdv(piece, DATA)) for piece in cut(begun, 1000))


@pytest.mark.parametrize("last", ["abort", "reset", "silence"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.16, 0.5, 0.9, 1.0])
def test_of_one_that_breaks_off_nothing_stays_and_it_can_come_again(
    early_port: int, parts: Parts, share: float, last: str
) -> None:
    with associated(early_port) as peer:
        peer.send(pieces_up_to(share))
        if share > 0.3:
            wait_for(lambda: len(in_outbox(parts, RECEIVING)) == 1, "it is being received")
        if last == "abort":
            peer.send(abort())
        elif last == "reset":
            peer.reset()
        if last != "reset":
            assert peer.receive() is None or last == "silence"
    wait_for(lambda: bool(sums(parts.journal)), "the association is over")
    assert in_outbox(parts) == []
    with associated(early_port) as peer:
        assert peer.store(UID, DATA_SET).status == 0


def test_a_node_that_stops_meanwhile_keeps_nothing_of_it(parts: Parts, quick: None) -> None:  # noqa: ARG001
    with listening(parts.door, parts.journal, replace(EARLY, idle_seconds=30)) as port:
        peer = associated(port)
        peer.send(pieces_up_to(0.5))
        wait_for(lambda: len(in_outbox(parts, RECEIVING)) == 1, "it is being received")
    peer.close()
    assert in_outbox(parts) == []


# The real node

NOWHERE = {
    "OSTEON_ORTHANC_URL": "http://127.0.0.1:9/",
    "OSTEON_ORTHANC_USER": "nobody",
    "OSTEON_ORTHANC_PASSWORD": "nothing",
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Product]:
    made = Product(tmp_path / "home", settings=NOWHERE | {"OSTEON_WORKERS": "1"}, command="node")
    made.start()
    yield made
    made.stop()


def stored_pixels(node: Product, size: int) -> list[str]:
    """Digests of the last bytes of what waits."""
    folder = node.home / "outbox" / "0" / "objects"
    records = [record for path in folder.glob(f"*{SUFFIX}") for record in records_in(path)]
    large = [one for one in records if one.content_size > size]
    ends = [replace(one, content_at=one.content_at + one.content_size - size, content_size=size) for one in large]
    return [digest_of(iter(Content(folder, end))) for end in ends]


def test_300_megabytes_take_the_node_less_than_100_more_and_outlive_kill_9(node: Product) -> None:
    assert node.process is not None
    image, worker = LargeImage(frames=600), worker_of(node.process.pid)
    with connected(node.dicom_port) as peer:
        assert store(peer, LargeImage(frames=1, instance_uid="1.2.3")).status == 0
        before = memory_of(worker, "VmRSS")
        assert store(peer, image).status == 0
        assert store(peer, LargeImage(frames=600, instance_uid="1.2.4", patient_id="")).status == QUARANTINED
    more = memory_of(worker) - before
    assert image.pixel_bytes == 300 * MEGABYTE
    assert more < 100 * MEGABYTE, f"{more >> 20} MB more"
    assert image.digest() in stored_pixels(node, image.pixel_bytes)

    folder = node.home / "outbox" / "0" / "objects"
    with connected(node.dicom_port) as peer:
        send(peer, LargeImage(frames=60, instance_uid="1.2.5"), pieces=200)
        wait_for(lambda: any(folder.glob(f"*{RECEIVING}")), "another is being received")
        node.process.kill()
        node.process.wait()
    node.start()
    assert list(folder.glob(f"*{RECEIVING}")) == [], "what was killed half-way is removed"
    assert image.digest() in stored_pixels(node, image.pixel_bytes)


def test_orthanc_gets_a_large_object_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "orthanc").mkdir()
    server = OrthancServer(tmp_path / "orthanc")
    server.start()
    outbox = Outbox(tmp_path / "objects", reserve_bytes=0, in_memory_bytes=1000)
    parts = parts_in(tmp_path / "node", outbox=outbox)
    image = LargeImage(frames=40)
    with listening(parts.door, parts.journal) as port, connected(port) as peer:
        assert store(peer, image).status == 0
    (waiting,) = [outbox.open(place) for place in outbox.waiting()]
    assert not isinstance(waiting.content, bytes)
    client = server.client()
    assert client.store(waiting.content, waiting.entry.orthanc_id).already is False
    assert client.store(waiting.content, waiting.entry.orthanc_id).already is True
    assert digest_of(client.read(waiting.entry.orthanc_id)) == waiting.entry.checksum
    client.close()
    server.stop()
