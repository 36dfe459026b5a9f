"""Fetching files: whole, in part, not at all when unchanged, and from a store that fails."""

import base64
import hashlib
import random

import httpx
import pytest

from storage.ledger import Ledger
from tests.builders.images import FakeImages
from tests.builders.ledger import INSTANCE_UID, stored_object

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

CONTENT = random.Random(7).randbytes(12_345)  # noqa: S311
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ETAG = f'"{SHA256}"'
PATH = f"/api/v1/instances/{INSTANCE_UID}/file"


@pytest.fixture(autouse=True)
def _one_file(ledger: Ledger, images: FakeImages) -> None:
    stored = stored_object(size=len(CONTENT), sha256=SHA256)
    ledger.record(objects=[stored])
    images.files[stored.orthanc_id] = CONTENT


def test_a_file_comes_whole_with_its_checksum(client: httpx.Client) -> None:
    answer = client.get(PATH)

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "application/dicom"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{INSTANCE_UID}.dcm"'
    digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"


def test_a_head_request_says_the_same_and_reads_nothing(client: httpx.Client, images: FakeImages) -> None:
    answer = client.head(PATH)

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["ETag"] == ETAG
    assert answer.content == b""
    assert images.opened == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
def test_a_file_that_the_client_has_is_not_sent_again(
    client: httpx.Client, images: FakeImages, known: str, method: str
) -> None:
    answer = client.request(method, PATH, headers={"If-None-Match": known})

    assert answer.status_code == 304
    assert answer.headers["ETag"] == ETAG
    assert answer.content == b""
    assert images.opened == 0


def test_a_file_that_the_client_has_otherwise_is_sent(client: httpx.Client) -> None:
    assert client.get(PATH, headers={"If-None-Match": '"other"'}).content == CONTENT


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        pytest.param("bytes=0-0", 0, 1, id="first byte"),
        pytest.param("bytes=999-1001", 999, 1002, id="across two pieces of the store"),
        pytest.param("bytes=1000-1999", 1000, 2000, id="one piece of the store exactly"),
        pytest.param("bytes=5000-", 5000, 12_345, id="the rest"),
        pytest.param("bytes=-345", 12_000, 12_345, id="the end"),
        pytest.param("bytes=-99999", 0, 12_345, id="an end longer than the file"),
        pytest.param("bytes=12344-99999", 12_344, 12_345, id="beyond the end"),
    ],
)
def test_one_range_is_cut_out(client: httpx.Client, images: FakeImages, asked: str, start: int, stop: int) -> None:
    answer = client.get(PATH, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/12345"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"] == ETAG
    assert images.is_closed_in_time()


@pytest.mark.parametrize("asked", ["bytes=12345-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_beyond_the_file_cannot_be_satisfied(client: httpx.Client, asked: str) -> None:
    answer = client.get(PATH, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */12345"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-2", "bytes=-", "lines=1-2", "bytes=a-b"])
def test_a_range_that_is_not_one_is_ignored(client: httpx.Client, asked: str) -> None:
    answer = client.get(PATH, headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_a_download_goes_on_only_with_the_same_file(client: httpx.Client) -> None:
    same = client.get(PATH, headers={"Range": "bytes=12000-", "If-Range": ETAG})
    other = client.get(PATH, headers={"Range": "bytes=12000-", "If-Range": '"other"'})

    assert (same.status_code, same.content) == (206, CONTENT[12_000:])
    assert (other.status_code, other.content) == (200, CONTENT)


def test_a_store_that_is_down_is_a_problem_that_names_no_address(client: httpx.Client, images: FakeImages) -> None:
    images.available = False

    answer = client.get(PATH)

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["detail"] == "the image store does not answer"
    assert "secret-host" not in answer.text


def test_a_file_that_the_store_has_lost_is_our_fault(client: httpx.Client, images: FakeImages) -> None:
    images.files.clear()

    answer = client.get(PATH)

    assert answer.status_code == 500
    assert answer.json()["detail"] == "the file of this object is missing"


def test_a_store_that_fails_halfway_never_looks_like_a_complete_file(
    client: httpx.Client, images: FakeImages, caplog: pytest.LogCaptureFixture
) -> None:
    images.breaks_after = 5000

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(PATH)

    assert "secret-host" not in caplog.text
    assert "ImageStoreUnavailableError" in caplog.text
    assert client.get("/health/live").status_code == 200


def test_a_file_shorter_than_the_ledger_says_never_looks_complete(client: httpx.Client, images: FakeImages) -> None:
    images.files[stored_object().orthanc_id] = CONTENT[:-1]

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(PATH)


def test_a_stream_is_given_back_when_the_client_goes_away(
    client: httpx.Client, images: FakeImages, ledger: Ledger
) -> None:
    large = stored_object(sop_instance_uid="2.25.77", size=50_000_000)
    ledger.record(objects=[large])
    images.files[large.orthanc_id] = bytes(large.size)

    with client.stream("GET", "/api/v1/instances/2.25.77/file") as answer:
        next(answer.iter_raw())
    client.close()

    assert images.is_closed_in_time()
