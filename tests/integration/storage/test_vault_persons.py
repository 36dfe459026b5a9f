"""Several numbers of one person: learned when they come together, never mixed with another's."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from storage.identities import INS_NIA, INS_NIR, PatientIdentifier, Person, Pseudonymity
from storage.vault import Vault
from storage.vault_custody import Custodian
from tests.integration.storage.conftest import KEYS

AT_LYON = PatientIdentifier("LYON", "0042")
AT_PARIS = PatientIdentifier("PARIS", "77")
INS = PatientIdentifier(INS_NIR, "2550814168025")
OTHER_INS = PatientIdentifier(INS_NIR, "1510246102043")
WAITING = PatientIdentifier(INS_NIA, "7550814168025")


@pytest.mark.parametrize(
    "meetings",
    [
        pytest.param([Person(AT_LYON), Person(INS, (AT_LYON,)), Person(INS)], id="the national identity comes later"),
        pytest.param([Person(INS, (AT_LYON,)), Person(AT_LYON), Person(INS)], id="it is left out later"),
        pytest.param([Person(INS, (AT_LYON,)), Person(INS, (AT_PARIS,)), Person(AT_PARIS)], id="at another hospital"),
        pytest.param([Person(WAITING, (AT_LYON,)), Person(INS, (AT_LYON,)), Person(INS)], id="after waiting for it"),
    ],
)
def test_numbers_that_come_together_lead_to_one_person_from_then_on(vault: Vault, meetings: list[Person]) -> None:
    assert len({vault.identify(person) for person in meetings}) == 1


def test_numbers_that_never_came_together_are_different_people(vault: Vault) -> None:
    assert len({vault.identify(Person(number)) for number in (AT_LYON, AT_PARIS, INS, OTHER_INS, WAITING)}) == 5


def test_a_hospital_number_that_comes_with_another_national_identity_is_another_person(
    vault: Vault, custodian: Custodian
) -> None:
    first = vault.identify(Person(INS, (AT_LYON,)))
    second = vault.identify(Person(OTHER_INS, (AT_LYON,)))

    assert second != first
    assert vault.identify(Person(OTHER_INS, (AT_LYON,))) == second
    assert vault.identify(Person(AT_LYON)) == vault.identify(Person(INS, (AT_LYON,))) == first
    (pair,) = custodian.possible_duplicates()
    assert {pair.pseudonym, pair.other} == {first.pseudonym, second.pseudonym}


def test_a_second_national_identity_of_a_kind_is_not_learned(vault: Vault) -> None:
    known = vault.identify(Person(INS, (WAITING, AT_LYON)))
    other_waiting = PatientIdentifier(INS_NIA, "8510246102043")
    assert vault.identify(Person(INS, (other_waiting, AT_LYON))) == known
    assert vault.identify(Person(other_waiting)) != known


def test_the_strongest_number_decides_between_two_known_people_and_the_custodian_sees_both(
    vault: Vault, custodian: Custodian
) -> None:
    by_hospital, by_ins = vault.identify(Person(AT_LYON)), vault.identify(Person(INS, (AT_PARIS,)))

    assert vault.identify(Person(INS, (AT_LYON,))) == by_ins
    assert vault.identify(Person(INS, (AT_LYON,))) == by_ins
    assert vault.identify(Person(AT_LYON)) == by_hospital
    (pair,) = custodian.possible_duplicates()
    assert {pair.pseudonym, pair.other} == {by_hospital.pseudonym, by_ins.pseudonym}


def test_what_is_known_is_not_written_again(vault: Vault, vault_engine: Engine) -> None:
    person = Person(INS, (AT_LYON,))
    vault.identify(person)
    with vault_engine.begin() as connection:
        connection.execute(text("UPDATE vault_key_check SET key_id = 'another'"))  # whoever writes now is refused
    assert vault.identify(person)


def test_threads_that_meet_a_person_by_different_numbers_at_once_agree(vault: Vault, vault_engine: Engine) -> None:
    vault.identify(Person(AT_LYON))
    vaults = [Vault(vault_engine, KEYS) for _ in range(8)]
    people = [Person(INS, (AT_LYON,)), Person(AT_LYON)] * 4
    start = threading.Barrier(8)

    def meet(own: Vault, person: Person) -> Pseudonymity:
        start.wait(timeout=60)
        return own.identify(person)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(meet, vaults, people))) == 1
    assert vault.identify(Person(INS)) == vault.identify(Person(AT_LYON))
