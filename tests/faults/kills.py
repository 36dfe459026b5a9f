"""Kills at random moments in the middle of a study: one round of them, for the tests and for the long run alike."""

import time
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from tests.builders.many_objects import Specimen, Supply
from tests.faults.sending import sending
from tests.faults.site import Site
from tests.services.processes import wait_for

LONGEST_WAIT_SECONDS = 0.01
ATTEMPTS_SECONDS = 30.0

Kill = Callable[[Site, Random], None]


def _node(site: Site, _: Random) -> None:
    site.node.kill()


def _one_process_of_the_node(site: Site, random: Random) -> None:
    site.node.kill_one(random)


def _orthanc(site: Site, _: Random) -> None:
    site.orthanc.kill()


def _node_and_orthanc(site: Site, _: Random) -> None:
    site.node.kill()
    site.orthanc.kill()


def _api(site: Site, _: Random) -> None:
    site.api.kill()


KILLS: Mapping[str, Kill] = MappingProxyType(
    {
        "node": _node,
        "one process of the node": _one_process_of_the_node,
        "Orthanc": _orthanc,
        "node and Orthanc": _node_and_orthanc,
        "API": _api,
    }
)


def killed_while_sending(site: Site, supply: Supply, kill: Kill, random: Random, objects: int = 40) -> None:
    """Kill at a random moment of a study, start again, send the rest again; all must be answered with Success then."""
    study = supply.study(objects)
    if kill is _api and site.api.process is None:
        site.start_api()
    with sending(site.node.dicom_port, study, site.accounts):
        assert site.accounts.wait_for_answers(random.randrange(1, objects * 4 // 5)), "the node answers no more"
        time.sleep(random.uniform(0, LONGEST_WAIT_SECONDS))  # the moment itself, by chance
        kill(site, random)
    site.revive()
    wait_for(lambda: _all_taken(site, study), "everything is taken when it is sent again", ATTEMPTS_SECONDS)


def _all_taken(site: Site, study: list[Specimen]) -> bool:
    rest = [one for one in study if site.accounts.last_answer(one) != 0]
    site.send(rest)
    return site.accounts.statuses(study) == {0: len(study)}
