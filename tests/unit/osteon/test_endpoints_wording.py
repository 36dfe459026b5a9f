"""Everything that the report may have to say has words in both languages."""

import pytest

from annotation.endpoints.follow_up import LeftOut
from annotation.endpoints.measures import Measure
from annotation.endpoints.tables import BANDS, TABLES
from osteon.endpoints.wording import Language, code, number, variable

TOLD_AS_THEY_ARE = {"A", "B", "C", "D", "E", "0", "1", "2", "3", "4", "lost", "confirmed", "alive", "dead", "death"}
"""Grades; and what the page does not tell by its code."""


@pytest.mark.parametrize("language", list(Language))
def test_every_column_has_a_name(language: Language) -> None:
    names = [each.name for table in TABLES for each in table.columns] + [f"band:{name}" for name in BANDS]
    assert [name for name in names if variable(name, language) == name] == []


def test_every_code_that_is_told_has_words_in_french() -> None:
    told = [(each.name, value) for table in TABLES for each in table.columns for value in each.codes]
    same = {value for of, value in told if code(value, Language.FRENCH, of) == value and "SRE" not in value}
    # The same word in both languages.
    assert same - TOLD_AS_THEY_ARE == {"ablation", "surveillance", "stable", "progression", "prostate", "rectum"}


def test_every_measure_and_every_reason_is_defined_in_both_languages() -> None:
    for words in [each.words for each in LeftOut] + [each.defined.meaning for each in Measure]:
        assert words.en
        assert words.fr != words.en
    assert all(each.defined.reference for each in Measure)


def test_numbers_have_a_decimal_comma_in_french() -> None:
    assert [number(12.345, 1, each) for each in Language] == ["12.3", "12,3"]
    assert number(None, 1, Language.FRENCH) == "–"
