"""The profile in words: every row of the standard, with the action that the rules really take."""

import json
from pathlib import Path

from pydicom.uid import CTImageStorage

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.describe import WORDS, Description, describe
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, BirthDate, Profile
from dicom_node.pseudonymisation.rules import compile_rules

TABLE = Path(__file__).parents[3] / "data" / "ps3_15_e1_1_2026d.json"


def line(tag: str, profile: Profile = DEFAULT) -> Description:
    return next(description for description in describe(profile) if description.tag == tag)


def test_every_row_of_the_standard_is_described_in_its_order() -> None:
    tags = [row["tag"] for row in json.loads(TABLE.read_text("utf-8"))]
    assert [description.tag for description in describe(DEFAULT)][:657] == tags


def test_the_words_name_the_action_that_is_taken() -> None:
    rules = compile_rules(DEFAULT, CTImageStorage)
    described = {description.tag: description.action for description in describe(DEFAULT)}
    for tag, action in rules.standard.items():
        assert WORDS[action] in described[f"({tag >> 16:04X},{tag & 0xFFFF:04X})"]


def test_the_reason_is_the_column_that_decides() -> None:
    assert line("(0010,0010)").why == "Basic Profile: Z"
    assert line("(0008,103E)").why == "Clean Descriptors Option: C"
    assert line("(0010,1030)").why == "Retain Patient Characteristics Option: K"
    assert line("(0008,0020)").why == "Retain Longitudinal Temporal Information Modified Dates Option: C"
    assert line("(60xx,3000)").why == "Basic Profile: X"
    assert line("(gggg,eeee) where gggg is odd").why == "Retain Safe Private Option: C"


def test_the_projects_own_wishes_are_named_as_such() -> None:
    own = Profile(
        name="own",
        options=frozenset({Option.CLEAN_GRAPH}),
        birth_date=BirthDate.YEAR,
        keep=frozenset({0x00080050}),
        remove=frozenset({0x00101030}),
    )
    assert line("(0010,0030)", own).why == "profile: birth_date = year"
    assert line("(0008,0050)", own).why == "profile: keep"
    assert line("(0010,1030)", own).why == "profile: remove"
    assert line("(60xx,3000)", own).action == "removed"
    assert line("(gggg,eeee) where gggg is odd", own).action == "removed"


def test_an_action_that_hangs_on_the_type_says_so() -> None:
    assert line("(0018,1000)").action == "removed or replaced by a dummy value, by type in the IOD"


def test_every_action_has_words() -> None:
    assert WORDS.keys() == set(Action)


def test_no_two_lines_speak_of_the_same_attribute() -> None:
    tags = [description.tag for description in describe(DEFAULT)]
    assert len(tags) == len(set(tags))
