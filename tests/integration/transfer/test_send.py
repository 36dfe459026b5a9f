"""`osteon send` against real listeners: DCMTK's storescp and pynetdicom."""

import gc
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from random import Random
from typing import cast

import pydicom
import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    generate_uid,
)
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event, EventHandlerType

from osteon.commands.send import command
from osteon.transfer.delivery import Delivery, Outcome
from osteon.transfer.destination import Destination
from osteon.transfer.errors import NothingToSendError, PeerError, PeerRejectedError
from osteon.transfer.outgoing import find
from osteon.transfer.send import send
from tests.builders.programs import program
from tests.services.processes import answers, free_port, wait_for

SECRET = "SECRETNAME"


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command keeps its journals."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


def write(path: Path, *, sop_class: str = CTImageStorage, syntax: str = ExplicitVRLittleEndian) -> Path:
    """A small object; its pixel data is only ever copied."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, generate_uid()
    dataset.PatientName, dataset.PatientID = SECRET, "1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


@contextmanager
def listener(
    answer: Callable[[Event], int],
    contexts: tuple[tuple[str, tuple[str, ...]], ...],
    *,
    aborted: Callable[[Event], object] = lambda _: None,
    **changes: object,
) -> Iterator[Destination]:
    entity = AE(ae_title="TESTSCP")
    for sop_class, syntaxes in contexts:
        entity.add_supported_context(sop_class, list(syntaxes))
    for name, value in changes.items():
        setattr(entity, name, value)
    handlers: list[EventHandlerType] = [(evt.EVT_C_STORE, answer), (evt.EVT_ABORTED, aborted)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    assert server is not None
    try:
        yield Destination(ae_title="TESTSCP", host="127.0.0.1", port=server.server_address[1])
    finally:
        server.shutdown()


CT_AND_MR = (
    (CTImageStorage, (ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless)),
    (MRImageStorage, (ImplicitVRLittleEndian,)),
)


def test_bytes_arrive_as_they_are_in_every_transfer_syntax(tmp_path: Path) -> None:
    sent = [
        write(tmp_path / "a.dcm"),
        write(tmp_path / "deep" / "er" / "b", syntax=ImplicitVRLittleEndian),
        write(tmp_path / "c.dcm", syntax=JPEG2000Lossless),
        write(tmp_path / "d.dcm", sop_class=MRImageStorage, syntax=ImplicitVRLittleEndian),
    ]
    (tmp_path / "notes.txt").write_text("not DICOM")
    received: list[bytes] = []

    def keep(event: Event) -> int:
        request = cast(C_STORE, event.request)
        assert request.DataSet is not None
        received.append(request.DataSet.getvalue())
        return 0x0000

    with listener(keep, CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.by_outcome == {"stored": 4}
    assert report.by_status == {"0x0000": 4}
    assert [path.name for path in report.ignored] == ["notes.txt"]
    assert sorted(received) == sorted(body(path) for path in sent)


def body(path: Path) -> bytes:
    """The data set behind the file meta information, as it lies on disk."""
    content = path.read_bytes()
    length = int.from_bytes(content[140:144], "little")
    return content[144 + length :]


def test_statuses_are_counted_and_failures_reported(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"{number}.dcm")
    answers = iter([0x0000, 0xB000, 0xA700, 0xC123])
    with listener(lambda _: next(answers), CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.succeeded == 2
    assert report.by_status == {"0x0000": 1, "0xB000": 1, "0xA700": 1, "0xC123": 1}
    assert [delivery.status for delivery in report.failed] == [0xA700, 0xC123]


def test_what_the_peer_does_not_accept_fails_alone(tmp_path: Path) -> None:
    write(tmp_path / "ct.dcm")
    write(tmp_path / "mr.dcm", sop_class=MRImageStorage, syntax=JPEG2000Lossless)
    with listener(lambda _: 0, CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.by_outcome == {"stored": 1, "not accepted at negotiation": 1}
    assert "MR Image Storage" in report.failed[0].reason


def test_nothing_accepted_is_a_report_and_no_crash(tmp_path: Path) -> None:
    write(tmp_path / "mr.dcm", sop_class=MRImageStorage, syntax=JPEG2000Lossless)
    with listener(lambda _: 0, CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.by_outcome == {"not accepted at negotiation": 1}


def test_more_than_128_contexts_take_two_associations(tmp_path: Path) -> None:
    classes = [str(context.abstract_syntax) for context in AllStoragePresentationContexts[:65]]
    syntaxes = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))
    for number, (sop_class, syntax) in enumerate(product(classes, syntaxes)):
        write(tmp_path / f"{number}.dcm", sop_class=sop_class, syntax=syntax)
    associations = set()

    def note(event: Event) -> int:
        associations.add(event.assoc.native_id)
        return 0

    with listener(note, tuple((sop_class, syntaxes) for sop_class in classes)) as destination:
        report = send([tmp_path], destination)
    assert report.succeeded == 130
    assert len(associations) == 2


def test_a_lost_connection_is_told_per_file(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.dcm")

    def hang_up(event: Event) -> int:
        event.assoc.abort()
        return 0

    with listener(hang_up, CT_AND_MR) as destination:
        report = send([tmp_path], destination, timeout=5)
    assert report.by_outcome == {"connection lost": 3}


def test_a_file_that_disappears_is_unreadable_and_the_rest_goes_on(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{number}.dcm") for number in range(2)]

    class RemovesTheSecond:
        def begin(self, files: int, size: int) -> None:
            assert files == 2
            assert size > 0

        def delivered(self, delivery: Delivery) -> None:
            if delivery.outcome is Outcome.STORED:
                files[1].unlink(missing_ok=True)

    with listener(lambda _: 0, CT_AND_MR) as destination:
        report = send([tmp_path], destination, progress=RemovesTheSecond())
    assert report.by_outcome == {"stored": 1, "unreadable": 1}


def test_a_refused_connection_is_one_clear_line(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    with nobody_listening() as nobody, pytest.raises(PeerError, match=r"cannot connect to 127\.0\.0\.1:\d+"):
        send([tmp_path], nobody, timeout=5)


def test_a_rejected_association_says_why(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    with (
        listener(lambda _: 0, CT_AND_MR, require_called_aet=True) as destination,
        pytest.raises(PeerRejectedError, match="Called AE title not recognised"),
    ):
        send([tmp_path], Destination(ae_title="WRONG", host=destination.host, port=destination.port))


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with nobody_listening() as nobody, pytest.raises(NothingToSendError, match="1 other files"):
        send([tmp_path], nobody)


def test_dcmtk_storescp_receives_the_same_data_sets(tmp_path: Path) -> None:
    sent = [write(tmp_path / "in" / f"{number}.dcm") for number in range(30)]
    (tmp_path / "out").mkdir()
    port = free_port()
    server = subprocess.Popen([program("storescp"), "--bit-preserving", "-od", tmp_path / "out", str(port)])
    try:
        wait_for(lambda: answers(port), "storescp listens")
        report = send([tmp_path / "in"], Destination(ae_title="STORESCP", host="127.0.0.1", port=port))
    finally:
        server.terminate()
        server.wait()
    assert report.by_status == {"0x0000": 30}
    arrived = [path for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert sorted(body(path) for path in arrived) == sorted(body(path) for path in sent)


def test_the_command_prints_counts_and_no_names(tmp_path: Path) -> None:
    write(tmp_path / SECRET / f"{SECRET}.dcm")
    with listener(lambda _: 0xC000, CT_AND_MR) as destination:
        quiet = CliRunner().invoke(command, [str(tmp_path), "--to", str(destination)])
        wordy = CliRunner().invoke(command, [str(tmp_path), "--to", str(destination), "--verbose"])
    assert quiet.exit_code == wordy.exit_code == 1
    assert "0 of 1 files stored" in quiet.output
    assert "1 failed: refused 0xC000" in quiet.output
    assert SECRET not in quiet.output
    assert SECRET in wordy.output


def test_the_command_writes_json_for_scripts(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    with listener(lambda _: 0, CT_AND_MR) as destination:
        result = CliRunner().invoke(command, [str(tmp_path), "--to", str(destination), "--json"])
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert (report["stored"], report["failed"], report["by_status"]) == (1, 0, {"0x0000": 1})


@pytest.mark.parametrize("to", ["nonsense", "A@host", "A@host:0", "A@host:70000", "WAYTOOLONGAETITLE@h:1"])
def test_a_wrong_destination_is_a_usage_error(tmp_path: Path, to: str) -> None:
    write(tmp_path / "a.dcm")
    result = CliRunner().invoke(command, [str(tmp_path), "--to", to])
    assert result.exit_code == 2
    assert result.stderr.startswith("osteon send: ")
    assert result.stderr.count("\n") == 1


def test_interrupting_aborts_the_association_and_exits_130(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.dcm")
    begun, go_on, aborted = threading.Event(), threading.Event(), threading.Event()

    def wait(_: Event) -> int:
        begun.set()
        go_on.wait(30)
        return 0

    with listener(wait, CT_AND_MR, aborted=lambda _: aborted.set()) as destination:
        arguments = [sys.executable, "-c", INTERRUPTIBLE, str(tmp_path), "--to", str(destination)]
        client = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        assert begun.wait(30)
        client.send_signal(signal.SIGINT)
        _, errors = client.communicate(timeout=30)
        go_on.set()
        assert aborted.wait(30), "the peer is told, and need not wait for its timeout"
    assert client.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors


def test_nothing_waits_for_more_to_send_in_one_packet(tmp_path: Path) -> None:
    for number in range(2):
        write(tmp_path / f"{number}.dcm")
    options: list[int] = []

    def look_at_the_senders_socket(event: Event) -> int:
        port = event.assoc.requestor.port
        ours = [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() >= 0]
        (sender,) = (one for one in ours if one.getsockname()[1] == port)
        options.append(sender.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return 0

    with listener(look_at_the_senders_socket, CT_AND_MR) as destination:
        send([tmp_path], destination)
    assert options == [1, 1]


WHOLE_VR, WHOLE_LENGTH = b"\x02\x00\x00\x00UL\x04\x00", b"\x02\x00\x02\x00UI"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(WHOLE_VR, b"\x02\x00\x00\x00QI\x04\x00", id="an unknown VR"),
        pytest.param(WHOLE_VR, b"\x02\x00\x00\x00UL\x03\x00", id="a length that is no multiple"),
        pytest.param(WHOLE_VR, b"\x02\x00\x00\x00UL\xff\xff", id="a length beyond the end"),
        pytest.param(WHOLE_LENGTH, b"\x02\x00\x04\x00UI", id="no SOP class"),
        pytest.param(b"\x02\x00\x10\x00UI", b"\x02\x00\x11\x00UI", id="no transfer syntax"),
        pytest.param(b"10008.5.1.4.1.1.2\0", b"10008.5.1\\4.1.1.2\0", id="two SOP classes"),
        pytest.param(b"1.2.840.10008.1.2.1\0", b"a.b.c\n.10008.1.2.1\0", id="a syntax that is no UID"),
    ],
)
def test_a_damaged_file_is_unreadable_and_the_others_are_sent(tmp_path: Path, old: bytes, new: bytes) -> None:
    for name in "abc":
        write(tmp_path / name)
    whole = (tmp_path / "b").read_bytes()
    assert whole.count(old) >= 1
    (tmp_path / "b").write_bytes(whole.replace(old, new, 1))
    with listener(lambda _: 0, CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.by_outcome == {"stored": 2, "unreadable": 1}
    assert [delivery.path.name for delivery in report.failed] == ["b"]
    assert report.ignored == ()


@pytest.mark.parametrize("kept", [128, 132, 140, 150, 200])
def test_a_file_cut_short_is_unreadable_and_no_preamble_is_no_dicom(tmp_path: Path, kept: int) -> None:
    whole = write(tmp_path / "a").read_bytes()
    (tmp_path / "b").write_bytes(whole[:kept])
    with listener(lambda _: 0, CT_AND_MR) as destination:
        report = send([tmp_path], destination)
    assert report.succeeded == 1
    assert (len(report.failed), len(report.ignored)) == ((0, 1) if kept == 128 else (1, 0))


def test_only_damaged_files_are_a_report_without_a_connection(tmp_path: Path) -> None:
    whole = write(tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[:150])
    with nobody_listening() as nobody:
        result = CliRunner().invoke(command, [str(tmp_path), "--to", str(nobody)])
    assert result.exit_code == 1
    assert "1 failed: unreadable" in result.stdout


def test_no_damage_to_the_file_meta_information_ends_the_search(tmp_path: Path) -> None:
    whole, random = write(tmp_path / "a").read_bytes(), Random(1)  # noqa: S311 - damage that can be repeated
    for _ in range(1000):
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            damaged[random.randrange(128, 400)] = random.randrange(256)
        (tmp_path / "a").write_bytes(damaged)
        found = find([tmp_path])
        assert len(found.files) + len(found.unreadable) + len(found.ignored) == 1


INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from osteon.commands.send import command; command()"
)
"""A shell in the background has its children ignore SIGINT, and Python then leaves it ignored."""


@contextmanager
def nobody_listening() -> Iterator[Destination]:
    """A destination that refuses connections for as long as the block lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield Destination(ae_title="X", host="127.0.0.1", port=held.getsockname()[1])
