"""`osteon registry`: files of clinical records in and out, all or nothing, and nobody's identity on the way."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, text

from annotation.audit import AuditFilter
from annotation.registry.dictionary import FORMS
from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.fhir_writing import bundle
from osteon.cli import main
from osteon.records import workbooks
from osteon.records.fhir_bundles import write_bundle
from osteon.settings import PREFIX, Settings, read_settings
from osteon.vault_access import open_custody, open_vault
from storage.audit_log import AuditLog
from storage.database import open_database
from storage.identities import PatientIdentifier
from storage.vault_audit import Action, Warrant
from tests.builders.records import EVERYTHING

NUMBER, OTHER_NUMBER = "8005551234", "8005559876"
WHY = ("--reason", "first load of the registry")
MAPPING = {
    "issuer": "LYON",
    "forms": {
        "presentation": {
            "patient": "IPP",
            "identifying": ["NOM"],
            "columns": {
                "RCP": {"variable": "meeting_date", "date_format": "%d/%m/%Y"},
                "DIAG": {"variable": "diagnosis_date", "date_format": "%m/%Y"},
                "PRIMITIF": {"variable": "primary", "values": {"SEIN": "breast"}},
                "IK": "karnofsky",
                "TEXTE": "decision_rationale",
            },
        }
    },
}
HEADINGS = "IPP;NOM;RCP;DIAG;PRIMITIF;IK;TEXTE\n"
GOOD = (
    HEADINGS
    + f"{NUMBER};DURAND;12/06/2025;05/2019;SEIN;70;Vue par Mme DURAND\n"
    + (f"{OTHER_NUMBER};PETIT;19/06/2025;;SEIN;;\n")
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path / "home"))
    settings = read_settings()
    settings.vault_folder.mkdir(parents=True)
    open_vault(settings)
    return settings


@pytest.fixture
def registry(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings.registry_database)
    yield engine
    engine.dispose()


def osteon_registry(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["registry", *map(str, arguments)])


def imported(*arguments: object) -> dict[str, Any]:
    result = osteon_registry("import", *arguments, "--json")
    assert result.exit_code in (0, 5), result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def hospital_file(folder: Path, content: str, mapping: dict[str, Any] | None = None) -> tuple[object, ...]:
    (folder / "export.csv").write_text(content, encoding="utf-8")
    (folder / "mapping.json").write_text(json.dumps(mapping or MAPPING), encoding="utf-8")
    return folder / "export.csv", "--format", "csv", "--form", "presentation", "--mapping", folder / "mapping.json"


def rows(registry: Engine, table: str) -> list[dict[str, Any]]:
    with registry.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608


def test_an_identified_file_becomes_records_of_pseudonyms(settings: Settings, registry: Engine, tmp_path: Path) -> None:
    arguments = hospital_file(tmp_path, GOOD)
    assert imported(*arguments, "--dry-run")["outcomes"] == {"created": 2}
    said = imported(*arguments, *WHY)
    assert (said["rows"], said["patients"], said["errors"], said["outcomes"]) == (2, 2, 0, {"created": 2})

    custody = open_custody(settings)
    warrant = Warrant("tests", "check")
    pseudonym = custody.lookup(PatientIdentifier("LYON", NUMBER), warrant)
    offset = custody.re_identify(pseudonym, warrant).date_offset_days
    (context,) = (each for each in rows(registry, "clinical_context") if each["pseudonym"] == pseudonym)
    with registry.connect() as connection:
        moved = connection.execute(text(f"SELECT date('2025-06-12', '{offset} days')")).scalar_one()
    assert context["meeting_date"] == moved
    versions = [each["content"] for each in rows(registry, "record_version")]
    assert any("Vue par […]" in json.loads(each).get("decision_rationale", "") for each in versions)

    actions = [entry.action for entry in custody.audit()]
    assert Action.IMPORT in actions
    everything = (
        (settings.home / "registry.sqlite").read_bytes() if (settings.home / "registry.sqlite").exists() else b""
    )
    whole = everything + b"".join(file.read_bytes() for file in settings.home.glob("*.sqlite*"))
    for identity in (NUMBER, OTHER_NUMBER, "DURAND", "PETIT"):
        assert identity.encode() not in whole
    noted = AuditLog(registry).newest(AuditFilter(), limit=10)
    assert {entry.note.object_id for entry in noted} == {said["import_id"]}


def test_the_same_file_again_changes_nothing(settings: Settings, registry: Engine, tmp_path: Path) -> None:  # noqa: ARG001
    arguments = hospital_file(tmp_path, GOOD)
    imported(*arguments, *WHY)
    assert imported(*arguments, *WHY)["outcomes"] == {"unchanged": 2}
    assert len(rows(registry, "record_version")) == 2

    changed = hospital_file(tmp_path, GOOD.replace(";70;", ";80;"))
    refused = imported(*changed, *WHY)
    assert [(each["row"], each["reason"]) for each in refused["findings"] if each["weight"] == "error"] == [
        (2, "exists")
    ]
    assert imported(*changed, *WHY, "--update")["outcomes"] == {"changed": 1, "unchanged": 1}
    assert sorted(each["version"] for each in rows(registry, "clinical_context_version")) == [1, 1, 2]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{NUMBER};DURAND;31/02/2025;;SEIN;70;", ("RCP", "not_as_described")),
        (f"{NUMBER};DURAND;12/06/2999;;SEIN;70;", ("RCP", "future")),
        (f"{NUMBER};DURAND;12/06/2025;07/2025;SEIN;70;", ("DIAG", "impossible_order")),
        (f"{NUMBER};DURAND;12/06/2025;;POUMON;70;", ("PRIMITIF", "unknown_code")),
        (f"{NUMBER};DURAND;12/06/2025;;SEIN;75;", ("IK", "unknown_code")),
        (f"{OTHER_NUMBER};PETIT;19/06/2025;;SEIN;;", ("RCP", "duplicate")),
        (";DURAND;12/06/2025;;SEIN;70;", ("IPP", "missing")),
        ("INCONNU;DURAND;12/06/2025;;SEIN;70;", ("patient", "unknown_patient")),
    ],
)
def test_one_bad_row_keeps_the_whole_file_out(
    settings: Settings, registry: Engine, tmp_path: Path, line: str, expected: tuple[str, str]
) -> None:
    arguments = hospital_file(tmp_path, GOOD + line + "\n")
    report = tmp_path / "report.csv"
    result = osteon_registry("import", *arguments, *WHY, "--report", report)
    assert result.exit_code == 5, result.output
    errors = [row for row in csv.DictReader(report.read_text().splitlines()) if row["weight"] == "error"]
    assert [(row["row"], row["column"], row["reason"]) for row in errors] == [("4", *expected)]
    assert rows(registry, "record_entry") == rows(registry, "patient") == []
    for identity in (NUMBER, OTHER_NUMBER, "DURAND", "PETIT"):
        assert identity not in result.output + report.read_text()
    assert [entry.action for entry in open_custody(settings).audit()] == []


def test_everything_that_is_wrong_with_a_file_is_told_at_once_with_its_place_and_nothing_is_kept(
    settings: Settings, registry: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    file.write_text(
        "form,patient,meeting_date,diagnosis_date,decision_rationale,event_type,event_date,sample_date,calcium,calcium_unit\n"
        f"presentation,{NUMBER},2025-06-12,2024-01,Dossier {NUMBER} revu,,,,,\n"
        f"event,{NUMBER},,,,death,2023-05-01,,,\n"
        f"biology,{NUMBER},,,,,,2025-06-10,9.2,mmol/L\n"
        f"biology,{NUMBER},,,,,,2099-01-01,2.3,mmol/L\n"
        f"event,{NUMBER},,,,SRE_unheard_of,2025-06-20,,,\n"
        f"presentation,{OTHER_NUMBER},2025-06-12,,,,,,,\n"
        f"presentation,{OTHER_NUMBER},2025-06-12,,,,,,,\n"
    )
    said = imported(file, "--format", "csv", "--issuer", "LYON", *WHY)
    assert {(each["row"], each["column"], each["reason"], each["weight"]) for each in said["findings"]} == {
        (2, "decision_rationale", "identifying_text", "flag"),
        (2, "diagnosis_date", "impossible_order", "error"),  # the death of row 3 is before it
        (2, "meeting_date", "impossible_order", "error"),
        (4, "calcium", "unit_mixed_up", "flag"),
        (5, "sample_date", "future", "error"),
        (6, "event_type", "unknown_code", "error"),
        (8, "meeting_date", "duplicate", "error"),
    }
    assert NUMBER not in json.dumps(said)
    tables = ("record_entry", "record_version", "record_import", "patient", "clinical_context", "audit_entry")
    assert [rows(registry, table) for table in tables] == [[]] * len(tables)
    assert [entry.action for entry in open_custody(settings).audit()] == []


def test_two_numbers_of_one_person_do_not_hide_each_other(settings: Settings, registry: Engine, tmp_path: Path) -> None:
    arguments = hospital_file(tmp_path, GOOD.replace("19/06", "12/06"))
    _keys, vault = open_vault(settings)
    one, two = (vault.identify(PatientIdentifier("LYON", number)).pseudonym for number in (NUMBER, OTHER_NUMBER))
    open_custody(settings).merge(one, two, Warrant("tests", "one person"))
    said = imported(*arguments, *WHY)
    assert [(each["row"], each["reason"]) for each in said["findings"] if each["weight"] == "error"] == [
        (3, "duplicate")
    ]
    assert rows(registry, "record_entry") == []


def test_dates_are_compared_with_what_the_registry_has(settings: Settings, registry: Engine, tmp_path: Path) -> None:  # noqa: ARG001
    imported(*hospital_file(tmp_path, GOOD), *WHY)
    mapping = {"issuer": "LYON", "forms": {"patient": {"patient": "IPP", "columns": {"DECES": "death_date"}}}}
    (tmp_path / "deaths.csv").write_text(f"IPP;DECES\n{NUMBER};2018-01-01\n")
    (tmp_path / "deaths.json").write_text(json.dumps(mapping))
    arguments = ("--format", "csv", "--form", "patient", "--mapping", tmp_path / "deaths.json", *WHY)
    said = imported(tmp_path / "deaths.csv", *arguments)
    assert {each["reason"] for each in said["findings"]} == {"impossible_order"}
    assert said["import_id"] is None


@pytest.mark.parametrize(
    ("content", "words"), [(b"IPP;RCP\n\xe9;\n", "UTF-8"), (b'IPP;RCP\n"' + b"x" * 140_000, "CSV")]
)
def test_a_file_that_is_no_text_is_refused_in_one_line(
    settings: Settings,  # noqa: ARG001
    tmp_path: Path,
    content: bytes,
    words: str,
) -> None:
    (tmp_path / "file.csv").write_bytes(content)
    result = osteon_registry("import", tmp_path / "file.csv", "--format", "csv", "--form", "patient", "--pseudonymous")
    assert (result.exit_code, words in result.output, len(result.output.splitlines())) == (1, True, 1)


def test_a_report_that_is_there_already_stops_the_import_before_it_begins(
    settings: Settings,  # noqa: ARG001
    registry: Engine,
    tmp_path: Path,
) -> None:
    arguments = hospital_file(tmp_path, GOOD)
    result = osteon_registry("import", *arguments, *WHY, "--report", tmp_path / "export.csv")
    assert result.exit_code == 2
    assert not inspect(registry).has_table("record_entry")


def test_an_identified_file_needs_a_reason(settings: Settings, tmp_path: Path) -> None:  # noqa: ARG001
    result = osteon_registry("import", *hospital_file(tmp_path, GOOD))
    assert (result.exit_code, "--reason" in result.output) == (2, True)


@pytest.mark.parametrize("kind", ["redcap", "fhir", "xlsx"])
def test_what_is_imported_is_exported_as_it_was(
    settings: Settings,  # noqa: ARG001
    registry: Engine,  # noqa: ARG001
    tmp_path: Path,
    kind: str,
) -> None:
    """Out of the record, in again: byte for byte, but for the workbook, which holds its own time."""
    first, second = tmp_path / "first", tmp_path / "second"
    _write(first, kind)
    said = imported(first, "--format", kind, "--pseudonymous")
    assert (said["errors"], said["outcomes"]) == (0, {"created": len(EVERYTHING)}), said
    result = osteon_registry("export", second, "--format", kind)
    assert result.exit_code == 0, result.output
    if kind != "xlsx":
        assert second.read_text() == first.read_text()
    assert imported(second, "--format", kind, "--pseudonymous")["outcomes"] == {"unchanged": len(EVERYTHING)}


def _write(file: Path, kind: str) -> None:
    entries = sorted(EVERYTHING, key=lambda each: each.pseudonym)
    if kind == "redcap":
        with file.open("w", newline="") as out:
            redcap_records.write(out, entries)
    elif kind == "fhir":
        write_bundle(file, bundle(entries))
    else:
        places = [form.name for form in FORMS]
        workbooks.write(file, sorted(entries, key=lambda each: places.index(each.form)))


def test_a_folder_of_csv_is_exported_with_a_file_for_each_form(
    settings: Settings,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    _write(tmp_path / "first", "redcap")
    imported(tmp_path / "first", "--format", "redcap", "--pseudonymous")
    assert osteon_registry("export", tmp_path / "out", "--format", "csv").exit_code == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(f"{form.name}.csv" for form in FORMS)


def test_the_data_dictionary_is_written_and_compared(settings: Settings, tmp_path: Path) -> None:  # noqa: ARG001
    assert osteon_registry("dictionary", tmp_path / "dictionary.csv").exit_code == 0
    assert osteon_registry("compare", tmp_path / "dictionary.csv").exit_code == 0
    other = (tmp_path / "dictionary.csv").read_text().replace("F, Féminin", "W, Weiblich")
    (tmp_path / "other.csv").write_text(other)
    result = osteon_registry("compare", tmp_path / "other.csv")
    assert (result.exit_code, result.stdout) == (5, "sex\n")


@pytest.mark.parametrize("kind", ["fhir", "xlsx"])
def test_a_file_of_another_kind_is_refused_in_one_line(settings: Settings, tmp_path: Path, kind: str) -> None:  # noqa: ARG001
    (tmp_path / "file").write_text('{"resourceType": "Bundle", "type": "nonsense", "entry": [{"resource": 5}]}')
    result = osteon_registry("import", tmp_path / "file", "--format", kind, "--pseudonymous")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
