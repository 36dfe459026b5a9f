"""Killed outright at any moment: what was acknowledged is there, once, and new work is taken."""

from random import Random

import pytest
from sqlalchemy import select

from storage.database import open_database
from storage.ledger_tables import AssociationRow, InstanceRow
from tests.builders.many_objects import Supply
from tests.faults.kills import KILLS, killed_while_sending
from tests.faults.sending import sending
from tests.faults.site import Site

SEED = 20_261


@pytest.mark.parametrize("victim", KILLS)
def test_killed_in_the_middle_of_a_study_nothing_acknowledged_is_lost(site: Site, supply: Supply, victim: str) -> None:
    killed_while_sending(site, supply, KILLS[victim], Random(f"{SEED} {victim}"))  # noqa: S311
    site.settle()
    assert site.complaints() == []


def test_an_association_that_a_kill_ended_is_in_the_ledger(site: Site, supply: Supply) -> None:
    study = supply.study(30)
    with sending(site.node.dicom_port, study, site.accounts, associations=1):
        assert site.accounts.wait_for_answers(10)
        site.node.kill()
    site.revive()
    site.settle()
    engine = open_database(site.registry)
    with engine.connect() as connection:
        named = set(connection.execute(select(InstanceRow.association_id)).scalars())
        summed_up = set(connection.execute(select(AssociationRow.association_id)).scalars())
    engine.dispose()
    assert named <= summed_up
