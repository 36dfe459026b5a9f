"""The lists of harmless words hold no names, and the custodian can add to them."""

import re
from pathlib import Path
from typing import cast

import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.sr._concepts_dict import concepts

from dicom_node.pseudonymisation.approved_words import approve_words, read_approved
from dicom_node.pseudonymisation.folding import fold, folded_words
from dicom_node.pseudonymisation.vocabulary import ApprovalError, Vocabulary, approvable
from dicom_node.pseudonymisation.word_lists import word_list

COMMON_SURNAMES = folded_words(
    """
    bernard thomas robert durand moreau laurent lefebvre michel garcia bertrand roux fournier morel girard lambert
    dupont mercier boyer chevalier gauthier perrin robin nicolas mathieu smith jones williams johnson wilson taylor
    muller schmidt schneider fischer weber meyer wagner becker hoffmann gonzalez rodriguez fernandez lopez martinez
    rossi russo ferrari esposito silva santos nguyen patel singh khan
    """
)


def terms_of_the_standard() -> set[str]:
    """Words of the code meanings (written small) and of the element names, from pydicom's dictionaries."""
    dictionaries = cast("dict[str, dict[str, dict[str, tuple[str, list[int]]]]]", concepts)
    meanings = {m for scheme in dictionaries.values() for codes in scheme.values() for m, _ in codes.values()}
    small = {fold(word) for meaning in meanings for word in re.findall(r"[^\W_]+", meaning) if word.islower()}
    return small | {fold(word) for row in DicomDictionary.values() for word in re.findall(r"[^\W_]+", row[2])}


def test_every_word_of_the_standards_list_is_in_the_standard() -> None:
    assert word_list("standard") - terms_of_the_standard() == set()


def test_common_surnames_are_in_no_list_unless_known_to_be_names() -> None:
    vocabulary = Vocabulary.default()
    assert [name for name in COMMON_SURNAMES if name in vocabulary and name not in vocabulary.names] == []


@pytest.mark.parametrize("name", ["petit", "blanc", "bras", "os", "grand", "long", "hand", "willis"])
def test_words_that_are_also_names_are_known_as_both(name: str) -> None:
    vocabulary = Vocabulary.default()
    assert name in vocabulary
    assert name in vocabulary.names


def test_words_are_folded() -> None:
    assert all(word == fold(word) and word for word in Vocabulary.default().words)


def test_an_approved_word_is_harmless_however_it_is_written() -> None:
    vocabulary = Vocabulary.default().with_approved(["Zôrglub"])
    assert "zorglub" in vocabulary
    assert "zorglub" not in Vocabulary.default()


def test_another_set_of_words_has_another_digest() -> None:
    assert Vocabulary.default().digest == Vocabulary.default().with_approved(["thorax"]).digest
    assert Vocabulary.default().digest != Vocabulary.default().with_approved(["zorglub"]).digest


@pytest.mark.parametrize("word", ["", "two words", "Saint-Louis", "1234", "12", "a1234", "x" * 33, "!"])
def test_what_may_be_an_identifier_or_is_no_word_is_never_approved(word: str) -> None:
    with pytest.raises(ApprovalError):
        approvable(word)


def test_approved_words_are_kept_in_a_plain_file_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.txt"
    file.write_text("# ours\nzorglub bulgroz  # machines\n", encoding="utf-8")
    assert approve_words(file, ["Truc", "zorglub", "Thorax"]) == ("truc", "zorglub", "thorax")
    assert read_approved(file) == {"zorglub", "bulgroz", "truc"}
    assert file.read_text(encoding="utf-8").startswith("# ours\n")


def test_without_a_file_no_word_is_approved(tmp_path: Path) -> None:
    assert read_approved(tmp_path / "vocabulary.txt") == frozenset()


def test_one_word_that_cannot_be_approved_keeps_all_out(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.txt"
    with pytest.raises(ApprovalError):
        approve_words(file, ["truc", "123456"])
    assert not file.exists()


def test_a_bad_line_of_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.txt"
    file.write_text("truc\n1234567\n", encoding="utf-8")
    with pytest.raises(ApprovalError, match="line 2"):
        read_approved(file)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.txt"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ApprovalError, match=re.escape(str(file))):
        read_approved(file)
