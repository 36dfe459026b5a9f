"""The bytes of a data set: headers, levels, creators, frames, facts and names, each by itself."""

import struct
from collections.abc import Mapping
from io import BytesIO

import pydicom
import pytest
from pydicom.uid import (
    JPEG2000,
    CTImageStorage,
)

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import Codec, StructureError
from dicom_node.pseudonymisation.creators import Creators
from dicom_node.pseudonymisation.facts import LONGEST_IDENTIFYING, Facts, read_facts
from dicom_node.pseudonymisation.identifying import NOTHING_IDENTIFYING
from dicom_node.pseudonymisation.level import Level
from dicom_node.pseudonymisation.marks import CodesMark, Mark
from dicom_node.pseudonymisation.names import names_in
from dicom_node.pseudonymisation.part10 import new_frame, read_frame
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.rules import compile_rules
from dicom_node.pseudonymisation.syntax import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    Syntax,
)
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from tests.builders.broken_files import EXPLICIT, PIXEL_DATA, UNDEFINED, Encoding

ENCODINGS = {
    EXPLICIT_LITTLE: Encoding(),
    IMPLICIT_LITTLE: Encoding(explicit=False),
    EXPLICIT_BIG: Encoding(little=False),
}
NAME, NUMBER, ISSUER, CHARSET, COMMENTS = 0x00100010, 0x00100020, 0x00100021, 0x00080005, 0x00204000


# codec


@pytest.mark.parametrize("syntax", ENCODINGS, ids=str)
@pytest.mark.parametrize(("tag", "vr"), [(NAME, "PN"), (0x00081140, "SQ"), (0x00280010, "US"), (0x00420011, "OB")])
def test_a_header_is_written_as_it_is_read_and_as_the_standard_has_it(syntax: Syntax, tag: int, vr: str) -> None:
    codec, raw = Codec(syntax), ENCODINGS[syntax].element(tag, vr, b"12345678")
    assert codec.header(tag, vr, 8) + b"12345678" == raw
    assert codec.read(raw, 0) == (tag, vr, len(raw) - 8, 8)


@pytest.mark.parametrize("syntax", ENCODINGS, ids=str)
def test_items_and_delimiters_have_no_vr_in_any_encoding(syntax: Syntax) -> None:
    codec, item = Codec(syntax), ENCODINGS[syntax].item(b"ab")
    assert codec.read(item, 0) == (0xFFFEE000, "", 8, 2)
    assert codec.header(0xFFFEE000, "", 2) + b"ab" == item


@pytest.mark.parametrize("length", [0x4144, 0x5344, 0x4F4C, 0x00014E50, 0x4D54])
def test_the_length_of_an_item_is_not_taken_for_a_vr(length: int) -> None:
    """PS3.5 7.5: items have a length of four bytes, whatever letters they make ("DA", "DS", "LO", "PN", "TM")."""
    raw = struct.pack("<HHI", 0xFFFE, 0xE000, length)
    assert Codec(EXPLICIT_LITTLE).read(raw + bytes(8), 0) == (0xFFFEE000, "", 8, length)


def test_without_vr_the_dictionary_says_it() -> None:
    codec, plain = Codec(IMPLICIT_LITTLE), ENCODINGS[IMPLICIT_LITTLE]
    vrs = [codec.read(plain.element(tag, "", b""), 0)[1] for tag in (NAME, 0x00090010, 0x00091001, PIXEL_DATA)]
    assert vrs == ["PN", "LO", "", "OW"]


@pytest.mark.parametrize("vr", [b"XX", b"  ", b"\0\0", b"pn"])
def test_an_unknown_vr_is_no_header(vr: bytes) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).read(b"\x10\0\x10\0" + vr + b"\0\0", 0)


def test_a_header_that_is_cut_off_is_told_apart() -> None:
    with pytest.raises(struct.error):
        Codec(EXPLICIT_LITTLE).read(b"\x10\0\x10\0PN", 0)


@pytest.mark.parametrize("vr", ["SQ", "UN", ""])
def test_the_end_of_undefined_lengths_is_found_through_every_nesting(vr: str) -> None:
    plain = EXPLICIT if vr != "UN" else ENCODINGS[IMPLICIT_LITTLE]
    inner = plain.open_sequence(0x00081140, plain.open_item() + plain.item(plain.element(NAME, "PN", b"ab")))
    value = plain.open_item(inner) + plain.item(inner) + plain.element(0xFFFEE0DD, "")
    assert Codec(EXPLICIT_LITTLE).end_of_items(value + b"more", (0x00081140, vr, 0), len(value) + 4) == len(value)


@pytest.mark.parametrize("vr", ["LO", "PN", "OB", "OW", "UT"])
def test_only_sequences_and_pixels_may_have_an_undefined_length(vr: str) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).end_of_items(EXPLICIT.element(0xFFFEE0DD, ""), (COMMENTS, vr, 0), 8)
    pixels = EXPLICIT.item() + EXPLICIT.item(b"abcd") + EXPLICIT.element(0xFFFEE0DD, "")
    assert Codec(EXPLICIT_LITTLE).end_of_items(pixels, (PIXEL_DATA, "OB", 0), len(pixels)) == len(pixels)


@pytest.mark.parametrize(
    "value", [b"", EXPLICIT.item(), EXPLICIT.element(NAME, "PN", b"ab"), EXPLICIT.item(b"ab")[:-1]]
)
def test_a_sequence_without_end_or_items_is_none(value: bytes) -> None:
    with pytest.raises(StructureError):
        Codec(EXPLICIT_LITTLE).end_of_items(value, (0x00081140, "SQ", 0), len(value))


# level


def treatment(charset: bytes = b"") -> Treatment:
    return Treatment(
        rules=compile_rules(DEFAULT, CTImageStorage),
        map_uid=UidMap(b"k" * 32),
        days=-1,
        charset=Charset(charset),
        identifying=NOTHING_IDENTIFYING,
        clean=TextCleaner(Vocabulary.default()),
    )


def level(source: bytes, marks: Mapping[int, Mark] | None = None) -> Level:
    return Level(memoryview(source), (), 0, marks or {}, treatment=treatment())


def content(of: Level) -> bytes:
    assert of.size == sum(map(len, of.parts))
    return b"".join(of.parts)


CODEC = Codec(EXPLICIT_LITTLE)


def test_a_level_keeps_what_nothing_is_said_of() -> None:
    written = level(b"abcdef")
    written.finish(6, CODEC)
    assert content(written) == b"abcdef"
    assert len(written.parts) == 1


def test_a_level_leaves_out_and_replaces() -> None:
    written = level(b"abcdefgh")
    written.drop(1, 3)
    written.replace(4, 5, b"<", (b"new", memoryview(b">")), 4)
    written.finish(8, CODEC)
    assert content(written) == b"ad<new>fgh"


def test_a_place_that_was_kept_free_is_filled_once() -> None:
    written = level(b"abcdef")
    place = written.reserve(0, 2)
    unused = written.reserve(2, 4)
    written.fill(place)
    written.fill(place)
    written.finish(6, CODEC)
    assert unused[1:] == (2, 4)
    assert content(written) == b"abef"


def test_pixels_are_a_part_of_their_own() -> None:
    written = level(b"headPIXELStail")
    written.set_pixels_apart(4, 10)
    written.finish(14, CODEC)
    (pixels,) = written.pixels
    assert bytes(written.parts[pixels]) == b"PIXELS"
    assert content(written) == b"headPIXELStail"


def test_marks_stand_in_the_order_of_their_tags_and_none_is_forgotten() -> None:
    marks = {tag: Mark(tag, "LO", b"me") for tag in (NUMBER, NAME, 0x00280303)}
    source = EXPLICIT.element(0x00080060, "CS", b"CT") + EXPLICIT.element(0x00200013, "IS", b"1 ")
    written = level(source, marks)
    written.put_marks_before(0x00080060, 0, CODEC)
    written.put_marks_before(0x00200013, 10, CODEC)
    written.finish(len(source), CODEC)
    tags = [element.tag for element in pydicom.dcmread(BytesIO(content(written)), force=True)]
    assert tags == [0x00080060, NAME, NUMBER, 0x00200013, 0x00280303]


def test_a_mark_of_codes_is_a_sequence_that_pydicom_reads() -> None:
    mark = CodesMark(0x00120064, "SQ", b"", (("113100", "Basic Application Confidentiality Profile"),))
    for syntax, encoding in ENCODINGS.items():
        raw = encoding.element(mark.tag, "SQ", mark.encode(Codec(syntax)))
        read = pydicom.filereader.read_dataset(BytesIO(raw), not encoding.explicit, encoding.little)
        (item,) = read.DeidentificationMethodCodeSequence
        assert (item.CodeValue, item.CodingSchemeDesignator) == ("113100", "DCM")


# creators


def test_a_creator_reserves_the_block_of_its_number_and_no_other() -> None:
    creators = Creators()
    creators.note(0x00090010, b"ACME 1.1 \0", (0, 0, 0))
    creators.note(0x000900FE, b"OTHER", (1, 0, 0))
    found = [creators.of(tag) for tag in (0x00091001, 0x000910FF, 0x0009FE00, 0x00091101, 0x00191001, 0x00090001)]
    assert [creator and creator.name for creator in found] == ["ACME 1.1", "ACME 1.1", "OTHER", None, None, None]


@pytest.mark.parametrize(("element", "is_one"), [(0x0F, False), (0x10, True), (0xFF, True), (0x100, False), (0, False)])
def test_creators_stand_from_0010_to_00ff(element: int, is_one: bool) -> None:
    assert Creators.is_creator(0x00090000 | element) is is_one


# part10


def test_the_frame_that_is_written_is_what_pydicom_expects_and_holds_nothing_else() -> None:
    frame = new_frame(sop_class_uid=CTImageStorage, sop_instance_uid="2.25.1", transfer_syntax_uid=JPEG2000)
    meta = pydicom.dcmread(BytesIO(frame)).file_meta
    assert frame[:132] == bytes(128) + b"DICM"
    assert meta.FileMetaInformationGroupLength == len(frame) - 144
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID) == (CTImageStorage, "2.25.1")
    assert {element.tag.element for element in meta} == {0x00, 0x01, 0x02, 0x03, 0x10, 0x12, 0x13}
    assert read_frame(frame + b"data set") == type(read_frame(frame))(JPEG2000, len(frame), "2.25.1")


@pytest.mark.parametrize("file", [b"", bytes(132), bytes(128) + b"DICN", bytes(128) + b"DICM\2\0\0\0UL"])
def test_what_has_no_frame_is_no_dicom_file(file: bytes) -> None:
    with pytest.raises(StructureError):
        read_frame(file)


# facts


def facts_of(*raw: bytes, syntax: Syntax = EXPLICIT_LITTLE) -> Facts:
    data = b"".join(raw)
    return read_facts(data, 0, syntax)


def test_facts_are_the_plain_values_of_the_top_level() -> None:
    facts = facts_of(
        EXPLICIT.element(CHARSET, "CS", b"ISO_IR 100"),
        EXPLICIT.element(0x00080008, "CS", b"A\\ \\B "),
        EXPLICIT.sequence(0x00081140, EXPLICIT.item(EXPLICIT.element(NUMBER, "LO", b"no"))),
        EXPLICIT.element(0x00090010, "LO", b"ACME"),
        EXPLICIT.element(NUMBER, "LO", b"12 \0"),
        EXPLICIT.element(0x00280010, "US", b"\1\2"),
        EXPLICIT.element(PIXEL_DATA, "OW", b"abcd"),
    )
    assert set(facts.values) == {CHARSET, 0x00080008, NUMBER, 0x00280010}
    assert (facts.text(NUMBER), facts.text(NAME), facts.parts(0x00080008)) == ("12", "", ("A", "B"))
    assert (facts.number(0x00280010, "little"), facts.number(0x00280010, "big")) == (0x0201, 0x0102)
    assert facts.number(NUMBER, "little") == int.from_bytes(b"12 \0", "little")
    assert facts.number(CHARSET, "little") is None
    (pixels,) = facts.pixels
    assert (pixels.tag, pixels.stop - pixels.start, pixels.encapsulated) == (PIXEL_DATA, 4, False)


@pytest.mark.parametrize("vr", ["SQ", "UN"])
@pytest.mark.parametrize("is_open", [True, False])
def test_the_sequences_that_say_whose_object_it_is_are_read_in_every_form(vr: str, is_open: bool) -> None:
    inner = EXPLICIT if vr == "SQ" else ENCODINGS[IMPLICIT_LITTLE]
    content = inner.element(NUMBER, "LO", b"77") + inner.element(ISSUER, "LO", b"ELSEWHERE ")
    item = inner.open_item(content) if is_open else inner.item(content)
    sequence = EXPLICIT.open_sequence if is_open else EXPLICIT.sequence
    facts = facts_of(sequence(0x00101002, item + item, vr), EXPLICIT.element(0x00280010, "US", b"\1\0"))
    found = [(one.text(NUMBER), one.text(ISSUER)) for one in facts.nested[0x00101002]]
    assert found == [("77", "ELSEWHERE")] * 2
    assert facts.number(0x00280010, "little") == 1


def test_a_name_that_is_too_long_to_be_searched_for_is_refused() -> None:
    longest = facts_of(EXPLICIT.element(NAME, "PN", b"a" * LONGEST_IDENTIFYING))
    assert longest.identifying == ((NAME, b"a" * LONGEST_IDENTIFYING),)
    with pytest.raises(UnprocessableError) as caught:
        assert facts_of(EXPLICIT.element(NAME, "PN", b"a" * (LONGEST_IDENTIFYING + 2))).identifying
    assert caught.value.reason is Reason.UNREADABLE


def test_facts_of_bytes_that_are_no_data_set_are_refused() -> None:
    for raw in (b"abc", EXPLICIT.element(NAME, "PN")[:7], EXPLICIT.element(NAME, "XX"), b"\x08\0\x05\0CS\4"):
        with pytest.raises(StructureError):
            facts_of(raw)


# names


def named(value: bytes, codec: Codec = CODEC, charset: bytes = b"") -> list[tuple[int, str]]:
    return names_in(value, (0, len(value)), codec, Charset(charset))


def test_names_and_numbers_are_found_at_every_depth_and_nothing_else() -> None:
    name, number = EXPLICIT.element(NAME, "PN", b"UNTEL "), EXPLICIT.element(NUMBER, "LO", b"4711")
    inner = EXPLICIT.item(EXPLICIT.element(0x00080060, "CS", b"CT") + number)
    deep = EXPLICIT.open_sequence(0x00081140, EXPLICIT.open_item(EXPLICIT.sequence(0x00081120, inner)))
    assert named(EXPLICIT.item(deep + name) + EXPLICIT.open_item(name)) == [
        (NUMBER, "4711"),
        (NAME, "UNTEL"),
        (NAME, "UNTEL"),
    ]


def test_names_are_found_in_items_of_unknown_vr_and_without_vr() -> None:
    plain = ENCODINGS[IMPLICIT_LITTLE]
    item = plain.item(plain.element(NAME, "PN", b"UNTEL "))
    assert named(EXPLICIT.item(EXPLICIT.element(0x00091001, "UN", item))) == [(NAME, "UNTEL")]
    assert named(EXPLICIT.item(EXPLICIT.open_sequence(0x00091001, item, "UN"))) == [(NAME, "UNTEL")]
    assert named(plain.item(plain.element(0x00091001, "", item)), Codec(IMPLICIT_LITTLE)) == [(NAME, "UNTEL")]


def test_a_private_name_is_a_name() -> None:
    assert named(EXPLICIT.item(EXPLICIT.element(0x00091001, "PN", b"UNTEL "))) == [(0x00091001, "UNTEL")]


def test_a_name_is_read_in_the_character_set_of_its_item() -> None:
    item = EXPLICIT.element(CHARSET, "CS", b"ISO_IR 144") + EXPLICIT.element(NAME, "PN", "Жук ".encode("iso8859-5"))
    assert (NAME, "Жук") in named(EXPLICIT.item(item), charset=b"ISO_IR 100")


@pytest.mark.parametrize("value", [b"no items", b"\xfe\xff\0\xe0", EXPLICIT.item(b"abcdef"), bytes(100)])
def test_bytes_that_are_no_items_are_refused_for_nobody_knows_whom_they_name(value: bytes) -> None:
    with pytest.raises(StructureError):
        named(value)


def test_a_value_that_is_too_long_for_the_header_of_its_vr_is_written_as_unknown() -> None:
    """PS3.5 6.2.2, note: UN has a length of four bytes."""
    assert CODEC.header(COMMENTS, "LT", 0xFFFF) == EXPLICIT.element(COMMENTS, "LT", b"", 0xFFFF)
    assert CODEC.header(COMMENTS, "LT", 0x10000) == EXPLICIT.element(COMMENTS, "UN", b"", 0x10000)
    assert CODEC.header(COMMENTS, "UT", UNDEFINED) == EXPLICIT.element(COMMENTS, "UT", b"", UNDEFINED)
