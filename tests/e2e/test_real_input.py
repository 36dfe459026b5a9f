"""Real series through the running product: sent by DCMTK, everything arrives, and nobody can be recognised."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx
import pydicom
import pytest

from dicom_node.pseudonymisation.tags import PIXEL_TAGS
from dicom_node.waiting import waiting_in
from osteon.sample.study import write_sample_study
from tests.builders.identities import Identity, found_in, inject
from tests.builders.real_files import GE_CT, GE_PET, TOSHIBA_MR, packaged, series_files
from tests.services.dcmtk import dcmdump, echoscu, storescu
from tests.services.processes import wait_for
from tests.services.product import Product

CT_PERSON = Identity()
PET_PERSON = Identity(family_name="KRZEMIENBOIS", given_name="Ludolphine", number="PT5518274460", remark="KRZEMIENBOIS")
MR_PERSON = Identity(family_name="VANDERQUILLIC", given_name="Theophraste", number="MR9026618375")
SAMPLE_PERSON = Identity(family_name="OXENBRIDGE", given_name="Wilhelmina", number="SA1177452093")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, for comparison with what arrived."""

    folder: Path
    pixels: frozenset[str]
    uids: frozenset[str]


@pytest.fixture
def sent(tmp_path: Path) -> "Sender":
    return Sender(tmp_path / "sent")


class Sender:
    """Writes identified copies of real files into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copies(self, files: Iterable[Path], who: Identity) -> Sent:
        self._folder.mkdir()
        pixels, uids = set(), set()
        for path in files:
            dataset = pydicom.dcmread(path)
            inject(dataset, who)
            pydicom.dcmwrite(self._folder / path.name, dataset)
            pixels.add(pixels_of(dataset))
            uids |= {dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID}
        return Sent(self._folder, frozenset(pixels), frozenset(uids))


EMPTY = bytes(4096)
"""What outboxes mostly consist of: left out, so that searching them for every text and UID is no long matter."""

LONG_STEM = 30


def pixels_of(dataset: pydicom.Dataset) -> str:
    return hashlib.sha256(b"".join(dataset[tag].value for tag in sorted(PIXEL_TAGS) if tag in dataset)).hexdigest()


def arrived(api: httpx.Client, study_uid: str) -> list[dict[str, str]]:
    items: list[dict[str, str]] = []
    cursor = None
    while True:
        page = api.get(f"studies/{study_uid}/instances", params={"limit": 500} | ({"cursor": cursor} if cursor else {}))
        items += page.raise_for_status().json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return items


def studies(api: httpx.Client) -> dict[str, dict[str, object]]:
    return {study["study_instance_uid"]: study for study in api.get("studies?limit=500").json()["items"]}


def assert_series_arrives(product: Product, sender: Sender, files: list[Path], who: Identity) -> None:
    """Send one series with DCMTK and hold what arrived against it."""
    original = sender.copies(files, who)
    with product.api() as api:
        before = studies(api)
        result = storescu(product.dicom_port, [original.folder], "+sd")
        assert result.returncode == 0, result.stdout + result.stderr
        wait_for(lambda: sum_of_new(api, before) == len(files), "all objects are in Orthanc")
        (study_uid,) = studies(api).keys() - before.keys()
        pseudonym = studies(api)[study_uid]["pseudonym"]
        pixels = set()
        for item in arrived(api, study_uid):
            content = api.get(f"instances/{item['sop_instance_uid']}/file").content
            assert hashlib.sha256(content).hexdigest() == item["sha256"]
            assert found_in(content, who) == []
            dataset = pydicom.dcmread(BytesIO(content))
            assert dataset.PatientID == pseudonym
            pixels.add(pixels_of(dataset))
        assert pixels == original.pixels
    assert_nothing_identifying(product, who, original.uids)


def sum_of_new(api: httpx.Client, before: dict[str, dict[str, object]]) -> int:
    now = studies(api)
    return sum(int(str(now[uid]["instance_count"])) for uid in now.keys() - before.keys())


def stem_of(uid: str) -> str:
    """What the UIDs of a study have in common; the whole UID where that says little."""
    stem = uid.rpartition(".")[0]
    return stem if len(stem) >= LONG_STEM else uid


def assert_nothing_identifying(product: Product, who: Identity, uids: frozenset[str]) -> None:
    """Nothing in any byte of Orthanc's storage, ledger, vault, outbox, quarantine or logs."""
    wanted = {stem_of(uid).encode("ascii") for uid in uids}
    for path in [*product.home.rglob("*"), *product.home.parent.glob("*.out")]:
        if path.is_file():
            content = path.read_bytes().replace(EMPTY, b"")
            assert found_in(content, who) == [], path.name
            assert not any(uid in content for uid in wanted), path.name


def test_c_echo_is_answered(product: Product) -> None:
    assert echoscu(product.dicom_port).returncode == 0


def test_a_real_ge_ct_arrives_whole_and_without_identity(product: Product, sent: Sender) -> None:
    assert_series_arrives(product, sent, series_files(GE_CT), CT_PERSON)


def test_a_real_ge_pet_arrives_whole_and_without_identity(product: Product, sent: Sender) -> None:
    assert_series_arrives(product, sent, series_files(GE_PET), PET_PERSON)


def test_a_real_toshiba_mr_arrives_whole_and_without_identity(product: Product, sent: Sender) -> None:
    assert_series_arrives(product, sent, series_files(TOSHIBA_MR), MR_PERSON)


def test_the_generated_ct_arrives_whole_and_without_identity(product: Product, sent: Sender, tmp_path: Path) -> None:
    assert_series_arrives(product, sent, write_sample_study(tmp_path / "sample")[:40], SAMPLE_PERSON)


COMPRESSED = [
    pytest.param("MR_small_bigendian.dcm", "-xb", "ExplicitVRBigEndian", id="big endian"),
    pytest.param("MR_small_implicit.dcm", "-xi", "ImplicitVRLittleEndian", id="implicit VR"),
    pytest.param("MR_small_RLE.dcm", "-xr", "RLELossless", id="RLE"),
    pytest.param("MR_small_jpeg_ls_lossless.dcm", "-xt", "JPEGLSLossless", id="JPEG-LS"),
    pytest.param("MR_small_jp2klossless.dcm", "-xv", "JPEG2000LosslessOnly", id="JPEG 2000 lossless"),
    pytest.param("693_J2KI.dcm", "-xw", "JPEG2000", id="JPEG 2000"),
    pytest.param("emri_small.dcm", "-xe", "LittleEndianExplicit", id="Enhanced MR"),
    pytest.param("eCT_Supplemental.dcm", "-xe", "LittleEndianExplicit", id="Enhanced CT"),
]


@pytest.mark.parametrize(("name", "option", "syntax"), COMPRESSED)
def test_every_transfer_syntax_is_kept_and_so_are_the_pixels(
    product: Product, tmp_path: Path, name: str, option: str, syntax: str
) -> None:
    source = tmp_path / "source.dcm"
    dataset = pydicom.dcmread(packaged(name))
    inject(dataset, Identity(number=f"TS{abs(hash(name + option))}"))
    new_uids(dataset)
    pydicom.dcmwrite(source, dataset)
    with product.api() as api:
        before = studies(api)
        result = storescu(product.dicom_port, [source], option)
        assert result.returncode == 0, result.stderr
        wait_for(lambda: sum_of_new(api, before) == 1, "the object is in Orthanc")
        (study_uid,) = studies(api).keys() - before.keys()
        (item,) = arrived(api, study_uid)
        made = tmp_path / "made.dcm"
        made.write_bytes(api.get(f"instances/{item['sop_instance_uid']}/file").content)
    assert dcmdump(made, "TransferSyntaxUID") in {f"={syntax}", dcmdump(source, "TransferSyntaxUID")}
    assert pixels_of(pydicom.dcmread(made)) == pixels_of(dataset)


def new_uids(dataset: pydicom.Dataset) -> None:
    dataset.StudyInstanceUID = pydicom.uid.generate_uid()
    dataset.SeriesInstanceUID = pydicom.uid.generate_uid()
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()


def small_ct(path: Path, **changes: str) -> Path:
    """A small real CT of its own study."""
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    new_uids(dataset)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    pydicom.dcmwrite(path, dataset)
    return path


def test_sending_the_same_again_is_answered_success_and_adds_nothing(product: Product, tmp_path: Path) -> None:
    source = small_ct(tmp_path / "again.dcm", PatientID="AGAIN5551212")
    with product.api() as api:
        before = studies(api)
        for _ in range(2):
            assert storescu(product.dicom_port, [source]).returncode == 0
            wait_for(lambda: sum_of_new(api, before) == 1, "one object")
            wait_for(lambda: sum(map(waiting_in, product.home.glob("outbox/*/objects"))) == 0, "the outbox is empty")
        assert sum_of_new(api, before) == 1
    assert list((product.home / "quarantine").glob("*.sealed")) == []


def test_an_object_without_patient_number_is_quarantined_and_the_sender_is_told_why(
    product: Product, tmp_path: Path
) -> None:
    source = small_ct(tmp_path / "source.dcm", PatientID="", PatientName="QUARANTAINOVSKI")
    result = storescu(product.dicom_port, [source])
    assert "Received Store Response (Error: CannotUnderstand)" in result.stderr
    assert list((product.home / "quarantine").glob("*.sealed"))
    assert b"QUARANTAINOVSKI" not in b"".join(p.read_bytes() for p in product.home.rglob("*") if p.is_file())


@pytest.mark.parametrize("name", ["SC_rgb.dcm", "rtplan.dcm"])
def test_other_sop_classes_are_refused_at_negotiation(product: Product, name: str) -> None:
    folder = packaged("CT_small.dcm").parent
    path = next(p for base in (folder, folder.parents[2]) for p in base.rglob(name))
    result = storescu(product.dicom_port, [path])
    assert result.returncode != 0
    assert "No valid Presentation Context ID" in result.stdout + result.stderr


def test_a_wrong_called_ae_title_is_rejected(product: Product) -> None:
    result = echoscu(product.dicom_port, called="SOMEONE")
    assert result.returncode != 0
    assert "Called AE Title Not Recognized" in result.stdout + result.stderr
