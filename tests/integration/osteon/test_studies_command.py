"""`osteon studies` as the custodian and scripts use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from osteon.cli import main
from osteon.settings import PREFIX, Settings, read_settings
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.study_lifecycle import Reason
from storage.study_records import SourceAnswer
from storage.study_states import StudyStates
from tests.builders.ledger import PSEUDONYM, STUDY_UID, stored_object

OTHER_STUDY = "2.25.1002"


@pytest.fixture
def states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyStates:
    """A study that its source names five objects of, two of them here, and one that is arriving."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    url = read_settings().registry_database
    migrate_registry(url)
    engine = open_database(url)
    Ledger(engine).record(
        [
            stored_object(),
            stored_object(sop_instance_uid="2.25.3002"),
            stored_object(
                study_instance_uid=OTHER_STUDY, series_instance_uid="2.25.2009", sop_instance_uid="2.25.3009"
            ),
        ]
    )
    states = StudyStates(engine)
    assert states.settle(STUDY_UID, version_of(states))
    fewer = SourceAnswer(ae_title="PACS", objects_expected=5, reason=Reason.FEWER_THAN_SOURCE)
    assert states.answered(STUDY_UID, version_of(states), fewer)
    return states


def version_of(states: StudyStates) -> int:
    return states.of([STUDY_UID])[STUDY_UID].version


def studies(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["studies", *arguments])


@pytest.mark.usefixtures("states")
def test_every_study_is_listed_with_what_is_here_and_what_its_source_names() -> None:
    answer = studies()

    assert answer.exit_code == 0
    first, second = answer.stdout.splitlines()
    assert first.startswith(f"{STUDY_UID}  {PSEUDONYM}  provisional  revision 1  2 objects  since ")
    assert first.endswith("(its source names 5, 2 are here)")
    assert second.startswith(f"{OTHER_STUDY}  {PSEUDONYM}  receiving  revision 1  1 objects  since ")


@pytest.mark.usefixtures("states")
def test_studies_in_one_state_are_listed_for_scripts() -> None:
    (study,) = json.loads(studies("--state", "provisional", "--json").stdout)

    assert study.pop("since")
    assert study == {
        "study_instance_uid": STUDY_UID,
        "pseudonym": PSEUDONYM,
        "state": "provisional",
        "reason": "fewer_than_source",
        "revision": 1,
        "objects": 2,
        "objects_expected": 5,
        "objects_confirmed": None,
        "last_object_at": "2031-04-06T07:08:09+00:00",
        "confirmed_at": None,
        "confirmed_with": None,
    }
    assert json.loads(studies("--state", "revised", "--json").stdout) == []


def test_a_confirmed_study_tells_when_and_by_whom(states: StudyStates) -> None:
    assert states.answered(STUDY_UID, version_of(states), SourceAnswer(ae_title="PACS", objects_expected=2))

    (study,) = json.loads(studies("--state", "confirmed", "--json").stdout)

    assert (study["objects_confirmed"], study["confirmed_with"], study["reason"]) == (2, "PACS", None)
    assert study["confirmed_at"] == study["since"]


@pytest.mark.usefixtures("states")
def test_the_history_of_a_study_is_told_in_order() -> None:
    lines = studies(STUDY_UID).stdout.splitlines()
    told = json.loads(studies(STUDY_UID, "--json").stdout)

    assert [line.split("  ", 1)[1] for line in lines] == [
        "receiving  revision 1  2 objects",
        "provisional  revision 1  2 objects",
        "provisional  revision 1  2 objects  (its source names 5, 2 are here)  asked PACS",
    ]
    assert [(line["from"], line["to"], line["objects_expected"]) for line in told] == [
        (None, "receiving", None),
        ("receiving", "provisional", None),
        ("provisional", "provisional", 5),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(("2.25.9",), 1, "there is no such study", id="a study that is not there"),
        pytest.param(("--state", "complete"), 2, "'receiving', 'provisional', 'confirmed', 'revised'", id="no state"),
        pytest.param((STUDY_UID, "--state", "revised"), 2, "for the list", id="both"),
    ],
)
@pytest.mark.usefixtures("states")
def test_wrong_use_is_told(arguments: tuple[str, ...], code: int, message: str) -> None:
    answer = studies(*arguments)

    assert (answer.exit_code, answer.stdout) == (code, "")
    assert message in answer.stderr


def test_every_reason_has_words(states: StudyStates) -> None:
    for reason in Reason:
        answer = SourceAnswer(ae_title="PACS", objects_expected=None, reason=reason)
        assert states.answered(STUDY_UID, version_of(states), answer)
        assert studies(STUDY_UID).exit_code == 0
