"""docs/audit.md explains every kind of thing and every action that the log can name."""

import re

import pytest

from annotation.audit import Action, Kind
from tests.builders.real_files import REPOSITORY

PAGE = (REPOSITORY / "docs" / "audit.md").read_text()
KINDS = re.findall(r"^\| `(\w+)` \| \S.*\|$", PAGE, re.MULTILINE)
ACTIONS = {word for cell in re.findall(r"^\|[^|]+\| (`[a-z_`, ]+) \|", PAGE, re.MULTILINE) for word in cell.split("`")}


def test_the_page_explains_each_kind_once_and_no_other() -> None:
    assert [kind.value for kind in Kind] == KINDS


@pytest.mark.parametrize("action", Action)
def test_the_page_says_when_each_action_is_noted(action: Action) -> None:
    assert action.value in ACTIONS
