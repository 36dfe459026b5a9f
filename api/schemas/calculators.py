"""Shapes of what calculators take, made from the lesion model's own description of each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from api.schemas.body import Body
from lesion_model.instruments import Calculator
from lesion_model.scoring import read_items

EXAMPLES: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "mirels": {
            "site": "peritrochanteric",
            "size": "from_1_3_to_2_3",
            "lesion_type": "lytic",
            "pain": "functional",
        },
        "sins": {
            "level": "T11",
            "pain": None,
            "lesion_type": "lytic",
            "alignment": "normal",
            "collapse": "lt_50",
            "posterolateral": "none",
        },
        "tokuhashi_revised": {
            "karnofsky": "70",
            "extraspinal_bone": "0",
            "vertebral": "1",
            "visceral": "none",
            "primary_tumour": "breast",
            "frankel": "E",
        },
        "tomita": {"primary_tumour": "kidney", "visceral": "none", "bone": "solitary"},
        "rades": {
            "primary": "prostate",
            "interval": "gt_15_months",
            "visceral": "no",
            "motor": "ambulatory_aided",
            "onset": "d8_14",
        },
    }
)


class Items(Body):
    """Items of one published table, each named and valued as in it; any may be missing or null."""


def items_model(calculator: Calculator) -> type[Items]:
    """The body of one calculator. What is wrong with its items is said by the table itself, all at once."""
    return create_model(
        f"{calculator.instrument.name.title().replace('_', '')}Items",
        __base__=_of_the_table(calculator),
        __doc__=f"Items of: {calculator.wording.title.en}. Any may be missing or null.",
        **{item: _field(calculator, item) for item in calculator.items},
    )


def _of_the_table(calculator: Calculator) -> type[Items]:
    class ItemsOfTheTable(Items):
        model_config = ConfigDict(json_schema_extra={"examples": [dict(EXAMPLES[calculator.instrument.name])]})

        @model_validator(mode="before")
        @classmethod
        def _are_in_the_table(cls, given: Any) -> Any:
            if isinstance(given, Mapping):
                read_items(calculator.items, given)
            return given

    return ItemsOfTheTable


def _field(calculator: Calculator, item: str) -> Any:
    worded, instead = calculator.wording.items[item], calculator.stand_ins.get(item)
    parts = [
        f"{worded.label.en}.",
        worded.help.en if worded.help else "",
        f"Stands in for {instead}." if instead else "",
    ]
    values = tuple(value.value for value in calculator.items[item])
    return (Literal[values] | None, Field(default=None, description=" ".join(filter(None, parts))))
