"""Who is let in: by AE title, address, TLS and certificate; and how many at a time."""

import logging
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

import pytest

from dicom_node import access as access_module
from dicom_node.access import LOBBY, LOBBY_OF_ONE, Access, Visit
from dicom_node.certificates import Certificate
from dicom_node.peers import (
    Allowance,
    Caller,
    NotAllowedError,
    Peer,
    PeerLimits,
    Peers,
    plain_address,
)
from tests.builders.clock import Clock

NOT_RECOGNISED = (1, 1, 3)
"""Rejected permanently, by the service user: calling AE title not recognised (PS3.8 Table 9-21)."""

LOCAL_LIMIT = (2, 3, 2)
"""Rejected transiently, by the service provider (presentation): local limit exceeded."""

HERE, THERE = "192.0.2.1", "198.51.100.1"
FROM_HERE = Allowance(calls_from=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))


def peers(*known: Peer, defaults: Allowance | None = None, only_known: bool = False) -> Peers:
    by_title: Mapping[str, Peer] = {peer.ae_title: peer for peer in known}
    return Peers(known=by_title, defaults=defaults or Allowance(), only_known=only_known)


def admitted(access: Access, address: str = HERE) -> Visit:
    visit = access.admit(address)
    assert visit is not None
    return visit


def let_in(access: Access, *addresses: str) -> list[Visit]:
    """Those of so many connections that were not closed at once."""
    return [visit for visit in map(access.admit, addresses) if visit is not None]


def is_allowed(known: Peers, ae_title: str, address: str, **more: object) -> bool:
    caller = Caller(ae_title=ae_title, address=plain_address(address), **more)  # type: ignore[arg-type]
    try:
        known.allowance_of(caller)
    except NotAllowedError:
        return False
    return True


def test_without_a_peers_file_anybody_may_call_from_anywhere() -> None:
    access = Access()
    for address in (HERE, THERE, "::1", "fe80::1%eth0"):
        assert admitted(access, address).opened("WHOEVER") is None


@pytest.mark.parametrize(
    ("ae_title", "address", "is_let_in"),
    [
        ("PACS", "192.0.2.77", True),
        ("PACS", "::ffff:192.0.2.77", True),
        ("PACS", "2001:db8:1::1", True),
        ("PACS", THERE, False),
        ("PACS", "2001:db9::1", False),
        ("pacs", "192.0.2.77", True),
        ("OTHER", THERE, True),
    ],
)
def test_a_known_peer_calls_from_its_addresses_and_others_from_any(
    ae_title: str, address: str, is_let_in: bool
) -> None:
    known = peers(Peer(ae_title="PACS", allowance=FROM_HERE))
    assert is_allowed(known, ae_title, address) is is_let_in


def test_a_stranger_is_let_in_only_while_strangers_are() -> None:
    assert is_allowed(peers(), "STRANGER", HERE)
    assert not is_allowed(peers(only_known=True), "STRANGER", HERE)
    assert not is_allowed(peers(defaults=FROM_HERE), "STRANGER", THERE)


def test_an_address_is_turned_away_when_nobody_may_call_from_there() -> None:
    pacs = Peer(ae_title="PACS", allowance=FROM_HERE)
    anywhere = Peer(ae_title="LAPTOP")
    assert Access(peers(pacs, only_known=True)).admit(THERE) is None
    assert Access(peers(pacs, only_known=True)).admit(HERE) is not None
    assert Access(peers(pacs, anywhere, only_known=True)).admit(THERE) is not None
    assert Access(peers(pacs)).admit(THERE) is not None
    assert Access(peers(pacs, defaults=FROM_HERE)).admit(THERE) is None
    assert Access(peers(only_known=True)).admit(HERE) is None


@pytest.mark.parametrize(
    ("is_secured", "marks", "is_let_in"),
    [
        (False, None, False),
        (True, None, False),
        (True, {"sha256:00"}, False),
        (True, {"sha256:ff", "name:mr"}, True),
        (True, {"sha256:00", "name:mr"}, True),
        (False, {"sha256:ff"}, False),
    ],
)
def test_a_peer_bound_to_a_certificate_shows_it(is_secured: bool, marks: set[str] | None, is_let_in: bool) -> None:
    known = peers(Peer(ae_title="MR", certificates=frozenset({"sha256:ff", "name:mr"})))
    shown = None if marks is None else Certificate(frozenset(marks))
    assert is_allowed(known, "MR", HERE, is_secured=is_secured, certificate=shown) is is_let_in


def test_a_peer_that_is_to_use_tls_may_not_call_in_clear() -> None:
    known = peers(Peer(ae_title="MR", allowance=Allowance(tls_only=True)))
    assert not is_allowed(known, "MR", HERE)
    assert is_allowed(known, "MR", HERE, is_secured=True)
    assert is_allowed(known, "OTHER", HERE)


def test_who_is_not_recognised_is_told_so() -> None:
    access = Access(peers(Peer(ae_title="PACS", allowance=FROM_HERE), Peer(ae_title="ANY"), only_known=True))
    assert admitted(access, HERE).opened("STRANGER") == NOT_RECOGNISED
    assert admitted(access, THERE).opened("PACS") == NOT_RECOGNISED
    assert admitted(access, HERE).opened("PACS") is None


def test_a_peer_has_so_many_associations_and_gets_them_back() -> None:
    limited = Allowance(limits=PeerLimits(associations=2))
    access = Access(peers(Peer(ae_title="PACS", allowance=limited)))
    first, second, third = (admitted(access) for _ in range(3))
    assert [visit.opened("PACS") for visit in (first, second, third)] == [None, None, LOCAL_LIMIT]
    assert admitted(access).opened("OTHER") is None
    first.ended()
    first.ended()
    first.left()
    third.left()
    assert [admitted(access).opened("PACS"), admitted(access).opened("PACS")] == [None, LOCAL_LIMIT]


def test_strangers_count_by_address_whatever_they_call_themselves() -> None:
    access = Access(peers(defaults=Allowance(limits=PeerLimits(associations=1))))
    assert admitted(access, HERE).opened("A") is None
    assert admitted(access, HERE).opened("B") == LOCAL_LIMIT
    assert admitted(access, THERE).opened("B") is None
    assert admitted(access, "2001:db8::1").opened("A") is None
    assert admitted(access, "2001:db8::ffff").opened("A") == LOCAL_LIMIT
    assert admitted(access, "2001:db8:0:1::1").opened("A") is None


def test_all_together_have_so_many_associations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_module, "MAXIMUM_ASSOCIATIONS", 2)
    access = Access()
    visits = [admitted(access, f"192.0.2.{number}") for number in range(3)]
    assert [visit.opened("PACS") for visit in visits] == [None, None, LOCAL_LIMIT]
    visits[0].left()
    assert admitted(access).opened("PACS") is None


def test_the_lobby_has_so_many_places_and_fewer_for_one_address() -> None:
    access = Access()
    crowd = let_in(access, *[HERE] * 500)
    assert len(crowd) == LOBBY_OF_ONE
    others = let_in(access, *(f"10.0.{number}.1" for number in range(200)))
    assert len(others) == LOBBY - LOBBY_OF_ONE
    for visit in (*crowd, *others):
        visit.left()
    assert len(let_in(access, *[HERE] * 50)) == 50


def test_associations_stand_in_the_lobby_before_and_after_only() -> None:
    access = Access()
    seated = [admitted(access) for _ in range(60)]
    assert {visit.opened("PACS") for visit in seated} == {None}
    crowd = let_in(access, *[HERE] * 500)
    assert len(crowd) == LOBBY_OF_ONE
    for visit in crowd:
        visit.left()
    for visit in seated:
        visit.ended()
    assert len(let_in(access, *[HERE] * 500)) == LOBBY_OF_ONE - len(seated)


def test_new_limits_hold_for_the_next_association_and_nobody_loses_a_seat() -> None:
    access = Access()
    visits = [admitted(access) for _ in range(3)]
    assert visits[0].opened("PACS") is None
    assert visits[1].opened("PACS") is None
    access.use(peers(defaults=Allowance(limits=PeerLimits(associations=2))))
    assert visits[2].opened("PACS") == LOCAL_LIMIT
    visits[0].left()
    assert visits[2].opened("PACS") is None


def test_a_peer_that_keeps_knocking_is_told_of_twice(caplog: pytest.LogCaptureFixture) -> None:
    access = Access(peers(only_known=True, defaults=FROM_HERE))
    with caplog.at_level(logging.WARNING, "osteon.access"):
        for _ in range(1000):
            assert access.admit(THERE) is None
        access.stop()
    first, again = (record.getMessage() for record in caplog.records)
    assert first == f"refused {THERE}: nobody may call from this address"
    assert again.startswith(f"{first}: 999 more times")


class NotingWire:
    """Remembers the pace that it is told (in place of `Wire`)."""

    is_secured, certificate, problem = False, None, ""

    def go_at(self, pace: object) -> None:
        self.pace = pace


@pytest.mark.parametrize(("limits", "allowed"), [({"objects_per_second": 5}, 500), ({"bytes_per_second": 1000}, 100)])
def test_a_peer_is_slowed_down_to_its_rate(limits: dict[str, float], allowed: int) -> None:
    """Objects of 1,000 bytes in two pieces, for 100 seconds, over two associations in turn."""
    clock = Clock()
    access = Access(peers(Peer(ae_title="PACS", allowance=Allowance(limits=PeerLimits(**limits)))), clock=clock)  # type: ignore[arg-type]
    wires = [NotingWire(), NotingWire()]
    visits = [admitted(access), admitted(access)]
    for visit, wire in zip(visits, wires, strict=True):
        visit.served_by(wire)  # type: ignore[arg-type]
        assert visit.opened("PACS") is None
    objects = 0
    while clock.now < 100:
        which = objects % 2
        for _ in range(2):
            clock.now += wires[which].pace(500)  # type: ignore[operator]
        visits[which].object_received()
        objects += 1
    assert allowed <= objects <= allowed + 8


def test_who_has_no_rate_is_not_even_asked() -> None:
    wire, visit = NotingWire(), admitted(Access())
    visit.served_by(wire)  # type: ignore[arg-type]
    assert visit.opened("PACS") is None
    assert not hasattr(wire, "pace")


def test_addresses_are_what_they_mean() -> None:
    assert plain_address("::ffff:192.0.2.1") == ip_address("192.0.2.1")
    assert plain_address("fe80::1%eth0") == ip_address("fe80::1")
