"""`osteon send` when something goes wrong for a while, with several associations, and over TLS."""

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from dicom_node.contexts import accepted_contexts
from dicom_node.upper_layer.negotiation import Terms, accept, read_request
from osteon.commands.send import command
from osteon.transfer.destination import Destination
from osteon.transfer.errors import PeerError
from osteon.transfer.send import Manner, find_some, send_found
from tests.builders.certificates import Authority
from tests.builders.receivers import receiving, write_object

IMPATIENT = Manner(attempts=3, first_pause=0.05, timeout=10)
ABORT = bytes((7, 0, 0, 0, 0, 4, 0, 0, 0, 0))


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command keeps its journals."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write_object(tmp_path / "in" / f"SECRETNAME{number}.dcm") for number in range(6)]


def body(path: Path) -> bytes:
    """The data set behind the file meta information, as it lies on disk."""
    content = path.read_bytes()
    return content[144 + int.from_bytes(content[140:144], "little") :]


def data_set(event: Event) -> bytes:
    content = cast(C_STORE, event.request).DataSet
    assert content is not None
    return content.getvalue()


def test_several_associations_are_at_work_at_the_same_time_and_send_each_file_once(files: list[Path]) -> None:
    together, received = threading.Barrier(3), list[bytes]()

    def wait_for_the_others(event: Event) -> int:
        together.wait(20)
        received.append(data_set(event))
        return 0

    with receiving(wait_for_the_others) as destination:
        report = send_found(find_some(files), destination, manner=Manner(associations=3))
    assert report.by_outcome == {"stored": 6}
    assert sorted(received) == sorted(map(body, files))


@pytest.mark.parametrize(
    ("longest", "filling"),
    [(16, 0), (16, 2), (64, 1001), *product((4096, 16_383, 131_072, 0), (0, 2, 65_537, 600_001))],
)
def test_any_size_arrives_in_pdus_of_any_length(tmp_path: Path, longest: int, filling: int) -> None:
    path = write_object(tmp_path / "a.dcm", filling=bytes(range(251)) * (filling // 251) + bytes(filling % 251))
    received: list[bytes] = []

    def keep(event: Event) -> int:
        received.append(data_set(event))
        return 0

    with receiving(keep, maximum_pdu_size=longest) as destination:
        report = send_found(find_some([path]), destination, manner=Manner(timeout=20))
    assert report.by_outcome == {"stored": 1}
    assert received == [body(path)]


def test_what_is_out_of_resources_is_tried_again_and_nothing_else_is(files: list[Path]) -> None:
    answers: dict[str, Iterator[int]] = {path.name: iter([]) for path in files}
    answers[files[1].name], answers[files[3].name] = iter([0xA700, 0xA702]), iter([0xC000])
    by_content = {body(path): answers[path.name] for path in files}
    asked: list[bytes] = []

    def answer(event: Event) -> int:
        asked.append(data_set(event))
        return next(by_content[asked[-1]], 0)

    with receiving(answer) as destination:
        report = send_found(find_some(files), destination, manner=IMPATIENT)
    assert report.by_status == {"0x0000": 5, "0xC000": 1}
    assert [delivery.path for delivery in report.deliveries] == files
    assert {asked.count(body(path)) for path in files if path != files[1]} == {1}
    assert asked.count(body(files[1])) == 3


def test_what_stays_out_of_resources_is_given_up_after_the_last_attempt(files: list[Path]) -> None:
    asked: list[Event] = []

    def refuse(event: Event) -> int:
        asked.append(event)
        return 0xA700

    with receiving(refuse) as destination:
        report = send_found(find_some(files[:1]), destination, manner=IMPATIENT)
    assert report.by_status == {"0xA700": 1}
    assert len(asked) == IMPATIENT.attempts


# pynetdicom forgets to close the socket of a sender that went away first.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_association_lost_after_every_second_object_costs_nothing(files: list[Path]) -> None:
    received: list[bytes] = []

    def hang_up_at_every_third(event: Event) -> int:
        if len(received) in {2, 5}:
            received.append(b"")
            event.assoc.abort()
            return 0
        received.append(data_set(event))
        return 0

    with receiving(hang_up_at_every_third) as destination:
        report = send_found(find_some(files), destination, manner=Manner(attempts=2, first_pause=0.01, timeout=10))
    assert report.by_outcome == {"stored": 6}
    assert set(map(body, files)) <= set(received)


def test_a_peer_that_is_busy_is_asked_again(files: list[Path]) -> None:
    begun, turned_away = threading.Event(), threading.Event()

    def keep_busy(_: Event) -> int:
        begun.set()
        return 0 if turned_away.wait(20) else 0xC000

    with receiving(keep_busy, rejected=lambda _: turned_away.set(), maximum_associations=1) as destination:
        first = threading.Thread(
            target=send_found, args=(find_some(files[:1]), destination), kwargs={"manner": Manner()}
        )
        first.start()
        assert begun.wait(20)
        manner = Manner(attempts=8, first_pause=0.1, timeout=10)
        report = send_found(find_some(files[1:]), destination, manner=manner)
        first.join(20)
    assert turned_away.is_set()
    assert report.by_outcome == {"stored": 5}


def test_a_killed_send_goes_on_with_what_was_not_acknowledged(files: list[Path], state_folder: Path) -> None:
    received: list[bytes] = []
    stuck, killed = threading.Event(), threading.Event()

    def get_stuck_at_the_fourth(event: Event) -> int:
        if len(received) == 3 and not stuck.is_set():
            stuck.set()
            killed.wait(30)
            return 0xC000
        received.append(data_set(event))
        return 0

    with receiving(get_stuck_at_the_fourth) as destination:
        arguments = [str(files[0].parent), "--to", str(destination)]
        client = subprocess.Popen([sys.executable, "-m", "osteon", "send", *arguments])
        assert stuck.wait(30)
        client.send_signal(signal.SIGKILL)
        client.wait()
        killed.set()
        (journal,) = state_folder.rglob("*.journal")
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600
        assert b"SECRETNAME" not in journal.read_bytes() + os.fsencode(journal)
        result = CliRunner().invoke(command, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["acknowledged_earlier"], answer["stored"]) == (3, 3)
    assert sorted(received) == sorted(map(body, files))
    assert not journal.exists(), "all is sent: the next time is a new one"


def test_what_failed_is_tried_again_by_the_same_command_and_the_journal_is_named(
    files: list[Path], state_folder: Path
) -> None:
    answers = iter([0, 0xA900, *[0] * 4, 0])
    with receiving(lambda _: next(answers)) as destination:
        arguments = [str(files[0].parent), "--to", str(destination)]
        first = CliRunner().invoke(command, arguments)
        (journal,) = state_folder.rglob("*.journal")
        second = CliRunner().invoke(command, arguments)
    assert first.exit_code == 1
    assert str(journal) in first.output
    assert second.exit_code == 0
    assert "5 files were sent by an earlier run" in second.output
    assert "1 of 1 files stored" in second.output


def test_a_changed_file_is_sent_again_and_so_is_everything_on_request(files: list[Path], tmp_path: Path) -> None:
    with receiving(lambda _: 0) as destination:
        arguments = [str(files[0].parent), "--to", str(destination), "--resume", str(tmp_path / "journal"), "--json"]

        def stored(*more: str) -> int:
            return int(json.loads(CliRunner().invoke(command, [*arguments, *more]).stdout)["stored"])

        assert stored() == 6
        write_object(files[0])
        assert stored() == 1
        assert stored("--again") == 6
        with (tmp_path / "journal").open("ab") as journal:
            journal.write(b"cut off by a cra")
        assert stored() == 0


def test_a_journal_that_is_no_journal_of_this_send_is_not_touched(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear colleague,\n")
    with receiving(lambda _: 0) as destination:
        arguments = [str(files[0].parent), "--to", str(destination), "--resume"]
        kept = CliRunner().invoke(command, [*arguments, str(tmp_path / "journal")])
        other = str(destination).replace("TESTSCP", "ANOTHER")
        wrong = CliRunner().invoke(command, [str(files[0]), "--to", other, "--resume", str(tmp_path / "journal")])
        letter = CliRunner().invoke(command, [*arguments, str(tmp_path / "letter")])
    assert (kept.exit_code, wrong.exit_code, letter.exit_code) == (0, 1, 1)
    assert "is the journal of a send to TESTSCP@" in wrong.stderr
    assert "is no journal of a send" in letter.stderr
    assert (tmp_path / "letter").read_text() == "Dear colleague,\n"


@contextmanager
def raw_peer(answer: Callable[[socket.socket], None]) -> Iterator[Destination]:
    """Accepts one association by the book, takes what comes, then does what the test wants."""
    terms = Terms(ae_title="RAW", contexts=accepted_contexts(), maximum_length=16_384)

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(10)
            header = connection.recv(6, socket.MSG_WAITALL)
            body = connection.recv(int.from_bytes(header[2:], "big"), socket.MSG_WAITALL)
            connection.sendall(accept(read_request(header + body, terms), terms)[1])
            connection.recv(1 << 16)
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        yield Destination(ae_title="RAW", host="127.0.0.1", port=listening.getsockname()[1])
        thread.join(20)


def store_answer(*, message_id: int = 1, field: int = 0x8001, data_set_type: int = 0x0101) -> bytes:
    """A C-STORE-RSP with Success on the first presentation context, as PS3.7 9.3.1.2 has it."""
    values = ((0x0100, field), (0x0120, message_id), (0x0800, data_set_type), (0x0900, 0))
    elements = b"".join(
        bytes(2) + element.to_bytes(2, "little") + b"\2\0\0\0" + value.to_bytes(2, "little")
        for element, value in values
    )
    command = bytes(4) + b"\4\0\0\0" + len(elements).to_bytes(4, "little") + elements
    item = (len(command) + 2).to_bytes(4, "big") + b"\1\3" + command
    return b"\4\0" + len(item).to_bytes(4, "big") + item


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        pytest.param(store_answer(), "stored", id="what is right"),
        pytest.param(store_answer(message_id=2), "connection lost", id="an answer to something else"),
        pytest.param(store_answer(field=0x8030), "connection lost", id="an answer of another kind"),
        pytest.param(store_answer(data_set_type=1), "connection lost", id="a data set announced"),
        pytest.param(store_answer()[:-4], "connection lost", id="an answer cut off"),
        pytest.param(b"\4\0\xff\xff\xff\xff", "connection lost", id="a PDU of 4 GB"),
        pytest.param(b"\4\0\0\0\0\6\0\0\0\1\1\3", "connection lost", id="an item shorter than its header"),
        pytest.param(b"\4\0\0\0\0\6\0\0\xff\xff\1\3", "connection lost", id="an item longer than its PDU"),
        pytest.param(b"\4\0\0\0\0\3\0\0\0", "connection lost", id="half an item header"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", "connection lost", id="something else"),
        pytest.param(ABORT, "connection lost", id="an abort"),
        pytest.param(b"", "connection lost", id="nothing"),
    ],
)
def test_an_answer_that_is_none_is_never_taken_for_success(files: list[Path], content: bytes, outcome: str) -> None:
    with raw_peer(lambda connection: connection.sendall(content)) as destination:
        report = send_found(find_some(files[:1]), destination, manner=Manner(timeout=3))
    assert report.by_outcome == {outcome: 1}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@contextmanager
def secured_receiver(authority: Authority, received: list[bytes]) -> Iterator[Destination]:
    """Asks for a certificate of the authority."""
    server = authority.vouch_for("server")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED

    def keep(event: Event) -> int:
        received.append(data_set(event))
        return 0

    with receiving(keep, secured=context) as destination:
        yield destination


def test_over_tls_both_sides_show_a_certificate(files: list[Path], authority: Authority) -> None:
    client = authority.vouch_for("client")
    received: list[bytes] = []
    with secured_receiver(authority, received) as destination:
        arguments = [str(files[0].parent), "--to", str(destination), "--tls", "--tls-ca", str(authority.file)]
        result = CliRunner().invoke(
            command, [*arguments, "--tls-cert", str(client.certificate), "--tls-key", str(client.key)]
        )
    assert result.exit_code == 0, result.output
    assert sorted(received) == sorted(map(body, files))


def test_a_peer_without_a_trusted_certificate_gets_nothing(
    files: list[Path], authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    received: list[bytes] = []
    with secured_receiver(authority, received) as destination:
        arguments = [str(files[0].parent), "--to", str(destination), "--tls"]
        untrusted = CliRunner().invoke(command, [*arguments, "--tls-ca", str(other.file)])
        named = CliRunner().invoke(command, [*arguments, "--tls-ca", str(authority.file), "--tls-name", "pacs.example"])
    assert (untrusted.exit_code, named.exit_code) == (1, 1)
    assert "is not trusted" in untrusted.stderr
    assert "is not trusted" in named.stderr
    assert received == []


def test_tls_with_a_peer_that_has_none_is_one_clear_line(files: list[Path], authority: Authority) -> None:
    with receiving(lambda _: 0) as destination:
        arguments = [str(files[0]), "--to", str(destination), "--tls", "--tls-ca", str(authority.file)]
        result = CliRunner().invoke(command, [*arguments, "--timeout", "2"])
    assert result.exit_code == 1
    assert result.stderr.startswith("osteon send: no TLS with 127.0.0.1:")


@pytest.mark.parametrize(
    "options",
    [
        ["--tls-ca", "{file}"],
        ["--tls", "--tls-key", "{file}"],
        ["--tls", "--tls-ca", "{file}"],
        ["--tls", "--tls-cert", "{file}"],
    ],
)
def test_tls_options_that_cannot_be_meant_are_usage_errors(files: list[Path], options: list[str]) -> None:
    given = [option.format(file=files[0]) for option in options]
    result = CliRunner().invoke(command, [str(files[0]), "--to", "A@127.0.0.1:1", *given])
    assert result.exit_code == 2
    assert result.stderr.startswith("osteon send: --tls")


def test_a_peer_that_was_never_there_is_not_waited_for(files: list[Path]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = Destination(ae_title="X", host="127.0.0.1", port=held.getsockname()[1])
        with pytest.raises(PeerError, match="cannot connect"):
            send_found(find_some(files), nobody, manner=Manner(attempts=100, first_pause=60))
