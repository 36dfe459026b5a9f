"""The list against the standard's own table: nothing on it is what PS3.15 would remove."""

import json

import pytest

from dicom_node.harmless import ACTIONS, Action
from tests.builders.real_files import REPOSITORY

TABLE = json.loads((REPOSITORY / "tests" / "data" / "ps3_15_e1_1_2026d.json").read_text())
ROWS = {row["tag"]: row for row in TABLE}


def row_of(tag: int) -> dict[str, str] | None:
    return ROWS.get(f"({tag >> 16:04X},{tag & 0xFFFF:04X})")


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 657


@pytest.mark.parametrize("action", [Action.KEEP, Action.KEEP_TEXT])
def test_nothing_is_kept_as_it_is_that_the_profile_does_not_retain_by_an_option_in_use(action: Action) -> None:
    named = {tag: row for tag, done in ACTIONS.items() if done is action and (row := row_of(tag))}
    retained = ("retain_patient_characteristics", "retain_long_modified_dates")
    assert [row["name"] for row in named.values() if not any(row[option] for option in retained)] == []


def test_kept_times_are_times_of_day_only() -> None:
    named = [row for tag, done in ACTIONS.items() if done is Action.KEEP and (row := row_of(tag))]
    assert all(row["name"].endswith("Time") for row in named if row["retain_long_modified_dates"])


def test_every_date_of_the_list_is_moved() -> None:
    rows = [row for tag, done in ACTIONS.items() if done is Action.SHIFT and (row := row_of(tag))]
    assert rows
    assert {row["retain_long_modified_dates"] for row in rows} == {"C"}


def test_every_uid_of_the_list_that_the_table_names_is_mapped() -> None:
    named = {done for tag, done in ACTIONS.items() if (row := row_of(tag)) and row["basic"] == "U"}
    assert named == {Action.MAP_UID}
