"""What of an object's identifying values is looked for, and what is too common to be."""

import pytest
from pydicom.datadict import dictionary_VR

from dicom_node.pseudonymisation.identifying import SOURCES, Bound, Kind, identifying_values, kind_of

NAME, NUMBER, BIRTH_DATE = 0x00100010, 0x00100020, 0x00100030
ADDRESS, TELEPHONE, ACCESSION = 0x00101040, 0x00102154, 0x00080050
OPERATORS, INSTITUTION, STATION = 0x00081070, 0x00080080, 0x00081010


def words(tag: int, value: str) -> set[str]:
    return set(identifying_values(((tag, value),)).words)


def needles(tag: int, value: str, *charsets: str) -> set[bytes]:
    return {needle.sought for needle in identifying_values(((tag, value),), charsets).needles}


@pytest.mark.parametrize(
    ("tag", "value", "expected"),
    [
        pytest.param(NAME, "DUPONT^Jean-Marie", {"dupont", "jean", "marie"}, id="parts of a name"),
        pytest.param(NAME, "Béranger^Hélène", {"beranger", "helene"}, id="without accents"),
        pytest.param(NAME, "LE^Van Ho", {"le", "van", "ho"}, id="two letters of a patient's name"),
        pytest.param(NAME, "BRAS^A", {"bras"}, id="a harmless word, but no initial"),
        pytest.param(NAME, "YAMADA^TARO=山田^太郎", {"yamada", "taro", "山田", "太郎"}, id="all groups of a name"),
        pytest.param(NUMBER, "123-45", {"12345"}, id="a number in one piece"),
        pytest.param(NUMBER, "AB-1234", {"ab1234", "1234"}, id="longer parts of a number"),
        pytest.param(NUMBER, "PANCREAS_0001", {"pancreas0001", "0001"}, id="no harmless word of a label"),
        pytest.param(NUMBER, "7", set(), id="nothing of a very short number"),
        pytest.param(BIRTH_DATE, "19600512", {"19600512", "12051960", "05121960"}, id="a birth date"),
        pytest.param(ADDRESS, "12 rue des Lilas, Paris", {"rue", "lilas", "paris"}, id="words of an address"),
        pytest.param(OPERATORS, "RADIO IRM", set(), id="nothing of what is no name"),
        pytest.param(OPERATORS, "PETIT", {"petit"}, id="a harmless word that is a name"),
        pytest.param(INSTITUTION, "HOPITAL COCHIN IMAGERIE", {"cochin"}, id="the telling word of a place"),
    ],
)
def test_the_words_to_keep_out_of_texts(tag: int, value: str, expected: set[str]) -> None:
    assert words(tag, value) == expected


@pytest.mark.parametrize(
    ("tag", "value", "sought"),
    [
        (NAME, "DUPONT^JEAN", b"dupont"),
        (NAME, "HEAD^PETER", b"peter"),
        (NAME, "BRAS^HEAD", b"bras^head"),
        (NAME, "BRAS^HEAD", b"head bras"),
        (NUMBER, "8001-234", b"8001234"),
        (NUMBER, "8001234", b"8001234"),
        (BIRTH_DATE, "19600512", b"19600512"),
        (BIRTH_DATE, "19600512", b"1960-05-12"),
        (BIRTH_DATE, "19600512", b"12/05/1960"),
        (BIRTH_DATE, "19600512", b"12.05.1960"),
        (BIRTH_DATE, "19600512", b"12051960"),
        (BIRTH_DATE, "19600512", b"05/12/1960"),
        (BIRTH_DATE, "19600512", b"12/5/1960"),
        (BIRTH_DATE, "19600512", b"12/05/60"),
        (TELEPHONE, "+33 1 45 67 89 10", b"01 45 67 89 10"),
        (TELEPHONE, "+33 1 45 67 89 10", b"145678910"),
        (ADDRESS, "12 rue des Lilas, Paris", b"lilas"),
    ],
)
def test_a_file_is_searched_for_each_spelling(tag: int, value: str, sought: bytes) -> None:
    found = needles(tag, value)
    assert sought in found or any(needle in sought for needle in found)


@pytest.mark.parametrize(
    ("value", "charset", "codec"),
    [
        ("Müller^Jürgen", "ISO_IR 100", "latin-1"),
        ("Müller^Jürgen", "ISO_IR 192", "utf-8"),
        ("Διονυσιος", "ISO_IR 126", "iso8859-7"),
        ("Люкceмбypг", "ISO_IR 144", "iso8859-5"),
        ("山田^太郎", "ISO 2022 IR 87", "shift_jis"),
        ("김희중", "ISO 2022 IR 149", "euc_kr"),
        ("王小东", "GB18030", "gb18030"),
        ("王小东", "", "utf-8"),
        ("שרון", "ISO_IR 138", "iso8859-8"),
    ],
)
def test_a_name_is_searched_for_in_the_encodings_of_its_script(value: str, charset: str, codec: str) -> None:
    encoded = value.partition("^")[0].lower().encode(codec).lower()
    assert any(needle in encoded for needle in needles(NAME, value, charset))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        pytest.param(NUMBER, "1", id="a number of one digit"),
        pytest.param(NUMBER, "4711", id="a number of four digits"),
        pytest.param(NAME, "HEAD", id="a name that is a body part"),
        pytest.param(NAME, "TEST", id="a name that the standard's terms hold"),
        pytest.param(NAME, "LI", id="a name of two letters"),
        pytest.param(INSTITUTION, "HOSPITAL", id="a place that is no name"),
        pytest.param(INSTITUTION, "Philips Healthcare", id="a place that is the maker"),
        pytest.param(STATION, "SKYRA", id="a station called by its model"),
        pytest.param(OPERATORS, "CT", id="an operator that is a modality"),
        pytest.param(BIRTH_DATE, "unknown", id="a birth date that is none"),
    ],
)
def test_what_means_nothing_is_not_searched(tag: int, value: str) -> None:
    assert needles(tag, value) == set()


def test_whatever_is_searched_for_in_a_file_was_dropped_from_its_texts() -> None:
    values = ((NAME, "CMB-CRC-MSB-06489"), (INSTITUTION, "GE Lyon Scanner"), (OPERATORS, "VIDAL THORAX"))
    known = identifying_values(values)
    whole_words = {n.sought.decode() for n in known.needles if n.sought.isalpha()}
    assert whole_words <= known.words


def test_a_part_of_a_harmless_word_counts_only_as_a_word() -> None:
    bounds = {needle.sought: needle.bound for needle in identifying_values(((NAME, "THORA^DUPONT"),)).needles}
    assert bounds == {b"thora": Bound.WORD, b"dupont": Bound.ANYWHERE}


def test_the_same_values_are_prepared_once() -> None:
    values = ((NAME, "DUPONT^JEAN"), (ACCESSION, "A4711"))
    assert identifying_values(values) is identifying_values((*values,))


def test_values_show_themselves_in_no_representation() -> None:
    shown = repr(identifying_values(((NAME, "DUPONT^JEAN"),)))
    assert "dupont" not in shown.casefold()
    assert "jean" not in shown.casefold()


def test_every_source_is_an_attribute_of_the_dictionary() -> None:
    assert 0 not in SOURCES
    assert all(dictionary_VR(tag) for tag in SOURCES)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [(NAME, Kind.NAME), (0x0040A123, Kind.STAFF), (0x0020000D, Kind.UID), (0x00091040, Kind.OTHER)],
)
def test_the_kind_of_a_value_is_that_of_its_attribute(tag: int, kind: Kind) -> None:
    assert kind_of(tag) is kind
