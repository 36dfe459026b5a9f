"""Bodies of several parts: what is in them comes out, however they arrive, and what is not whole is refused."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from api.errors import MalformedUploadError
from api.multipart import LONGEST_HEADERS, MultipartReader, read_content_type

HEADERS = b"Content-Type: application/dicom\r\n\r\n"


def pieces_of(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def read(body: bytes, boundary: str = "b", size: int = 1 << 16) -> list[tuple[str | None, bytes]]:
    return [(part.media_type, b"".join(part.content)) for part in MultipartReader(pieces_of(body, size), boundary)]


DICOM = "application/dicom"
AS_IT_IS = [
    pytest.param(b"--b\r\n" + HEADERS + b"x\r\n--b--", [(DICOM, b"x")], id="one part, no line end after the last"),
    pytest.param(b"\r\n--b\r\n" + HEADERS + b"x\r\n--b--\r\n", [(DICOM, b"x")], id="a line end first"),
    pytest.param(
        b"preamble\r\n--bogus\r\n--b\r\n" + HEADERS + b"x\r\n--b--\r\nepilogue\r\n--b\r\n",
        [(DICOM, b"x")],
        id="preamble and epilogue",
    ),
    pytest.param(
        b"--b \t\r\n" + HEADERS + b"x\r\n--b  --\r\n--b--", [(DICOM, b"x\r\n--b  --")], id="padding, and none"
    ),
    pytest.param(b"--b\r\n" + HEADERS + b"\r\n--b--", [(DICOM, b"")], id="an empty part"),
    pytest.param(b"--b\r\n" + HEADERS + b"--b--", [(DICOM, b"")], id="a part of headers only"),
    pytest.param(b"--b\r\n\r\nx\r\n--b--", [(None, b"x")], id="no headers"),
    pytest.param(b"--b\r\n\r\n\r\n--b--", [(None, b"")], id="nothing at all in a part"),
    pytest.param(b"--b--", [], id="no part"),
    pytest.param(
        b"--b\r\n" + HEADERS + b"\r\n\r\n--c\r\n--bb\r\n-\r\n--b-\r\n\r\n--b--",
        [(DICOM, b"\r\n\r\n--c\r\n--bb\r\n-\r\n--b-\r\n")],
        id="what looks like a boundary",
    ),
    pytest.param(b"--b\r\n" + HEADERS + b"x--b--\n--b--\r\n--b--", [(DICOM, b"x--b--\n--b--")], id="not on a line"),
    pytest.param(
        b"--b\r\ncontent-type: APPLICATION/DICOM;\r\n transfer-syntax=1.2.840.10008.1.2.1\r\nX: y\r\n\r\nx\r\n--b--",
        [(DICOM, b"x")],
        id="headers folded and in capitals",
    ),
    pytest.param(
        b"--b\r\n" + HEADERS + b"1\r\n--b\r\nContent-Type: text/plain\r\n\r\n2\r\n--b--",
        [(DICOM, b"1"), ("text/plain", b"2")],
        id="two parts",
    ),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(("body", "parts"), AS_IT_IS)
def test_parts_are_what_was_sent_wherever_the_body_is_cut(
    body: bytes, parts: list[tuple[str | None, bytes]], size: int
) -> None:
    assert read(body, size=size) == parts


@pytest.mark.parametrize("kept", range(len(b"--b\r\n" + HEADERS + b"x\r\n--b--")))
def test_a_body_cut_off_anywhere_is_refused(kept: int) -> None:
    whole = b"--b\r\n" + HEADERS + b"x\r\n--b--"
    with pytest.raises(MalformedUploadError, match="ends before its last boundary"):
        read(whole[:kept])


@pytest.mark.parametrize("line", [b"X: " + b"y" * LONGEST_HEADERS + b"\r\n", b"X: y\r\n" * (LONGEST_HEADERS // 6 + 10)])
@pytest.mark.parametrize("size", [100, 1 << 20])
def test_headers_without_end_are_refused_before_they_fill_the_memory(line: bytes, size: int) -> None:
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        for piece in pieces_of(b"--b\r\n" + line + b"\r\nx\r\n--b--", size):
            asked += len(piece)
            yield piece

    with pytest.raises(MalformedUploadError, match="too long"):
        list(MultipartReader(endless(), "b"))
    assert asked <= LONGEST_HEADERS + 100 + size


def test_content_is_handed_on_as_it_comes_and_not_kept() -> None:
    given_out = 0

    def large() -> Iterator[bytes]:
        nonlocal given_out
        yield b"--b\r\n" + HEADERS
        for _ in range(1000):
            given_out += 1000
            yield bytes(1000)
        yield b"\r\n--b--"

    (part,) = (iter(MultipartReader(large(), "b")),)
    content = next(part).content
    received = 0
    for piece in content:
        received += len(piece)
        assert given_out - received <= 1000 + len("\r\n--b")
    assert received == 1_000_000


def test_what_is_not_read_of_a_part_is_skipped() -> None:
    body = b"--b\r\n" + HEADERS + b"1" * 5000 + b"\r\n--b\r\n" + HEADERS + b"2\r\n--b--"
    reader = iter(MultipartReader(pieces_of(body, 100), "b"))
    next(reader)
    assert b"".join(next(reader).content) == b"2"


@pytest.mark.parametrize("boundary", ["", "x" * 71, "é", "a\tb"])
def test_a_boundary_that_cannot_be_one_is_refused(boundary: str) -> None:
    with pytest.raises(MalformedUploadError, match="boundary"):
        MultipartReader([], boundary)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('multipart/related; type="application/dicom"; boundary="a b:c"', ("multipart/related", DICOM, "a b:c")),
        ("Multipart/Related;boundary=abc;type=Application/Dicom", ("multipart/related", DICOM, "abc")),
        ('multipart/related; boundary="a;b\\"c"', ("multipart/related", None, 'a;b"c')),
        ("application/dicom", (DICOM, None, None)),
        ("multipart/related; boundary*=utf-8''abc", ("multipart/related", None, None)),
        (None, (None, None, None)),
    ],
)
def test_content_types_are_read_quoted_or_not(value: str | None, expected: tuple[str | None, ...]) -> None:
    kind = read_content_type(value)
    assert (kind.media_type, kind.type, kind.boundary) == expected


TRICKY = st.lists(st.sampled_from([b"\r\n", b"--", b"b", b"\r", b"\n", b"-", b" ", b"--b", b"\r\n--", b"x"])).map(
    b"".join
)


@settings(max_examples=300, deadline=None)
@given(contents=st.lists(TRICKY | st.binary(max_size=60), min_size=1, max_size=4), size=st.integers(1, 50))
def test_what_urllib3_packs_is_unpacked_again(contents: list[bytes], size: int) -> None:
    fields = [RequestField("file", content, headers={"Content-Type": DICOM}) for content in contents]
    packed, content_type = encode_multipart_formdata(fields, boundary="a-boundary-that-nothing-holds")
    kind = read_content_type(content_type)
    assert kind.boundary is not None
    assert read(packed, kind.boundary, size) == [(DICOM, content) for content in contents]
