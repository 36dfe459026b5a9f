"""The vault on both databases: one person, one pseudonym, for ever, and nothing readable without the key."""

import hashlib
import hmac
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, inspect, text

from storage.database import migrate, migrate_registry, open_database, registry_head, registry_revision
from storage.keys import KeyRing
from storage.pseudonyms import is_pseudonym
from storage.vault import (
    LONGEST_OFFSET_DAYS,
    REMEMBERED_SECONDS,
    SHORTEST_OFFSET_DAYS,
    CachedVault,
    PatientIdentifier,
    Pseudonymity,
    Vault,
    VaultUnavailableError,
    WrongKeyError,
)
from storage.vault_access import Seals
from storage.vault_tables import VAULT, VaultBase
from tests.integration.storage.conftest import KEYS

SOMEONE = PatientIdentifier("LYON", "QX7741982035")
WRONG_LOOKUP_KEY = KeyRing(b"o" * 32).derive("vault-lookup")
RACERS = 4


def test_one_person_keeps_pseudonym_and_offset_over_restarts(vault: Vault, vault_engine: Engine) -> None:
    first = vault.identify(SOMEONE)
    assert Vault(vault_engine, KEYS).identify(SOMEONE) == first
    assert is_pseudonym(first.pseudonym)
    assert -LONGEST_OFFSET_DAYS <= first.date_offset_days <= -SHORTEST_OFFSET_DAYS


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(PatientIdentifier("LYON", "QX7741982036"), id="another number"),
        pytest.param(PatientIdentifier("PARIS", "QX7741982035"), id="the same number of another hospital"),
        pytest.param(PatientIdentifier("LYONQX", "7741982035"), id="the same letters, split elsewhere"),
    ],
)
def test_another_person_gets_another_pseudonym(vault: Vault, other: PatientIdentifier) -> None:
    assert vault.identify(other).pseudonym != vault.identify(SOMEONE).pseudonym


def test_padding_and_unicode_form_make_no_other_person(vault: Vault) -> None:
    composed, decomposed = "Hôpital", "Ho\u0302pital"
    padded = vault.identify(PatientIdentifier(f" {decomposed}", "12 "))
    assert padded == vault.identify(PatientIdentifier(composed, "12"))


def test_nothing_in_the_tables_can_be_read_without_the_key(vault: Vault, vault_engine: Engine) -> None:
    offset = vault.identify(SOMEONE).date_offset_days
    with vault_engine.connect() as connection:
        rows = [
            repr(row)
            for table in ("vault_person", "vault_identifier", "vault_key_check")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - names from above
        ]
    assert len(rows) == 3
    assert not any(SOMEONE.number in row or SOMEONE.issuer in row or str(offset) in row for row in rows)


def guesses(number: str) -> list[bytes]:
    """What somebody without the key can compute of a number: digests of usual spellings, HMACs with likely keys."""
    canonical = PatientIdentifier("LYON", number).canonical()
    spellings = (number.encode(), canonical, f"LYON{number}".encode(), f"LYON|{number}".encode())
    digests = [hashlib.new(name, spelling).digest() for name in ("md5", "sha1", "sha256") for spelling in spellings]
    return digests + [hmac.digest(key, canonical, "sha256") for key in (b"\0", bytes(32), b"osteon", WRONG_LOOKUP_KEY)]


def test_seven_digit_numbers_cannot_be_found_by_trying_them_all_without_the_key(
    vault: Vault, vault_engine: Engine
) -> None:
    """A sample around the right numbers; `benchmarks.dictionary_attack` tries all ten million."""
    numbers = [f"{number:07d}" for number in range(1_230_000, 1_240_000)]
    known = {numbers[place]: vault.identify(PatientIdentifier("LYON", numbers[place])) for place in (0, 4567, 9999)}
    with vault_engine.connect() as connection:
        lookups = {
            bytes.fromhex(lookup)
            for lookup in connection.execute(text("SELECT lookup FROM vault_identifier")).scalars()
        }

    right_key = KEYS.derive("vault-lookup")
    with_it = [
        n for n in numbers if hmac.digest(right_key, PatientIdentifier("LYON", n).canonical(), "sha256") in lookups
    ]
    without_it = [number for number in numbers if not lookups.isdisjoint(guesses(number))]

    assert with_it == sorted(known)
    assert without_it == []


def test_a_vault_does_not_open_with_another_key(vault: Vault, vault_engine: Engine) -> None:
    vault.identify(SOMEONE)
    other = KeyRing(b"o" * 32)
    with pytest.raises(WrongKeyError, match=KEYS.key_id):
        Vault(vault_engine, other)


def test_whether_a_vault_was_used_is_known_before_a_key_is_made(vault_engine: Engine) -> None:
    assert not Vault.was_used(vault_engine)
    Vault(vault_engine, KEYS)
    assert Vault.was_used(vault_engine)


def test_threads_that_meet_one_person_at_once_agree(vault_engine: Engine) -> None:
    start = threading.Barrier(8)

    def meet(_: int) -> Pseudonymity:
        start.wait(timeout=60)
        return Vault(vault_engine, KEYS).identify(SOMEONE)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(meet, range(8)))) == 1


def meet_in_process(start: Barrier, url: str, answers: "SimpleQueue[Pseudonymity]") -> None:
    vault = Vault(open_database(url), KEYS)
    start.wait(timeout=60)
    for number in range(10):
        answers.put(vault.identify(PatientIdentifier("LYON", str(number))))


def test_processes_that_meet_the_same_people_at_once_agree(vault_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(RACERS), context.SimpleQueue()
    processes = [context.Process(target=meet_in_process, args=(start, vault_url, answers)) for _ in range(RACERS)]
    for process in processes:
        process.start()
    given = [answers.get() for _ in range(10 * RACERS)]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * RACERS
    assert len(set(given)) == 10


def test_a_database_that_fails_is_unavailable_and_its_text_is_not_told(vault: Vault, vault_engine: Engine) -> None:
    with vault_engine.begin() as connection:
        connection.execute(text("DROP TABLE vault_identifier"))
    with pytest.raises(VaultUnavailableError) as caught:
        vault.identify(SOMEONE)
    assert SOMEONE.number not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_cached_vault_asks_once_a_minute_for_one_person(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[PatientIdentifier] = []
    identify = vault.identify

    def counting(identifier: PatientIdentifier) -> Pseudonymity:
        asked.append(identifier)
        return identify(identifier)

    monkeypatch.setattr(vault, "identify", counting)
    now = 0.0
    cached = CachedVault(vault, clock=lambda: now)
    first = cached.identify(SOMEONE)
    now = REMEMBERED_SECONDS - 1.0
    assert cached.identify(SOMEONE) == first
    assert asked == [SOMEONE]
    now = REMEMBERED_SECONDS
    assert cached.identify(SOMEONE) == first
    assert asked == [SOMEONE, SOMEONE]


def test_migrated_tables_are_those_that_the_code_wants(vault_engine: Engine) -> None:
    with vault_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VAULT.version_table})
        assert compare_metadata(context, VaultBase.metadata) == []


def test_vault_and_registry_can_share_one_database(vault_engine: Engine, vault_url: str) -> None:
    migrate_registry(vault_url)
    migrate(vault_url, VAULT)
    Vault(vault_engine, KEYS).identify(SOMEONE)
    assert registry_revision(vault_engine) == registry_head()


def test_check_constraints_are_those_that_the_code_wants(vault_engine: Engine) -> None:
    wanted = {
        (table.name, constraint.name)
        for table in VaultBase.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    found = {
        (name, constraint["name"])
        for name in inspect(vault_engine).get_table_names()
        for constraint in inspect(vault_engine).get_check_constraints(name)
    }
    assert found == wanted


def test_a_vault_of_the_first_version_keeps_its_people(database_url: str) -> None:
    engine = open_database(database_url)
    seals, who = Seals(KEYS), Pseudonymity("OST-7K3M9-QPXRC", -1000)
    rows = (seals.key_check(), seals.person(who), seals.identifier(SOMEONE, who.pseudonym))
    config = Config()
    config.set_main_option("script_location", str(VAULT.folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in rows:
            names = [name for name in row.__table__.columns.keys() if name != "merged_into"]  # noqa: SIM118
            columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
            statement = text(f"INSERT INTO {row.__tablename__} ({columns}) VALUES ({values})")  # noqa: S608
            connection.execute(statement, {name: getattr(row, name) for name in names})

    migrate(database_url, VAULT)

    assert Vault(engine, KEYS).identify(SOMEONE) == who
    engine.dispose()
