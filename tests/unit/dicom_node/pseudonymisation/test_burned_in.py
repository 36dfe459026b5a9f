"""What says that pixels carry text: comments in streams, and the headers of pages and screens."""

import struct
from collections.abc import Mapping
from typing import Any

import pytest
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    RLELossless,
)

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.burned_in import LOOKED_AT, check_image
from dicom_node.pseudonymisation.facts import Facts, Pixels
from dicom_node.pseudonymisation.stream_comments import MOST_BYTES, comments_in
from dicom_node.pseudonymisation.syntax import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    is_encapsulated,
)
from dicom_node.status import Reason
from tests.builders.broken_files import EXPLICIT, PIXEL_DATA

# stream_comments


def pixels_to(stop: int, *, encapsulated: bool = False, tag: int = PIXEL_DATA) -> Pixels:
    """Pixels that begin with the source."""
    return Pixels(tag=tag, vr="OB" if encapsulated else "OW", start=0, stop=stop, encapsulated=encapsulated)


def fragments(*streams: bytes) -> tuple[bytes, Pixels]:
    data = EXPLICIT.item() + b"".join(map(EXPLICIT.item, streams)) + EXPLICIT.element(0xFFFEE0DD, "")
    return data, pixels_to(len(data), encapsulated=True)


def segment(marker: int, value: bytes) -> bytes:
    return struct.pack(">HH", marker, len(value) + 2) + value


def test_comments_and_application_segments_of_every_jpeg_stream_are_found() -> None:
    jpeg = b"\xff\xd8" + segment(0xFFE1, b"Exif UNTEL") + segment(0xFFDB, b"table") + segment(0xFFFE, b"by UNTEL!")
    jpeg2000 = b"\xff\x4f" + segment(0xFF51, b"size") + segment(0xFF64, b"\0\1Kakadu")
    data, pixels = fragments(jpeg + segment(0xFFDA, b"scan") + b"UNTEL in pixels", jpeg2000 + b"\xff\x90" + b"data")
    found = comments_in(data, pixels)
    assert [piece in found for piece in (b"Exif UNTEL", b"by UNTEL!", b"Kakadu")] == [True] * 3
    assert b"UNTEL in pixels" not in found


@pytest.mark.parametrize(
    "stream",
    [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xfe\0\0ab", b"\xff\xd8\xff\xfe\xff\xffab", b"RLE" * 9],
)
def test_streams_that_are_cut_off_or_of_another_kind_do_no_harm(stream: bytes) -> None:
    data, pixels = fragments(stream)
    assert len(comments_in(data, pixels)) <= 3 * len(stream) + 3
    for end in range(len(data)):
        comments_in(data[:end], pixels_to(end, encapsulated=True))


def test_the_offset_table_and_what_follows_a_stream_are_looked_at() -> None:
    """They are no pixels either."""
    data = EXPLICIT.item(b"table UNTEL!") + EXPLICIT.item(b"\xff\xd8\xff\xd9after UNTEL") + EXPLICIT.item(b"RLE UNTEL")
    found = comments_in(data, pixels_to(len(data), encapsulated=True))
    assert [piece in found for piece in (b"table UNTEL!", b"after UNTEL", b"RLE UNTEL")] == [True] * 3


def test_more_comments_than_anybody_would_write_are_refused() -> None:
    stream = b"\xff\xd8" + segment(0xFFFE, b"a" * 60_000) * 3
    data, pixels = fragments(*[stream] * (MOST_BYTES // 180_000 + 1))
    with pytest.raises(UnprocessableError):
        comments_in(data, pixels)


# burned_in

PLAIN_IMAGE: dict[int, bytes] = {
    0x00080016: CTImageStorage.encode("ascii"),
    0x00080008: b"ORIGINAL\\PRIMARY\\AXIAL ",
    0x00080060: b"CT",
    0x0008103E: b"THORAX IV ",
    0x00280002: b"\1\0",
    0x00280004: b"MONOCHROME2 ",
    0x00280010: b"\4\0",
    0x00280011: b"\4\0",
    0x00280100: b"\x10\0",
}
"""A small CT of 4 by 4 pixels of 16 bits."""


def check(changes: Mapping[int, bytes | None], size: int = 32, syntax_uid: str = ExplicitVRLittleEndian) -> None:
    values = {tag: value for tag, value in (PLAIN_IMAGE | dict(changes)).items() if value is not None}
    encapsulated = is_encapsulated(syntax_uid)
    data = EXPLICIT.item() if encapsulated else bytes(size)
    facts = Facts(values, {}, (pixels_to(len(data), encapsulated=encapsulated),))
    check_image(facts, EXPLICIT_LITTLE, syntax_uid, data)


TEXT_RISKS: dict[str, tuple[dict[int, bytes | None], dict[int, bytes | None]]] = {
    "BurnedInAnnotation": ({0x00280301: b"YES "}, {0x00280301: b"NO"}),
    "BurnedInAnnotation of another word": ({0x00280301: b"MAYBE "}, {0x00280301: b""}),
    "a screen save": ({0x00080008: b"DERIVED\\SECONDARY\\SCREEN SAVE "}, {0x00080008: b"DERIVED\\SECONDARY\\MPR"}),
    "a dose screen": ({0x00080008: b"DERIVED\\SECONDARY\\DOSE_INFO"}, {0x00080008: b"DERIVED\\SECONDARY\\OTHER "}),
    "a patient protocol of Siemens": (
        {0x00080008: b"ORIGINAL\\SECONDARY\\AXIAL\\CT_SOM5 PROT "},
        {0x00080008: b"ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"},
    ),
    "a converted image": ({0x00080064: b"WSD "}, {0x00080064: b""}),
    "a colour image": ({0x00280004: b"RGB "}, {0x00280004: b"MONOCHROME1 "}),
    "a YBR image": ({0x00280004: b"YBR_FULL_422"}, {0x00280004: b"PALETTE COLOR "}),
    "a secondary image of eight bits": (
        {0x00080008: b"DERIVED\\SECONDARY ", 0x00280100: b"\x08\0"},
        {0x00080008: b"DERIVED\\SECONDARY ", 0x00280100: b"\x10\0"},
    ),
    "a secondary capture": ({0x00080060: b"SC"}, {0x00080060: b"MR"}),
    "an ultrasound image": ({0x00080060: b"US"}, {0x00080060: b"PT"}),
    "a document": ({0x00080060: b"DOC "}, {0x00080060: None}),
    "a patient protocol by its description": ({0x0008103E: b"Patient Protocol"}, {0x0008103E: b"Patient position"}),
    "a dose report by its description": ({0x0008103E: b"Dose Report "}, {0x0008103E: b"Low Dose "}),
    "a French dose report": ({0x0008103E: b"Rapport de dose "}, {0x0008103E: b"Rapport "}),
    "an overlay in the pixels": (
        {0x60000102: b"\x0c\0"},
        {0x60000102: b"\x0c\0", 0x60003000: bytes(2)},
    ),
    "a later overlay in the pixels": ({0x601E0102: b"\x0c\0"}, {0x601E0102: b"\0\0"}),
}


@pytest.mark.parametrize("risk", TEXT_RISKS)
def test_an_image_that_is_likely_to_carry_text_is_refused_and_its_like_is_not(risk: str) -> None:
    carries, does_not = TEXT_RISKS[risk]
    size = 16 if carries.get(0x00280100) == b"\x08\0" else 32
    with pytest.raises(UnprocessableError) as caught:
        check(carries, size)
    assert caught.value.reason is Reason.BURNED_IN_ANNOTATION
    check(does_not)


class Noting(dict[int, bytes]):
    """Notes what is asked for."""

    def __init__(self, values: Mapping[int, bytes]) -> None:
        super().__init__(values)
        self.asked: set[int] = set()

    def get(self, tag: int, default: Any = None) -> Any:
        self.asked.add(tag)
        return super().get(tag, default)

    def __contains__(self, tag: object) -> bool:
        assert isinstance(tag, int)
        self.asked.add(tag)
        return super().__contains__(tag)

    def __getitem__(self, tag: int) -> bytes:
        self.asked.add(tag)
        return super().__getitem__(tag)


@pytest.mark.parametrize("risk", [None, *TEXT_RISKS])
def test_no_value_decides_over_an_image_but_those_that_are_said_to(risk: str | None) -> None:
    """An object of a series in which they are as in the one before is not looked at again (`plan`)."""
    changes = {} if risk is None else TEXT_RISKS[risk][1]
    values = Noting({tag: value for tag, value in (PLAIN_IMAGE | changes).items() if value is not None})
    check_image(Facts(values, {}, (pixels_to(32),)), EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(32))
    assert len(values.asked) > 9
    assert values.asked <= LOOKED_AT


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        pytest.param({}, 32, id="sixteen pixels of two bytes"),
        pytest.param({0x00280008: b"3 "}, 96, id="three frames"),
        pytest.param({0x00280008: b"0 "}, 32, id="no frames is one"),
        pytest.param({0x00280002: None}, 32, id="samples are one when nothing is said"),
        pytest.param({0x00280100: b"\x01\0"}, 2, id="one bit a pixel"),
        pytest.param({0x00280100: b"\x0c\0"}, 24, id="twelve bits a pixel"),
        pytest.param({0x00280100: b"\x08\0", 0x00280010: b"\3\0", 0x00280011: b"\3\0"}, 10, id="padded to even"),
        pytest.param({0x00280100: b"\x08\0", 0x00280010: b"\3\0", 0x00280011: b"\3\0"}, 9, id="not padded"),
    ],
)
def test_native_pixels_have_the_length_that_the_header_asks_for(changes: dict[int, bytes | None], size: int) -> None:
    """PS3.5 8.1.1."""
    check(changes, size)
    for other in (0, size - 2, size + 2):
        with pytest.raises(UnprocessableError) as caught:
            check(changes, other)
        assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


@pytest.mark.parametrize(
    "changes",
    [
        {0x00280010: None},
        {0x00280011: b""},
        {0x00280100: b"\1"},
        {0x00280008: b"many"},
        {0x00280008: b"-1"},
        {0x00280008: b"9" * 5000},
    ],
    ids=["no rows", "empty columns", "a cut number", "no number of frames", "negative frames", "thousands of digits"],
)
def test_pixels_of_unknown_size_are_refused(changes: dict[int, bytes | None]) -> None:
    with pytest.raises(UnprocessableError) as caught:
        check(changes)
    assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


def test_compressed_pixels_are_fragments_and_native_ones_are_not() -> None:
    check({}, syntax_uid=RLELossless)
    for encapsulated, syntax_uid, data in (
        (True, ExplicitVRLittleEndian, bytes(32)),
        (False, RLELossless, bytes(32)),
        (True, RLELossless, b"\xfe\xff\xdd\xe0" + bytes(4)),
    ):
        facts = Facts(PLAIN_IMAGE, {}, (pixels_to(len(data), encapsulated=encapsulated),))
        with pytest.raises(UnprocessableError) as caught:
            check_image(facts, EXPLICIT_LITTLE, syntax_uid, data)
        assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


@pytest.mark.parametrize("count", [0, 2])
def test_an_image_has_pixels_once(count: int) -> None:
    facts = Facts(PLAIN_IMAGE, {}, (pixels_to(32),) * count)
    with pytest.raises(UnprocessableError) as caught:
        check_image(facts, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(32))
    assert caught.value.reason is Reason.NOT_AN_IMAGE


def test_sizes_are_read_in_the_byte_order_of_the_object() -> None:
    values = (
        PLAIN_IMAGE | dict.fromkeys((0x00280010, 0x00280011), b"\0\4") | {0x00280002: b"\0\1", 0x00280100: b"\0\x10"}
    )
    facts = Facts(values, {}, (pixels_to(32),))
    check_image(facts, EXPLICIT_BIG, ExplicitVRBigEndian, bytes(32))
    with pytest.raises(UnprocessableError) as caught:
        check_image(facts, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(32))
    assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT


@pytest.mark.parametrize(("tag", "size"), [(0x7FE00008, 64), (0x7FE00009, 128)])
def test_float_pixels_have_their_own_width(tag: int, size: int) -> None:
    facts = Facts(PLAIN_IMAGE, {}, (pixels_to(size, tag=tag),))
    check_image(facts, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(size))
    half = Facts(PLAIN_IMAGE, {}, (pixels_to(size // 2, tag=tag),))
    with pytest.raises(UnprocessableError) as caught:
        check_image(half, EXPLICIT_LITTLE, ExplicitVRLittleEndian, bytes(size // 2))
    assert caught.value.reason is Reason.PIXELS_DO_NOT_FIT
