"""`osteon cohort` against a served API."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from annotation.lesions import open_lesion
from annotation.readings import record_reading
from annotation.roles import Role
from api.app import create_app
from osteon.commands.cohort import command
from storage.ledger import Ledger
from storage.tokens import Tokens
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.images import FakeImages
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.lesions import L3, lytic_findings
from tests.builders.registry import NEW_STUDY, OBJECTS, START
from tests.services.http import serving

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
MR = {
    "study_instance_uid": "2.25.1005",
    "series_instance_uid": "2.25.2005",
    "sop_instance_uid": "2.25.3005",
    "modality": "MR",
}
CT = {"field": "series.modality", "op": "eq", "value": "CT"}


class Terminal:
    """Runs the command as somebody."""

    def __init__(self, url: str, token: str) -> None:
        self._options = ["--url", url, "--token", token]

    def run(self, *arguments: str, text: str | None = None) -> Result:
        return CliRunner().invoke(command, [arguments[0], *self._options, *arguments[1:]], input=text)

    def said(self, *arguments: str, text: str | None = None) -> str:
        done = self.run(*arguments, text=text)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refused(self, *arguments: str, text: str | None = None) -> str:
        done = self.run(*arguments, text=text)
        assert done.exit_code != 0, done.output
        return done.stderr

    def counted(self, *arguments: str, text: str | None = None) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.said("count", "--json", *arguments, text=text))
        return found


@pytest.fixture
def url(engine: Engine) -> Iterator[str]:
    Ledger(engine).record([*OBJECTS, stored_object(**MR)])
    uow = SqlUnitOfWork(engine, write=True)
    lesion = open_lesion(PSEUDONYM, L3, by="reader one", now=lambda: START, uow=uow)
    record_reading(lesion.id, NEW_STUDY, lytic_findings(), None, by="reader one", now=lambda: START, uow=uow)
    with serving(create_app(engine=engine, images=FakeImages())) as address:
        yield address


@pytest.fixture
def terminal(url: str, engine: Engine) -> Terminal:
    return Terminal(url, Tokens(engine).create("researcher", roles=[Role.RESEARCHER]))


def test_a_cohort_is_counted_by_file_by_input_and_by_conditions(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ct.json"
    file.write_text(json.dumps({"where": CT}))

    by_file = terminal.counted("--query", str(file))
    assert by_file["studies"] == 4
    assert terminal.counted("--query", "-", text=json.dumps(CT)) == by_file
    assert terminal.counted("--where", "series.modality=CT") == by_file
    assert terminal.counted("--where", "series.modality=CT", "--where", "score.sins>=3")["studies"] == 1
    assert terminal.counted("--query", str(file), "--where", "not score.sins>=3")["studies"] == 3
    assert terminal.counted()["studies"] == 5
    assert terminal.said("count", "--where", "series.modality=CT").splitlines()[3:5] == [
        "objects   4",
        "bytes     2.1 MB",
    ]


def test_a_preview_is_a_table_of_the_first_studies(terminal: Terminal) -> None:
    done = terminal.run("preview", "--where", "series.modality=CT", "--limit", "2")
    head, *rows = done.stdout.splitlines()

    assert head.split() == [
        *("pseudonym", "study_instance_uid", "sex", "day", "modalities", "series", "objects", "bytes", "readings")
    ]
    assert len(rows) == 2
    assert "more than these 2" in done.stderr
    (item,) = json.loads(terminal.said("preview", "--json", "--where", "score.sins"))["items"]
    assert item["study_instance_uid"] == NEW_STUDY
    assert "no study" in terminal.run("preview", "--where", "series.modality=US").stderr


def test_a_query_is_saved_in_versions_shown_listed_and_asked_again(terminal: Terminal) -> None:
    assert terminal.said("save", "spine", "--where", "series.modality=CT").startswith("spine@1  ")
    assert terminal.said("save", "spine", "--where", "series.modality=CT").startswith("spine@1  ")
    assert terminal.said("save", "spine", "--cohort", "spine", "--where", "score.sins").startswith("spine@2  ")

    assert json.loads(terminal.said("show", "spine@1", "--json"))["where"] == CT
    assert json.loads(terminal.said("show", "spine").partition("\n")[2])["all"][0] == CT
    assert [line.split()[0] for line in terminal.said("versions", "spine").splitlines()] == ["spine@1", "spine@2"]
    assert [each["version"] for each in json.loads(terminal.said("list", "--json"))] == [2]
    assert terminal.counted("--cohort", "spine@1")["studies"] == 4
    assert terminal.counted("--cohort", "spine")["studies"] == 1


def test_fields_are_told_with_types_units_and_choices(terminal: Terminal) -> None:
    everything = terminal.said("fields")
    assert "series.slice_thickness_mm" in everything
    assert "number [mm]" in everything
    assert "  femur" in terminal.said("fields", "lesion.bone").splitlines()
    assert {each["scope"] for each in json.loads(terminal.said("fields", "series", "--json"))} == {"series"}
    assert "Épaisseur de coupe" in terminal.said("fields", "series", "--french")
    assert "perhaps series.kernel" in terminal.refused("fields", "series.kernal")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--where", "series.kernal=B70f"), "there is no field series.kernal; perhaps", id="a field"),
        pytest.param(("--where", "series.kernal=B70f"), "series.kernel", id="a field, and what it may have meant"),
        pytest.param(("--where", "lesion.bone=knee"), "femur", id="a value, and what is allowed"),
        pytest.param(("--where", "lesion.bone<3"), "not an operator of lesion.bone", id="an operator"),
        pytest.param(("--where", "lesion.bone="), "a value expected at the end", id="a condition that breaks off"),
        pytest.param(("--query", "-"), "--query is no JSON", id="a file that is none"),
        pytest.param(("--cohort", "nothing"), "no such saved cohort", id="a cohort that is not there"),
        pytest.param(("--cohort", "a@b"), "NAME or NAME@VERSION", id="a version that is none"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_allowed(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    assert said in terminal.refused("count", *arguments, text="{")


def test_saving_wants_a_question_and_a_name_for_addresses(terminal: Terminal) -> None:
    assert "--query - with {} is everything" in terminal.refused("save", "all")
    assert terminal.said("save", "all", "--query", "-", text="{}").startswith("all@1")
    assert "small letters" in terminal.refused("save", "All CT", "--where", "series.modality=CT")


def test_the_custodian_who_can_name_patients_saves_a_question_and_does_not_see_what_it_finds(
    url: str, engine: Engine, terminal: Terminal
) -> None:
    custodian = Terminal(url, Tokens(engine).create("custodian", roles=[Role.CUSTODIAN]))
    terminal.said("save", "spine", "--where", "series.modality=CT")

    assert "spine@1" in custodian.said("list")
    assert custodian.refused("count", "--cohort", "spine")
