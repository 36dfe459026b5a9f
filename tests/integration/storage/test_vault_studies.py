"""A study belongs to one person, whoever asks at whatever moment."""

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from storage.database import BUSY_TIMEOUT_MS, open_database, writing
from storage.vault import CachedVault, PatientIdentifier, StudyConflictError, Vault, VaultError
from storage.vault_audit import Warrant
from storage.vault_custody import Custodian
from storage.vault_errors import UnknownInVaultError
from storage.vault_tables import IdentifierRow, KeyCheckRow, PersonRow, StudyRow
from tests.integration.storage.conftest import KEYS

STUDY = "2.25.329800735698586629295641978511506172918"
ONE = PatientIdentifier("LYON", "1")
OTHER = PatientIdentifier("LYON", "2")
WARRANT = Warrant("custodian", "one person, says the hospital")
RACERS = 4


def test_a_study_belongs_to_whose_object_came_first(vault: Vault) -> None:
    owner, other = vault.identify(ONE), vault.identify(OTHER)
    assert vault.claim_study(STUDY, owner.pseudonym) == owner
    assert vault.claim_study(STUDY, owner.pseudonym) == owner
    with pytest.raises(StudyConflictError) as refusal:
        vault.claim_study(STUDY, other.pseudonym)
    assert not isinstance(refusal.value, VaultError)
    assert vault.claim_study(STUDY, owner.pseudonym) == owner


def test_making_ready_asks_for_nobody_and_leaves_nobody(vault: Vault, vault_engine: Engine) -> None:
    vault.make_ready()
    with vault_engine.connect() as connection:
        for row in (PersonRow, IdentifierRow, StudyRow):
            assert connection.execute(select(func.count()).select_from(row)).scalar_one() == 0


def test_making_ready_waits_for_no_other_transaction(vault: Vault, vault_engine: Engine) -> None:
    """A worker that takes anothers place must not wait for whoever rotates the key."""
    with Session(writing(vault_engine)) as session, session.begin():
        session.execute(select(KeyCheckRow).with_for_update())
        began = time.monotonic()
        vault.make_ready()
        assert time.monotonic() - began < BUSY_TIMEOUT_MS / 1000 / 3
    if vault_engine.dialect.name == "sqlite":
        with vault_engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_MS
    assert vault.identify(ONE) == vault.identify(ONE)


def test_a_conflict_is_on_record_with_both_pseudonyms_and_the_time_of_the_first(
    vault: Vault, custodian: Custodian
) -> None:
    owner, other, third = (vault.identify(PatientIdentifier("LYON", number)).pseudonym for number in "123")
    vault.claim_study(STUDY, owner)
    vault.claim_study("2.25.7", other)
    assert custodian.studies_in_conflict() == []
    for late in (other, third):
        with pytest.raises(StudyConflictError):
            vault.claim_study(STUDY, late)
    (conflict,) = custodian.studies_in_conflict()
    assert (conflict.study_instance_uid, conflict.pseudonym, conflict.other) == (STUDY, owner, other)
    assert conflict.since.tzinfo is not None


def test_an_unmapped_uid_is_never_written(vault: Vault, vault_engine: Engine) -> None:
    owner = vault.identify(ONE).pseudonym
    with pytest.raises(ValueError, match="pseudonymised UID"):
        vault.claim_study("1.2.840.113619.2.5.1762583153", owner)
    with vault_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM vault_study")).scalar_one() == 0


def test_nobody_claims_a_study_for_a_pseudonym_that_does_not_exist(vault: Vault) -> None:
    with pytest.raises(UnknownInVaultError):
        vault.claim_study(STUDY, "OST-22222-22222")


def test_after_a_merge_a_study_is_finished_as_it_was_begun_and_a_new_one_is_the_survivors(
    vault: Vault, custodian: Custodian
) -> None:
    survivor, other = vault.identify(ONE), vault.identify(OTHER)
    vault.claim_study(STUDY, other.pseudonym)
    custodian.merge(survivor.pseudonym, other.pseudonym, WARRANT, force=True)

    assert vault.identify(OTHER) == survivor
    assert vault.claim_study(STUDY, survivor.pseudonym) == other
    assert vault.claim_study(STUDY, other.pseudonym) == other
    assert vault.claim_study("2.25.7", other.pseudonym) == survivor


def test_a_conflict_ends_when_the_two_are_merged(vault: Vault, custodian: Custodian) -> None:
    owner, other = vault.identify(ONE), vault.identify(OTHER)
    cached = CachedVault(vault)
    cached.claim_study(STUDY, owner.pseudonym)
    with pytest.raises(StudyConflictError):
        cached.claim_study(STUDY, other.pseudonym)

    custodian.merge(owner.pseudonym, other.pseudonym, WARRANT)

    assert custodian.studies_in_conflict() == []
    assert cached.claim_study(STUDY, other.pseudonym) == owner


def test_threads_that_claim_one_study_for_two_people_leave_one_owner(vault_engine: Engine) -> None:
    vault = Vault(vault_engine, KEYS)
    people = [vault.identify(number).pseudonym for number in (ONE, OTHER)] * 4
    start = threading.Barrier(8)

    def claim(pseudonym: str) -> str | None:
        start.wait(timeout=60)
        try:
            return Vault(vault_engine, KEYS).claim_study(STUDY, pseudonym).pseudonym
        except StudyConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(claim, people))
    (owner,) = set(answers) - {None}
    assert [answer == owner for answer in answers] == [pseudonym == owner for pseudonym in people]


def claim_in_process(start: Barrier, url: str, pseudonym: str, answers: "SimpleQueue[tuple[str, str]]") -> None:
    vault = Vault(open_database(url), KEYS)
    start.wait(timeout=60)
    for number in range(10):
        try:
            answers.put((str(number), vault.claim_study(f"2.25.{number}", pseudonym).pseudonym))
        except StudyConflictError:
            answers.put((str(number), "conflict"))


def test_processes_that_claim_the_same_studies_for_two_people_leave_one_owner_each(
    vault: Vault, vault_url: str, custodian: Custodian
) -> None:
    people = [vault.identify(number).pseudonym for number in (ONE, OTHER)] * (RACERS // 2)
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(RACERS), context.SimpleQueue()
    processes = [
        context.Process(target=claim_in_process, args=(start, vault_url, pseudonym, answers)) for pseudonym in people
    ]
    for process in processes:
        process.start()
    given = [answers.get() for _ in range(10 * RACERS)]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * RACERS
    for number in map(str, range(10)):
        answered = sorted(answer for study, answer in given if study == number)
        assert len(set(answered) - {"conflict"}) == 1
        assert answered.count("conflict") == RACERS // 2
    assert len(custodian.studies_in_conflict()) == 10
