"""The custodian's pages show what the code does, and the administrator's the answers."""

import pytest
from click.testing import CliRunner

from dicom_node.pseudonymisation.describe import describe
from dicom_node.pseudonymisation.identifying import SOURCES
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.status import Reason, Status
from osteon.commands.pseudonymise import command
from osteon.offline.profile_command import table
from tests.builders.real_files import REPOSITORY

DOCS = REPOSITORY / "docs"


def test_the_profile_page_is_what_the_code_does() -> None:
    page = (DOCS / "profile.md").read_text()
    documented = [line for line in page.splitlines() if line.startswith("|")]
    assert documented == table(list(describe(DEFAULT)))


def test_the_command_prints_the_same_table() -> None:
    printed = CliRunner().invoke(command, ["profile"]).output
    assert [line for line in printed.splitlines() if line.startswith("|")] == table(list(describe(DEFAULT)))


@pytest.mark.parametrize("name", [option.value for option in Option])
def test_every_option_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "pseudonymisation.md").read_text()


def test_every_code_of_what_was_done_is_documented() -> None:
    page = (DOCS / "pseudonymisation.md").read_text()
    assert [option for option in DEFAULT.options if option.code[0] not in page] == []


def test_every_status_and_reason_is_documented() -> None:
    page = (DOCS / "administrator.md").read_text()
    assert [status for status in Status if f"`0x{status:04X}`" not in page] == []
    assert [reason for reason in Reason if f"| `{reason.value}` |" not in page] == []


def test_every_attribute_that_is_looked_for_has_gone_by_the_table_or_the_list() -> None:
    kept = {"kept", "kept unless it holds identifying words"}
    by_tag = {row.tag: row.action for row in describe(DEFAULT)}
    spoken = [f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in SOURCES]
    assert [tag for tag in spoken if by_tag.get(tag) in kept] == []
