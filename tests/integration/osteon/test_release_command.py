"""`osteon release` against a served API."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, Engine, update

from annotation.roles import Role
from api.app import create_app
from api.release_parts import ReleaseParts
from osteon.commands.release import command
from storage.audit_behalf import Behalf
from storage.jobs.tables import JobRow
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.job import JobBuilds
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.registry import OTHER_PSEUDONYM, START
from tests.builders.release_place import Place, objects
from tests.builders.releases import VERSIONS, Foreground, NoBuilds, new_release
from tests.services.http import serving

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases", FakeImages(), ReleaseCohorts(engine))
    made.fill(*objects())
    return made


@pytest.fixture
def url(place: Place) -> Iterator[str]:
    parts = ReleaseParts(
        made=place.made, versions=lambda: VERSIONS, cohorts=ReleaseCohorts(place.engine), builds=NoBuilds()
    )
    images = place.images
    assert isinstance(images, FakeImages)
    with serving(create_app(engine=place.engine, images=images, releases=parts)) as address:
        yield address


class Terminal:
    """Runs the command as somebody."""

    def __init__(self, url: str, token: str) -> None:
        self._options = ["--url", url, "--token", token]

    def run(self, *arguments: str, text: str | None = None) -> Result:
        return CliRunner().invoke(command, [arguments[0], *self._options, *arguments[1:]], input=text)

    def said(self, *arguments: str, text: str | None = None) -> str:
        done = self.run(*arguments, text=text)
        assert done.exit_code == 0, done.output
        return done.output

    def json(self, *arguments: str) -> object:
        return json.loads(self.said(*arguments, "--json"))


@pytest.fixture
def terminal(url: str, engine: Engine) -> Terminal:
    return Terminal(url, Tokens(engine).create("custodian", roles=[Role.CUSTODIAN]))


def test_a_release_is_created_shown_listed_and_compared(terminal: Terminal, place: Place, url: str) -> None:
    assert terminal.said("create", "Spine", "--query", "-", text="{}") == "release 1 is being built (job job-1)\n"
    place.builder().build(1, Foreground())
    assert "1  Spine  ready" in terminal.said("list")
    shown = terminal.said("show", "1")
    assert "7 dicom files" in shown
    assert place.store.get(1).manifest_sha256 in shown  # type: ignore[operator]
    headers = {"Authorization": f"Bearer {Tokens(place.engine).create('saver', roles=[Role.RESEARCHER])}"}
    httpx.post(f"{url}/api/v1/cohorts", json={"name": "everybody"}, headers=headers).raise_for_status()
    begun = terminal.json("create", "Spine", "--cohort", "everybody@1", "--no-dicom")
    assert begun == {"number": 2, "job": "job-2"}
    place.builder().build(2, Foreground())
    found = terminal.said("diff", "2")
    assert "release 1 -> release 2" in found
    assert "- 7 files removed" in found


def test_a_grant_is_given_listed_and_taken_back(terminal: Terminal, place: Place, engine: Engine) -> None:
    Tokens(engine).create("researcher", roles=[Role.RESEARCHER])
    place.built()
    assert "researcher  until 2090-01-01" in terminal.said("grant", "1", "researcher", "--until", "2090-01-01")
    assert "by custodian" in terminal.said("grants", "1")
    assert "revoked" in terminal.said("revoke", "1", "researcher")
    again = terminal.run("revoke", "1", "researcher")
    assert (again.exit_code, "granted to nobody of this name" in again.output) == (1, True)


def test_a_patient_whom_no_release_has_is_left_out_of_those_to_come(terminal: Terminal, place: Place) -> None:
    said = terminal.said("erase", OTHER_PSEUDONYM, "--reason", "objection", "--yes")
    assert "erased from no release" in said
    assert "later releases leave the patient out" in said
    assert OTHER_PSEUDONYM not in {each.pseudonym for each in place.listed(place.built().number)}


def test_a_patient_is_erased_after_a_question(terminal: Terminal, place: Place) -> None:
    place.built()
    erase = ("erase", OTHER_PSEUDONYM, "--reason", "objection")
    refused = terminal.run(*erase, text="n\n")
    assert refused.exit_code == 1
    assert place.store.get(1).tombstones == ()
    assert "erased from releases 1" in terminal.said(*erase, "--yes")
    assert "erased: " + OTHER_PSEUDONYM in terminal.said("show", "1")
    assert terminal.json(*erase, "--yes") == {"releases": []}


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("create", "Spine"), "give --query, --cohort or --where", 2),
        (("create", "Spine", "--cohort", "a@b"), "NAME or NAME@VERSION", 2),
        (("create", "Spine", "--cohort", "nobody"), "there is no such saved cohort", 1),
        (("create", "Spine", "--cohort", "nobody", "--suv"), "suv needs nifti", 1),
        (("show", "9"), "there is no such release", 1),
        (("diff", "9"), "there is no such release", 1),
        (("grant", "9", "custodian"), "there is no such release", 1),
        (("erase", "OST-00000-00000", "--reason", "objection", "--yes"), "there is no such patient", 1),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    terminal: Terminal, arguments: tuple[str, ...], said: str, code: int
) -> None:
    done = terminal.run(*arguments)
    assert done.exit_code == code
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_release_that_failed_says_why(terminal: Terminal, place: Place) -> None:
    lost = objects()[1]
    del place.images.files[lost.orthanc_id]
    begun = place.store.begin(new_release())
    with pytest.raises(Exception, match=lost.sop_instance_uid):
        place.builder().build(begun.number, Foreground())
    assert lost.sop_instance_uid in terminal.said("show", str(begun.number))


def test_waiting_ends_when_nobody_builds_the_release_any_more(engine: Engine, place: Place) -> None:
    builds = JobBuilds(engine)

    class Cancelled:
        """Somebody calls the job off, and not the release."""

        def ask(self, connection: Connection, number: int, behalf: Behalf) -> str:
            job = builds.ask(connection, number, behalf)
            connection.execute(update(JobRow).values(state="cancelled", ended_at=START))
            return job

        is_over, cancel = builds.is_over, builds.cancel

    parts = ReleaseParts(made=place.made, versions=lambda: VERSIONS, cohorts=ReleaseCohorts(engine), builds=Cancelled())
    assert isinstance(place.images, FakeImages)
    with serving(create_app(engine=engine, images=place.images, releases=parts)) as address:
        terminal = Terminal(address, Tokens(engine).create("custodian", roles=[Role.CUSTODIAN]))
        done = terminal.run("create", "Spine", "--query", "-", "--wait", text="{}")

    assert done.exit_code == 1
    assert "release 1: its job is cancelled" in done.output
    assert "osteon release resume 1" in done.output


@pytest.mark.parametrize("token", ["", "not a token", "ost_" + "A" * 43])
def test_without_a_token_that_opens_nothing_is_done(url: str, token: str) -> None:
    done = CliRunner().invoke(command, ["list", "--url", url, "--token", token])
    assert done.exit_code == 1
    assert "token" in done.output


def test_a_server_that_is_not_there_is_named(engine: Engine) -> None:  # noqa: ARG001
    done = CliRunner().invoke(command, ["list", "--url", "http://127.0.0.1:9", "--token", "ost_x"])
    assert (done.exit_code, "cannot reach 127.0.0.1:9" in done.output) == (1, True)
