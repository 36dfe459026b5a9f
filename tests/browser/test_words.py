"""The words on screen: every one of them in both languages, with the same gaps in it."""

import re
from typing import Any

import pytest

from api.workbench.files import workbench_folder
from tests.browser.conftest import OpenWindow

PAGES = sorted(file.stem for file in (workbench_folder() / "words").glob("*.js"))
GAP = re.compile(r"\{(\w+)\}")


def gaps(entry: Any) -> set[str]:
    return set(GAP.findall(str(entry)))


def test_every_word_is_there_in_french_and_in_english(window: OpenWindow) -> None:
    page = window().page
    page.goto("/sign-in")

    for name in PAGES:
        words = page.evaluate(f"import('/workbench/words/{name}.js').then((each) => each.default)")
        assert set(words) == {"en", "fr"}, name
        assert set(words["en"]) == set(words["fr"]), name
        for key, english in words["en"].items():
            french = words["fr"][key]
            assert type(english) is type(french), (name, key)
            assert gaps(english) == gaps(french), (name, key)
            assert french, (name, key)


@pytest.mark.parametrize(
    ("language", "one", "many"), [("en", "1 reading", "2 readings"), ("fr", "0 lecture", "2 lectures")]
)
def test_what_is_counted_has_its_plural(window: OpenWindow, language: str, one: str, many: str) -> None:
    page = window(language=language).page
    page.goto("/sign-in")
    said = page.evaluate(
        """async () => {
            const { words } = await import('/workbench/js/i18n.js');
            const t = words((await import('/workbench/words/patient.js')).default);
            const said = (count) => t('readings', { count, number: String(count) });
            return [document.documentElement.lang === 'fr' ? said(0) : said(1), said(2)];
        }"""
    )

    assert said == [one, many]
