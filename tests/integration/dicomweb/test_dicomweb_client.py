"""A client that others made (dicomweb-client), through the proxy, to a real Orthanc with real images."""

from io import BytesIO

import httpx
import numpy as np
import pydicom
import pytest
import requests
from dicomweb_client import DICOMwebClient
from PIL import Image

from tests.builders.archive import ARCHIVED, CT, HIDDEN, JPEG_2000, MULTI_FRAME, Archived


@pytest.fixture
def foreign(client: httpx.Client) -> DICOMwebClient:
    session = requests.Session()
    session.headers["Authorization"] = client.headers["Authorization"]
    return DICOMwebClient(str(client.base_url).rstrip("/"), session=session)


def test_studies_are_found_and_those_of_nobody_we_know_are_not(foreign: DICOMwebClient) -> None:
    found = {item["0020000D"]["Value"][0] for item in foreign.search_for_studies()}

    assert found == {one.study for one in ARCHIVED}


def test_studies_are_found_by_their_attributes(foreign: DICOMwebClient) -> None:
    (found,) = foreign.search_for_studies(
        search_filters={"PatientID": "1CT1", "StudyDate": "20040101-20041231"}, fields=["StudyDescription"]
    )

    assert found["0020000D"]["Value"] == [CT.study]
    assert found["00081030"]["Value"] == [CT.dataset.StudyDescription]


@pytest.mark.parametrize(
    "name",
    [
        "CompressedSamples^CT1",
        "CompressedSamples^*",
        "compressedsamples^ct1",
        "Compressed amples^CT1",
        "Compressed&amples^CT1",
        "Compressed%amples^CT1",
        "Compressedéamples^CT1",
    ],
)
def test_names_are_matched_whatever_they_hold(foreign: DICOMwebClient, name: str) -> None:
    """What has a meaning in an address, or is not ASCII, stands for any character."""
    (found,) = foreign.search_for_studies(search_filters={"PatientName": name})

    assert found["0020000D"]["Value"] == [CT.study]


def test_pages_of_a_list_hold_everything_once(foreign: DICOMwebClient) -> None:
    pages = [foreign.search_for_studies(limit=1, offset=offset) for offset in range(4)]

    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert {page[0]["0020000D"]["Value"][0] for page in pages[:3]} == {one.study for one in ARCHIVED}


def test_series_and_instances_are_found_across_and_within_studies(foreign: DICOMwebClient) -> None:
    everywhere = {item["0020000E"]["Value"][0] for item in foreign.search_for_series()}
    assert everywhere == {one.series for one in ARCHIVED}
    assert {item["00080018"]["Value"][0] for item in foreign.search_for_instances()} == {
        one.instance for one in ARCHIVED
    }

    (series,) = foreign.search_for_series(CT.study)
    assert series["0020000E"]["Value"] == [CT.series]
    (of_study,) = foreign.search_for_instances(CT.study)
    (of_series,) = foreign.search_for_instances(CT.study, CT.series)
    assert of_study["00080018"]["Value"] == of_series["00080018"]["Value"] == [CT.instance]


@pytest.mark.parametrize("one", ARCHIVED, ids=lambda one: one.name)
def test_an_object_comes_back_as_it_was_stored(foreign: DICOMwebClient, one: Archived) -> None:
    as_stored = (("application/dicom", "*"),)

    (of_study,) = foreign.retrieve_study(one.study, media_types=as_stored)
    (of_series,) = foreign.retrieve_series(one.study, one.series, media_types=as_stored)
    alone = foreign.retrieve_instance(one.study, one.series, one.instance, media_types=as_stored)

    assert of_study == of_series == alone == one.dataset


@pytest.mark.parametrize("one", ARCHIVED, ids=lambda one: one.name)
def test_metadata_says_what_the_object_says(foreign: DICOMwebClient, one: Archived) -> None:
    (of_study,) = foreign.retrieve_study_metadata(one.study)
    (of_series,) = foreign.retrieve_series_metadata(one.study, one.series)
    alone = foreign.retrieve_instance_metadata(one.study, one.series, one.instance)

    assert of_study == of_series == alone
    read = pydicom.Dataset.from_json(alone, bulk_data_uri_handler=lambda _: b"")
    for keyword in ("SOPInstanceUID", "Rows", "Columns", "BitsAllocated", "StudyDate"):
        assert read[keyword].value == one.dataset[keyword].value


@pytest.mark.parametrize("one", [CT, MULTI_FRAME], ids=lambda one: one.name)
def test_frames_hold_the_stored_values(foreign: DICOMwebClient, one: Archived) -> None:
    numbers = list(range(1, int(one.dataset.get("NumberOfFrames", 1)) + 1))

    frames = foreign.retrieve_instance_frames(
        one.study, one.series, one.instance, numbers, media_types=("application/octet-stream",)
    )

    stored = one.dataset.pixel_array.reshape(len(numbers), one.dataset.Rows, one.dataset.Columns)
    for frame, expected in zip(frames, stored, strict=True):
        assert np.array_equal(np.frombuffer(frame, expected.dtype).reshape(expected.shape), expected)


def test_frames_in_jpeg_2000_come_as_they_were_stored(foreign: DICOMwebClient) -> None:
    one = JPEG_2000

    (frame,) = foreign.retrieve_instance_frames(one.study, one.series, one.instance, [1], media_types=("image/jp2",))

    (stored,) = pydicom.encaps.generate_frames(one.dataset.PixelData, number_of_frames=1)
    assert frame.rstrip(b"\0") == stored.rstrip(b"\0")


def test_bulk_data_is_where_the_metadata_says(foreign: DICOMwebClient, client: httpx.Client) -> None:
    metadata = foreign.retrieve_instance_metadata(CT.study, CT.series, CT.instance)
    address = metadata["7FE00010"]["BulkDataURI"]

    # this client names the host without the port, and is answered accordingly
    assert address == f"http://{client.base_url.host}/dicom-web{CT.path}/bulk/7fe00010"
    (pixels,) = foreign.retrieve_bulkdata(
        str(httpx.URL(address).copy_with(port=client.base_url.port)), ("application/octet-stream",)
    )
    assert pixels == CT.dataset.PixelData


def test_pictures_have_the_size_that_was_asked_for(foreign: DICOMwebClient) -> None:
    whole = foreign.retrieve_instance_rendered(CT.study, CT.series, CT.instance, media_types=("image/jpeg",))
    frame = foreign.retrieve_instance_frames_rendered(
        MULTI_FRAME.study, MULTI_FRAME.series, MULTI_FRAME.instance, [2], media_types=("image/png",)
    )

    with Image.open(BytesIO(whole)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (CT.dataset.Columns, CT.dataset.Rows))
    with Image.open(BytesIO(frame)) as picture:
        assert (picture.format, picture.size) == ("PNG", (MULTI_FRAME.dataset.Columns, MULTI_FRAME.dataset.Rows))


@pytest.mark.parametrize(
    "path",
    [f"/studies/{CT.study}", f"/studies/{CT.study}/series/{CT.series}", CT.path, f"{CT.path}/frames/1"],
    ids=["study", "series", "instance", "frame"],
)
def test_a_thumbnail_is_a_small_picture(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}/thumbnail", params={"viewport": "64,64"}, headers={"Accept": "image/jpeg"})

    assert answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.size == (64, 64)


def test_an_object_of_a_hidden_study_is_not_reached_by_the_path_of_another(client: httpx.Client) -> None:
    for path in (
        f"/studies/{HIDDEN.study}/metadata",
        HIDDEN.path,
        f"/studies/{CT.study}/series/{HIDDEN.series}",
        f"/studies/{CT.study}/series/{HIDDEN.series}/metadata",
        f"/studies/{CT.study}/series/{HIDDEN.series}/instances/{HIDDEN.instance}",
        f"/studies/{CT.study}/series/{HIDDEN.series}/instances/{HIDDEN.instance}/frames/1",
        f"/studies/{CT.study}/series/{HIDDEN.series}/rendered",
        f"/studies/{CT.study}/series/{CT.series}/instances/{HIDDEN.instance}",
        f"/studies/{CT.study}/series/{CT.series}/instances/{HIDDEN.instance}/metadata",
        f"/studies/{CT.study}/series/{CT.series}/instances/{HIDDEN.instance}/frames/1",
        f"/studies/{CT.study}/series/{CT.series}/instances/{HIDDEN.instance}/rendered",
        f"/studies/{CT.study}/series/{CT.series}/instances/{HIDDEN.instance}/bulk/00080060",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/series", "/instances"])
def test_a_search_within_a_study_finds_nothing_of_another(client: httpx.Client, path: str) -> None:
    for within in (f"/studies/{CT.study}", f"/studies/{CT.study}/series/{HIDDEN.series}"):
        if within.endswith(HIDDEN.series) and path == "/series":
            continue
        answer = client.get(within + path, params={"SOPInstanceUID": HIDDEN.instance})
        assert (answer.status_code, answer.json()) == (200, [])
