"""Profile files: what is read, and the message for each thing that can be wrong with one."""

import subprocess
import sys
from pathlib import Path

import pytest

from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import (
    DEFAULT,
    BirthDate,
    PrivateAttribute,
    Profile,
    ProfileError,
    read_profile,
)

WHOLE = """
name = "bone"
options = ["retain_long_full_dates", "clean_desc"]
cap_age_over_89 = true
birth_date = "month"
keep = ["AccessionNumber", "(0032,1033)"]
remove = ["PatientWeight", "00101020"]
keep_private = ["GEMS_PARM_01 (0043,xx39)"]
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "project.toml"


def read(path: Path, text: str) -> Profile:
    path.write_text(text, "utf-8")
    return read_profile(path)


def complaint(path: Path, text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read(path, text)
    return str(caught.value)


def test_the_default_is_the_profile_that_the_design_names() -> None:
    assert DEFAULT.options == {
        Option.RETAIN_LONG_MODIFIED_DATES,
        Option.RETAIN_PATIENT_CHARACTERISTICS,
        Option.RETAIN_SAFE_PRIVATE,
        Option.CLEAN_DESC,
    }
    assert DEFAULT.birth_date is BirthDate.REMOVE
    assert not DEFAULT.cap_age_over_89


def test_every_entry_of_a_file_is_honoured(written: Path) -> None:
    assert read(written, WHOLE) == Profile(
        name="bone",
        options=frozenset({Option.RETAIN_LONG_FULL_DATES, Option.CLEAN_DESC}),
        cap_age_over_89=True,
        birth_date=BirthDate.MONTH,
        keep=frozenset({0x00080050, 0x00321033}),
        remove=frozenset({0x00101030, 0x00101020}),
        keep_private=frozenset({PrivateAttribute("GEMS_PARM_01", 0x0043, 0x39)}),
    )


def test_an_empty_file_is_the_default_under_the_name_of_the_file(written: Path) -> None:
    profile = read(written, "")
    assert profile.name == "project"
    assert (profile.options, profile.digest) == (DEFAULT.options, DEFAULT.digest)


def test_no_option_at_all_can_be_asked_for(written: Path) -> None:
    assert read(written, "options = []").options == frozenset()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param('options = ["retain_everything"]', ["'retain_everything'", "clean_desc"], id="unknown option"),
        pytest.param('colour = "red"', ["'colour'", "cap_age_over_89"], id="unknown entry"),
        pytest.param('keep = ["(0009,9999)"]', ["keep", "'(0009,9999)'", "(0008,1030)"], id="tag of no dictionary"),
        pytest.param('remove = ["PatientShoeSize"]', ["remove", "'PatientShoeSize'"], id="unknown keyword"),
        pytest.param('birth_date = "day"', ["'day'", "month, remove, year"], id="unknown precision"),
        pytest.param('cap_age_over_89 = "yes"', ["cap_age_over_89", "true or false"], id="text for a flag"),
        pytest.param("options = 3", ["options", "list"], id="number for a list"),
        pytest.param("keep = [3]", ["keep", "text"], id="number in a list"),
        pytest.param("name = 3", ["name", "text"], id="number for a name"),
        pytest.param("name = ", ["TOML"], id="no TOML"),
        pytest.param('keep_private = ["(0043,xx39)"]', ["keep_private", "'(0043,xx39)'"], id="private without creator"),
        pytest.param('keep_private = ["GEMS (0042,xx39)"]', ["keep_private", "0042"], id="private in an even group"),
        pytest.param(
            'options = ["retain_long_full_dates", "retain_long_modified_dates"]',
            ["retain_long_full_dates and retain_long_modified_dates"],
            id="two kinds of dates",
        ),
        pytest.param(
            'keep = ["StudyComments"]\nremove = ["StudyComments"]', ["(0032,4000)"], id="kept as well as removed"
        ),
        pytest.param('keep = ["PatientName"]', ["(0010,0010)", "cannot be kept"], id="a name kept"),
        pytest.param('keep = ["OperatorsName"]', ["(0008,1070)", "cannot be kept"], id="another name kept"),
        pytest.param('keep = ["PatientID"]', ["(0010,0020)", "cannot be kept"], id="the patient number kept"),
        pytest.param('remove = ["SOPInstanceUID"]', ["(0008,0018)", "cannot be removed"], id="a UID removed"),
        pytest.param('remove = ["Rows"]', ["(0028,0010)", "cannot be removed"], id="pixel description removed"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(text: str, named: list[str], written: Path) -> None:
    message = complaint(written, text)
    assert [part for part in [written.name, *named] if part not in message] == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"absent\.toml: cannot be read"):
        read_profile(tmp_path / "absent.toml")


def test_a_file_that_is_no_text_is_refused(written: Path) -> None:
    written.write_bytes(b"name = '\xff\xfe'")
    with pytest.raises(ProfileError, match="TOML"):
        read_profile(written)


def test_the_digest_is_the_same_in_every_process() -> None:
    asked = "from dicom_node.pseudonymisation.profile import DEFAULT; print(DEFAULT.digest)"
    root = Path(__file__).parents[4]
    digests = {
        subprocess.run(
            [sys.executable, "-c", asked],
            capture_output=True,
            check=True,
            text=True,
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {DEFAULT.digest}


def test_the_digest_speaks_of_what_is_done_and_not_of_the_name() -> None:
    assert Profile(name="other", options=DEFAULT.options).digest == DEFAULT.digest


def test_profiles_that_differ_in_anything_have_different_digests() -> None:
    plain = frozenset[Option]()
    profiles = [
        *(Profile(name="p", options=frozenset({option})) for option in Option),
        Profile(name="p", options=plain),
        Profile(name="p", options=plain, cap_age_over_89=True),
        Profile(name="p", options=plain, birth_date=BirthDate.YEAR),
        Profile(name="p", options=plain, birth_date=BirthDate.MONTH),
        Profile(name="p", options=plain, keep=frozenset({0x00080050})),
        Profile(name="p", options=plain, remove=frozenset({0x00080050})),
        Profile(name="p", options=plain, keep_private=frozenset({PrivateAttribute("A", 0x0009, 1)})),
        Profile(name="p", options=plain, keep_private=frozenset({PrivateAttribute("A", 0x0009, 2)})),
    ]
    assert len({profile.digest for profile in profiles}) == len(profiles)
