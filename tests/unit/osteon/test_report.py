"""What first start prints of a score."""

import pytest

from osteon.report import score_line, site_words

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
