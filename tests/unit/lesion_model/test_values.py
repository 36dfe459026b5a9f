"""Every value of the lesion model is built by naming its fields and cannot be altered afterwards."""

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import lesion_model

MODULES = [module.name for module in pkgutil.walk_packages(lesion_model.__path__, prefix="lesion_model.")]
VALUES = {
    value
    for name in MODULES
    for value in vars(importlib.import_module(name)).values()
    if inspect.isclass(value) and dataclasses.is_dataclass(value) and value.__module__ in MODULES
}
CASES = [pytest.param(value, id=value.__qualname__) for value in sorted(VALUES, key=lambda value: value.__qualname__)]


def test_there_are_values_to_look_at() -> None:
    assert {"Score", "Instrument", "Band", "Highest", "Concordance"} <= {value.__name__ for value in VALUES}


@pytest.mark.parametrize("value", CASES)
def test_a_value_is_frozen(value: type[object]) -> None:
    first = next(iter(inspect.signature(value).parameters))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(object.__new__(value), first, None)


@pytest.mark.parametrize("value", CASES)
def test_a_value_has_slots_and_no_room_for_other_fields(value: type[object]) -> None:
    assert "__slots__" in vars(value)


@pytest.mark.parametrize("value", CASES)
def test_a_value_is_built_by_naming_its_fields(value: type[object]) -> None:
    parameters = inspect.signature(value).parameters.values()
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
