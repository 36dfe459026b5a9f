"""Every item and value that can be asked has words in both languages."""

from enum import Enum

import pytest

from lesion_model import flags, frankel, performance_status
from lesion_model.instruments import CALCULATORS, Calculator
from lesion_model.labels import Label
from lesion_model.wording.flags import FLAGS
from lesion_model.wording.frankel import FRANKEL
from lesion_model.wording.performance_status import ECOG, KARNOFSKY
from lesion_model.wording.wording import ItemWording

CASES = [pytest.param(each, id=name) for name, each in CALCULATORS.items()]


@pytest.mark.parametrize("calculator", CASES)
def test_each_item_value_and_band_has_words(calculator: Calculator) -> None:
    wording = calculator.wording
    assert set(wording.items) == set(calculator.items)
    assert {item: set(each.values) for item, each in wording.items.items()} == {
        item: set(values) for item, values in calculator.items.items()
    }
    assert set(wording.bands) == {band.name for band in calculator.instrument.bands}


@pytest.mark.parametrize(
    ("wording", "grades"),
    [(FRANKEL, frankel.Frankel), (KARNOFSKY, performance_status.Karnofsky), (ECOG, performance_status.Ecog)],
)
def test_each_grade_has_words(wording: ItemWording, grades: type[Enum]) -> None:
    assert list(wording.values) == list(grades)


@pytest.mark.parametrize("calculator", CASES)
def test_two_values_of_an_item_are_never_worded_alike(calculator: Calculator) -> None:
    for item in calculator.wording.items.values():
        for language in ("en", "fr"):
            words = [getattr(each, language) for each in item.values.values()]
            assert len(set(words)) == len(words)


@pytest.mark.parametrize("calculator", CASES)
def test_the_french_is_set_with_french_punctuation(calculator: Calculator) -> None:
    wording = calculator.wording
    labels = [wording.title, wording.purpose, *wording.bands.values(), *wording.conventions, *wording.not_applicable]
    labels += [band.suggestion for band in calculator.instrument.bands]
    for item in wording.items.values():
        labels += [item.label, *item.values.values(), *([item.help] if item.help else [])]
    assert [each.fr for each in labels if not _french(each)] == []


def _french(words: Label) -> bool:
    """A space before a colon, semicolon or percent sign, and a decimal comma."""
    text = words.fr
    spaced = all(text[at - 1] in " \u00a0\u202f" for at, sign in enumerate(text) if sign in ":;%")
    pointed = any(text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit() for at in _places(text, "."))
    return spaced and not pointed


def _places(text: str, sign: str) -> list[int]:
    return [at for at, each in enumerate(text) if each == sign]


def test_each_flag_has_words() -> None:
    assert set(FLAGS) == set(flags.ALL)


def test_every_flag_that_there_is_is_listed() -> None:
    named = {value for name, value in vars(flags).items() if name.isupper() and isinstance(value, str)}
    assert named == set(flags.ALL)
