"""`osteon endpoints`: a report from the folder of a release, the same bytes each time; none from wrong tables."""

import csv
import hashlib
import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from annotation.endpoints.tables import described
from osteon.cli import EXTRA_NOT_INSTALLED, main
from tests.builders.programs import program
from tests.endpoints_release import write_release, write_table
from tests.integration.transfer.archive_server import TOKEN
from tests.integration.transfer.release_server import NUMBER, ReleaseArchive, serving_release

PATIENTS = 300
LOCK = "2021-01-01"
SECRET = "1.85.07.75.123.456"
WRONG_PATIENT = "P00007"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["endpoints", *map(str, arguments)])


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    write_release(folder, PATIENTS)
    listed = [
        {"path": each.relative_to(folder).as_posix(), "sha256": hashlib.sha256(each.read_bytes()).hexdigest()}
        for each in sorted(folder.rglob("*.csv"))
    ]
    manifest = {"release": 12, "name": "Spine CT", "software": {"osteon": "0.9.1"}, "files": listed}
    (folder / "release.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def out(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    result = run(release, "--lock", LOCK, "--out", folder, "--by", "primary")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def changed(release: Path, tmp_path: Path) -> Callable[[str, Callable[[list[dict[str, str]]], Any]], Path]:
    """The folder of a release in one of whose tables something is changed."""

    def change(table: str, by: Callable[[list[dict[str, str]]], Any]) -> Path:
        tables = tmp_path / "data" / "tables"
        tables.mkdir(parents=True)
        for file in (release / "data" / "tables").iterdir():
            rows = read(file)
            if file.stem == table:
                by(rows)
            write_table(tables / file.name, rows)
        return tmp_path

    return change


def test_report_tables_and_figures_are_written(out: Path) -> None:
    names = {each.relative_to(out).as_posix() for each in out.rglob("*") if each.is_file()}
    assert {"report.en.html", "report.fr.html", "report.en.pdf", "report.fr.pdf"} <= names
    assert {"tables/estimates.csv", "tables/estimates.parquet"} <= names
    for figure in ("alive", "recurrence", "recurrences", "alive-by-primary", "recurrence-by-primary"):
        for ending in ("en.svg", "en.png", "fr.svg", "fr.png"):
            assert f"figures/{figure}.{ending}" in names


def test_the_page_says_release_lock_versions_and_definitions_in_both_languages(out: Path) -> None:
    english, french = ((out / f"report.{each}.html").read_text(encoding="utf-8") for each in ("en", "fr"))
    for page in (english, french):
        assert "12 (Spine CT)" in page
        assert LOCK in page
        assert re.search(r"osteon \d.*lifelines \d.*annotation\.endpoints [0-9a-f]{12}", page)
        assert "Aalen OO, Johansen S. Scand J Stat 1978" in page
        assert "registry_patients.csv" in page
        assert "http" not in page.replace("http://www.w3.org", "")
    assert "death without recurrence competes" in english
    assert "le décès sans récidive est compétitif" in french
    assert "lung, non-small-cell" in english
    assert "poumon, non à petites cellules" in french
    assert re.search(r"\d+,\d %", french)


def test_incidences_are_compared_by_grays_test_and_hazards_by_the_log_rank_test(out: Path) -> None:
    tests = {each["measure"]: each["test"] for each in read(out / "tables" / "comparisons.csv")}
    assert tests == {"E1.alive": "log-rank", "E3.hazard": "log-rank", "E3.recurrence": "Gray", "E3.death_first": "Gray"}
    assert "Test de Gray entre les groupes nommés, Tumeur primitive (2)" in (out / "report.fr.html").read_text()


def test_the_report_names_the_release_by_its_manifest_and_what_made_it(release: Path, out: Path) -> None:
    digest = hashlib.sha256((release / "release.json").read_bytes()).hexdigest()
    text = subprocess.run(
        [program("pdftotext"), out / "report.fr.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for told in ((out / "report.fr.html").read_text(encoding="utf-8"), "".join(text.split("\n"))):
        assert digest in told.replace(" ", "")
        assert "12 (Spine CT)" in told
        assert "osteon 0.9.1" in told  # that made the release
        assert f"osteon {version('osteon')}" in told
    assert "Vivants" in text


def test_a_table_that_is_not_the_releases_own_is_refused(release: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(release, tmp_path / "release")
    with (folder / "data" / "tables" / "events.csv").open("a") as text:
        text.write("\n")
    result = run(folder, "--lock", LOCK, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "data/tables/events.csv is not as release.json has it" in result.output
    assert not (tmp_path / "out").exists()


def test_the_locks_of_the_release_need_no_other_one(changed: Callable[..., Path], out: Path, tmp_path: Path) -> None:
    def locked(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["lock_date"] = LOCK

    folder = changed("registry_patients", locked)
    result = run(folder, "--out", tmp_path / "out", "--by", "primary", "--no-figures", "--no-pdf")
    assert result.exit_code == 0, result.output
    estimates = Path("tables") / "estimates.csv"
    assert (tmp_path / "out" / estimates).read_bytes() == (out / estimates).read_bytes()
    assert "that of the release, moved for each patient" in (tmp_path / "out/report.en.html").read_text()


def test_patients_without_a_lock_of_their_own_need_one(release: Path, tmp_path: Path) -> None:
    result = run(release, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"give --lock: {PATIENTS} patients have no data lock of their own" in " ".join(result.output.split())


def test_a_release_is_pulled_by_its_number_and_computed_like_its_folder(
    release: Path, out: Path, tmp_path: Path
) -> None:
    archive = ReleaseArchive({f"data/tables/{each.name}": each.read_bytes() for each in release.rglob("*.csv")})
    archive.files["data/dicom/OST-7K3M9-QPXRF/D0000/1/1.dcm"] = b"an image"
    archive.seal()
    with serving_release(archive):
        result = run(
            str(NUMBER), "--url", archive.url, "--token", TOKEN, "--lock", LOCK, "--out", tmp_path, "--by", "primary",
            "--no-figures", "--no-pdf",
        )  # fmt: skip
    assert result.exit_code == 0, result.output
    estimates = Path("tables") / "estimates.csv"
    assert (tmp_path / estimates).read_bytes() == (out / estimates).read_bytes()
    assert hashlib.sha256(archive.files["release.json"]).hexdigest() in (tmp_path / "report.en.html").read_text()
    assert not any("dicom" in path for path in archive.asked())


def test_csv_and_parquet_hold_the_same(out: Path) -> None:
    parquet = importlib.import_module("pyarrow.parquet")
    for file in sorted((out / "tables").glob("*.csv")):
        rows = parquet.read_table(file.with_suffix(".parquet")).to_pylist()
        assert [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows] == read(file)


def test_a_figure_of_the_table_is_in_the_page(out: Path) -> None:
    (row,) = (
        each
        for each in read(out / "tables" / "estimates.csv")
        if (each["measure"], each["by"]) == ("E2.without_recurrence", "all")
    )
    shown = f"{float(row['value']):.1f} % ({float(row['low']):.1f} to {float(row['high']):.1f})"
    assert shown in (out / "report.en.html").read_text(encoding="utf-8")
    assert row["horizon_days"] == "365"


def test_the_same_release_gives_the_same_bytes(release: Path, out: Path, tmp_path: Path) -> None:
    assert run(release, "--lock", LOCK, "--out", tmp_path, "--by", "primary").exit_code == 0
    files = sorted(each.relative_to(out) for each in out.rglob("*") if each.is_file())
    assert [each for each in files if (out / each).read_bytes() != (tmp_path / each).read_bytes()] == []


def test_tables_as_parquet_give_the_same_estimates(release: Path, out: Path, tmp_path: Path) -> None:
    arrow_csv = importlib.import_module("pyarrow.csv")
    parquet = importlib.import_module("pyarrow.parquet")
    for file in (release / "data" / "tables").iterdir():
        parquet.write_table(arrow_csv.read_csv(file), tmp_path / f"{file.stem}.parquet")
    result = run(tmp_path, "--lock", LOCK, "--out", tmp_path / "out", "--by", "primary", "--no-figures", "--no-pdf")
    assert result.exit_code == 0, result.output
    estimates = Path("tables") / "estimates.csv"
    assert (tmp_path / "out" / estimates).read_bytes() == (out / estimates).read_bytes()


def _unknown_code(rows: list[dict[str, str]]) -> None:
    rows[4]["type"] = SECRET


def test_wrong_tables_are_refused_with_the_place_and_without_what_is_written_there(
    changed: Callable[..., Path], tmp_path: Path
) -> None:
    result = run(changed("events", _unknown_code), "--lock", LOCK, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "events, row 6, type: Not one of the permitted values." in result.output
    assert SECRET not in result.output
    assert not (tmp_path / "out").exists()


def _dead_too_early(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["pseudonym"] == WRONG_PATIENT:
            row.update(vital_status="dead", death_date="1999-01-01", last_alive_date="", last_bone_imaging_date="")


def test_faulty_patients_are_left_out_where_it_is_asked_for_and_counted(
    changed: Callable[..., Path], tmp_path: Path
) -> None:
    folder = changed("registry_patients", _dead_too_early)
    assert run(folder, "--lock", LOCK, "--out", tmp_path / "out").exit_code == 2
    result = run(folder, "--lock", LOCK, "--out", tmp_path / "out", "--leave-out-faulty", "--no-figures", "--no-pdf")
    assert result.exit_code == 0, result.output
    counted = {(each["what"], each["reason"]): each["count"] for each in read(tmp_path / "out/tables/counted.csv")}
    assert counted[("patients_left_out", "faulty")] == "1"
    place = next(each for each in read(tmp_path / "out/tables/problems.csv") if each["column"] == "death_date")
    assert (place["table"], place["reason"], place["what"]) == ("registry_patients", "before_diagnosis", "refused")


@pytest.mark.parametrize(
    ("remove", "told"),
    [
        ("registry_patients.csv", "no registry_patients.csv"),
        ("events.csv", "these tables are needed"),
        (None, "nobody"),
    ],
)
def test_what_is_not_there_is_told(remove: str | None, told: str, changed: Callable[..., Path], tmp_path: Path) -> None:
    folder = changed("", list)
    if remove is not None:
        (folder / "data" / "tables" / remove).unlink()
    result = run(folder, "--lock", "1990-01-01", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("patients", [1, 3])
def test_a_registry_of_hardly_anybody_has_a_report(patients: int, tmp_path: Path) -> None:
    names = [f"P{number}" for number in range(patients)]
    status = {"vital_status": "dead", "death_date": "2020-01-01", "enrolment_date": "2019-12-31"}
    write_table(tmp_path / "registry_patients.csv", [{"pseudonym": name} | status for name in names])
    write_table(
        tmp_path / "presentations.csv",
        [{"pseudonym": name, "meeting_date": f"2019-0{at}-01"} for at, name in enumerate(names, 1)],
    )
    write_table(tmp_path / "events.csv", [{"pseudonym": names[0], "type": "SRE_RT", "date": "2019-06-01"}])
    result = run(tmp_path, "--lock", LOCK, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"{patients} patients counted")


def test_a_folder_that_has_something_in_it_is_not_written_to(release: Path, out: Path) -> None:
    result = run(release, "--lock", LOCK, "--out", out)
    assert result.exit_code == 2
    assert "not empty" in result.output


def test_studies_are_images_and_scores_make_subgroups(changed: Callable[..., Path], tmp_path: Path) -> None:
    def without_dates(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["last_bone_imaging_date"] = ""

    folder = changed("registry_patients", without_dates)
    tables = folder / "data" / "tables"
    meetings = read(tables / "presentations.csv")
    starts = [(each["pseudonym"], each["meeting_date"]) for each in meetings if each["presentation_no"] == "1"]
    last = {each["pseudonym"]: each["last_alive_date"] for each in read(tables / "registry_patients.csv")}
    uids = {name: f"2.25.{index}" for index, name in enumerate(last)}
    before = [{"pseudonym": n, "study_instance_uid": f"{uids[n]}.1", "study_date": start} for n, start in starts]
    after = [{"pseudonym": n, "study_instance_uid": f"{uids[n]}.2", "study_date": day} for n, day in last.items()]
    write_table(tables / "studies.csv", [*before, *after])
    reading = {"reading_id": "R1", "revision": "1"}
    write_table(
        tables / "readings.csv", [reading | {"reading_id": n, "study_instance_uid": f"{uids[n]}.1"} for n in last]
    )
    score = {"instrument": "tomita", "decided": "true", "total": "4", "band": "2 to 4"}
    write_table(tables / "scores.csv", [reading | score | {"pseudonym": n, "reading_id": n} for n in last])
    result = run(folder, "--lock", LOCK, "--out", tmp_path / "out", "--by", "band:tomita", "--no-figures", "--no-pdf")
    assert result.exit_code == 0, result.output
    rows = read(tmp_path / "out/tables/estimates.csv")
    parts = {(each["by"], each["group"]): int(each["patients"]) for each in rows}
    assert parts == {("all", "all"): parts[("all", "all")], ("band:tomita", "2 to 4"): parts[("all", "all")]}
    (found,) = (each for each in rows if (each["measure"], each["by"]) == ("E2.without_recurrence", "all"))
    assert int(found["at_risk"]) > PATIENTS / 4


def test_the_guide_has_the_tables_that_are_read() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "endpoints.md").read_text(encoding="utf-8")
    assert "\n".join(described("en")).strip() in guide


def test_who_has_not_the_libraries_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(_: str) -> None:
        raise ModuleNotFoundError(name="lifelines")

    monkeypatch.setattr(importlib, "import_module", missing)
    result = run(tmp_path)
    assert EXTRA_NOT_INSTALLED.format(command="endpoints", missing="lifelines", extra="endpoints") in result.output
