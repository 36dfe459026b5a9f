"""The custodian's acts: nothing is told before it is on record, and a merge loses nobody."""

import pytest
from sqlalchemy import Engine, text

from storage.keys import KeyRing
from storage.vault import PatientIdentifier, Pseudonymity, Vault, WrongKeyError
from storage.vault_audit import Action, AuditEntry, Warrant
from storage.vault_custody import Custodian
from storage.vault_errors import AuditDamagedError, MergeRefusedError, UnknownInVaultError

ONE = PatientIdentifier("LYON", "QX7741982035")
OTHER = PatientIdentifier("PARIS", "77")
NOBODY = PatientIdentifier("PARIS", "78")
WARRANT = Warrant("Dr Curie (custodian)", "rappel du patient pour soins")
STUDY, OTHER_STUDY = "2.25.1", "2.25.2"


@pytest.fixture
def two(vault: Vault) -> tuple[Pseudonymity, Pseudonymity]:
    return vault.identify(ONE), vault.identify(OTHER)


def acts(custodian: Custodian) -> list[tuple[Action, tuple[str, ...]]]:
    return [(entry.action, entry.pseudonyms) for entry in custodian.audit()]


def test_a_pseudonym_is_looked_up_and_a_person_re_identified_and_both_are_on_record(
    custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    one = two[0]
    assert custodian.lookup(ONE, WARRANT) == one.pseudonym
    known = custodian.re_identify(one.pseudonym, WARRANT)
    assert (known.pseudonym, known.numbers) == (one.pseudonym, (ONE,))
    assert known.date_offset_days == one.date_offset_days

    first, second = custodian.audit()
    assert first == AuditEntry(
        number=1,
        at=first.at,
        action=Action.LOOKUP,
        by="Dr Curie (custodian)",
        reason="rappel du patient pour soins",
        pseudonyms=(one.pseudonym,),
    )
    assert (second.number, second.action) == (2, Action.RE_IDENTIFY)
    assert second.at >= first.at


def test_asking_in_vain_is_on_record_too(custodian: Custodian) -> None:
    with pytest.raises(UnknownInVaultError) as refusal:
        custodian.lookup(NOBODY, WARRANT)
    with pytest.raises(UnknownInVaultError):
        custodian.re_identify("OST-22222-22222", WARRANT)
    assert acts(custodian) == [(Action.LOOKUP, ()), (Action.RE_IDENTIFY, ("OST-22222-22222",))]
    assert NOBODY.number not in str(refusal.value)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "two\nlines"])
def test_nobody_acts_without_saying_why(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        Warrant("custodian", reason)


def test_after_a_merge_both_numbers_lead_to_the_survivor_and_the_other_pseudonym_still_resolves(
    vault: Vault, custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    survivor, other = two
    custodian.merge(survivor.pseudonym, other.pseudonym, WARRANT)

    assert vault.identify(ONE) == vault.identify(OTHER) == survivor
    assert custodian.lookup(OTHER, WARRANT) == survivor.pseudonym
    known = custodian.re_identify(other.pseudonym, WARRANT)
    assert (known.asked, known.pseudonym) == (other.pseudonym, survivor.pseudonym)
    assert known.date_offset_days == other.date_offset_days
    assert set(known.numbers) == {ONE, OTHER}
    assert acts(custodian)[0] == (Action.MERGE, (survivor.pseudonym, other.pseudonym))


def test_merges_follow_one_another_to_the_last_survivor(vault: Vault, custodian: Custodian) -> None:
    first, second, third = (vault.identify(PatientIdentifier("LYON", number)).pseudonym for number in "123")
    custodian.merge(second, third, WARRANT)
    custodian.merge(first, second, WARRANT)
    assert {vault.identify(PatientIdentifier("LYON", number)).pseudonym for number in "123"} == {first}


def test_one_that_gave_way_cannot_be_merged_again(
    custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity], vault: Vault
) -> None:
    survivor, other = (each.pseudonym for each in two)
    third = vault.identify(NOBODY).pseudonym
    custodian.merge(survivor, other, WARRANT)
    for pair in ((third, other), (other, third), (survivor, other), (other, survivor)):
        with pytest.raises(MergeRefusedError, match=f"{other} has given way to {survivor}"):
            custodian.merge(*pair, WARRANT)
    with pytest.raises(MergeRefusedError, match="one person already"):
        custodian.merge(survivor, survivor, WARRANT)


def test_a_person_with_images_gives_way_only_by_force(
    vault: Vault, custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    survivor, other = (each.pseudonym for each in two)
    vault.claim_study(OTHER_STUDY, other)
    with pytest.raises(MergeRefusedError, match="merge them the other way round"):
        custodian.merge(survivor, other, WARRANT)
    vault.claim_study(STUDY, survivor)
    with pytest.raises(MergeRefusedError, match="force the merge"):
        custodian.merge(survivor, other, WARRANT)
    assert (vault.identify(ONE), vault.identify(OTHER)) == two
    assert acts(custodian) == []

    custodian.merge(survivor, other, WARRANT, force=True)
    assert vault.identify(OTHER).pseudonym == survivor


def test_a_number_that_was_never_seen_is_added_to_a_person(
    vault: Vault, custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    custodian.add_number(two[0].pseudonym, NOBODY, WARRANT)
    assert vault.identify(NOBODY) == two[0]
    assert acts(custodian) == [(Action.ADD_NUMBER, (two[0].pseudonym,))]


def test_a_number_that_is_known_is_not_added(custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity]) -> None:
    one, other = (each.pseudonym for each in two)
    with pytest.raises(MergeRefusedError, match=f"that number is {other}: merge them"):
        custodian.add_number(one, OTHER, WARRANT)
    with pytest.raises(MergeRefusedError, match="already"):
        custodian.add_number(one, ONE, WARRANT)
    with pytest.raises(UnknownInVaultError):
        custodian.add_number("OST-22222-22222", NOBODY, WARRANT)
    assert acts(custodian) == []


def test_the_log_tells_nothing_without_the_key(
    custodian: Custodian, two: tuple[Pseudonymity, Pseudonymity], vault_engine: Engine
) -> None:
    custodian.re_identify(two[0].pseudonym, WARRANT)
    with vault_engine.connect() as connection:
        (row,) = map(repr, connection.execute(text("SELECT * FROM vault_audit")))
    assert not any(secret in row for secret in (two[0].pseudonym, "Curie", "rappel", "re-identify"))


@pytest.mark.parametrize("change", ["UPDATE vault_audit SET number = 9", "DELETE FROM vault_audit"])
def test_the_database_refuses_to_change_the_log(custodian: Custodian, vault_engine: Engine, change: str) -> None:
    with pytest.raises(UnknownInVaultError):
        custodian.lookup(NOBODY, WARRANT)
    with (
        pytest.raises(Exception, match="an entry of the audit log is never changed or removed"),
        vault_engine.begin() as connection,
    ):
        connection.execute(text(change))
    assert len(custodian.audit()) == 1


def unguarded(engine: Engine) -> None:
    """Take away what keeps the log from being changed, as somebody with all rights on the database could."""
    postgresql = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        for trigger in ("no_change",) if postgresql else ("no_UPDATE", "no_DELETE"):
            on = " ON vault_audit" if postgresql else ""
            connection.execute(text(f"DROP TRIGGER vault_audit_{trigger}{on}"))


@pytest.mark.parametrize(
    ("change", "damaged"),
    [
        pytest.param("DELETE FROM vault_audit WHERE number = 1", 1, id="the first removed"),
        pytest.param("DELETE FROM vault_audit WHERE number = 2", 2, id="one removed from the middle"),
        pytest.param(
            "UPDATE vault_audit SET sealed = (SELECT sealed FROM vault_audit WHERE number = 1) WHERE number = 2",
            2,
            id="one replaced by another",
        ),
        pytest.param(
            "DELETE FROM vault_audit WHERE number = 2; UPDATE vault_audit SET number = 2 WHERE number = 3",
            2,
            id="the gap closed",
        ),
    ],
)
def test_whoever_changes_the_log_in_spite_of_that_is_found_out(
    vault: Vault, custodian: Custodian, vault_engine: Engine, change: str, damaged: int
) -> None:
    vault.identify(ONE)
    for _ in range(3):
        custodian.lookup(ONE, WARRANT)
    unguarded(vault_engine)
    with vault_engine.begin() as connection:
        for statement in change.split(";"):
            connection.execute(text(statement))
    with pytest.raises(AuditDamagedError, match=f"entry {damaged} "):
        custodian.audit()


def test_an_entry_of_an_older_copy_of_the_log_does_not_fit_into_it(
    vault: Vault, custodian: Custodian, vault_engine: Engine
) -> None:
    vault.identify(ONE)
    unguarded(vault_engine)
    for _ in range(2):
        custodian.lookup(ONE, WARRANT)
    second = text("SELECT sealed FROM vault_audit WHERE number = 2")
    with vault_engine.begin() as connection:
        older = connection.execute(second).scalar_one()
        connection.execute(text("DELETE FROM vault_audit WHERE number = 2"))
    for _ in range(2):
        custodian.lookup(ONE, WARRANT)
    with vault_engine.begin() as connection:
        connection.execute(text("UPDATE vault_audit SET sealed = :older WHERE number = 2"), {"older": older})
    with pytest.raises(AuditDamagedError, match="entry 3 "):
        custodian.audit()


@pytest.mark.usefixtures("vault")
def test_the_custodian_needs_the_right_key(vault_engine: Engine) -> None:
    with pytest.raises(WrongKeyError):
        Custodian(vault_engine, KeyRing(b"o" * 32))
