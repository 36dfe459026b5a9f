"""`osteon node` reads its configuration again while associations are open."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner
from pynetdicom import AE
from pynetdicom.association import Association

from osteon.commands.reload import command
from tests.builders.door import ct
from tests.builders.outbox_files import data_sets_in
from tests.services.lone_node import lone_node, metrics_of
from tests.services.processes import wait_for
from tests.services.product import Product

CT = "1.2.840.10008.5.1.4.1.1.2"
WORD = "quinquemagne"
"""In no vocabulary."""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Product]:
    made = lone_node(tmp_path / "home")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A node that refuses every configuration that it is given, and so stays as it is."""
    made = lone_node(tmp_path_factory.mktemp("steady") / "home")
    made.start()
    yield made
    made.stop()


@contextmanager
def written(path: Path, content: str) -> Iterator[None]:
    path.write_text(content)
    try:
        yield
    finally:
        path.unlink()


def associate(node: Product) -> Association:
    entity = AE(ae_title="PACS")
    entity.add_requested_context(CT, "1.2.840.10008.1.2.1")
    made = entity.associate("127.0.0.1", node.dicom_port, ae_title="OSTEON")
    assert made.is_established
    return made


def send(association: Association, number: int) -> None:
    study = f"1.2.3.{number}"  # another one each: nothing of it is known from the one before
    changes = {"SOPInstanceUID": f"{study}.1", "StudyInstanceUID": study, "SeriesInstanceUID": f"{study}.2"}
    dataset = pydicom.dcmread(BytesIO(ct(StudyDescription=f"Scanner {WORD}", **changes)))
    assert association.send_c_store(dataset).Status == 0


def keeps_the_word(node: Product) -> list[bool]:
    return [WORD in dataset.get("StudyDescription", "").lower() for dataset in data_sets_in(node.home)]


def reload(node: Product) -> tuple[int, str]:
    (node.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    done = node.osteon("reload")
    return done.returncode, done.stdout + done.stderr


def test_new_associations_get_the_new_vocabulary_and_open_ones_go_on_with_the_old(node: Product) -> None:
    before = associate(node)
    send(before, 1)
    (node.home / "vocabulary.txt").write_text(f"{WORD}\n")
    assert reload(node) == (0, "the node has read its configuration again\n")
    send(before, 2)
    after = associate(node)
    send(after, 3)
    send(before, 4)
    before.release()
    after.release()
    assert keeps_the_word(node) == [False, False, True, False]
    assert metrics_of(node)("osteon_reloads_total", result="done") == 1
    assert "the configuration was read again: settings, profile, vocabulary and issuers" in node.output


def test_settings_in_the_homes_file_count_from_a_reload_on(node: Product) -> None:
    association = associate(node)
    send(association, 1)
    association.release()
    (node.home / "osteon.env").write_text("OSTEON_ISSUERS=PACS=LYON\nOSTEON_ORTHANC_TIMEOUT=31\n")
    assert reload(node)[0] == 0
    association = associate(node)
    send(association, 2)
    association.release()
    first, second = data_sets_in(node.home)
    assert first.PatientID != second.PatientID, "a number of another issuer is another person's"
    assert "OSTEON_ORTHANC_TIMEOUT has changed, which counts from the next start on" in node.output


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("vocabulary.txt", f"{WORD}\n12345\n", "vocabulary.txt, line 2"),
        ("osteon.env", "OSTEON_PROFILE=/nowhere/profile.toml\n", "profile /nowhere/profile.toml: cannot be read"),
        ("osteon.env", "OSTEON_LOG_LEVEL=CHATTY\n", "OSTEON_LOG_LEVEL: "),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_is_named(
    steady: Product, name: str, content: str, says: str
) -> None:
    before = metrics_of(steady)("osteon_reloads_total", result="failed") or 0
    kept = len(data_sets_in(steady.home))
    with written(steady.home / name, content):
        assert steady.process is not None
        os.kill(steady.process.pid, signal.SIGHUP)
        wait_for(lambda: metrics_of(steady)("osteon_reloads_total", result="failed") == before + 1, "it is counted", 20)
        association = associate(steady)
        send(association, 10 + int(before))
        association.release()
    assert "the old one stays" in steady.output
    assert says in steady.output
    assert keeps_the_word(steady)[kept:] == [False]


def test_the_command_says_when_it_was_refused(steady: Product) -> None:
    with written(steady.home / "vocabulary.txt", "12345\n"):
        code, output = reload(steady)
    assert code == 1
    assert "the old configuration stays" in output


def test_the_command_says_when_no_node_runs(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, env={"OSTEON_HOME": str(tmp_path)})
    assert done.exit_code == 1
    assert f"no `osteon node` is running in {tmp_path}" in done.output
