"""Orthanc slow, silent, answering errors, full: the door goes on, and all is there when Orthanc is well again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.many_objects import Supply
from tests.faults.site import Site, running_site
from tests.services.faulty_link import HEALTHY, Manner
from tests.services.processes import wait_for
from tests.services.small_disk import SmallDisk, small_disk

OBJECTS = 60
MIB = 1 << 20


@pytest.mark.parametrize(
    ("manner", "requests"),
    [
        pytest.param(Manner(delay_seconds=0.15, only=b"POST"), 20, id="slow"),
        pytest.param(Manner(is_silent=True), 1, id="silent for longer than it is waited for"),
        pytest.param(Manner(status=500), 2, id="500 to everything"),
        pytest.param(Manner(status=507, only=b"POST"), 2, id="507 to what is to be stored"),
        pytest.param(Manner(loses_answers=True, only=b"POST"), 3, id="its answers lost on the way"),
    ],
)
def test_the_door_takes_everything_and_orthanc_gets_it_once_when_it_is_well_again(
    site: Site, supply: Supply, manner: Manner, requests: int
) -> None:
    study = supply.study(OBJECTS)
    site.link.manner = manner
    site.link.treated = 0
    site.send(study)
    assert site.accounts.statuses(study) == {0: OBJECTS}
    wait_for(lambda: site.link.treated >= requests, "Orthanc's fault is met")
    site.link.manner = HEALTHY
    site.settle()


@pytest.fixture
def disk_of_orthanc(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 3 * MIB) as disk:
        yield disk


def test_an_orthanc_whose_disk_is_full_gets_everything_once_it_has_room(
    disk_of_orthanc: SmallDisk, tmp_path: Path, supply: Supply
) -> None:
    with running_site(tmp_path, orthanc_home=disk_of_orthanc.folder / "orthanc") as site:
        for study in (supply.study(80), supply.study(80)):  # CT and MR: 4 MB
            site.send(study)
            assert site.accounts.statuses(study) == {0: 80}
        wait_for(lambda: "did not take it" in site.node.output or "waits" in site.node.output, "the disk is full")
        disk_of_orthanc.resize(64 * MIB)
        site.settle()
