"""The catalogue of calculators: what each asks, how it is worded and what computes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model import mirels, rades, sins, tokuhashi_revised, tomita
from lesion_model.scoring import Instrument, Score
from lesion_model.wording import mirels as mirels_wording
from lesion_model.wording import rades as rades_wording
from lesion_model.wording import sins as sins_wording
from lesion_model.wording import tokuhashi_revised as tokuhashi_revised_wording
from lesion_model.wording import tomita as tomita_wording
from lesion_model.wording.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """One score as a form: `items` are all inputs that `calculate` takes, the table's own first.

    `stand_ins` names, for each input that is not in the table, the item that it gives.
    """

    instrument: Instrument
    wording: Wording
    items: Mapping[str, tuple[Enum, ...]]
    calculate: Callable[[Mapping[str, object]], Score]
    stand_ins: Mapping[str, str]


def _calculator(
    instrument: Instrument,
    wording: Wording,
    items: Mapping[str, Iterable[Enum]],
    calculate: Callable[[Mapping[str, object]], Score],
    stand_ins: Mapping[str, str] = MappingProxyType({}),
) -> Calculator:
    values = {
        **{item: tuple(items[item]) for item in instrument.table},
        **{item: tuple(each) for item, each in items.items() if item not in instrument.table},
    }
    return Calculator(
        instrument=instrument,
        wording=wording,
        items=MappingProxyType(values),
        calculate=calculate,
        stand_ins=stand_ins,
    )


CALCULATORS: Mapping[str, Calculator] = MappingProxyType(
    {
        each.instrument.name: each
        for each in (
            _calculator(mirels.INSTRUMENT, mirels_wording.WORDING, mirels.TABLE, mirels.calculate),
            _calculator(
                sins.INSTRUMENT, sins_wording.WORDING, sins.CALCULATOR_ITEMS, sins.calculate, {"level": "location"}
            ),
            _calculator(
                tokuhashi_revised.INSTRUMENT,
                tokuhashi_revised_wording.WORDING,
                tokuhashi_revised.CALCULATOR_ITEMS,
                tokuhashi_revised.calculate,
                {each.source: each.item for each in tokuhashi_revised.STAND_INS},
            ),
            _calculator(
                tomita.INSTRUMENT,
                tomita_wording.WORDING,
                tomita.CALCULATOR_ITEMS,
                tomita.calculate,
                {"primary_tumour": "growth"},
            ),
            _calculator(rades.INSTRUMENT, rades_wording.WORDING, rades.TABLE, rades.calculate),
        )
    }
)
