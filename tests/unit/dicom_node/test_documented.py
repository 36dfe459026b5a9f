"""The custodian's page shows the list of the code, and the administrator's the answers."""

from pydicom.datadict import keyword_for_tag

from dicom_node.harmless import ACTIONS, Action
from dicom_node.status import Reason, Status
from tests.builders.real_files import REPOSITORY

START, END = "<!-- attributes:start -->\n", "\n<!-- attributes:end -->"


def test_the_list_of_attributes_is_documented_as_it_is() -> None:
    page = (REPOSITORY / "docs" / "pseudonymisation.md").read_text()
    documented = page[page.index(START) + len(START) : page.index(END)]
    assert documented == "\n".join(
        f"### {action.name}\n{action.value}\n{', '.join(sorted(keywords(action)))}" for action in Action
    )


def keywords(action: Action) -> list[str]:
    return [keyword_for_tag(tag) for tag, done in ACTIONS.items() if done is action]


def test_every_status_and_reason_is_documented() -> None:
    page = (REPOSITORY / "docs" / "administrator.md").read_text()
    assert [status for status in Status if f"`0x{status:04X}`" not in page] == []
    assert [reason for reason in Reason if f"| `{reason.value}` |" not in page] == []
