"""What first start prints of a score."""

from pathlib import Path

import pytest

from osteon.report import addresses, score_line, site_words
from osteon.settings import Settings

INCOMPLETE = {
    "instrument": "sins",
    "points": {"location": 2, "pain": None},
    "total": None,
    "minimum": 7,
    "maximum": 10,
    "band": "potentially_unstable",
    "category_decided": True,
}


def test_an_incomplete_score_shows_its_bounds_and_what_is_missing() -> None:
    assert score_line(INCOMPLETE) == "SINS 7 to 10 (pain unknown): potentially unstable  [location 2 + pain ?]"


def test_a_band_that_is_not_decided_is_not_named() -> None:
    undecided = INCOMPLETE | {"band": None, "category_decided": False}
    assert "band not decided yet" in score_line(undecided)


def test_a_complete_score_shows_its_total() -> None:
    complete = INCOMPLETE | {"instrument": "mirels", "total": 9, "points": {"site": 3, "pain": 1}, "band": "high"}
    assert score_line(complete) == "Mirels 9: high  [site 3 + pain 1]"


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ({"bone": "vertebra", "level": "L3"}, "L3 vertebra"),
        ({"bone": "femur", "region": "distal_shaft", "side": "left"}, "left femur, distal shaft"),
        ({"bone": "sternum"}, "sternum"),
    ],
)
def test_a_site_in_words(site: dict[str, str], words: str) -> None:
    assert site_words(site) == words


@pytest.mark.parametrize(
    ("public_url", "told"),
    [(None, "http://127.0.0.1:8123/"), ("https://osteon.example", "https://osteon.example/")],
)
def test_the_workbench_is_told_as_browsers_find_it(tmp_path: Path, public_url: str | None, told: str) -> None:
    lines = addresses(Settings(home=tmp_path, http_port=8123, public_url=public_url))
    assert f"  workbench {told}" in lines
