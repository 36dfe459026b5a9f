"""Objects on real connections: the door is told of a large one once, as soon as its head has come."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from pydicom.dataset import FileDataset

from dicom_node.door import Arrival, Begun, Outcome
from dicom_node.pseudonymiser import BegunObject, Pseudonymised, Pseudonymiser
from tests.builders.changing_series import both, references, slices, unpadded
from tests.builders.door import Parts, VaultInMemory, arrival, parts_in
from tests.builders.ends import everything_in
from tests.builders.peer import (
    ANNOUNCED,
    C_FIND,
    COMMAND,
    CT,
    DATA,
    LAST_COMMAND,
    LAST_DATA,
    KeepingDoor,
    Peer,
    abort,
    command_set,
    cut,
    data_set_of,
    fragments,
    listening,
    message,
    p_data,
    pdv,
    store_rq,
    sums,
    ui,
    us,
)
from tests.services.processes import wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")

HEAD = 32_000
"""With so many bytes of a data set the door is told of it."""

LONGEST_HEAD = 65_536
"""Of what has come it is told so much."""

SIZE = 120_000
"""Bytes of a data set that takes many PDUs, or one."""

USUAL = 16_384 - 6
"""Bytes of a data set in a PDU of the length that most peers send."""


class BeginningDoor(KeepingDoor):
    """Keeps what it was told of before it came, and of each object that came what had been begun of it."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[Arrival] = []
        self.begun: list[Begun | None] = []
        self.made: list[Begun] = []

    def begin(self, arrival: Arrival) -> Begun | None:
        self.heads.append(arrival)
        self.made.append(Begun(cast("BegunObject", None), {"number": len(self.made)}))
        return self.made[-1]

    def receive(self, arrival: Arrival, begun: Begun | None = None) -> Outcome:
        self.begun.append(begun)
        return super().receive(arrival, begun)


@pytest.fixture(scope="module")
def module_door() -> BeginningDoor:
    return BeginningDoor()


@pytest.fixture(scope="module")
def module_port(module_door: BeginningDoor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with listening(module_door, parts_in(tmp_path_factory.mktemp("journal")).journal) as port:
        yield port


@pytest.fixture
def door(module_door: BeginningDoor) -> BeginningDoor:
    for kept in (module_door.arrivals, module_door.heads, module_door.begun, module_door.made):
        kept.clear()
    return module_door


@pytest.fixture
def peer(module_port: int, door: BeginningDoor) -> Iterator[Peer]:  # noqa: ARG001 - emptied before anything is sent
    with Peer(module_port) as made:
        made.associate()
        yield made
        made.release()


def in_fragments(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Its PDVs: so many bytes in each, and the rest in the last."""
    items, at = [], 0
    for size in sizes:
        items.append(pdv(data[at : at + size], DATA))
        at += size
    return [*items, pdv(data[at:], LAST_DATA)]


WAYS: dict[str, tuple[list[int], int]] = {
    "PDUs of 16 kB": ([USUAL] * 6, 2 * USUAL),
    "PDUs of 4 kB": ([4096 - 6] * 24, 8 * (4096 - 6)),
    "PDUs of 100 kB": ([100_000], LONGEST_HEAD),
    "just enough in the first": ([HEAD, 1000, 1000], HEAD),
    "a byte too few in the first": ([HEAD - 1, 1000, 1000], HEAD + 999),
    "a byte too few, and then nothing": ([HEAD - 1, 0, 1, 0, 1000], HEAD),
    "nothing at first": ([0, 0, 40_000, 0, 0], 40_000),
    "all but the last byte": ([119_999], LONGEST_HEAD),
    "all before an empty last one": ([SIZE], LONGEST_HEAD),
}
"""How many bytes of SIZE stand in each PDV but the last, and with how many the head has come."""

Grouping = Callable[[bytes, list[bytes]], list[bytes]]
GROUPINGS: dict[str, Grouping] = {
    "a PDU for each": lambda command, items: [p_data(pdv(command, LAST_COMMAND)), *map(p_data, items)],
    "all in one stream": lambda command, items: [b"".join([p_data(pdv(command, LAST_COMMAND)), *map(p_data, items)])],
    "the command in two, and with the first": lambda command, items: [
        p_data(pdv(command[:50], COMMAND)),
        p_data(pdv(command[50:], LAST_COMMAND), items[0]),
        *map(p_data, items[1:]),
    ],
    "TCP segments of 1000 bytes": lambda command, items: list(
        cut(b"".join([p_data(pdv(command, LAST_COMMAND)), *map(p_data, items)]), 1000)
    ),
    "several in a PDU": lambda command, items: [p_data(pdv(command, LAST_COMMAND), *items)],
}


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize(("sizes", "head"), WAYS.values(), ids=WAYS)
def test_the_door_is_told_once_of_the_head_as_it_came_whatever_the_fragmentation(
    sizes: list[int], head: int, grouping: str, peer: Peer, door: BeginningDoor
) -> None:
    data = os.urandom(SIZE)
    peer.send(*GROUPINGS[grouping](store_rq("1.2.3"), in_fragments(data, sizes)))
    assert peer.reply().status == 0
    assert door.data_sets() == [data]
    (told,), (came,) = door.heads, door.arrivals
    assert data_set_of(told.file) == data[:head]
    assert came.file.startswith(told.file), "with the same before it"
    assert (told.affected_sop_instance_uid, told.affected_sop_class_uid) == ("1.2.3", CT)
    assert (told.association_id, told.calling_ae_title) == (came.association_id, came.calling_ae_title)
    assert door.begun == door.made


@pytest.mark.parametrize("size", [0, 8, HEAD - 1, HEAD, ANNOUNCED - 6])
def test_the_door_is_not_told_of_a_data_set_that_comes_in_one_piece(size: int, peer: Peer, door: BeginningDoor) -> None:
    peer.send(p_data(pdv(store_rq("1.2.3"), LAST_COMMAND)), p_data(pdv(bytes(size), LAST_DATA)))
    assert peer.reply().status == 0
    assert (door.heads, door.begun) == ([], [None])


@pytest.mark.parametrize(("size", "piece"), [(HEAD - 1, 1000), (HEAD, HEAD - 1), (HEAD + 999, HEAD - 1)])
def test_nor_of_one_whose_head_comes_with_its_end(size: int, piece: int, peer: Peer, door: BeginningDoor) -> None:
    peer.send(*message(store_rq("1.2.3"), bytes(size), size=piece))
    assert peer.reply().status == 0
    assert (door.heads, door.begun) == ([], [None])


def test_the_door_is_told_anew_of_each_object(peer: Peer, door: BeginningDoor) -> None:
    sent = [os.urandom(50_000 + number) for number in range(4)]
    for number, data in enumerate(sent):
        peer.send(*message(store_rq(f"1.2.{number}", number), data))
        assert peer.reply().message_id == number
    assert [data_set_of(told.file) for told in door.heads] == [data[: 2 * USUAL] for data in sent]
    assert [told.affected_sop_instance_uid for told in door.heads] == ["1.2.0", "1.2.1", "1.2.2", "1.2.3"]
    assert [begun and begun.header_facts for begun in door.begun] == [{"number": number} for number in range(4)]


def test_the_head_of_the_next_object_may_share_a_pdu_with_the_end_of_the_one_before(
    peer: Peer, door: BeginningDoor
) -> None:
    one, two = (os.urandom(80_000) for _ in range(2))
    peer.send(
        p_data(pdv(store_rq("1.1", 1), LAST_COMMAND), pdv(one[:40_000], DATA)),
        p_data(pdv(one[40_000:], LAST_DATA), pdv(store_rq("1.2", 2), LAST_COMMAND), pdv(two[:33_000], DATA)),
        p_data(pdv(two[33_000:], LAST_DATA)),
    )
    assert [peer.reply().message_id for _ in range(2)] == [1, 2]
    assert [data_set_of(told.file) for told in door.heads] == [one[:40_000], two[:33_000]]
    assert door.begun == door.made


def test_what_was_begun_of_one_object_is_not_used_for_the_next(peer: Peer, door: BeginningDoor) -> None:
    data = os.urandom(50_000)
    for number, size in enumerate((USUAL, ANNOUNCED - 6, USUAL, 4096)):
        peer.send(*message(store_rq("1.2.3", number), data, size=size))
        assert peer.reply().message_id == number
    first, second, third = door.made
    assert door.begun == [first, None, second, third]


@pytest.mark.parametrize("class_uid", [CT, "1.2.3"])
def test_the_door_is_not_told_of_what_is_not_to_be_stored(class_uid: str, peer: Peer, door: BeginningDoor) -> None:
    command = command_set({0x0002: ui(class_uid), 0x0100: us(C_FIND), 0x0110: us(9), 0x0800: us(0)})
    peer.send(*message(command, bytes(100_000)))
    assert peer.reply().message_id == 9
    peer.send(*message(store_rq("1.2.3"), bytes(100)))
    assert peer.reply().status == 0
    assert (door.heads, door.begun) == ([], [None])


# With a door that pseudonymises


def enlarged(dataset: FileDataset, number: int) -> None:
    """So that an object takes several PDVs, and may come in one."""
    dataset.Rows = dataset.Columns = 240
    dataset.PixelData = bytes(place % 251 ^ number for place in range(2 * 240 * 240))


@pytest.fixture(scope="module")
def series() -> list[bytes]:
    return slices(both(unpadded, references, enlarged))


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with the instance UID of each object that was begun and then completed."""
    found: list[str] = []
    complete = Pseudonymiser.completed

    def noted(*came: object) -> Pseudonymised | None:
        made = complete(*came)  # type: ignore[arg-type]
        if made is not None:
            found.append(made.sop_instance_uid_before)
        return made

    monkeypatch.setattr(Pseudonymiser, "completed", noted)
    return found


def uid_of(file: bytes) -> str:
    return arrival(file).affected_sop_instance_uid


def store(peer: Peer, file: bytes, size: int = USUAL) -> int:
    peer.send(*message(store_rq(uid_of(file)), data_set_of(file), size=size))
    return peer.reply().status


def kept_of(parts: Parts, files: Sequence[bytes], size: int) -> list[bytes]:
    """What is in the outbox of files that were sent on one association, so many bytes in a PDV."""
    with listening(parts.door, parts.journal) as port, Peer(port) as peer:
        peer.associate()
        assert [store(peer, file, size) for file in files] == [0] * len(files)
        assert peer.release()
    return [parts.outbox.open(place).file for place in parts.outbox.waiting()]


def test_a_series_in_many_pieces_is_kept_as_one_whose_objects_come_in_one_piece(
    series: list[bytes], tmp_path: Path, completed: list[str]
) -> None:
    vault = VaultInMemory()
    at_once = kept_of(parts_in(tmp_path / "one", vault=vault), series, ANNOUNCED - 6)
    assert completed == []
    in_pieces = kept_of(parts_in(tmp_path / "many", vault=vault), series, USUAL)
    assert in_pieces == at_once
    assert len(in_pieces) == len(series)
    assert completed == [uid_of(file) for file in series[2:]]


def test_an_object_in_one_piece_may_follow_one_that_was_begun(
    series: list[bytes], parts: Parts, port: int, completed: list[str]
) -> None:
    with Peer(port) as peer:
        peer.associate()
        sizes = (USUAL, USUAL, USUAL, ANNOUNCED - 6, USUAL, ANNOUNCED - 6)
        assert [store(peer, file, size) for file, size in zip(series, sizes, strict=True)] == [0] * len(series)
        assert peer.release()
    assert completed == [uid_of(series[2]), uid_of(series[4])]
    assert [parts.outbox.open(place).file[-2000:] for place in parts.outbox.waiting()] == [
        file[-2000:] for file in series
    ]


@pytest.mark.parametrize("way", ["abort", "reset", "close", "release"])
def test_an_association_that_breaks_off_after_the_head_leaves_nothing(
    way: str, series: list[bytes], parts: Parts, port: int, completed: list[str]
) -> None:
    with Peer(port) as peer:
        peer.associate()
        assert [store(peer, file) for file in series[:3]] == [0, 0, 0]
        assert peer.release()
    before, known = everything_in(parts.folder), (dict(parts.vault.people), dict(parts.vault.studies))
    pieces = fragments(data_set_of(series[3]), USUAL, DATA)
    with Peer(port) as peer:
        peer.associate()
        peer.send(p_data(pdv(store_rq(uid_of(series[3])), LAST_COMMAND)), *map(p_data, pieces[:5]))
        if way == "abort":
            peer.send(abort())
        elif way == "release":
            assert peer.release()
        elif way == "reset":
            peer.reset()
    wait_for(lambda: sums(parts.journal).total() == 2, "the summary is written")
    ended = {"abort": "aborted", "release": "released"}.get(way, "lost")
    assert sums(parts.journal)[ended, 0, 0, 0, 0, 0] == 1
    assert everything_in(parts.folder) == before
    assert (parts.vault.people, parts.vault.studies) == known
    with Peer(port) as peer:
        peer.associate()
        assert store(peer, series[3]) == 0
        assert peer.release()
    assert completed == [uid_of(series[2]), uid_of(series[3])]
    assert parts.outbox.depth() == 4
