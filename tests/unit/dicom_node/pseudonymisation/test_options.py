"""The options of PS3.15 E.3 against the dictionary of codes and the columns of Table E.1-1."""

import json
from pathlib import Path

from pydicom.sr.codedict import codes

from dicom_node.pseudonymisation.options import BASIC_PROFILE, Option

TABLE = Path(__file__).parents[3] / "data" / "ps3_15_e1_1_2026d.json"
NO_COLUMN_OF_AN_OPTION = {"tag", "name", "basic", "retired", "in_standard_iod"}


def test_there_is_one_option_per_column_of_the_table() -> None:
    columns = json.loads(TABLE.read_text("utf-8"))[0].keys() - NO_COLUMN_OF_AN_OPTION
    assert {option.value for option in Option} == columns


def test_each_option_earns_the_code_that_context_group_7050_gives_it() -> None:
    method = {code.value: code.meaning for code in (getattr(codes.cid7050, name) for name in codes.cid7050.dir())}
    assert {BASIC_PROFILE, *(option.code for option in Option)} <= method.items()


def test_no_two_options_share_a_code() -> None:
    assert len({option.code for option in Option} | {BASIC_PROFILE}) == len(Option) + 1


def test_a_code_names_its_own_option() -> None:
    assert Option.RETAIN_LONG_FULL_DATES.code == (
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    )
    assert Option.RETAIN_LONG_MODIFIED_DATES.code == (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    )
    assert Option.CLEAN_GRAPH.code == ("113103", "Clean Graphics Option")
    assert Option.RETAIN_DEVICE_IDENTITY.code == ("113109", "Retain Device Identity Option")
    assert Option.RETAIN_INSTITUTION_IDENTITY.code == ("113112", "Retain Institution Identity Option")
