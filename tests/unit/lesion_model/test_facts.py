"""Reading facts: what is taken, and what is refused with the values that would be."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

import pytest

from lesion_model.errors import ItemsError, Problem
from lesion_model.facts import Choice, Day, Number, Whole, YesNo, read_facts
from lesion_model.labels import label


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


WORDS = label("a fact", "un fait")
FACTS = (
    Choice(name="colour", label=WORDS, values={Colour.RED: label("red", "rouge"), Colour.BLUE: label("blue", "bleu")}),
    YesNo(name="pain", label=WORDS),
    Number(name="length", label=WORDS, unit="mm", minimum=Decimal(0), maximum=Decimal(100)),
    Whole(name="count", label=WORDS, minimum=0, maximum=99),
    Day(name="day", label=WORDS),
)


def problems(**items: object) -> list[Problem]:
    with pytest.raises(ItemsError) as refused:
        read_facts(FACTS, items)
    return list(refused.value.problems)


def test_each_kind_is_read_and_unknown_facts_are_left_out() -> None:
    items = {"day": "2024-02-29", "colour": "blue", "pain": False, "length": "12.50", "count": None}
    read = read_facts(FACTS, items)
    assert read == {"colour": Colour.BLUE, "pain": False, "length": Decimal("12.50"), "day": date(2024, 2, 29)}
    assert list(read) == ["colour", "pain", "length", "day"]


@pytest.mark.parametrize("given", [Decimal(30), 30, "30", "30.0", Decimal("30.000000"), Decimal("3E+1")])
def test_a_number_is_a_decimal_an_int_or_decimal_text(given: object) -> None:
    assert read_facts(FACTS, {"length": given, "count": given}) == {"length": 30, "count": 30}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(0.5, id="a binary float"),
        pytest.param(True, id="yes for a number"),
        pytest.param("", id="empty text"),
        pytest.param("1,5", id="a decimal comma"),
        pytest.param("1e1", id="an exponent in text"),
        pytest.param("+1", id="a plus sign"),
        pytest.param(" 1", id="a space"),
        pytest.param("１", id="a digit of another script"),
        pytest.param("NaN", id="the text NaN"),
        pytest.param([1], id="a list"),
    ],
)
def test_what_is_no_exact_decimal_is_refused_for_a_number_and_a_count(given: object) -> None:
    assert problems(length=given) == [
        Problem(field="length", detail="must be an exact decimal number", allowed=("0 to 100 mm",))
    ]
    assert problems(count=given) == [
        Problem(field="count", detail="must be a whole number in range", allowed=("0 to 99",))
    ]


@pytest.mark.parametrize("given", ["-0.1", "100.000001", Decimal("NaN"), Decimal("Infinity"), 10**30])
def test_a_number_outside_its_range_is_refused_with_the_range(given: object) -> None:
    assert problems(length=given) == [
        Problem(field="length", detail="outside the range of this fact", allowed=("0 to 100 mm",))
    ]


@pytest.mark.parametrize("given", ["0", "100", Decimal("99.999999")])
def test_both_ends_of_the_range_and_six_decimals_are_taken(given: object) -> None:
    assert "length" in read_facts(FACTS, {"length": given})


@pytest.mark.parametrize("count", [0, 99])
@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_both_ends_of_a_count_and_of_the_calendar_are_taken(count: int, day: str) -> None:
    assert read_facts(FACTS, {"count": count, "day": day}) == {"count": count, "day": date.fromisoformat(day)}


def test_a_seventh_decimal_is_refused() -> None:
    (problem,) = problems(length="1.0000001")
    assert problem.detail == "at most 6 decimals"


@pytest.mark.parametrize("given", [-1, 100, "2.5", Decimal("2.5"), Decimal("NaN"), Decimal("-Infinity")])
def test_a_count_that_is_no_whole_number_in_range_is_refused(given: object) -> None:
    assert [problem.field for problem in problems(count=given)] == ["count"]


@pytest.mark.parametrize("given", [1, 0, "true", "yes", "", Decimal(1)])
def test_yes_and_no_are_only_true_and_false(given: object) -> None:
    assert problems(pain=given) == [
        Problem(field="pain", detail="must be yes, no or unknown", allowed=("true", "false", "null"))
    ]


@pytest.mark.parametrize("given", ["RED", "green", "", 0, True, 1.0, Colour.RED])
def test_only_the_text_of_a_value_names_it(given: object) -> None:
    assert problems(colour=given) == [
        Problem(field="colour", detail="not a value of this fact", allowed=("red", "blue"))
    ]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("2023-02-29", id="29 February of a common year"),
        pytest.param("20240229", id="without dashes"),
        pytest.param("2024-W09-4", id="a week date"),
        pytest.param("29/02/2024", id="the French order"),
        pytest.param("2024-02", id="a month"),
        pytest.param("1899-12-31", id="before the calendar of this software"),
        pytest.param("2200-01-01", id="after it"),
        pytest.param(datetime(2024, 2, 29, tzinfo=UTC), id="a moment"),
        pytest.param(20240229, id="a number"),
    ],
)
def test_what_is_no_calendar_day_is_refused(given: object) -> None:
    assert problems(day=given) == [
        Problem(field="day", detail="must be a calendar day, written YYYY-MM-DD", allowed=("1900-01-01 to 2199-12-31",))
    ]


def test_a_date_is_taken_as_it_is() -> None:
    assert read_facts(FACTS, {"day": date(2024, 2, 29)}) == {"day": date(2024, 2, 29)}


def test_every_wrong_item_is_named_at_once() -> None:
    found = problems(colour="green", pain="no", length="long", lenght="3", **{"<script>": 1})
    assert [problem.field for problem in found] == ["lenght", "", "colour", "pain", "length"]
    assert {problem.allowed for problem in found[:2]} == {("colour", "pain", "length", "count", "day")}
    assert "script" not in str(ItemsError(found))
