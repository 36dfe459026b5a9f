"""The spool: what was acknowledged is there after a restart, sealed, once, and never too much of it."""

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest

from dicom_node.commitment.requests import Request
from dicom_node.commitment.spool import DamagedRequestError, Spool, SpoolFullError
from storage.keys import KeyRing
from tests.builders.clock import Clock
from tests.builders.commitment import NEVER_SENT_UID, SENT_UID, TRANSACTION_UID, request
from tests.builders.descriptors import none_left
from tests.builders.door import KEYS


def waiting(spool: Spool) -> list[Request]:
    return [spool.open(ticket.name) for ticket in spool.tickets()]


def test_a_request_is_found_again_by_another_process(tmp_path: Path) -> None:
    asked = request(SENT_UID, NEVER_SENT_UID)
    Spool(tmp_path, KEYS).put(asked, "association")
    again = Spool(tmp_path, KEYS)
    assert waiting(again) == [asked]
    (ticket,) = again.tickets()
    assert (ticket.calling_ae_title, ticket.peer_address, ticket.association_id) == ("PACS", "127.0.0.1", "")
    assert ticket.received_at == asked.received_at


def test_nothing_of_the_senders_is_in_clear_neither_in_a_name(tmp_path: Path) -> None:
    Spool(tmp_path, KEYS).put(request(SENT_UID), "association")
    (file,) = tmp_path.iterdir()
    content = file.read_bytes() + file.name.encode()
    for secret in (SENT_UID, TRANSACTION_UID, "PACS", "127.0.0.1"):
        assert secret.encode() not in content


def test_an_answered_request_is_gone_for_good(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    spool.remove(spool.put(request(), "association").name)
    assert spool.tickets() == []
    assert Spool(tmp_path, KEYS).tickets() == []


def test_the_same_request_is_kept_once_under_its_last_association(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    spool.put(request(), "first")
    spool.put(request(), "second")
    assert [ticket.association_id for ticket in spool.tickets()] == ["second"]


def test_another_request_of_the_same_transaction_is_a_duplicate_of_the_first(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    for asked in (request(SENT_UID), request(NEVER_SENT_UID), request(NEVER_SENT_UID)):
        spool.put(asked, "association")
    assert {one.is_duplicate: one.references for one in waiting(spool)} == {
        False: request(SENT_UID).references,
        True: request(NEVER_SENT_UID).references,
    }


def test_a_transaction_of_another_peer_is_another_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    spool.put(request(SENT_UID), "association")
    spool.put(request(NEVER_SENT_UID, calling_ae_title="OTHER"), "association")
    assert [one.is_duplicate for one in waiting(spool)] == [False, False]


@pytest.mark.parametrize(
    "limit",
    [
        pytest.param({"most_requests": 2}, id="requests in all"),
        pytest.param({"most_of_one_peer": 2}, id="requests of one peer"),
        pytest.param({"most_bytes": 900}, id="bytes"),
    ],
)
def test_too_much_is_refused_until_something_is_answered(tmp_path: Path, limit: dict[str, Any]) -> None:
    spool = Spool(tmp_path, KEYS, **limit)
    names = [spool.put(request(transaction_uid=f"1.2.{number}"), "association").name for number in range(2)]
    with pytest.raises(SpoolFullError):
        spool.put(request(transaction_uid="1.2.2"), "association")
    assert spool.put(request(transaction_uid="1.2.1"), "association").name == names[1], "it is there already"
    spool.remove(names[0])
    spool.put(request(transaction_uid="1.2.2"), "association")


def test_one_peer_cannot_take_the_room_of_the_others(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS, most_of_one_peer=1)
    spool.put(request(), "association")
    with pytest.raises(SpoolFullError):
        spool.put(request(transaction_uid="1.2.2"), "association")
    spool.put(request(calling_ae_title="OTHER"), "association")
    assert {ticket.calling_ae_title for ticket in spool.tickets()} == {"PACS", "OTHER"}


def test_a_request_opens_after_the_key_was_rotated(tmp_path: Path) -> None:
    Spool(tmp_path, KEYS).put(request(), "association")
    assert waiting(Spool(tmp_path, KEYS.rotated())) == [request()]


def test_a_damaged_request_is_put_aside_and_the_others_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    damaged, whole = (spool.put(request(transaction_uid=uid), "association").name for uid in ("1.2.1", "1.2.2"))
    path = tmp_path / f"{damaged}.sealed"
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes((sealed[-1] ^ 1,)))
    with pytest.raises(DamagedRequestError):
        spool.open(damaged)
    assert [ticket.name for ticket in Spool(tmp_path, KEYS).tickets()] == [whole]
    assert path.with_suffix(".damaged").exists()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    Spool(tmp_path, KEYS).put(request(), "association")
    assert Spool(tmp_path, KeyRing(b"t" * 32)).tickets() == []


def test_what_a_crash_left_half_written_was_never_acknowledged(tmp_path: Path) -> None:
    (tmp_path / ".0011223344556677.part").write_bytes(b"half")
    spool = Spool(tmp_path, KEYS)
    spool.remove_drafts()
    assert spool.tickets() == []
    assert list(tmp_path.iterdir()) == []


def test_a_request_is_seen_by_every_process_and_worked_on_by_one(tmp_path: Path) -> None:
    asked_here, other = Spool(tmp_path, KEYS), Spool(tmp_path, KEYS)
    name = asked_here.put(request(), "association").name
    assert [(ticket.name, ticket.association_id) for ticket in other.tickets()] == [(name, "")]
    assert asked_here.claim(name)
    assert asked_here.claim(name)
    assert not other.claim(name)
    asked_here.release(name)
    assert other.claim(name)
    other.remove(name)
    assert asked_here.tickets() == []
    assert not asked_here.claim(name)


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_what_other_processes_put_there_is_seen_although_the_clock_was_set(tmp_path: Path, seconds: int) -> None:
    clock = Clock()
    here, other = Spool(tmp_path, KEYS, clock=clock), Spool(tmp_path, KEYS)
    clock.now = 1.0
    assert here.tickets() == []
    name = other.put(request(), "association").name
    then = tmp_path.stat().st_mtime + seconds
    os.utime(tmp_path, (then, then))
    assert [ticket.name for ticket in here.tickets()] == [name]


def test_what_comes_just_after_a_look_is_seen_although_the_folder_bears_the_same_time(tmp_path: Path) -> None:
    clock = Clock()
    here, other = Spool(tmp_path, KEYS, clock=clock), Spool(tmp_path, KEYS)
    before = tmp_path.stat().st_mtime_ns
    assert here.tickets() == []
    name = other.put(request(), "association").name
    os.utime(tmp_path, ns=(before, before))
    clock.now = 0.25
    assert [ticket.name for ticket in here.tickets()] == [name]


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    name = spool.put(request(), "association").name
    child = os.fork()
    if child == 0:
        os._exit(0 if Spool(tmp_path, KEYS).claim(name) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert spool.claim(name)


def test_no_more_than_so_many_are_worked_on_at_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS, most_claims=2)
    names = [spool.put(request(transaction_uid=f"1.2.{number}"), "association").name for number in range(3)]
    assert [spool.claim(name) for name in names] == [True, True, False]
    assert [spool.claim(name) for name in names] == [True, True, False], "what is claimed stays so"
    spool.release(names[0])
    assert spool.claim(names[2])


def test_a_request_that_cannot_be_opened_for_want_of_descriptors_is_not_damaged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, KEYS)
    name = spool.put(request(), "association").name
    with none_left(), pytest.raises(OSError, match="Too many open files"):
        spool.open(name)
    assert waiting(spool) == [request()]


def test_what_cannot_be_looked_at_for_want_of_descriptors_is_looked_at_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time_ns()
    with monkeypatch.context() as earlier:
        earlier.setattr(time, "time_ns", lambda: now - 2_000_000_000)
        spool = Spool(tmp_path, KEYS)
    Spool(tmp_path, KEYS).put(request(), "association")
    with none_left(), pytest.raises(OSError, match="Too many open files"):
        spool.tickets()
    os.utime(tmp_path, ns=(now - 1_000_000_000, now - 1_000_000_000))
    assert waiting(spool) == [request()]


def test_a_request_of_another_process_that_cannot_be_opened_yet_is_found_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, KEYS)
    Spool(tmp_path, KEYS).put(request(), "association")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", failing)
        assert spool.tickets() == []
    assert waiting(spool) == [request()]


def failing(_: Path) -> bytes:
    raise OSError(errno.EMFILE, "Too many open files")
