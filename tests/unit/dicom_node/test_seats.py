"""Seats are counted over all workers, and a peer's pace is the pace of all its associations together."""

import os

from dicom_node.access import Account
from dicom_node.peers import PeerLimits
from dicom_node.seats import Seats
from tests.builders.clock import Clock


def test_a_seat_that_one_worker_takes_is_seen_by_all() -> None:
    seats = Seats(3)
    first, second = seats.of_worker(0), seats.of_worker(1)
    first.take("PACS")
    second.take("PACS")
    second.take("PACS")
    second.take()
    assert [seats.of_worker(number).taken("PACS") for number in range(3)] == [3, 3, 3]
    assert (first.own("PACS"), second.own("PACS")) == (1, 2)
    assert first.taken() == 1
    second.give_back("PACS")
    assert first.taken("PACS") == 2


def test_the_seats_of_a_worker_that_ended_are_free() -> None:
    seats = Seats(2)
    seats.of_worker(0).take("PACS")
    seats.of_worker(1).take("PACS")
    seats.forget(1)
    assert seats.of_worker(0).taken("PACS") == 1


def test_a_process_that_was_forked_sees_and_takes_the_same_seats() -> None:
    seats = Seats(2)
    seats.of_worker(0).take("PACS")
    child = os.fork()
    if child == 0:
        own = seats.of_worker(1)
        own.take("PACS")
        os._exit(own.taken("PACS"))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 2
    assert seats.of_worker(0).taken("PACS") == 2


def test_a_peer_with_associations_in_two_workers_has_one_pace_in_all() -> None:
    clock, seats, limits = Clock(), Seats(2), PeerLimits(objects_per_second=10.0)
    accounts = [Account("PACS", limits, seats.of_worker(number), clock) for number in range(2)]
    for account in accounts:
        account.take_seat()
    received = 0
    for account in accounts:
        while account.object() == 0:
            received += 1
    assert received == 10  # a second's worth of burst, shared

    accounts[1].give_seat_back()
    clock.now += 10.0
    alone = 0
    while accounts[0].object() == 0:
        alone += 1
    assert alone == 10
