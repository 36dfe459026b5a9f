"""`osteon vault` as the custodian and scripts use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from osteon.cli import main
from osteon.home import locked_home
from osteon.settings import PREFIX, Settings, read_settings
from osteon.vault_access import open_vault
from storage import overwriting, vault_rotation
from storage.database import open_database
from storage.vault import PatientIdentifier, Pseudonymity, StudyConflictError, Vault
from tests.builders.deleted import reading_still

ONE = PatientIdentifier("LYON", "QX7741982035")
OTHER = PatientIdentifier("PARIS", "77")
WHY = ("--reason", "recall for care")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}DEFAULT_ISSUER", "PARIS")
    return read_settings()


@pytest.fixture
def vault(settings: Settings) -> Vault:
    settings.vault_folder.mkdir()
    return open_vault(settings)[1]


@pytest.fixture
def two(vault: Vault) -> tuple[Pseudonymity, Pseudonymity]:
    return vault.identify(ONE), vault.identify(OTHER)


def osteon_vault(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["vault", *arguments], input=typed)


def test_a_number_from_standard_input_is_looked_up(two: tuple[Pseudonymity, Pseudonymity]) -> None:
    answer = osteon_vault("lookup", "--issuer", "LYON", *WHY, typed=f" {ONE.number} \n")
    assert (answer.exit_code, answer.stdout) == (0, f"{two[0].pseudonym}\n")
    answer = osteon_vault("lookup", *WHY, "--json", typed="77")
    assert json.loads(answer.stdout) == {"pseudonym": two[1].pseudonym}


@pytest.mark.usefixtures("vault")
def test_whom_nobody_knows_is_told_by_exit_code_3_without_repeating_the_number() -> None:
    answer = osteon_vault("lookup", *WHY, typed="QX7741982035")
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert "QX7741982035" not in answer.stderr
    assert osteon_vault("re-identify", "OST-22222-22222", *WHY).exit_code == 3


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("lookup",), id="no reason"),
        pytest.param(("lookup", "--reason", " "), id="an empty reason"),
        pytest.param(("lookup", *WHY), id="no number"),
        pytest.param(("re-identify", "OST-22222-22223", *WHY), id="a slip in the pseudonym"),
        pytest.param(("merge", "OST-22222-22222", *WHY), id="half a merge"),
    ],
)
def test_wrong_usage_is_told_by_exit_code_2_and_leaves_no_record(arguments: tuple[str, ...]) -> None:
    assert osteon_vault(*arguments).exit_code == 2
    assert osteon_vault("audit").stdout == ""


def test_a_person_is_re_identified_on_record(two: tuple[Pseudonymity, Pseudonymity]) -> None:
    who = two[0]
    answer = osteon_vault("re-identify", who.pseudonym.lower(), *WHY, "--by", "Dr Curie")
    assert answer.exit_code == 0
    assert f"number {ONE.number}  issuer LYON" in answer.stdout
    assert f"+ {-who.date_offset_days} days" in answer.stdout
    answer = osteon_vault("re-identify", who.pseudonym, *WHY, "--json")
    assert json.loads(answer.stdout) == {
        "pseudonym": who.pseudonym,
        "asked": who.pseudonym,
        "date_offset_days": who.date_offset_days,
        "numbers": [{"issuer": "LYON", "number": ONE.number}],
    }
    first, second = map(json.loads, osteon_vault("audit", "--json").stdout.splitlines())
    assert (first["action"], first["reason"], first["pseudonyms"]) == ("re-identify", WHY[1], [who.pseudonym])
    assert first["by"] == f"Dr Curie ({second['by']})"
    assert WHY[1] in osteon_vault("audit").stdout


def test_two_are_merged_and_a_refused_merge_is_told_by_exit_code_4(
    vault: Vault, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    one, other = (each.pseudonym for each in two)
    vault.claim_study("2.25.1", one)
    refused = osteon_vault("merge", other, one, *WHY)
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert "the other way round" in refused.stderr
    done = osteon_vault("merge", one, other, *WHY, "--json")
    assert json.loads(done.stdout) == {"survivor": one, "other": other}
    assert vault.identify(OTHER).pseudonym == one
    assert f"{other} has given way to {one}" in osteon_vault("re-identify", other, *WHY).stdout


def test_a_number_is_added_to_a_person(vault: Vault, two: tuple[Pseudonymity, Pseudonymity]) -> None:
    one = two[0].pseudonym
    assert osteon_vault("add-number", one, "--issuer", "GRENOBLE", *WHY, typed="9\n").exit_code == 0
    assert vault.identify(PatientIdentifier("GRENOBLE", "9")) == two[0]
    assert osteon_vault("add-number", one, *WHY, typed="77\n").exit_code == 4


def test_studies_in_conflict_are_listed(vault: Vault, two: tuple[Pseudonymity, Pseudonymity]) -> None:
    one, other = (each.pseudonym for each in two)
    assert osteon_vault("conflicts").stdout == ""
    vault.claim_study("2.25.1", one)
    with pytest.raises(StudyConflictError):
        vault.claim_study("2.25.1", other)
    assert osteon_vault("conflicts").stdout == f"study 2.25.1 of {one} also came for {other}\n"
    (study,) = json.loads(osteon_vault("conflicts", "--json").stdout)["studies"]
    assert (study["study_instance_uid"], study["pseudonym"], study["other"]) == ("2.25.1", one, other)
    assert study["since"].endswith("+00:00")


def test_the_key_is_rotated_and_the_node_goes_on_with_the_new_one(
    settings: Settings, two: tuple[Pseudonymity, Pseudonymity]
) -> None:
    answer = osteon_vault("rotate-key", *WHY, "--json")
    assert answer.exit_code == 0
    keys, vault = open_vault(settings)
    assert json.loads(answer.stdout)["after"] == keys.key_id
    assert (vault.identify(ONE), vault.identify(OTHER)) == two


@pytest.mark.usefixtures("two")
def test_what_the_old_key_still_opens_on_the_disk_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overwriting, "TRIES_FOR_S", 0)
    reader = open_database(settings.vault_database)
    with reading_still(reader, "vault_person"):
        plain, said = osteon_vault("rotate-key", *WHY), osteon_vault("rotate-key", *WHY, "--json")
    reader.dispose()
    assert "\nnot done yet: rows sealed with the old key remain in the file" in plain.stdout
    assert json.loads(said.stdout)["remains"].startswith("rows sealed with the old key remain in the file")
    assert json.loads(osteon_vault("rotate-key", *WHY, "--json").stdout)["remains"] is None


def test_the_key_of_a_running_node_is_not_rotated(settings: Settings, two: tuple[Pseudonymity, Pseudonymity]) -> None:
    before = settings.key_path.read_bytes()
    with locked_home(settings.home, "node"):
        answer = osteon_vault("rotate-key", *WHY)
    assert answer.exit_code == 1
    assert "osteon node" in answer.stderr
    assert settings.key_path.read_bytes() == before
    assert open_vault(settings)[1].identify(ONE) == two[0]


def test_the_node_finishes_a_rotation_that_was_interrupted(
    settings: Settings, two: tuple[Pseudonymity, Pseudonymity], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(vault_rotation, "replace_key_file", die)
    assert osteon_vault("rotate-key", *WHY).exit_code != 0
    monkeypatch.undo()
    monkeypatch.setenv(f"{PREFIX}HOME", str(settings.home))
    keys, vault = open_vault(settings)
    assert len(keys.retired) == 1
    assert vault.identify(ONE) == two[0]


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("name", ["conflicts", "audit"])
def test_a_home_without_a_key_says_so_and_is_left_as_it_was(settings: Settings, name: str) -> None:
    answer = osteon_vault(name)
    assert answer.exit_code == 1
    assert "no key file" in answer.stderr
    assert list(settings.home.iterdir()) == []
