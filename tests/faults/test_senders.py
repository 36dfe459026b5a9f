"""PACS that repeat, contradict each other, talk nonsense or mean harm, against a node that runs for real."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from tests.builders.hostile_objects import CANARY, hostile_objects
from tests.builders.many_objects import Supply, Template
from tests.builders.peer import Peer, abort
from tests.builders.real_files import packaged
from tests.faults.sending import request_for, sending, store_pdus
from tests.faults.site import Site
from tests.services.dcmtk import echoscu
from tests.services.processes import wait_for
from tests.services.resources import Resources, resources_of

SUCCESS, QUARANTINED = 0x0000, 0xC100
FOUR_GIGABYTES = b"\xff\xff\xff\xff"
LARGEST_GROWTH_KIB = 48 * 1024
SEGMENTS_OF_THE_OUTBOXES = 8
"""Files that the outboxes of two workers may open and close by themselves; a thousand probes would leave more."""


def test_a_pacs_that_sends_everything_again_changes_nothing(site: Site, supply: Supply) -> None:
    study = supply.study(60)
    for associations in (4, 1, 3):
        site.send(study, associations)
        assert site.accounts.statuses(study) == {SUCCESS: 60}
    site.settle()
    site.send(study)  # now the ledger knows it, not only the outbox
    assert site.accounts.statuses(study) == {SUCCESS: 60}
    site.settle()


def test_two_pacs_that_send_the_same_study_at_the_same_time_leave_it_once(site: Site, supply: Supply) -> None:
    study = supply.study(60)
    with sending(site.node.dicom_port, study, site.accounts, 2, "PACS1"):
        site.send(study[::-1], 2, "PACS2")
    assert site.accounts.statuses(study) == {SUCCESS: 60}
    site.settle()


def test_of_two_pacs_that_contradict_each_other_one_is_stored_and_the_other_set_aside(site: Site) -> None:
    template = Template(packaged("CT_small.dcm"))
    first = [template.specimen(900_000 + number, study=900_000, series=900_000) for number in range(30)]
    second = [
        template.specimen(900_000 + number, study=900_000, series=900_000, content=950_000 + number)
        if number % 10 == 5
        else same
        for number, same in enumerate(first)
    ]
    with sending(site.node.dicom_port, first, site.accounts, 1, "PACS1"):
        site.send(second, 1, "PACS2")
    site.settle()
    for one, other in zip(first, second, strict=True):
        if one == other:
            assert site.accounts.last_answer(one) == SUCCESS
        else:
            answers = {site.accounts.last_answer(one), site.accounts.last_answer(other)}
            assert answers in ({SUCCESS, QUARANTINED}, {SUCCESS})
    assert site.in_quarantine() >= 3


def test_uids_and_names_made_to_hurt_are_stored_under_harmless_ones_or_set_aside(site: Site) -> None:
    objects = list(islice(hostile_objects(seed=1), 300))
    site.send(objects)
    statuses = site.accounts.statuses(objects)
    assert set(statuses) == {SUCCESS, QUARANTINED}
    assert statuses[SUCCESS] > 100
    site.settle()
    assert CANARY not in site.node.output
    assert not any(CANARY in path.name for folder in (Path("/var"), site.home.parent) for path in folder.iterdir())
    assert not any(CANARY in str(path) for path in site.home.rglob("*"))
    assert not any(CANARY.encode() in content for content in contents_in(site.home))


def test_garbage_and_lengths_of_four_gigabytes_cost_nothing(site: Site, supply: Supply) -> None:
    study = supply.study(1)
    request, contexts = request_for(study)
    (context_id,) = contexts.values()
    object_ = b"".join(store_pdus(study[0], context_id))
    nonsense = (
        b"\1\0" + FOUR_GIGABYTES + bytes(100_000),
        request + b"\4\0" + FOUR_GIGABYTES + bytes(100_000),
        request + b"\4\0\0\0\0\12" + FOUR_GIGABYTES + bytes(100_000),
        request + bytes(range(256)) * 100,
        b"\xff" * 100_000,
        b"GET / HTTP/1.1\r\nHost: osteon\r\n\r\n",
        request + object_[: len(object_) // 2],
        request + object_[: len(object_) // 2] + abort(),
    )
    assert_nothing_is_kept(site, supply, [nonsense[number % len(nonsense)] for number in range(200)])


def test_a_thousand_probes_leave_no_thread_descriptor_or_memory_behind(site: Site, supply: Supply) -> None:
    assert_nothing_is_kept(site, supply, [b""] * 1000)
    assert echoscu(site.node.dicom_port).returncode == 0


def assert_nothing_is_kept(site: Site, supply: Supply, conversations: list[bytes]) -> None:
    """The node holds as much as before when all of these were begun and broken off, and takes new work."""
    site.send(supply.study(8))
    site.settle()
    at_rest = held(site)
    break_off(
        site, conversations[: len(conversations) // 4]
    )  # what is made once has been made before memory is measured
    wait_for(lambda: is_back_at(at_rest, held(site)), "threads and descriptors are given back", 20)
    before = held(site)
    break_off(site, conversations)
    wait_for(lambda: is_back_at(before, held(site)), "threads and descriptors are given back", 20)
    assert held(site).rss_kib - before.rss_kib < LARGEST_GROWTH_KIB
    study = supply.study(8)
    site.send(study)
    assert site.accounts.statuses(study) == {SUCCESS: 8}
    site.settle()


def break_off(site: Site, conversations: list[bytes]) -> None:
    for conversation in conversations:
        with Peer(site.node.dicom_port) as peer:
            try:
                peer.send(conversation)
            except OSError:  # closed by the node in the middle
                continue


def held(site: Site) -> Resources:
    assert site.node.process is not None
    return resources_of(site.node.process.pid)


def is_back_at(before: Resources, now: Resources) -> bool:
    """Segments are made ready, and let go, at moments of the outbox's own."""
    return now.threads <= before.threads and now.descriptors <= before.descriptors + SEGMENTS_OF_THE_OUTBOXES


def contents_in(folder: Path) -> Iterator[bytes]:
    """Of every file; the node takes some away meanwhile."""
    for path in folder.rglob("*"):
        if path.is_file():
            with suppress(FileNotFoundError):
                yield path.read_bytes()
