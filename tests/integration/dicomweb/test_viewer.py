"""Each answer that the viewer (OHIF) needs, asked for as it asks."""

import re
from typing import Any

import httpx
import pydicom
import pytest

from tests.builders.archive import ARCHIVED, CT, JPEG_2000, MULTI_FRAME, Archived

JSON = {"Accept": "application/dicom+json"}
# What browsers and the viewer's image loader send; the quotation marks are left out (omitQuotationForMultipartRequest).
ANY_FRAME = {
    "Accept": "multipart/related; type=application/octet-stream; transfer-syntax=*",
    "Accept-Encoding": "gzip, deflate, br",
}


def get_json(client: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(path, params=query, headers=JSON)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+json")
    found: list[dict[str, Any]] = answer.json()
    return found


def test_the_study_list_with_the_columns_that_it_shows(client: httpx.Client) -> None:
    query = {"limit": "101", "offset": "0", "fuzzymatching": "false", "includefield": "00081030,00080060,00080090"}

    found = get_json(client, "/studies", **query)

    assert len(found) == len(ARCHIVED)
    for item in found:
        for tag in ("00080020", "00080030", "00080050", "00080061", "00100010", "00100020", "0020000D", "00201208"):
            assert tag in item


def test_the_study_list_filtered_by_patient_and_modality(client: httpx.Client) -> None:
    query = {"limit": "101", "offset": "0", "PatientID": "*CT1*", "ModalitiesInStudy": "CT", "fuzzymatching": "false"}

    (found,) = get_json(client, "/studies", **query)

    assert found["0020000D"]["Value"] == [CT.study]


def test_one_study_by_its_uid(client: httpx.Client) -> None:
    (found,) = get_json(client, "/studies", StudyInstanceUID=CT.study, limit="101", offset="0")

    assert found["0020000D"]["Value"] == [CT.study]


def test_the_series_of_a_study_with_the_fields_that_it_sorts_by(client: httpx.Client) -> None:
    (found,) = get_json(client, f"/studies/{CT.study}/series", includefield="0008103E,00080021")

    assert found["00080060"]["Value"] == ["CT"]
    assert found["0020000E"]["Value"] == [CT.series]
    assert found["00200011"]["Value"] == [int(CT.dataset.SeriesNumber)]


def test_the_metadata_of_a_series_which_it_lays_out_images_by(client: httpx.Client) -> None:
    (found,) = get_json(client, f"/studies/{CT.study}/series/{CT.series}/metadata")

    for tag in ("00080016", "00080018", "00200032", "00200037", "00280010", "00280011", "00280030", "00281052"):
        assert found[tag]["Value"]
    assert found["00200032"]["Value"] == pytest.approx(list(CT.dataset.ImagePositionPatient))


@pytest.mark.parametrize("one", ARCHIVED, ids=lambda one: one.name)
def test_frames_in_whatever_transfer_syntax_they_are(client: httpx.Client, one: Archived) -> None:
    answer = client.get(f"{one.path}/frames/1", headers=ANY_FRAME)

    assert answer.status_code == 200
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/related")
    assert str(one.dataset.file_meta.TransferSyntaxUID) in kind
    boundary = re.search(r"boundary=\"?([^\";]+)", kind)
    assert boundary is not None
    head, _, content = answer.content.partition(b"\r\n\r\n")
    pixels, _, end = content.rpartition(b"\r\n--" + boundary[1].encode() + b"--")
    assert end.strip() == b""
    # Orthanc's own name and port are in the part's Content-Location until it is rewritten
    assert f"Content-Location: {client.base_url}".rstrip("/").encode() + f"{one.path}/frames/1".encode() in head
    if one is JPEG_2000:
        (stored,) = pydicom.encaps.generate_frames(one.dataset.PixelData, number_of_frames=1)
        assert pixels.rstrip(b"\0") == stored.rstrip(b"\0")
    else:
        assert one.dataset.PixelData.startswith(pixels)


def test_each_frame_of_a_multi_frame_object(client: httpx.Client) -> None:
    size = MULTI_FRAME.dataset.Rows * MULTI_FRAME.dataset.Columns * 2
    for number in (1, 2):
        answer = client.get(f"{MULTI_FRAME.path}/frames/{number}", headers=ANY_FRAME)
        assert MULTI_FRAME.dataset.PixelData[(number - 1) * size : number * size] in answer.content


def test_bulk_data_by_the_address_in_the_metadata(client: httpx.Client) -> None:
    (found,) = get_json(client, f"/studies/{CT.study}/series/{CT.series}/metadata")
    addresses = [value["BulkDataURI"] for value in found.values() if "BulkDataURI" in value]

    assert len(addresses) > 1
    assert all(address.startswith(f"{client.base_url}".rstrip("/") + "/studies/") for address in addresses)
    for address in addresses:
        assert client.get(address, headers={"Accept": "multipart/related; type=application/octet-stream"}).is_success


def test_pictures_for_the_list_of_series(client: httpx.Client) -> None:
    for path in (f"{CT.path}/rendered", f"{CT.path}/thumbnail", f"/studies/{CT.study}/series/{CT.series}/thumbnail"):
        answer = client.get(path, headers={"Accept": "image/jpeg"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")


def test_an_object_as_a_file_to_download(client: httpx.Client) -> None:
    answer = client.get(CT.path, headers={"Accept": "multipart/related; type=application/dicom; transfer-syntax=*"})

    assert CT.file in answer.content
