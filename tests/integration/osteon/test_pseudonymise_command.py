"""`osteon pseudonymise` over folders: what is written, what is told, and how it goes on after an interruption."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import CliRunner, Result
from pydicom.data import get_testdata_file

from dicom_node.uids import UidMap
from osteon.cli import main
from storage.keys import create_key_file, load_key_file
from tests.builders.door import ct
from tests.builders.identities import Identity, found_in, identified
from tests.builders.real_files import GE_PET, packaged, series_files
from tests.services.processes import wait_for

WHO = Identity()

MANY = 2000
"""Files that take longer than it takes to notice the first of them, on any machine."""


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("OSTEON_") and name != "OSTEON_TEST_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OSTEON_HOME", str(tmp_path / "not-used"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two series of one patient, in folders that are named after him."""
    folder = tmp_path / "in" / f"{WHO.family_name}_{WHO.given_name}"
    for series in (1, 2):
        (folder / f"series {series}").mkdir(parents=True)
        for number in (1, 2, 3):
            file = identified(
                ct(SOPInstanceUID=f"1.2.250.1.9999.{series}.{number}", SeriesInstanceUID=f"1.2.250.1.9999.{series}"),
                WHO,
            )
            (folder / f"series {series}" / f"{WHO.family_name} {number}.dcm").write_bytes(file)
    return tmp_path / "in"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["pseudonymise", *map(str, arguments)])


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.dcm") if path.is_file())


def everything_in(*folders: Path) -> Iterator[bytes]:
    for folder in folders:
        for path in folder.rglob("*"):
            yield os.fsencode(path.relative_to(folder))
            if path.is_file():
                yield path.read_bytes()


def report_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_every_image_is_written_under_pseudonym_study_and_series(source: Path, tmp_path: Path) -> None:
    result = run(source, tmp_path / "out", "--jobs", 1)
    assert result.exit_code == 0, result.output
    written = files_in(tmp_path / "out")
    assert len(written) == 6
    for path in written:
        dataset = pydicom.dcmread(path)
        names = (
            dataset.PatientID,
            dataset.StudyInstanceUID,
            dataset.SeriesInstanceUID,
            f"{dataset.SOPInstanceUID}.dcm",
        )
        assert path.relative_to(tmp_path / "out").parts == names


def test_nothing_identifying_is_in_the_output_the_report_or_what_is_printed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    report, home = tmp_path / "reports" / "report.json", tmp_path / "home"
    result = run(source, tmp_path / "out", "--report", report, "--home", home, "--jobs", 1)
    told = [*everything_in(tmp_path / "out", home), report.read_bytes(), result.output.encode(), result.stderr.encode()]
    assert [found for part in told if (found := found_in(part, WHO))] == []


def test_the_input_stays_as_it_was(source: Path, tmp_path: Path) -> None:
    before = list(everything_in(source))
    run(source, tmp_path / "out", "--jobs", 1)
    assert list(everything_in(source)) == before


def test_the_report_says_what_was_done_to_each_element_and_why(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", "--report", tmp_path / "report.json", "--jobs", 1)
    report = report_of(tmp_path / "report.json")
    (study,) = report["studies"]
    assert study["objects"] == 6
    (treatment,) = study["treatments"]
    done = {element["tag"]: element for element in report["treatments"][treatment] if "in" not in element}
    # PS3.15 Table E.1-1: Accession Number is Z, Study Date C under Modified Dates, Institution Name X/Z/D
    assert (done["(0008,0050)"]["action"], done["(0008,0050)"]["why"]) == ("emptied", "Basic Profile: Z")
    assert done["(0008,0020)"]["action"] == "shifted by the patient's whole-day offset"
    assert done["(0008,0080)"]["action"] == "removed"
    assert done["(0010,0010)"]["action"] == "replaced"
    assert done["(0028,0010)"]["action"] == "kept"
    assert done["(7FE0,0010)"]["why"] == "pixel data: copied byte for byte"
    nested = {element["in"]: element for element in report["treatments"][treatment] if "in" in element}
    physician = nested["ReferencedImageSequence > RequestAttributesSequence"]
    assert (physician["name"], physician["action"]) == ("RequestingPhysician", "removed")
    assert study["elements"]["shifted"] > 0


def test_numbers_in_the_report_are_told_beside_it(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", "--report", tmp_path / "report.json", "--jobs", 1)
    rows = list(csv.DictReader((tmp_path / "report.json.inputs.csv").read_text().splitlines()))
    report = report_of(tmp_path / "report.json")
    assert {Path(row["path"]) for row in rows} == set(files_in(source))
    assert {(one["input"], one["output"]) for one in report["objects"]} == {
        (int(row["input"]), row["output"]) for row in rows
    }
    assert (tmp_path / "report.json.inputs.csv").stat().st_mode & 0o077 == 0


def test_what_is_no_dicom_is_listed_and_never_copied(source: Path, tmp_path: Path) -> None:
    (source / "letter.txt").write_text(f"Dear {WHO.family_name}")
    directory = get_testdata_file("DICOMDIR")
    (source / "DICOMDIR").write_bytes(Path(str(directory)).read_bytes())
    result = run(source, tmp_path / "out", "--json", "--jobs", 1)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["not_DICOM"] == 2
    assert len(files_in(tmp_path / "out")) == 6


def test_what_cannot_be_pseudonymised_is_not_written_and_the_exit_code_says_so(source: Path, tmp_path: Path) -> None:
    (source / "a.dcm").write_bytes(ct(BurnedInAnnotation="YES"))
    (source / "b.dcm").write_bytes(ct()[:3000])
    (source / "c.dcm").write_bytes(ct(PatientID=None))
    result = run(source, tmp_path / "out", "--report", tmp_path / "report.json", "--json", "--jobs", 1)
    assert result.exit_code == 3
    reasons = json.loads(result.stdout)["quarantined_by_reason"]
    assert {reason.partition(":")[0] for reason in reasons} == {
        "burned_in_annotation",
        "unreadable",
        "missing_patient_id",
    }
    assert {one["outcome"] for one in report_of(tmp_path / "report.json")["not_written"]} == {"quarantined"}
    assert len(files_in(tmp_path / "out")) == 6


def test_a_second_patient_in_one_study_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.dcm").write_bytes(ct(SOPInstanceUID="1.2.250.1.1", PatientID="one"))
    (tmp_path / "in" / "2.dcm").write_bytes(ct(SOPInstanceUID="1.2.250.1.2", PatientID="other"))
    result = run(tmp_path / "in", tmp_path / "out", "--json", "--jobs", 1)
    assert json.loads(result.stdout)["quarantined_by_reason"] == {"study_conflict": 1}


def test_the_same_object_twice_is_written_once_and_another_one_of_its_uid_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.dcm").write_bytes(ct())
    (tmp_path / "in" / "2.dcm").write_bytes(ct())
    (tmp_path / "in" / "3.dcm").write_bytes(ct(KVP="99"))
    result = run(tmp_path / "in", tmp_path / "out", "--json", "--jobs", 1)
    summary = json.loads(result.stdout)
    assert (summary["pseudonymised"], summary["duplicate"], summary["quarantined_by_reason"]) == (1, 1, {"conflict": 1})
    assert result.exit_code == 3


def test_with_a_home_a_patient_keeps_the_pseudonym_and_without_one_not(source: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        run(source, tmp_path / f"kept {number}", "--home", tmp_path / "home", "--jobs", 1)
        run(source, tmp_path / f"forgotten {number}", "--jobs", 1)
    pseudonyms = {folder.name: {path.name for path in folder.glob("OST-*")} for folder in tmp_path.glob("*t * ?")}
    kept = [next(iter((tmp_path / f"kept {number}").glob("OST-*"))).name for number in (1, 2)]
    forgotten = [next(iter((tmp_path / f"forgotten {number}").glob("OST-*"))).name for number in (1, 2)]
    assert kept[0] == kept[1]
    assert len({*kept, *forgotten}) == 3, pseudonyms


def test_several_processes_write_what_one_writes(tmp_path: Path) -> None:
    arguments = ("--home", tmp_path / "home")
    source = series_files(GE_PET)[0].parent
    assert run(source, tmp_path / "one", *arguments, "--jobs", 1).exit_code == 0
    assert run(source, tmp_path / "two", *arguments, "--jobs", 2).exit_code == 0
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in files_in(root)}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert len(one) == len(series_files(GE_PET))
    assert one == two


def test_a_run_goes_on_where_it_was(source: Path, tmp_path: Path) -> None:
    arguments = (source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1, "--json")
    moved = tmp_path / "moved.dcm"
    last = files_in(source)[-1]
    last.rename(moved)
    assert json.loads(run(*arguments).stdout)["pseudonymised"] == 5
    times = {path: path.stat().st_mtime_ns for path in files_in(tmp_path / "out")}
    moved.rename(last)
    again = json.loads(run(*arguments).stdout)
    assert (again["pseudonymised"], again["duplicate"]) == (6, 0)
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_what_was_written_but_not_written_down_is_no_duplicate(source: Path, tmp_path: Path) -> None:
    arguments = (source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1, "--json")
    run(*arguments)
    (journal,) = (tmp_path / "home" / "offline").glob("*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-3]) + lines[-3][:20])  # as a crash leaves it: the last line cut off
    summary = json.loads(run(*arguments).stdout)
    assert (summary["pseudonymised"], summary["duplicate"]) == (6, 0)


def test_an_interrupted_run_is_taken_up_by_the_same_command(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for number in range(MANY):
        folder = source / str(number // 20)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.dcm").write_bytes(ct(SOPInstanceUID=f"1.2.250.1.9999.1.{number}"))
    folders = (str(source), str(tmp_path / "out"), "--home", str(tmp_path / "home"))
    command = [sys.executable, "-m", "osteon", "pseudonymise", *folders]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    wait_for(lambda: bool(files_in(tmp_path / "out")), "a first file")
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert b"run the same command again" in told
    assert len(files_in(tmp_path / "out")) < MANY
    result = run(source, tmp_path / "out", "--home", tmp_path / "home", "--json", "--jobs", 1)
    assert json.loads(result.stdout)["pseudonymised"] == MANY
    assert len(files_in(tmp_path / "out")) == MANY
    assert list((tmp_path / "out").rglob("*.part")) == []


def test_uids_are_those_of_the_key(source: Path, tmp_path: Path) -> None:
    create_key_file(tmp_path / "my.key")
    assert run(source, tmp_path / "out", "--key-file", tmp_path / "my.key", "--jobs", 1).exit_code == 0
    map_uid = UidMap(load_key_file(tmp_path / "my.key").derive("uid"))
    written = {path.stem for path in files_in(tmp_path / "out")}
    assert written == {str(map_uid(f"1.2.250.1.9999.{series}.{number}")) for series in (1, 2) for number in (1, 2, 3)}


def test_approved_words_of_the_home_stay(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "1.dcm").write_bytes(ct(SeriesDescription="CT fusoline 3 mm"))
    home = ("--home", tmp_path / "home")
    run(tmp_path / "one", tmp_path / "before", *home, "--jobs", 1)
    listed = json.loads(run("vocabulary", *home, "--json").stdout)
    assert listed["words"] == [{"word": "fusoline", "dropped": 1}]
    assert run("vocabulary", *home, "--approve", "fusoline").exit_code == 0
    run(tmp_path / "one", tmp_path / "after", *home, "--jobs", 1)
    said = [pydicom.dcmread(files_in(tmp_path / name)[0]).SeriesDescription for name in ("before", "after")]
    assert said == ["CT 3 mm", "CT fusoline 3 mm"]


def bad_profile(folder: Path) -> Path:
    path = folder / "bad.toml"
    path.write_text('options = ["retain_everything"]\n')
    return path


def damaged_key(folder: Path) -> Path:
    path = folder / "damaged.key"
    path.write_text("{}")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(lambda folder: ("--profile", bad_profile(folder)), "retain_everything", id="an unknown option"),
        pytest.param(lambda folder: ("--profile", folder / "none.toml"), "none.toml", id="a profile that is not there"),
        pytest.param(lambda folder: ("--key-file", damaged_key(folder)), "damaged.key", id="a damaged key file"),
        pytest.param(lambda folder: ("--key-file", folder / "no.key"), "no.key", id="a key file that is not there"),
        pytest.param(
            lambda folder: ("--report", folder / "no" / "report.json"), "no", id="nowhere to write the report"
        ),
    ],
)
def test_wrong_means_are_named_and_nothing_is_written(arguments: Any, told: str, source: Path, tmp_path: Path) -> None:
    result = run(source, tmp_path / "out", *arguments(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert told in result.stderr
    assert files_in(tmp_path / "out") == []


def test_a_home_made_with_another_key_is_refused(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1)
    create_key_file(tmp_path / "other.key")
    result = run(source, tmp_path / "more", "--home", tmp_path / "home", "--key-file", tmp_path / "other.key")
    assert result.exit_code == 1
    assert "was made with key" in result.stderr


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("in/out", "the output folder lies in the input"),
        ("in", "lies in"),
        (".", "the input lies in the output folder"),
        ("full", "not empty"),
    ],
)
def test_an_output_folder_that_would_mix_things_is_refused(
    output: str, told: str, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    result = run(source, tmp_path / output, "--jobs", 1)
    assert result.exit_code == 1
    assert told in result.stderr


def test_an_output_folder_of_another_profile_is_refused(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1)
    (tmp_path / "other.toml").write_text("cap_age_over_89 = true\n")
    result = run(source, tmp_path / "out", "--home", tmp_path / "home", "--profile", tmp_path / "other.toml")
    assert result.exit_code == 1
    assert "profile" in result.stderr


@pytest.mark.parametrize("home", ["out/home", "out", "in/home"])
def test_a_home_among_the_images_is_refused_before_a_key_is_made_there(home: str, source: Path, tmp_path: Path) -> None:
    result = run(source, tmp_path / "out", "--home", tmp_path / home, "--jobs", 1)
    assert result.exit_code == 1
    assert "lies in" in result.stderr
    assert list(tmp_path.rglob("osteon.key")) == []


@pytest.mark.parametrize("report", ["out/report.json", "in/report.json"])
def test_a_report_among_the_images_is_refused(report: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    result = run(source, tmp_path / "out", "--report", tmp_path / report, "--jobs", 1)
    assert result.exit_code == 1
    assert "the report lies in" in result.stderr


def test_two_media_with_the_same_names_sizes_and_times_are_told_apart(tmp_path: Path) -> None:
    medium, arguments = tmp_path / "cdrom", ("--home", tmp_path / "home", "--json", "--jobs", 1)
    medium.mkdir()
    for number in (1, 2):
        file = ct(
            PatientID=f"patient {number}", SOPInstanceUID=f"1.2.250.1.{number}", StudyInstanceUID=f"1.2.250.{number}"
        )
        (medium / "IMG001").write_bytes(file)
        os.utime(medium / "IMG001", (1_700_000_000, 1_700_000_000))
        assert json.loads(run(medium, tmp_path / "out", *arguments).stdout)["pseudonymised"] == 1
        assert len(files_in(tmp_path / "out")) == number


@pytest.mark.parametrize("lost", ["everything", "one file"])
def test_what_was_lost_from_the_output_is_written_again(lost: str, source: Path, tmp_path: Path) -> None:
    arguments = (source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1, "--json")
    run(*arguments)
    if lost == "everything":
        shutil.rmtree(tmp_path / "out")
    else:
        files_in(tmp_path / "out")[0].unlink()
    assert json.loads(run(*arguments).stdout)["pseudonymised"] == 6
    assert len(files_in(tmp_path / "out")) == 6


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    arguments = (tmp_path / "in", tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1, "--json")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.dcm").write_bytes(ct(SOPInstanceUID="1.2.250.1.1"))
    (tmp_path / "in" / "2.dcm").write_bytes(ct(SOPInstanceUID="1.2.250.1.2", PatientID="other"))
    assert json.loads(run(*arguments).stdout)["quarantined_by_reason"] == {"study_conflict": 1}
    (tmp_path / "in" / "2.dcm").write_bytes(ct(SOPInstanceUID="1.2.250.1.2"))
    assert json.loads(run(*arguments).stdout)["pseudonymised"] == 2


def test_what_is_no_file_to_read_is_told_and_nothing_waits_for_it(source: Path, tmp_path: Path) -> None:
    os.mkfifo(source / "pipe.dcm")
    (source / "broken.dcm").symlink_to(tmp_path / "nowhere")
    (tmp_path / "elsewhere").mkdir()
    (source / "linked folder").symlink_to(tmp_path / "elsewhere")
    result = run(source, tmp_path / "out", "--json", "--jobs", 1)
    assert result.exit_code == 3
    summary = json.loads(result.stdout)
    assert (summary["pseudonymised"], summary["unreadable"]) == (6, 3)


def test_a_damaged_journal_says_what_to_do(source: Path, tmp_path: Path) -> None:
    arguments = (source, tmp_path / "out", "--home", tmp_path / "home", "--jobs", 1)
    run(*arguments)
    (journal,) = (tmp_path / "home" / "offline").glob("*.jsonl")
    journal.write_bytes(b"{no json\n" + journal.read_bytes())
    result = run(*arguments)
    assert result.exit_code == 1
    assert "choose another output folder" in result.stderr


@pytest.mark.parametrize("there", [True, False])
def test_an_input_without_files_is_told(there: bool, tmp_path: Path) -> None:
    if there:
        (tmp_path / "empty").mkdir()
    result = run(tmp_path / "empty", tmp_path / "out")
    assert result.exit_code == 1
    assert "the input" in result.stderr


def test_one_file_is_enough(tmp_path: Path) -> None:
    assert run(packaged("CT_small.dcm"), tmp_path / "out", "--jobs", 1).exit_code == 0
    assert len(files_in(tmp_path / "out")) == 1


def test_help_names_the_commands_beside_the_folders() -> None:
    told = run("--help").output
    assert "IN OUT" in told
    assert "vocabulary" in told
    assert "profile" in told
