"""Inputs that stand in for an item of a table, and measurements put into a class."""

from enum import Enum

import pytest

from lesion_model.errors import ItemsError
from lesion_model.stand_ins import StandIn, measured, settle


class Grade(Enum):
    LOW = "low"
    HIGH = "high"


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


SIZE_BY_GRADE = StandIn(source="grade", item="size", gives={Grade.LOW: Size.SMALL, Grade.HIGH: Size.LARGE})


def test_a_stand_in_gives_its_item_and_is_left_out() -> None:
    assert settle({"grade": (Grade.HIGH,)}, [SIZE_BY_GRADE]) == {"size": (Size.LARGE,)}


def test_without_the_stand_in_the_items_stay_as_they_are() -> None:
    read: dict[str, tuple[Enum]] = {"size": (Size.SMALL,), "other": (Grade.LOW,)}
    settled = settle(read, [SIZE_BY_GRADE])
    assert settled == read
    assert settled is not read


def test_a_stand_in_after_one_that_is_missing_still_counts() -> None:
    other = StandIn(source="unused", item="size", gives={})
    assert settle({"grade": (Grade.LOW,)}, [other, SIZE_BY_GRADE]) == {"size": (Size.SMALL,)}


def test_what_was_given_is_not_altered() -> None:
    read: dict[str, tuple[Enum]] = {"grade": (Grade.LOW,)}
    settle(read, [SIZE_BY_GRADE])
    assert read == {"grade": (Grade.LOW,)}


def test_a_contradiction_names_the_item_and_what_it_may_be() -> None:
    with pytest.raises(ItemsError) as refusal:
        settle({"grade": (Grade.LOW,), "size": (Size.LARGE,)}, [SIZE_BY_GRADE])
    (problem,) = refusal.value.problems
    assert (problem.field, problem.detail, problem.allowed) == ("size", "contradicts grade", ("small",))


def test_a_measured_class_fills_its_item_or_agrees_with_it() -> None:
    read: dict[str, tuple[Enum]] = {}
    measured(read, "size", Size.LARGE)
    measured(read, "size", Size.LARGE)
    assert read == {"size": (Size.LARGE,)}


def test_a_measured_class_that_contradicts_its_item_is_refused() -> None:
    with pytest.raises(ItemsError) as refusal:
        measured({"size": (Size.LARGE,)}, "size", Size.SMALL)
    (problem,) = refusal.value.problems
    assert (problem.field, problem.detail, problem.allowed) == ("size", "contradicts what was measured", ("small",))
