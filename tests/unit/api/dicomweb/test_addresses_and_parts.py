"""Addresses in answers, however the answer is cut into pieces."""

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.dicomweb.addresses import LONGEST_ADDRESS, JsonAddresses, own_address
from api.dicomweb.answers import Rewriting
from api.dicomweb.parts import LONGEST_HEADERS, PartAddresses
from storage.errors import ImageStoreFailedError

ROOT = b"https://osteon.example/dicom-web"
OTHERS = (
    "http://127.0.0.1/dicom-web",
    "http://orthanc:8042/dicom-web",
    "https://[::1]:8042/a/b/dicom-web",
    "http://user@10.0.0.1:1",
)


def passed(change: Rewriting, pieces: Iterable[bytes]) -> bytes:
    return b"".join([*map(change.feed, pieces), change.end()])


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    return [whole[start:stop] for start, stop in pairwise(edges)]


cuts = st.lists(st.integers(0, 10_000), max_size=12)


@pytest.mark.parametrize("other", OTHERS)
@given(cuts=cuts)
def test_metadata_names_our_root_however_it_is_cut(other: str, cuts: list[int]) -> None:
    def metadata(root: str) -> list[object]:
        return [
            {
                "00081190": {"vr": "UR", "Value": [f"{root}/studies/1.2"]},
                "00081030": {"vr": "LO", "Value": ['see "http" or http://x, "', "\\\\", "é" * 600]},
                "7FE00010": {"vr": "OW", "BulkDataURI": f"{root}/studies/1.2/series/3/instances/4/bulk/7fe00010"},
            }
        ] * 3

    sent = json.dumps(metadata(other), ensure_ascii=False).encode()
    assert json.loads(passed(JsonAddresses(ROOT), cut(sent, cuts))) == metadata(ROOT.decode())


def test_escaped_slashes_are_understood() -> None:
    sent = rb'[{"BulkDataURI":"http:\/\/orthanc:8042\/dicom-web\/studies\/1.2\/bulk\/7fe00010"}]'

    (item,) = json.loads(passed(JsonAddresses(ROOT), [sent]))

    assert item == {"BulkDataURI": f"{ROOT.decode()}/studies/1.2/bulk/7fe00010"}


@pytest.mark.parametrize("sent", [b"[]", b"[{}]\n\n", b'["http://x/other/1"]', b'["see http://x/studies/1"]'])
def test_other_texts_stay_as_they_are(sent: bytes) -> None:
    assert passed(JsonAddresses(ROOT), [sent]) == sent


@pytest.mark.parametrize("sent", [b"", b"[", b'[{"a": "b"'])
def test_a_document_without_an_end_is_known(sent: bytes) -> None:
    with pytest.raises(ImageStoreFailedError):
        passed(JsonAddresses(ROOT), [sent])


@pytest.mark.parametrize("address", [b"", b"/studies/1", b"ftp://x/studies/1", b"http://x/instances/1", b"http://x"])
def test_an_address_of_something_else_is_not_ours(address: bytes) -> None:
    assert own_address(address, ROOT) is None


def body(location: bytes, contents: list[bytes], before: bytes = b"") -> bytes:
    parts = [
        b"--abc\r\nContent-Location: "
        + location
        + b"\r\nContent-Type: application/octet-stream\r\n\r\n"
        + one
        + b"\r\n"
        for one in contents
    ]
    return before + b"".join(parts) + b"--abc--\r\n"


# Contents that look like boundaries and headers, without being them.
tricky = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"--ab", b"--", b"\r\n--ab", b"Content-Location: http://x/studies/1", b"x"])
).map(b"".join)


@given(
    contents=st.lists(tricky, min_size=1, max_size=4), cuts=cuts, before=st.sampled_from([b"", b"\r\n", b"Hello\r\n"])
)
def test_parts_are_passed_on_whole_with_our_root_in_their_headers(
    contents: list[bytes], cuts: list[int], before: bytes
) -> None:
    sent = body(b"http://orthanc:8042/dicom-web/studies/1.2/frames/1", contents, before)

    got = passed(PartAddresses("abc", ROOT), cut(sent, cuts))

    assert got == body(ROOT + b"/studies/1.2/frames/1", contents, before)


def test_a_location_that_is_not_of_dicomweb_is_left_out() -> None:
    sent = body(b"http://orthanc:8042/instances/1/frames/0/raw", [b"12345"])

    got = passed(PartAddresses("abc", ROOT), [sent])

    assert got == sent.replace(b"Content-Location: http://orthanc:8042/instances/1/frames/0/raw\r\n", b"")


@given(contents=st.lists(tricky, max_size=3), missing=st.integers(5, 60))
def test_a_body_without_its_closing_boundary_is_known(contents: list[bytes], missing: int) -> None:
    sent = body(b"http://x/studies/1", [*contents, b"y" * 50])[:-missing]

    with pytest.raises(ImageStoreFailedError):
        passed(PartAddresses("abc", ROOT), [sent])


def test_headers_without_end_are_no_part() -> None:
    with pytest.raises(ImageStoreFailedError):
        PartAddresses("abc", ROOT).feed(b"--abc\r\nX: " + b"y" * LONGEST_HEADERS)


def test_nearly_nothing_is_held_back() -> None:
    parts, document = PartAddresses("abc", ROOT), JsonAddresses(ROOT)
    piece = bytes(65_536)
    text = b'"' + b"x" * 60_000
    sent = sum(len(parts.feed(piece)) for _ in range(50)), sum(len(document.feed(text)) for _ in range(50))
    assert sent[0] > 50 * len(piece) - 100
    assert sent[1] > 50 * len(text) - LONGEST_ADDRESS
