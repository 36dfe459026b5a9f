"""A header is searched for what identifies: found where it is, and not where only chance put the same bytes."""

import struct
import time

import pytest

from dicom_node.pseudonymisation.identifying import NOTHING_IDENTIFYING, Kind, identifying_values
from dicom_node.pseudonymisation.residue import Residue, find_residue

NAME, NUMBER, BIRTH_DATE, ACCESSION = 0x00100010, 0x00100020, 0x00100030, 0x00080050
ADDRESS, TELEPHONE, STAFF, INSTITUTION, STUDY_UID = 0x00101040, 0x00102154, 0x00081070, 0x00080080, 0x0020000D
FREE_TEXT, SLICE_LOCATION, ROWS = 0x00204000, 0x00201041, 0x00280010
PRIVATE = 0x00091010
LONGEST_MILLISECONDS = 0.1
HEADER_BYTES = 4096


def element(tag: int, vr: str, value: bytes, *, order: str = "<") -> bytes:
    """An element with explicit VR (PS3.5 7.1.2), padded to even length."""
    padded = value + (b"\0" if vr in {"UI", "OB", "UN"} else b" ") * (len(value) % 2)
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in {"OB", "UN", "UT", "UC"}:
        return head + b"\0\0" + struct.pack(f"{order}I", len(padded)) + padded
    return head + struct.pack(f"{order}H", len(padded)) + padded


def implicit(tag: int, value: bytes) -> bytes:
    """An element with implicit VR (PS3.5 7.1.3)."""
    padded = value + b" " * (len(value) % 2)
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(padded)) + padded


def kind_found(header: bytes, *values: tuple[int, str], charsets: tuple[str, ...] = ()) -> Kind | None:
    found = find_residue(header, identifying_values(values, charsets))
    return found and found.kind


@pytest.mark.parametrize(
    ("value", "written", "kind"),
    [
        ((NAME, "DUPONT^JEAN"), b"DUPONT", Kind.NAME),
        ((NAME, "DUPONT^JEAN"), b"thorax dupont", Kind.NAME),
        ((NAME, "DUPONT^JEAN"), b"MrDupontThorax", Kind.NAME),
        ((NAME, "DUPONT^JEAN"), b"Jean", Kind.NAME),
        ((NAME, "ROY^ANNE"), b"for Roy, T1", Kind.NAME),
        ((NAME, "HEAD^HAND"), b"HEAD HAND", Kind.NAME),
        ((NAME, "HEAD^HAND"), b"hand^head", Kind.NAME),
        ((NUMBER, "8001234"), b"8001234", Kind.IDENTIFIER),
        ((NUMBER, "8001234"), b"ID8001234x", Kind.IDENTIFIER),
        ((NUMBER, "80-01.234"), b"80 01 234", Kind.IDENTIFIER),
        ((NUMBER, "0012345"), b"12345", Kind.IDENTIFIER),
        ((NUMBER, "AB12"), b"(AB12)", Kind.IDENTIFIER),
        ((ACCESSION, "2019-4711"), b"20194711", Kind.ORDER),
        ((BIRTH_DATE, "19600512"), b"ne le 12/05/1960.", Kind.BIRTH_DATE),
        ((BIRTH_DATE, "19600512"), b"DOB1960-05-12", Kind.BIRTH_DATE),
        ((ADDRESS, "12 rue des Lilas"), b"LILAS", Kind.ADDRESS),
        ((TELEPHONE, "+33145678910"), b"01.45.67.89.10", Kind.TELEPHONE),
        ((STAFF, "LEFEVRE"), b"lefevre", Kind.STAFF),
        ((INSTITUTION, "HOPITAL COCHIN"), b"Cochin", Kind.INSTITUTION),
        ((STUDY_UID, "1.2.840.99.20190512"), b"1.2.840.99.20190512", Kind.UID),
    ],
)
def test_a_value_is_found_in_a_text(value: tuple[int, str], written: bytes, kind: Kind) -> None:
    assert kind_found(element(FREE_TEXT, "LT", written), value) is kind
    assert kind_found(implicit(FREE_TEXT, written), value) is kind


@pytest.mark.parametrize(
    ("name", "charset", "codec"),
    [
        ("Müller^Jörg", "ISO_IR 100", "latin-1"),
        ("Müller^Jörg", "ISO_IR 192", "utf-8"),
        ("Ёлкина^Ольга", "ISO_IR 144", "iso8859-5"),
        ("Διονυσιος", "ISO_IR 126", "iso8859-7"),
        ("山田^太郎", "ISO 2022 IR 87", "iso2022_jp"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "ISO_IR 13", "shift_jis"),
        ("김^희중", "ISO 2022 IR 149", "euc_kr"),
        ("王^小东", "GB18030", "gb18030"),
        ("王^小東", "ISO_IR 192", "utf-8"),
        ("קבלן^שרון", "ISO_IR 138", "iso8859-8"),
        ("قباني^لنزار", "ISO_IR 127", "iso8859-6"),
    ],
)
@pytest.mark.parametrize("case", ["upper", "lower"])
def test_a_name_is_found_in_the_encodings_of_its_script(name: str, charset: str, codec: str, case: str) -> None:
    written = getattr(name, case)().encode(codec)
    assert kind_found(element(FREE_TEXT, "LT", written), (NAME, name), charsets=(charset,)) is Kind.NAME


def test_a_name_is_found_without_its_accents() -> None:
    assert kind_found(element(FREE_TEXT, "LT", b"BERANGER"), (NAME, "Béranger^Zoé")) is Kind.NAME


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [b"", b"x"])
def test_a_name_is_found_with_two_bytes_a_letter(codec: str, before: bytes) -> None:
    written = before + "Patient Dupont".encode(codec)
    assert kind_found(element(PRIVATE, "OB", written), (NAME, "DUPONT^JEAN")) is Kind.NAME


@pytest.mark.parametrize("at", [0, 60, 127])
def test_a_value_is_found_in_the_preamble_and_at_the_end(at: int) -> None:
    preamble = bytearray(200)
    preamble[at : at + 6] = b"DUPONT"
    assert find_residue(bytes(preamble), identifying_values(((NAME, "DUPONT"),))) == Residue(Kind.NAME, at)
    assert kind_found(b"\0\0DUPONT", (NAME, "DUPONT")) is Kind.NAME


@pytest.mark.parametrize("following", [0x00200010, 0x00280010, 0x00320010, 0x00540010, 0x20010010, 0x7FE00010])
@pytest.mark.parametrize("name", ["JEAN", "THEO", "THORAC"])
def test_a_value_that_fills_its_element_is_found_whatever_element_follows(following: int, name: str) -> None:
    header = element(FREE_TEXT, "LO", name.encode()) + element(following, "LO", b"x")
    assert kind_found(header, (NAME, name)) is Kind.NAME


@pytest.mark.parametrize("length", [65, 90, 100, 122])
def test_a_value_at_the_beginning_of_a_big_endian_element_is_found(length: int) -> None:
    header = element(FREE_TEXT, "LO", b"JEAN".ljust(length), order=">")
    assert kind_found(header, (NAME, "JEAN")) is Kind.NAME


@pytest.mark.parametrize(
    ("value", "header"),
    [
        pytest.param((NUMBER, "1"), element(FREE_TEXT, "LO", b"1"), id="a number of one digit"),
        pytest.param((NUMBER, "4711"), element(FREE_TEXT, "LO", b"4711"), id="a number of four digits"),
        pytest.param((NUMBER, "12345"), element(SLICE_LOCATION, "LO", b"9123456"), id="inside a longer number"),
        pytest.param((NUMBER, "12345"), element(SLICE_LOCATION, "DS", b"12345.678"), id="before a decimal point"),
        pytest.param((NUMBER, "12345"), element(SLICE_LOCATION, "DS", b"-0.12345"), id="after a decimal point"),
        pytest.param((NUMBER, "12345"), element(SLICE_LOCATION, "DS", b"1.5\\12345\\2"), id="a measure"),
        pytest.param((NUMBER, "12345"), implicit(SLICE_LOCATION, b"1.5\\12345"), id="a measure, implicit VR"),
        pytest.param((NUMBER, "101530"), element(0x00080030, "TM", b"101530"), id="a time of day"),
        pytest.param((NUMBER, "101530"), implicit(0x00080030, b"101530"), id="a time of day, implicit VR"),
        pytest.param((BIRTH_DATE, "19600512"), element(0x00080020, "DA", b"19600512"), id="a shifted date"),
        pytest.param((BIRTH_DATE, "19600512"), element(0x00080018, "UI", b"2.25.71960051234"), id="digits of a UID"),
        pytest.param((NUMBER, "12345"), element(0x00080018, "UI", b"1.2.12345.9"), id="a component of a UID"),
        pytest.param((STUDY_UID, "1.2.3"), element(0x00080018, "UI", b"1.2.34"), id="the beginning of a longer UID"),
        pytest.param((NUMBER, "000000"), element(FREE_TEXT, "LO", b"000000"), id="a number that stands for none"),
        pytest.param((NAME, "TEST"), element(FREE_TEXT, "LO", b"TEST"), id="a name that is a common word"),
        pytest.param((NAME, "CT"), element(0x00080060, "CS", b"CT"), id="a name that is a modality"),
        pytest.param((NAME, "HEAD^JO"), element(0x00180015, "CS", b"HEAD"), id="a name that is a body part"),
        pytest.param((NAME, "ABDO"), element(0x00180015, "CS", b"ABDOMEN"), id="a name that begins a harmless word"),
        pytest.param((NAME, "THORA"), element(0x00180015, "CS", b"THORAX"), id="a longer name that begins one"),
        pytest.param((NAME, "ROY"), element(FREE_TEXT, "LO", b"LEROYER"), id="a short name inside a word"),
        pytest.param((NAME, "LEE"), element(NAME, "PN", b"OST-4LEE7-LEE2M"), id="a short name inside a pseudonym"),
        pytest.param((INSTITUTION, "HOSPITAL"), element(FREE_TEXT, "LO", b"HOSPITAL"), id="a place that is no name"),
        pytest.param((INSTITUTION, "Philips"), element(0x00080070, "LO", b"Philips"), id="a place that is the maker"),
        pytest.param((NAME, "MARTIN"), element(0x00080070, "LO", b"Siemens"), id="another word"),
    ],
)
def test_what_only_chance_put_there_is_no_residue(value: tuple[int, str], header: bytes) -> None:
    assert kind_found(header, value) is None


@pytest.mark.parametrize("vr", ["DS", "IS", "LO", "UN"])
def test_a_long_number_counts_even_in_a_value_that_is_a_number(vr: str) -> None:
    assert kind_found(element(SLICE_LOCATION, vr, b"80012345"), (NUMBER, "80012345")) is Kind.IDENTIFIER


def test_a_long_hostile_value_costs_little_and_counts_as_found() -> None:
    header = implicit(SLICE_LOCATION, b"12345\\" * 200_000)
    started = time.perf_counter()
    assert kind_found(header, (NUMBER, "12345")) is Kind.IDENTIFIER
    assert time.perf_counter() - started < 5


def test_without_values_nothing_is_found() -> None:
    assert find_residue(b"DUPONT" * 10, NOTHING_IDENTIFYING) is None


def realistic_values() -> tuple[tuple[int, str], ...]:
    return (
        (NAME, "DUPONT^JEAN MARIE"),
        (NUMBER, "8001234567"),
        (BIRTH_DATE, "19600512"),
        (ADDRESS, "12 rue des Lilas, 75012 Paris"),
        (TELEPHONE, "+33 1 45 67 89 10"),
        (ACCESSION, "ACC2019-0042"),
        (INSTITUTION, "HOPITAL SAINT LOUIS"),
        (0x00080090, "MARTIN^PAUL"),
        (0x00081050, "BÉRANGER^HÉLÈNE"),
        (STAFF, "LEFEVRE"),
    )


def realistic_header() -> bytes:
    header = b""
    while len(header) < HEADER_BYTES:
        header += element(SLICE_LOCATION, "DS", b"-123.4567\\0.976562") + element(ROWS, "US", b"\0\2")
        header += element(0x00080018, "UI", b"2.25.329800735698586629295641978511506172918")
        header += element(0x00180015, "CS", b"ABDOMEN") + element(FREE_TEXT, "LO", b"THORAX 1.0 B70f")
    return header[:HEADER_BYTES]


def test_searching_a_header_costs_less_than_a_tenth_of_a_millisecond() -> None:
    header, values = realistic_header(), identifying_values(realistic_values(), ("ISO_IR 100",))
    assert len(values.needles) >= 40
    best = float("inf")
    for _ in range(50):
        started = time.perf_counter()
        assert find_residue(header, values) is None
        best = min(best, time.perf_counter() - started)
    assert best * 1e3 < LONGEST_MILLISECONDS
