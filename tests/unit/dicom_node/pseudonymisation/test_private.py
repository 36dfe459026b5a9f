"""Private attributes: what PS3.15 Table E.3.10-1, the archive and SUV computation keep, and all the others."""

import json
from importlib.resources import files

import pytest
from pydicom.uid import PositronEmissionTomographyImageStorage

from dicom_node.pseudonymisation import rules as package
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.private import safe_private
from dicom_node.pseudonymisation.profile import DEFAULT, PrivateAttribute, Profile
from dicom_node.pseudonymisation.rules import Rules, compile_rules

PHILIPS_PET, GE_PET, SIEMENS_PET = "Philips PET Private Group", "GEMS_PETD_01", "SIEMENS MED PT"


@pytest.fixture
def rules() -> Rules:
    return compile_rules(DEFAULT, PositronEmissionTomographyImageStorage)


def rows_of_the_standard() -> list[dict[str, str]]:
    text = files(package.__package__).joinpath("standard/ps3_15_e3_10_1_safe_private.json").read_text("utf-8")
    rows: list[dict[str, str]] = json.loads(text)
    return rows


@pytest.mark.parametrize(
    ("creator", "tag", "vr", "action"),
    [
        pytest.param(PHILIPS_PET, 0x70531000, "DS", Action.KEEP, id="Philips SUV factor"),
        pytest.param(PHILIPS_PET, 0x70531009, "DS", Action.KEEP, id="Philips activity concentration factor"),
        pytest.param(PHILIPS_PET, 0x70531003, "ST", Action.REMOVE, id="Philips file name"),
        pytest.param(PHILIPS_PET, 0x70531005, "SH", Action.REMOVE, id="Philips other file name"),
        pytest.param(PHILIPS_PET, 0x705310C2, "UI", Action.REMOVE, id="Philips UID"),
        pytest.param(GE_PET, 0x0009100D, "DT", Action.SHIFT, id="GE scan date and time"),
        pytest.param(GE_PET, 0x00091039, "DT", Action.SHIFT, id="GE measured"),
        pytest.param(GE_PET, 0x0009103B, "DT", Action.SHIFT, id="GE administered"),
        pytest.param(GE_PET, 0x0009103D, "DT", Action.SHIFT, id="GE post-injected"),
        pytest.param(GE_PET, 0x00091038, "FL", Action.KEEP, id="GE tracer activity"),
        pytest.param(GE_PET, 0x0009103C, "FL", Action.KEEP, id="GE post-injected activity"),
        pytest.param(GE_PET, 0x0009103F, "FL", Action.KEEP, id="GE half-life"),
        pytest.param(SIEMENS_PET, 0x00711022, "DT", Action.SHIFT, id="Siemens decay correction date and time"),
    ],
)
def test_what_quantification_needs_is_kept_and_shifted(
    creator: str, tag: int, vr: str, action: Action, rules: Rules
) -> None:
    assert rules.find_private(creator, tag, vr) is action
    assert rules.find_private(creator, tag, "UN") is action


def test_every_row_of_the_standard_is_kept_and_treated_by_its_vr(rules: Rules) -> None:
    by_vr = {
        **dict.fromkeys(("FL", "FD", "SS", "US", "UL", "SL", "DS", "IS", "CS", "OB"), Action.KEEP),
        **dict.fromkeys(("LO", "SH", "ST", "LT"), Action.CLEAN_TEXT),
        "SQ": Action.RECURSE,
        "UI": Action.MAP_UID,
        "": Action.REMOVE,
    }
    rows = rows_of_the_standard()
    assert len(rows) == 479
    for row in rows:
        tag = int(row["tag"][1:5] + "10" + row["tag"][8:10], 16)
        assert rules.find_private(row["creator"], tag, row["vr"]) is by_vr[row["vr"]], row["tag"]


def test_a_row_without_a_published_vr_is_kept_when_the_file_gives_one(rules: Rules) -> None:
    row = next(row for row in rows_of_the_standard() if not row["vr"])
    tag = int(row["tag"][1:5] + "10" + row["tag"][8:10], 16)
    assert rules.find_private(row["creator"], tag, "FL") is Action.KEEP
    assert rules.find_private(row["creator"], tag, "UN") is Action.REMOVE


def test_the_block_may_stand_anywhere_and_the_creator_be_padded(rules: Rules) -> None:
    assert rules.find_private(PHILIPS_PET + " ", 0x70534200, "DS") is Action.KEEP
    assert rules.find_private(PHILIPS_PET + "\0", 0x7053FF00, "DS") is Action.KEEP


@pytest.mark.parametrize("creator", ["", "philips pet private group", "SOMEBODY ELSE", "GEMS_PETD_01"])
def test_the_same_tag_of_another_creator_is_removed(creator: str, rules: Rules) -> None:
    assert rules.find_private(creator, 0x70531000, "DS") is Action.REMOVE


@pytest.mark.parametrize("vr", ["PN", "AE", "UR", "OB", "OW", "UN", "XX"])
def test_a_safe_attribute_is_removed_when_its_vr_cannot_be_cleaned(vr: str) -> None:
    attribute = PrivateAttribute("OURS", 0x0009, 0x77)
    profile = Profile(name="ours", options=DEFAULT.options, keep_private=frozenset({attribute}))
    compiled = compile_rules(profile, PositronEmissionTomographyImageStorage)
    assert compiled.find_private("OURS", 0x00091077, vr) is Action.REMOVE
    assert compiled.find_private("OURS", 0x00091077, "LO") is Action.CLEAN_TEXT


def test_nothing_private_stays_without_the_option() -> None:
    without = compile_rules(
        Profile(name="without", options=DEFAULT.options - {Option.RETAIN_SAFE_PRIVATE}),
        PositronEmissionTomographyImageStorage,
    )
    for attribute in safe_private():
        tag = attribute.group << 16 | 0x1000 | attribute.element
        assert without.find_private(attribute.creator, tag, "DS") is Action.REMOVE


def test_numbers_that_are_dates_are_not_on_the_list() -> None:
    assert PrivateAttribute("GEMS_IDEN_01", 0x0009, 0x27) not in safe_private()
    assert PrivateAttribute("GEMS_IDEN_01", 0x0009, 0xE9) not in safe_private()


def test_every_private_attribute_is_of_an_odd_group_and_of_somebody() -> None:
    assert len(safe_private()) > 2000
    assert all(attribute.group % 2 and attribute.creator for attribute in safe_private())
    assert all(0 <= attribute.element <= 0xFF for attribute in safe_private())


def test_the_published_vr_is_given_for_values_that_came_without_one(rules: Rules) -> None:
    assert rules.private_vr(GE_PET, 0x0009103D) == "DT"
    assert rules.private_vr(PHILIPS_PET + " ", 0x70531000) == "DS"
    assert rules.private_vr("SOMEBODY ELSE", 0x0009103D) == ""
