"""Foreign senders at the door: DCMTK, GDCM, pynetdicom, dcmjs-dimse.

What is stored does not depend on who sends it, nor how.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider

from dicom_node.contexts import IMAGE_SOP_CLASSES
from tests.builders.door import Parts, VaultInMemory, ct, entries, parts_in
from tests.builders.peer import CT, EXPLICIT, VERIFICATION, Peer, data_set_of, listening, sums
from tests.builders.programs import missing
from tests.builders.real_files import packaged
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for

DCMJS_FOLDER = "OSTEON_TEST_DCMJS_DIMSE"
"""Environment variable: the folder that holds node_modules/dcmjs-dimse."""

DEFLATED, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"
JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS, JPEG_2000 = (
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
)

pytestmark = pytest.mark.usefixtures("quick_disk")
STORED = ("released", 1, 1, 0, 0, 0)


def foreign(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed (Debian package {package})")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, errors="replace", check=False, timeout=60
    )


@pytest.fixture(scope="module")
def vault() -> VaultInMemory:
    """One for all, so that an object has the same pseudonym wherever it is sent."""
    return VaultInMemory()


@pytest.fixture
def parts(tmp_path: Path, vault: VaultInMemory) -> Parts:
    return parts_in(tmp_path / "node", vault=vault)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ct.dcm"
    path.write_bytes(ct())
    return path


@pytest.fixture(scope="module")
def expected(vault: VaultInMemory, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is stored of `file`, sent by our own sender."""
    parts, source = parts_in(tmp_path_factory.mktemp("expected"), vault=vault), ct()
    with listening(parts.door, parts.journal) as port, Peer(port) as peer:
        peer.associate()
        uid = str(pydicom.dcmread(BytesIO(source), stop_before_pixels=True).SOPInstanceUID)
        assert peer.store(uid, data_set_of(source)).status == 0
    return the_stored_one(parts)


def stored(parts: Parts) -> list[bytes]:
    return [parts.outbox.open(place).file for place in parts.outbox.waiting()]


def the_stored_one(parts: Parts) -> bytes:
    (file,) = stored(parts)
    return file


def ends(parts: Parts, count: int = 1) -> list[tuple[str, int, int, int, int, int]]:
    """How each association ended, with its counts."""
    wait_for(lambda: sums(parts.journal).total() >= count, "the summary is written")
    return sorted(sums(parts.journal).elements())


# DCMTK


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="as it comes"),
        pytest.param(["-xe"], id="little endian first"),
        pytest.param(["-xb"], id="big endian first"),
        pytest.param(["-R"], id="required contexts only"),
        pytest.param(["+C"], id="contexts combined"),
        pytest.param(["--max-pdu", "4096"], id="it takes 4 kB"),
        pytest.param(["--max-pdu", "131072"], id="it takes 128 kB"),
        pytest.param(["--max-send-pdu", "4096"], id="it sends 4 kB"),
        pytest.param(["--max-send-pdu", "16384"], id="it sends 16 kB"),
        pytest.param(["--max-send-pdu", "131072", "--max-pdu", "131072"], id="it sends 128 kB"),
        pytest.param(["-usr", "somebody", "-pwd", "secret"], id="a user with a password"),
        pytest.param(["-usr", "somebody"], id="a user without"),
        *(
            pytest.param([option], id=f"it would also send {name}")
            for option, name in (
                ("-xs", "JPEG lossless"),
                ("-xy", "JPEG 8 bit"),
                ("-xx", "JPEG 12 bit"),
                ("-xv", "JPEG 2000 lossless"),
                ("-xw", "JPEG 2000"),
                ("-xt", "JPEG-LS lossless"),
                ("-xu", "JPEG-LS"),
                ("-xr", "RLE"),
            )
        ),
    ],
)
def test_storescu_leaves_the_same_object_with_any_options(
    port: int, parts: Parts, file: Path, expected: bytes, options: list[str]
) -> None:
    sent = storescu(port, [file], *options)
    assert sent.returncode == 0, sent.stderr
    assert ends(parts) == [STORED]
    assert the_stored_one(parts) == expected


@pytest.mark.parametrize(
    ("option", "syntax"),
    [("-xi", ImplicitVRLittleEndian), ("-xd", UID(DEFLATED))],
    ids=["implicit", "deflated"],
)
def test_storescu_may_encode_it_otherwise(  # noqa: PLR0917 - fixtures
    port: int, parts: Parts, file: Path, expected: bytes, option: str, syntax: UID
) -> None:
    sent = storescu(port, [file], option)
    assert sent.returncode == 0, sent.stderr
    assert ends(parts) == [STORED]
    (entry,) = entries(parts.outbox)
    assert entry.transfer_syntax_uid == syntax
    there, usual = (pydicom.dcmread(BytesIO(one)) for one in (the_stored_one(parts), expected))
    assert there.SOPInstanceUID == usual.SOPInstanceUID
    assert (there.pixel_array == usual.pixel_array).all()


@pytest.mark.parametrize(
    ("name", "option", "syntax"),
    [
        ("MR_small_RLE.dcm", "-xr", RLE),
        ("MR_small_jpeg_ls_lossless.dcm", "-xt", JPEG_LS_LOSSLESS),
        ("MR_small_jp2klossless.dcm", "-xv", JPEG_2000_LOSSLESS),
        ("693_J2KI.dcm", "-xw", JPEG_2000),
        ("MR_small_bigendian.dcm", "-xb", ExplicitVRBigEndian),
        ("MR_small_implicit.dcm", "-xi", ImplicitVRLittleEndian),
    ],
)
def test_storescu_sends_compressed_images_as_they_are(
    port: int, parts: Parts, name: str, option: str, syntax: str
) -> None:
    sent = storescu(port, [packaged(name)], option)
    assert sent.returncode == 0, sent.stderr
    assert ends(parts) == [STORED]
    there, source = pydicom.dcmread(BytesIO(the_stored_one(parts))), pydicom.dcmread(packaged(name))
    assert there.file_meta.TransferSyntaxUID == syntax
    assert there.PixelData.rstrip(b"\0") == source.PixelData.rstrip(b"\0")


def test_storescu_may_abort_in_the_end(port: int, parts: Parts, file: Path, expected: bytes) -> None:
    storescu(port, [file], "--abort")
    assert ends(parts) == [("aborted", 1, 1, 0, 0, 0)]
    assert the_stored_one(parts) == expected


def test_storescu_may_send_the_same_again(port: int, parts: Parts, file: Path, expected: bytes) -> None:
    sent = storescu(port, [file], "--repeat", "3")
    assert sent.returncode == 0, sent.stderr
    assert ends(parts) == [("released", 3, 1, 2, 0, 0)]
    assert the_stored_one(parts) == expected


def test_storescu_may_invent_identifiers_for_each(port: int, parts: Parts, file: Path) -> None:
    sent = storescu(port, [file], "--repeat", "5", "+II", "+IR", "2", "+IS", "2")
    assert sent.returncode == 0, sent.stderr
    assert ends(parts) == [("released", 5, 5, 0, 0, 0)]
    assert len({entry.sop_instance_uid for entry in entries(parts.outbox)}) == 5


def test_storescu_may_mix_classes_on_one_association(port: int, parts: Parts, file: Path) -> None:
    files = [file, packaged("MR_small.dcm"), packaged("693_UNCI.dcm"), packaged("emri_small.dcm"), file]
    storescu(port, files, "--no-halt")
    ((ending, received, *counts),) = ends(parts)
    assert (ending, received, sum(counts)) == ("released", 5, 5)
    assert {entry.modality for entry in entries(parts.outbox)} >= {"CT", "MR"}


def test_four_senders_at_the_same_time_are_served(port: int, parts: Parts, file: Path) -> None:
    options = ("-aec", "OSTEON", "--repeat", "10", "+II")
    command = [foreign("storescu", "dcmtk"), *options, "127.0.0.1", str(port), str(file)]
    senders = [subprocess.Popen(command) for _ in range(4)]
    assert [sender.wait(60) for sender in senders] == [0] * 4
    assert ends(parts, 4) == [("released", 10, 10, 0, 0, 0)] * 4
    assert len({entry.sop_instance_uid for entry in entries(parts.outbox)}) == 40


@pytest.mark.parametrize(
    "options",
    [[], ["--repeat", "5"], ["-pts", "38"], ["-ppc", "128"], ["--abort"], ["-pdu", "4096"]],
    ids=lambda options: " ".join(options) or "as it comes",
)
def test_echoscu_is_answered(port: int, parts: Parts, options: list[str]) -> None:
    sent = run(foreign("echoscu", "dcmtk"), "-v", "-aec", "OSTEON", *options, "127.0.0.1", str(port))
    assert "Received Echo Response (Success)" in sent.stdout + sent.stderr
    assert "--abort" in options or sent.returncode == 0
    assert ends(parts) == [("aborted" if "--abort" in options else "released", 0, 0, 0, 0, 0)]


def test_echoscu_is_told_that_the_name_is_wrong(port: int) -> None:
    sent = run(foreign("echoscu", "dcmtk"), "-v", "-aec", "SOMEONE", "127.0.0.1", str(port))
    assert sent.returncode != 0
    assert "Called AE Title Not Recognized" in sent.stdout + sent.stderr


@pytest.mark.parametrize(
    "options", [[], ["--max-pdu", "4096"], ["--max-send-pdu", "4096"]], ids=["as it comes", "takes 4 kB", "sends 4 kB"]
)
def test_dcmsend_leaves_the_same_object(
    port: int, parts: Parts, file: Path, expected: bytes, options: list[str]
) -> None:
    report = file.with_name("report.txt")
    sent = run(foreign("dcmsend", "dcmtk"), "-aec", "OSTEON", *options, "+crf", report, "127.0.0.1", str(port), file)
    assert sent.returncode == 0, sent.stderr
    assert re.search(r"with status SUCCESS\s*: 1\b", report.read_text()), report.read_text()
    assert ends(parts) == [STORED]
    assert the_stored_one(parts) == expected


def test_dcmsend_sends_images_of_many_kinds(port: int, parts: Parts, file: Path, tmp_path: Path) -> None:
    names = ("MR_small.dcm", "MR_small_implicit.dcm", "693_UNCI.dcm", "693_J2KI.dcm")
    report = tmp_path / "report.txt"
    files = [file, *map(packaged, names)]
    run(foreign("dcmsend", "dcmtk"), "-aec", "OSTEON", "-dn", "-nh", "+crf", report, "127.0.0.1", str(port), *files)
    wait_for(lambda: bool(sums(parts.journal)), "the summaries are written")
    assert sum(received for _, received, *_ in ends(parts)) >= 4, report.read_text()
    assert all(received == sum(counts) for _, received, *counts in ends(parts))
    assert parts.outbox.depth() >= 3


# GDCM


def test_gdcmscu_is_answered_and_leaves_the_same_object(port: int, parts: Parts, file: Path, expected: bytes) -> None:
    """Its exit code says nothing: Debian's crashes once all is done, whoever the receiver is."""
    gdcmscu, called = foreign("gdcmscu", "libgdcm-tools"), ("--call", "OSTEON", "--aetitle", "PACS")
    run(gdcmscu, *called, "--echo", "127.0.0.1", str(port))
    assert ends(parts) == [("released", 0, 0, 0, 0, 0)]
    run(gdcmscu, *called, "--store", "127.0.0.1", str(port), "-i", file)
    assert ends(parts, 2) == [("released", 0, 0, 0, 0, 0), STORED]
    there, usual = (pydicom.dcmread(BytesIO(one)) for one in (the_stored_one(parts), expected))
    assert there == usual


# pynetdicom


def answer_to_pynetdicom(port: int, send: Callable[[Association], Dataset], contexts: Sequence[str], takes: int) -> int:
    """The status. Once in some thousand times pynetdicom's own reader takes the answer that its caller waits for."""
    entity = AE("PACS")
    entity.dimse_timeout = 3
    for sop_class in contexts:
        entity.add_requested_context(sop_class, EXPLICIT)
    for _ in range(3):
        association = entity.associate("127.0.0.1", port, ae_title="OSTEON", max_pdu=takes)
        answer = send(association)
        if "Status" in answer:
            association.release()
            return int(answer.Status)
    raise AssertionError("no answer")


@pytest.mark.parametrize(
    ("takes", "sends"), [(0, 131_072), (128, 256), (128, 131_072), (4096, 4096), (16_382, 1001), (131_072, 131_072)]
)
def test_pynetdicom_leaves_the_same_object_with_any_length(  # noqa: PLR0917 - fixtures
    port: int, parts: Parts, file: Path, expected: bytes, takes: int, sends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIMSEServiceProvider, "maximum_pdu_size", property(lambda _: sends))
    dataset = pydicom.dcmread(file)
    assert answer_to_pynetdicom(port, lambda association: association.send_c_store(dataset), [CT], takes) == 0
    assert pydicom.dcmread(BytesIO(the_stored_one(parts))) == pydicom.dcmread(BytesIO(expected))


def test_pynetdicom_may_propose_all_that_a_scanner_would(port: int, parts: Parts, file: Path, expected: bytes) -> None:
    dataset, contexts = pydicom.dcmread(file), [*IMAGE_SOP_CLASSES, VERIFICATION]
    assert answer_to_pynetdicom(port, lambda association: association.send_c_echo(), contexts, 0) == 0
    assert answer_to_pynetdicom(port, lambda association: association.send_c_store(dataset), contexts, 0) == 0
    assert pydicom.dcmread(BytesIO(the_stored_one(parts))) == pydicom.dcmread(BytesIO(expected))


# dcmjs-dimse

SEND_WITH_DCMJS = """
const { Client, requests, log } = require('dcmjs-dimse');
log.setLevel('silent');
const [port, ...files] = process.argv.slice(1);
const client = new Client();
const all = [new requests.CEchoRequest(), ...files.map((file) => new requests.CStoreRequest(file))];
for (const one of all) {
  one.on('response', (answer) => console.log('status', answer.getStatus()));
  client.addRequest(one);
}
client.on('networkError', () => process.exit(1));
client.send('127.0.0.1', Number(port), 'PACS', 'OSTEON');
"""


def sent_by_dcmjs(port: int, files: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    node, folder = shutil.which("node"), os.environ.get(DCMJS_FOLDER, "")
    if node is None or not (Path(folder) / "node_modules" / "dcmjs-dimse").is_dir():
        pytest.skip(f"dcmjs-dimse is not here (npm install dcmjs-dimse in a folder, and set {DCMJS_FOLDER} to it)")
    return subprocess.run(
        [node, "-e", SEND_WITH_DCMJS, str(port), *map(str, files)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_dcmjs_dimse_is_answered_and_its_objects_are_stored(port: int, parts: Parts, file: Path) -> None:
    sent = sent_by_dcmjs(port, [file, packaged("MR_small.dcm"), packaged("693_J2KI.dcm")])
    answers = [line for line in sent.stdout.splitlines() if line.startswith("status")]
    assert answers == ["status 0"] * 4, sent.stderr
    assert ends(parts) == [("released", 3, 3, 0, 0, 0)]
    assert {entry.modality for entry in entries(parts.outbox)} == {"CT", "MR"}
