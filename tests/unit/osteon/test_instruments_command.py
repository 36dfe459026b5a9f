"""`osteon instruments`, and the page of the documentation that it makes."""

import json

from click.testing import CliRunner

from lesion_model.descriptions import DESCRIPTIONS
from osteon.commands.instruments import command
from tests.builders.real_files import REPOSITORY
from tests.unit.lesion_model.paper import MIRELS


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_page_in_the_documentation_is_what_the_command_prints() -> None:
    page = (REPOSITORY / "docs" / "scores.md").read_text(encoding="utf-8")
    assert page == printed("--language", "en", "--language", "fr")


def test_the_page_gives_the_points_of_the_paper() -> None:
    rows = [line.split(" | ") for line in printed("mirels").splitlines() if line.startswith("|")]
    points = {
        row[2].strip("`"): int(row[3].removesuffix(" |")) for row in rows if row[-1].removesuffix(" |").isdecimal()
    }
    assert points == {value: number for item in MIRELS.values() for value, number in item.items()}


def test_the_french_page_is_in_french() -> None:
    page = printed("sins", "--language", "fr")
    assert "Tassement du corps vertébral" in page
    assert "Vertebral body collapse" not in page


def test_programs_get_both_languages() -> None:
    (described,) = json.loads(printed("tomita", "--json"))["instruments"]
    assert described["name"] == "tomita"
    assert set(described["title"]) == {"en", "fr"}
    assert (described["minimum"], described["maximum"]) == (2, 10)


def test_an_unknown_instrument_is_refused_with_those_that_there_are() -> None:
    result = CliRunner().invoke(command, ["mirrels"])
    assert result.exit_code == 2
    assert all(name in result.output.replace("\n", " ") for name in DESCRIPTIONS)
