"""The ways in beside a PACS: STOW-RS and the watched folder, through the running product to the ledger."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from requests import HTTPError

from dicom_node.waiting import waiting_in
from storage.database import open_database
from storage.ledger import Ledger
from tests.builders.real_files import packaged
from tests.services.processes import wait_for
from tests.services.product import Product

CT = pydicom.dcmread(packaged("CT_small.dcm"))


def another_ct(**changes: object) -> Dataset:
    """The packaged CT as another object of its study."""
    made = pydicom.dcmread(packaged("CT_small.dcm"))
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    return made


def as_bytes(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@pytest.fixture
def dicomweb(product: Product) -> DICOMwebClient:
    return DICOMwebClient(f"{product.url}/dicom-web", headers={"Authorization": f"Bearer {product.token}"})


def in_ledger(product: Product) -> int:
    engine = open_database(f"sqlite:///{product.home / 'registry.sqlite'}")
    try:
        return Ledger(engine).counts().objects
    finally:
        engine.dispose()


def settled_ledger(product: Product) -> int:
    """The count once nothing of an earlier test is on its way."""
    wait_for(lambda: sum(map(waiting_in, product.home.glob("outbox/*/objects"))) == 0, "the outbox is empty")
    return in_ledger(product)


def refused(dicomweb: DICOMwebClient, study: str | None, *datasets: Dataset) -> tuple[int, list[int]]:
    """Status and reasons of an upload that fails."""
    with pytest.raises(HTTPError) as raised:
        dicomweb.store_instances(list(datasets), study_instance_uid=study)
    response = raised.value.response
    assert response is not None
    failed = Dataset.from_json(response.text).FailedSOPSequence
    assert [item.ReferencedSOPInstanceUID for item in failed] == [dataset.SOPInstanceUID for dataset in datasets]
    return response.status_code, [item.FailureReason for item in failed]


def test_a_foreign_client_uploads_objects_that_are_pseudonymised_and_counted_once(
    product: Product, dicomweb: DICOMwebClient
) -> None:
    before = settled_ledger(product)
    deflated = another_ct()
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    sent = [another_ct(), another_ct(), deflated]
    for _ in range(2):
        answer = dicomweb.store_instances(sent, study_instance_uid=CT.StudyInstanceUID)
        stored = [item.ReferencedSOPInstanceUID for item in answer.ReferencedSOPSequence]
        assert stored == [dataset.SOPInstanceUID for dataset in sent]
        assert "FailedSOPSequence" not in answer
    wait_for(lambda: in_ledger(product) == before + 3, "the ledger has the objects")
    with product.api() as api:
        told = api.get("studies").text + api.get("patients").text
    assert str(CT.PatientID) not in told
    assert str(CT.StudyInstanceUID) not in told


def test_what_the_door_does_not_take_is_told_as_it_told_it(product: Product, dicomweb: DICOMwebClient) -> None:
    capture = another_ct(SOPClassUID=SecondaryCaptureImageStorage)
    assert refused(dicomweb, None, capture) == (409, [0x0122])
    burned_in = another_ct(BurnedInAnnotation="YES")
    assert refused(dicomweb, None, burned_in) == (409, [0xC100])
    assert refused(dicomweb, "1.2.3", another_ct()) == (409, [0xA901])
    mixed = dicomweb.store_instances([burned_in, another_ct()])
    assert (len(mixed.FailedSOPSequence), len(mixed.ReferencedSOPSequence)) == (1, 1)
    logs = (product.home / "log").glob("*.log")
    assert not any(str(CT.StudyInstanceUID).encode() in log.read_bytes() for log in logs)


def memory(product: Product) -> int:
    """Megabytes that the API's process has had at most."""
    assert product.process is not None
    children = Path(f"/proc/{product.process.pid}/task/{product.process.pid}/children").read_text().split()
    (api,) = [
        child for child in children if Path(f"/proc/{child}/cmdline").read_bytes().rstrip(b"\0").endswith(b"\0api")
    ]
    (line,) = [line for line in Path(f"/proc/{api}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def test_a_large_object_is_not_held_in_memory_nor_written_down(product: Product) -> None:
    large = another_ct(NumberOfFrames=1)
    large.Rows, large.Columns = 8192, 8192
    large.PixelData = bytes(2 * 8192 * 8192)
    content = as_bytes(large)
    before = memory(product)
    head, tail = b"--x\r\nContent-Type: application/dicom\r\n\r\n", b"\r\n--x--\r\n"

    def pieces() -> Iterator[bytes]:
        yield head
        yield from (content[at : at + (1 << 20)] for at in range(0, len(content), 1 << 20))
        yield tail

    answer = httpx.post(
        f"{product.url}/dicom-web/studies/{large.StudyInstanceUID}",
        content=pieces(),
        headers={
            "Authorization": f"Bearer {product.token}",
            "Content-Type": 'multipart/related; type="application/dicom"; boundary=x',
        },
        timeout=120,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    assert len(content) > 128 << 20
    assert memory(product) - before < 32


def test_what_appears_in_a_watched_folder_goes_through_the_door_of_the_node(product: Product, tmp_path: Path) -> None:
    before = settled_ledger(product)
    for number in range(3):
        (tmp_path / "export" / "study").mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / "study" / f"{number}").write_bytes(as_bytes(another_ct()))
    result = product.osteon("watch", str(tmp_path / "export"), "--once", "--settle", "0.2")
    assert result.returncode == 0, result.stderr
    wait_for(lambda: in_ledger(product) == before + 3, "the ledger has the objects")
    assert sorted(path.name for path in (tmp_path / "export" / "done" / "study").iterdir()) == ["0", "1", "2"]
