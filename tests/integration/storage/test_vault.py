"""The vault on both databases: one person, one pseudonym, for ever, and nothing readable without the key."""

import hashlib
import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from storage.database import migrate, migrate_registry, open_database, registry_head, registry_revision
from storage.keys import KeyRing
from storage.pseudonyms import is_pseudonym
from storage.vault import (
    LONGEST_OFFSET_DAYS,
    SHORTEST_OFFSET_DAYS,
    CachedVault,
    PatientIdentifier,
    Pseudonymity,
    Vault,
    VaultUnavailableError,
    WrongKeyError,
)
from storage.vault_tables import VAULT, VERSION_TABLE, VaultBase

KEYS = KeyRing(b"k" * 32)
SOMEONE = PatientIdentifier("LYON", "QX7741982035")


@pytest.fixture
def vault_engine(database_url: str) -> Iterator[Engine]:
    migrate(database_url, VAULT)
    engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def vault(vault_engine: Engine) -> Vault:
    return Vault(vault_engine, KEYS)


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


def test_every_seven_digit_number_hashed_without_the_key_finds_nothing(vault: Vault, vault_engine: Engine) -> None:
    vault.identify(PatientIdentifier("", "1234567"))
    with vault_engine.connect() as connection:
        (lookup,) = connection.execute(text("SELECT lookup FROM vault_identifier")).scalars()
    guesses = (f"{number:07d}" for number in range(1_230_000, 1_240_000))
    assert lookup not in {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}


def test_a_vault_does_not_open_with_another_key(vault: Vault, vault_engine: Engine) -> None:
    vault.identify(SOMEONE)
    other = KeyRing(b"o" * 32)
    with pytest.raises(WrongKeyError, match=KEYS.key_id):
        Vault(vault_engine, other)


def test_whether_a_vault_was_used_is_known_before_a_key_is_made(vault_engine: Engine) -> None:
    assert not Vault.was_used(vault_engine)
    Vault(vault_engine, KEYS)
    assert Vault.was_used(vault_engine)


def test_two_that_meet_one_person_at_once_agree(vault_engine: Engine) -> None:
    answers: list[Pseudonymity] = []
    start = threading.Barrier(8)

    def meet() -> None:
        start.wait()
        answers.append(Vault(vault_engine, KEYS).identify(SOMEONE))

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_a_database_that_fails_is_unavailable_and_its_text_is_not_told(vault: Vault, vault_engine: Engine) -> None:
    with vault_engine.begin() as connection:
        connection.execute(text("DROP TABLE vault_identifier"))
    with pytest.raises(VaultUnavailableError) as caught:
        vault.identify(SOMEONE)
    assert SOMEONE.number not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_cached_vault_asks_once_for_one_person(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[PatientIdentifier] = []
    identify = vault.identify

    def counting(identifier: PatientIdentifier) -> Pseudonymity:
        asked.append(identifier)
        return identify(identifier)

    monkeypatch.setattr(vault, "identify", counting)
    cached = CachedVault(vault)
    assert cached.identify(SOMEONE) == cached.identify(SOMEONE)
    assert asked == [SOMEONE]


def test_migrated_tables_are_those_that_the_code_wants(vault_engine: Engine) -> None:
    with vault_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, VaultBase.metadata) == []


def test_vault_and_registry_can_share_one_database(vault_engine: Engine, database_url: str) -> None:
    migrate_registry(database_url)
    migrate(database_url, VAULT)
    Vault(vault_engine, KEYS).identify(SOMEONE)
    assert registry_revision(vault_engine) == registry_head()
