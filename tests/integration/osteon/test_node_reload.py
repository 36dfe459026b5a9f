"""`osteon node` reads its configuration again while associations are open."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE
from pynetdicom.association import Association

from osteon.commands.reload import command
from tests.builders.door import ct
from tests.builders.outbox_files import data_sets_in
from tests.builders.peer import ASSOCIATE_AC, Peer, associate_rq
from tests.services.lone_node import lone_node, metrics_of
from tests.services.mortal import with_descendants
from tests.services.processes import wait_for
from tests.services.product import Product

CT = "1.2.840.10008.5.1.4.1.1.2"
WORD = "quinquemagne"
"""In no vocabulary."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Each test leaves it as it found it."""
    made = lone_node(tmp_path_factory.mktemp("reloaded") / "home")
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


def hang_up(node: Product, result: str) -> None:
    """SIGHUP, until it is counted that it had this result."""
    before = reloads(node, result)
    assert node.process is not None
    os.kill(node.process.pid, signal.SIGHUP)
    wait_for(lambda: reloads(node, result) == before + 1, f"{result} is counted", 20)


def reloads(node: Product, result: str) -> float:
    return metrics_of(node)("osteon_reloads_total", result=result) or 0


def associate(node: Product) -> Association:
    entity = AE(ae_title="PACS")
    entity.add_requested_context(CT, "1.2.840.10008.1.2.1")
    made = entity.associate("127.0.0.1", node.dicom_port, ae_title="OSTEON")
    assert made.is_established
    return made


def admits(node: Product, calling: str) -> bool:
    with suppress(ConnectionError), Peer(node.dicom_port) as peer:
        answer = peer.associate(associate_rq(calling=calling))
        return answer is not None and answer.kind == ASSOCIATE_AC and peer.release()
    return False


def end_worker(node: Product) -> None:
    """Kill the only one, and wait until another serves those who may come."""
    assert node.process is not None
    main, worker = with_descendants(node.process.pid)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: with_descendants(main)[1:] not in ([], [worker]), "another worker is there", 20)
    wait_for(lambda: admits(node, "PACS"), "it serves", 20)


def send(association: Association) -> None:
    """An object of a study of its own: nothing of it is known from the one before."""
    study = generate_uid("1.2.3.")[:60]
    changes = {"SOPInstanceUID": f"{study}.1", "StudyInstanceUID": study, "SeriesInstanceUID": f"{study}.2"}
    dataset = pydicom.dcmread(BytesIO(ct(StudyDescription=f"Scanner {WORD}", **changes)))
    assert association.send_c_store(dataset).Status == 0


def sent(node: Product) -> Dataset:
    """The same on an association of its own; what became of it."""
    association = associate(node)
    send(association)
    association.release()
    return data_sets_in(node.home)[-1]


def keeps_the_word(dataset: Dataset) -> bool:
    return WORD in dataset.get("StudyDescription", "").lower()


def reload(node: Product) -> tuple[int, str]:
    (node.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    done = node.osteon("reload")
    return done.returncode, done.stdout + done.stderr


def test_new_associations_get_the_new_vocabulary_and_open_ones_go_on_with_the_old(node: Product) -> None:
    done, kept = reloads(node, "done"), len(data_sets_in(node.home))
    before = associate(node)
    send(before)
    with written(node.home / "vocabulary.txt", f"{WORD}\n"):
        assert reload(node) == (0, "the node has read its configuration again\n")
        send(before)
        after = associate(node)
        send(after)
        send(before)
    hang_up(node, "done")
    send(after)
    before.release()
    after.release()
    assert [keeps_the_word(one) for one in data_sets_in(node.home)[kept:]] == [False, False, True, False, True]
    assert not keeps_the_word(sent(node))
    assert reloads(node, "done") == done + 2
    assert "the configuration was read again: settings, profile, vocabulary and issuers" in node.output


def test_settings_in_the_homes_file_count_from_a_reload_on(node: Product) -> None:
    first = sent(node)
    with written(node.home / "osteon.env", "OSTEON_ISSUERS=PACS=LYON\nOSTEON_ORTHANC_TIMEOUT=31\n"):
        hang_up(node, "done")
        second = sent(node)
    hang_up(node, "done")
    assert first.PatientID != second.PatientID, "a number of another issuer is another person's"
    assert sent(node).PatientID == first.PatientID
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
    node: Product, name: str, content: str, says: str
) -> None:
    with written(node.home / name, content):
        hang_up(node, "failed")
        assert not keeps_the_word(sent(node))
    assert "the old one stays" in node.output
    assert says in node.output


def test_a_worker_that_takes_anothers_place_runs_by_what_was_accepted_last(node: Product, tmp_path: Path) -> None:
    peers = tmp_path / "peers.toml"
    settings = node.home / "osteon.env"
    peers.write_text('only_known = true\n\n[[peer]]\nae_title = "PACS"\nfrom = ["127.0.0.1"]\n')
    assert admits(node, "STRANGER")
    with written(settings, f"OSTEON_PEERS={peers}\n"):
        hang_up(node, "done")
        assert not admits(node, "STRANGER")
        peers.write_text("only_known = 3\n")
        hang_up(node, "failed")
        end_worker(node)
        assert not admits(node, "STRANGER")
    end_worker(node)
    assert not admits(node, "STRANGER"), "nobody has asked for it to be read again"
    hang_up(node, "done")
    assert admits(node, "STRANGER")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vocabulary.txt", f"{WORD}\n12345\n"),
        ("osteon.env", "OSTEON_PROFILE=/nowhere/profile.toml\n"),
        ("osteon.env", "OSTEON_LOG_LEVEL=CHATTY\n"),
    ],
)
def test_a_worker_is_replaced_while_a_file_cannot_be_used(node: Product, name: str, content: str) -> None:
    with written(node.home / name, content):
        end_worker(node)
        assert not keeps_the_word(sent(node))


def test_the_command_does_not_wait_for_the_word_of_a_worker_that_was_killed(tmp_path: Path) -> None:
    """A node of its own: one whose workers end too often ends."""
    node = lone_node(tmp_path / "home")
    node.start()
    try:
        end_worker(node)
        said = reload(node)
    finally:
        node.stop()
    assert said == (0, "the node has read its configuration again\n")


def test_the_command_says_when_it_was_refused(node: Product) -> None:
    with written(node.home / "vocabulary.txt", "12345\n"):
        code, output = reload(node)
    assert code == 1
    assert "the old configuration stays" in output


def test_the_command_says_when_no_node_runs(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, env={"OSTEON_HOME": str(tmp_path)})
    assert done.exit_code == 1
    assert f"no `osteon node` is running in {tmp_path}" in done.output
