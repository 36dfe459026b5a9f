"""Published kappas: of what is rated here, in range, each with its paper."""

import re

import pytest

from annotation.agreement.literature import PUBLISHED
from annotation.agreement.rated import RATED


def test_every_published_series_is_of_something_that_is_rated() -> None:
    assert set(PUBLISHED) <= {rated.name for rated in RATED}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_a_series_has_figures_in_order_and_a_paper_with_year_and_pages(name: str) -> None:
    for series in PUBLISHED[name].series:
        assert 0 <= series.low <= series.high <= 1
        assert re.search(r" \d{4};\d+\(\d+\):\d+-\d+$", series.reference)


def test_the_range_for_the_type_of_a_sins_lesion_and_the_mirels_total_is_the_known_one() -> None:
    """Kappa 0.21 to 0.24 and 0.18 to 0.61 in reviews of both scores."""
    assert [round(PUBLISHED[name].low, 2) for name in ("sins.lesion_type", "mirels.total")] == [0.21, 0.18]
    assert [round(PUBLISHED[name].high, 2) for name in ("sins.lesion_type", "mirels.total")] == [0.24, 0.61]
