"""Descriptions keep their harmless words and lose everything that may identify."""

import time

import pytest

from dicom_node.pseudonymisation.folding import folded_words
from dicom_node.pseudonymisation.identifying import identifying_values
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.tokens import tokens_of
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from tests.unit.dicom_node.pseudonymisation.descriptors import Planted, harmless_descriptors, planted_descriptors

LEAST_RETENTION = 0.99
clean = TextCleaner(Vocabulary.default())


def survivors(planted: Planted) -> list[str]:
    left = folded_words(clean(planted.text, identifying_values(planted.own).words).text)
    return [word for word in folded_words(planted.hidden) if word in left]


def test_the_corpora_are_as_large_as_they_claim() -> None:
    assert len(harmless_descriptors()) >= 400
    assert len(planted_descriptors()) >= 100


def test_at_least_99_of_100_harmless_words_are_kept() -> None:
    removed = [clean(text).removed for text in harmless_descriptors()]
    total = sum(len(tokens_of(text)) for text in harmless_descriptors())
    assert 1 - sum(removed) / total >= LEAST_RETENTION


def test_a_description_of_which_nothing_is_removed_stays_as_it_was() -> None:
    changed = [text for text in harmless_descriptors() if clean(text).removed == 0 and clean(text).text != text]
    assert changed == []


@pytest.mark.parametrize("planted", [pytest.param(planted, id=planted.text) for planted in planted_descriptors()])
def test_no_identifying_word_survives(planted: Planted) -> None:
    assert survivors(planted) == []


def test_the_corpus_of_planted_words_would_notice_a_cleaner_that_does_nothing() -> None:
    kept = [p for p in planted_descriptors() if not set(folded_words(p.hidden)) & set(folded_words(p.text))]
    assert [p.text for p in kept if p.hidden] == []


def test_cleaning_what_is_clean_changes_nothing() -> None:
    once = [clean(text).text for text in (*harmless_descriptors(), *(p.text for p in planted_descriptors()))]
    assert [clean(text).text for text in once] == once


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("AX T2 DUBREUIL FSE", "AX T2 FSE", id="the space of a dropped word goes with it"),
        pytest.param("t2_Dubreuil_sag", "t2_sag", id="an underscore is not doubled"),
        pytest.param("THORAX (DUBREUIL)", "THORAX", id="empty brackets go"),
        pytest.param("DUBREUIL - THORAX", "THORAX", id="punctuation at the beginning goes"),
        pytest.param("*tse2d1_15", "*tse2d1_15", id="punctuation of a sequence name stays"),
        pytest.param("Br40d\\DUBREUIL\\3", "Br40d\\\\3", id="values keep their places"),
        pytest.param("L3/L4\r\nDUBREUIL\r\nT1", "L3/L4\r\n\r\nT1", id="lines keep their places"),
        pytest.param("", "", id="nothing"),
        pytest.param("DUBREUIL", "", id="nothing is left"),
        pytest.param(
            "50 %, 1/2, 3.5 mm, L4-L5, b1000, 512x512", "50 %, 1/2, 3.5 mm, L4-L5, b1000, 512x512", id="numbers"
        ),
        pytest.param("TR 3000 TE 90, 1500 ms", "TR 3000 TE 90, 1500 ms", id="longer numbers that are measures"),
        pytest.param("série 4711", "série", id="longer numbers that are none"),
        pytest.param("L5\u0007\u200bS1", "L5S1", id="control characters go"),
        pytest.param("O\u0302s ma\u0302choire", "Ôs mâchoire", id="an accent that is written apart"),
    ],
)
def test_a_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text).text == cleaned


def test_unknown_words_are_told_and_identifiers_are_not() -> None:
    cleaned = clean("Thorax Dubreuil 12/05/1960 tel 0145678910 zorglub", frozenset({"dubreuil"}))
    assert cleaned.dropped == ("tel", "zorglub")
    assert cleaned.removed == 5


def test_the_patients_own_words_go_even_when_harmless_or_approved() -> None:
    approving = TextCleaner(Vocabulary.default().with_approved(["zorglub"]))
    assert approving("zorglub bassin").text == "zorglub bassin"
    assert approving("zorglub bassin", frozenset({"zorglub", "bassin"})).text == ""


def test_a_word_that_is_also_a_name_stays_in_a_description_of_anatomy() -> None:
    assert clean("Bras gauche petit os").text == "Bras gauche petit os"


def test_cleaning_is_the_same_every_time() -> None:
    texts = [p.text for p in planted_descriptors()]
    assert [clean(text) for text in texts] == [clean(text) for text in texts]


@pytest.mark.parametrize("piece", ["1-", "1 ", "a@", "(", "12/", "L5 ", "www.", "-@", "1.", "+1 "])
def test_a_long_hostile_text_takes_no_longer_than_its_length_asks(piece: str) -> None:
    started = time.perf_counter()
    clean(piece * 5_000, frozenset({"1111", "dupont"}))
    assert time.perf_counter() - started < 5
