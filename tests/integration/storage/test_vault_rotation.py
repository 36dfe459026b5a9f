"""Key rotation: everything is sealed anew, nobody changes, and an interruption at any moment loses nothing."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from storage import vault_rotation
from storage.database import open_database
from storage.keys import KeyFileDamagedError, KeyRing, create_key_file, load_key_file, write_key_file
from storage.vault import PatientIdentifier, Pseudonymity, Vault, VaultUnavailableError, WrongKeyError
from storage.vault_audit import Action, Warrant
from storage.vault_custody import Custodian
from storage.vault_rotation import finish_rotation, rotate_key

PEOPLE = [PatientIdentifier("LYON", str(number)) for number in range(25)]
WARRANT = Warrant("custodian", "once a year")
STUDY = "2.25.1"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key" / "osteon.key"
    create_key_file(path)
    return path


@pytest.fixture
def known(vault_engine: Engine, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> list[Pseudonymity]:
    """The people in the vault; more than go into a page of a rotation."""
    monkeypatch.setattr(vault_rotation, "PAGE", 4)
    vault = Vault(vault_engine, load_key_file(key_file))
    return [vault.identify(person) for person in PEOPLE]


def met_again(engine: Engine, key_file: Path) -> list[Pseudonymity]:
    vault = Vault(engine, load_key_file(key_file))
    return [vault.identify(person) for person in PEOPLE]


def rows(engine: Engine) -> set[tuple[object, ...]]:
    with engine.connect() as connection:
        return {
            tuple(row)
            for table, columns in (("vault_person", "sealed"), ("vault_identifier", "lookup, sealed"))
            for row in connection.execute(text(f"SELECT {columns}, key_id FROM {table}"))  # noqa: S608 - from above
        }


def test_people_keep_pseudonym_and_offset_though_every_row_is_new(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity]
) -> None:
    old, before = load_key_file(key_file), rows(vault_engine)
    new = rotate_key(vault_engine, key_file, WARRANT)

    assert new == load_key_file(key_file)
    assert new.key_id != old.key_id
    assert met_again(vault_engine, key_file) == known
    after = rows(vault_engine)
    assert len(after) == len(before) == 2 * len(PEOPLE)
    assert {row[-1] for row in after} == {new.key_id}
    assert not {value for row in before for value in row} & {value for row in after for value in row}
    with pytest.raises(WrongKeyError, match=new.key_id):
        Vault(vault_engine, old)
    assert [path.name for path in key_file.parent.iterdir()] == ["osteon.key"]


def test_nothing_that_the_old_key_opens_is_left_in_the_file(vault_file: Path, key_file: Path, tmp_path: Path) -> None:
    """PostgreSQL's files are the server's, which rewrites the tables."""
    shutil.copyfile(vault_file, tmp_path / "rotated.sqlite")
    engine = open_database(f"sqlite:///{tmp_path / 'rotated.sqlite'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA secure_delete=OFF"))
    vault = Vault(engine, load_key_file(key_file))
    for number in range(300):
        vault.identify(PatientIdentifier("LYON", str(number)))
    before = [value if isinstance(value, bytes) else str(value).encode() for row in rows(engine) for value in row[:-1]]
    rotate_key(engine, key_file, WARRANT)
    engine.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("rotated.sqlite*"))
    assert len(before) == 3 * 300
    assert not [value for value in before if value in kept]


@pytest.mark.usefixtures("known")
def test_uids_and_digests_of_sources_are_derived_as_before_and_seals_are_not(
    vault_engine: Engine, key_file: Path
) -> None:
    old = load_key_file(key_file)
    for _ in range(2):
        new = rotate_key(vault_engine, key_file, WARRANT)
    assert all(new.derive(use) == old.derive(use) for use in ("uid", "source-digest", "quarantine-name"))
    assert all(new.derive(use) != old.derive(use) for use in ("vault-seal", "vault-lookup", "quarantine-seal"))
    assert new.derive_as(old.key_id, "quarantine-seal") == old.derive("quarantine-seal")


@pytest.mark.usefixtures("known")
def test_the_audit_log_opens_over_rotations_and_holds_them(vault_engine: Engine, key_file: Path) -> None:
    Custodian(vault_engine, load_key_file(key_file)).lookup(PEOPLE[0], WARRANT)
    rotate_key(vault_engine, key_file, WARRANT)
    new = rotate_key(vault_engine, key_file, WARRANT)
    actions = [entry.action for entry in Custodian(vault_engine, new).audit()]
    assert actions == [Action.LOOKUP, Action.ROTATE_KEY, Action.ROTATE_KEY]


def test_a_process_with_the_old_key_writes_nothing_any_more(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity]
) -> None:
    running = Vault(vault_engine, load_key_file(key_file))
    rotate_key(vault_engine, key_file, WARRANT)
    before = rows(vault_engine)
    for person in (PEOPLE[0], PatientIdentifier("LYON", "new")):
        with pytest.raises(WrongKeyError):
            running.identify(person)
    with pytest.raises(WrongKeyError):
        running.claim_study(STUDY, known[0].pseudonym)
    assert rows(vault_engine) == before


def test_a_rotation_that_fails_changes_nothing_and_can_be_repeated(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity]
) -> None:
    old, before = load_key_file(key_file), rows(vault_engine)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    event.listen(vault_engine, "commit", fail)
    with pytest.raises(OSError, match="disk full"):
        rotate_key(vault_engine, key_file, WARRANT)
    event.remove(vault_engine, "commit", fail)

    assert load_key_file(key_file) == old
    assert rows(vault_engine) == before
    assert finish_rotation(vault_engine, key_file) is None
    assert met_again(vault_engine, key_file) == known
    assert rotate_key(vault_engine, key_file, WARRANT).retired == (old.secret,)
    assert met_again(vault_engine, key_file) == known


def test_a_rotation_that_was_interrupted_after_the_database_is_finished(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = load_key_file(key_file)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(vault_rotation, "replace_key_file", die)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(vault_engine, key_file, WARRANT)
    monkeypatch.undo()
    assert load_key_file(key_file) == old

    finished = rotate_key(vault_engine, key_file, WARRANT)

    assert finished.retired == (old.secret,)
    assert met_again(vault_engine, key_file) == known


def test_a_foreign_key_in_the_place_of_the_next_one_is_refused(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity]
) -> None:
    write_key_file(KeyRing(b"f" * 32, (b"g" * 32,)), key_file.with_name("osteon.key.next"))
    with pytest.raises(KeyFileDamagedError, match="no successor"):
        rotate_key(vault_engine, key_file, WARRANT)
    assert met_again(vault_engine, key_file) == known


def test_people_who_arrive_during_a_rotation_are_in_it_or_refused(
    vault_engine: Engine, key_file: Path, known: list[Pseudonymity]
) -> None:
    vaults = [Vault(vault_engine, load_key_file(key_file)) for _ in range(4)]
    start = threading.Barrier(5)
    arrivals = [[PatientIdentifier(f"H{place}", str(number)) for number in range(15)] for place in range(4)]

    def arrive(vault: Vault, people: list[PatientIdentifier]) -> dict[PatientIdentifier, Pseudonymity]:
        taken = {}
        start.wait(timeout=60)
        for person in people:
            try:
                taken[person] = vault.identify(person)
            except (WrongKeyError, VaultUnavailableError):
                break
        return taken

    def rotate() -> KeyRing:
        start.wait(timeout=60)
        return rotate_key(vault_engine, key_file, WARRANT)

    with ThreadPoolExecutor(5) as pool:
        rotated = pool.submit(rotate)
        taken = {person: who for part in pool.map(arrive, vaults, arrivals) for person, who in part.items()}
        new = rotated.result()

    vault = Vault(vault_engine, new)
    assert {person: vault.identify(person) for person in taken} == taken
    assert {row[-1] for row in rows(vault_engine)} == {new.key_id}
    assert met_again(vault_engine, key_file) == known
