"""Real connections to a door with a peers file: by address, by AE title, so many, so fast and so large."""

import logging
import time
from ipaddress import ip_network
from pathlib import Path

import pytest

from dicom_node import access as access_module
from dicom_node.access import Access
from dicom_node.peers import Allowance, PeerLimits, Peers
from dicom_node.peers import Peer as KnownPeer
from dicom_node.upper_layer.service import Limits
from storage.ledger_records import AssociationSummary, RejectedAssociations
from tests.builders.door import Parts, ct
from tests.builders.peer import (
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    Pdu,
    Peer,
    associate_rq,
    data_set_of,
    listening,
    message,
    store_rq,
    tiny_ct,
)
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")

TINY = data_set_of(tiny_ct())
LOOPBACK, ANOTHER = "127.0.0.1", "127.0.0.2"
NOT_RECOGNISED = Pdu(ASSOCIATE_RJ, bytes((0, 1, 1, 3)))
LOCAL_LIMIT = Pdu(ASSOCIATE_RJ, bytes((0, 2, 3, 2)))
OUT_OF_RESOURCES = 0xA700


def peers(*, only_known: bool = True, **known: Allowance) -> Peers:
    by_title = {title: KnownPeer(ae_title=title, allowance=allowance) for title, allowance in known.items()}
    return Peers(known=by_title, only_known=only_known)


def calls_from(*networks: str) -> Allowance:
    return Allowance(calls_from=tuple(map(ip_network, networks)))


def limits(**most: float) -> Allowance:
    return Allowance(limits=PeerLimits(**most))  # type: ignore[arg-type]


def kind_of_answer(port: int, calling: str, source: str) -> int | None:
    """None: closed without a word."""
    with Peer(port, source=source) as peer:
        try:
            answer = peer.associate(associate_rq(calling=calling))
        except ConnectionError:
            return None
        return None if answer is None else answer.kind


def test_a_peer_calls_by_its_name_from_its_address(parts: Parts) -> None:
    access = Access(peers(PACS=calls_from("127.0.0.1"), MR=calls_from("127.0.0.2/31", "::1")))
    with listening(parts.door, parts.journal, access=access) as port:
        assert kind_of_answer(port, "PACS", LOOPBACK) == ASSOCIATE_AC
        assert kind_of_answer(port, "MR", ANOTHER) == ASSOCIATE_AC
        assert kind_of_answer(port, "PACS", ANOTHER) == ASSOCIATE_RJ
        assert kind_of_answer(port, "MR", LOOPBACK) == ASSOCIATE_RJ
        assert kind_of_answer(port, "STRANGER", LOOPBACK) == ASSOCIATE_RJ
        assert kind_of_answer(port, "PACS", "127.0.0.9") is None
        with Peer(port) as peer:
            assert peer.associate(associate_rq(calling="STRANGER")) == NOT_RECOGNISED


def test_storescu_says_what_it_was_told(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "ct.dcm"
    file.write_bytes(ct())
    with listening(parts.door, parts.journal, access=Access(peers(MR=Allowance()))) as port:
        sent = storescu(port, [file])
        assert sent.returncode != 0
        assert "Calling AE Title Not Recognized" in sent.stdout + sent.stderr
    with listening(parts.door, parts.journal, access=Access(peers(PACS=calls_from("127.0.0.0/8")))) as port:
        assert storescu(port, [file]).returncode == 0


def test_a_connection_from_where_nobody_may_call_is_closed_before_a_byte_is_read(parts: Parts) -> None:
    access = Access(peers(PACS=calls_from("127.0.0.1")))
    with listening(parts.door, parts.journal, access=access) as port:
        with Peer(port, source=ANOTHER) as peer:
            assert peer.socket.recv(1) == b""
        assert kind_of_answer(port, "PACS", LOOPBACK) == ASSOCIATE_AC
    rejected = [fact for _, fact in parts.journal.read() if isinstance(fact, RejectedAssociations)]
    assert [(one.peer_address, one.calling_ae_title, one.reason, one.count) for one in rejected] == [
        (ANOTHER, "", "not_admitted", 1)
    ]


def test_a_peer_that_is_refused_a_hundred_times_is_two_lines_in_the_log(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "osteon.access"),
        listening(parts.door, parts.journal, access=Access(peers(MR=Allowance()))) as port,
    ):
        for _ in range(100):
            assert kind_of_answer(port, "STRANGER", LOOPBACK) == ASSOCIATE_RJ
    first, again = caplog.messages
    assert first == "refused 'STRANGER' at 127.0.0.1: the AE title is not in the peers file"
    assert again.startswith(f"{first}: 99 more times within ")


def test_one_association_too_many_of_a_peer_is_rejected_for_now(parts: Parts) -> None:
    access = Access(peers(PACS=limits(associations=2), MR=Allowance()))
    with listening(parts.door, parts.journal, access=access) as port, Peer(port) as first, Peer(port) as second:
        for peer in (first, second):
            peer.associate()
        with Peer(port) as third:
            assert third.associate() == LOCAL_LIMIT
        assert kind_of_answer(port, "MR", LOOPBACK) == ASSOCIATE_AC
        assert first.release()
        assert kind_of_answer(port, "PACS", LOOPBACK) == ASSOCIATE_AC


def test_an_object_larger_than_the_peer_may_send_is_refused_and_the_next_is_taken(parts: Parts) -> None:
    access = Access(peers(PACS=limits(largest_object=len(TINY)), MR=Allowance()))
    with listening(parts.door, parts.journal, access=access) as port:
        with Peer(port) as peer:
            peer.associate()
            assert peer.store("1.2.3.4", TINY + bytes(2)).status == OUT_OF_RESOURCES
            assert peer.store("1.2.3.4", TINY).status == 0
        with Peer(port) as peer:
            peer.associate(associate_rq(calling="MR"))
            assert peer.store("1.2.3.4", TINY + bytes(2)).status != OUT_OF_RESOURCES


def test_the_limit_of_the_node_holds_for_who_has_a_larger_one(parts: Parts) -> None:
    access = Access(peers(PACS=limits(largest_object=1 << 30)))
    node = Limits(largest_object=len(TINY) - 2)
    with listening(parts.door, parts.journal, node, access=access) as port, Peer(port) as peer:
        peer.associate()
        assert peer.store("1.2.3.4", TINY).status == OUT_OF_RESOURCES


@pytest.mark.parametrize(
    ("allowance", "objects", "least"),
    [
        pytest.param(limits(objects_per_second=10), 16, 0.4, id="10 objects a second"),
        pytest.param(limits(bytes_per_second=10 * (len(TINY) + 150)), 16, 0.4, id="as many bytes"),
    ],
)
def test_a_peer_that_is_too_fast_waits(parts: Parts, allowance: Allowance, objects: int, least: float) -> None:
    """Ten at once, and then ten a second; every one is answered with success."""
    with (
        listening(parts.door, parts.journal, access=Access(peers(PACS=allowance, MR=Allowance()))) as port,
        Peer(port) as peer,
        Peer(port) as other,
    ):
        peer.associate()
        other.associate(associate_rq(calling="MR"))
        began = time.monotonic()
        assert {peer.store("1.2.3.4", TINY, number).status for number in range(1, objects + 1)} == {0}
        took = time.monotonic() - began
        assert took > least
        assert {other.store("1.2.3.4", TINY, number).status for number in range(1, 9)} == {0}


def test_a_peer_that_waits_does_not_hold_up_the_end(parts: Parts) -> None:
    with listening(parts.door, parts.journal, access=Access(peers(PACS=limits(bytes_per_second=1000)))) as port:
        peer = Peer(port)
        peer.associate()
        peer.store("1.2.3.4", TINY)
        for number in range(2, 30):
            peer.send(*message(store_rq("1.2.3.4", number), TINY))
        began = time.monotonic()
    assert time.monotonic() - began < 5
    peer.close()


def test_connections_that_say_nothing_are_bounded_and_shut_nobody_else_out(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_module, "LOBBY_OF_ONE", 10)
    with listening(parts.door, parts.journal) as port:
        crowd = [Peer(port, source=ANOTHER) for _ in range(40)]
        left = [peer for peer in crowd if _is_closed(peer)]
        assert len(left) == 30
        assert kind_of_answer(port, "PACS", LOOPBACK) == ASSOCIATE_AC
        for peer in crowd:
            peer.close()
        wait_for(lambda: kind_of_answer(port, "PACS", ANOTHER) == ASSOCIATE_AC, "there is room again")


def _is_closed(peer: Peer) -> bool:
    peer.socket.settimeout(0.3)
    try:
        return peer.socket.recv(1) == b""
    except TimeoutError:
        return False


@pytest.mark.parametrize(
    ("host", "sources"),
    [
        pytest.param("::", ["127.0.0.1", "::1"], id="any of both"),
        pytest.param("::1", ["::1"], id="IPv6"),
        pytest.param("0.0.0.0", ["127.0.0.1"], id="any of IPv4"),  # noqa: S104 - that is the test
    ],
)
def test_both_families_are_listened_on_when_asked_for(parts: Parts, host: str, sources: list[str]) -> None:
    access = Access(peers(PACS=calls_from(*sources)))
    with listening(parts.door, parts.journal, host=host, access=access) as port:
        for source in sources:
            with Peer(port, source) as peer:
                answer = peer.associate()
                assert answer is not None
                assert answer.kind == ASSOCIATE_AC
                assert peer.release()
    summaries = [fact for _, fact in parts.journal.read() if isinstance(fact, AssociationSummary)]
    assert {summary.peer_address for summary in summaries} == set(sources)
