"""Genant's grades at the ends of their classes."""

from decimal import Decimal

import pytest

from lesion_model.grades.genant import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {"height_loss_percent": [Decimal(tenths) / 10 for tenths in range(1001)]}


def paper(*, height_loss_percent: Decimal) -> str:
    return str(sum((height_loss_percent >= 20, height_loss_percent > 25, height_loss_percent > 40)))


def test_every_tenth_of_a_percent_is_graded() -> None:
    check_complete_sets(ENTRY, DOMAIN, paper)


def test_without_a_measurement_every_grade_is_possible() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, paper)


@pytest.mark.parametrize(
    ("loss", "grade", "flags"),
    [
        pytest.param("19.999999", "0", (), id="just under 20 %"),
        pytest.param("20", "1", ("boundary",), id="exactly 20 % is mild"),
        pytest.param("25", "1", ("boundary",), id="exactly 25 % is still mild"),
        pytest.param("25.000001", "2", (), id="just over 25 %"),
        pytest.param("40", "2", ("boundary",), id="exactly 40 % is still moderate"),
        pytest.param("40.000001", "3", (), id="just over 40 %"),
        pytest.param("100", "3", (), id="all of the height"),
    ],
)
def test_the_ends_of_the_classes(loss: str, grade: str, flags: tuple[str, ...]) -> None:
    answer = decide({"height_loss_percent": loss})
    assert (answer.answer, answer.flags) == (grade, flags)
