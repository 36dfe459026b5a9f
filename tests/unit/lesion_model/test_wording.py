"""Every item and value that can be asked has words in both languages."""

from collections.abc import Iterable, Mapping
from enum import Enum

import pytest

from lesion_model import mirels, sins
from lesion_model.scoring import Instrument
from lesion_model.wording import mirels as mirels_wording
from lesion_model.wording import sins as sins_wording
from lesion_model.wording.wording import Wording

CASES = [
    pytest.param(mirels.INSTRUMENT, mirels.TABLE, mirels_wording.WORDING, id="Mirels"),
    pytest.param(sins.INSTRUMENT, sins.CALCULATOR_ITEMS, sins_wording.WORDING, id="SINS"),
]


@pytest.mark.parametrize(("instrument", "items", "wording"), CASES)
def test_each_item_value_and_band_has_words(
    instrument: Instrument, items: Mapping[str, Iterable[Enum]], wording: Wording
) -> None:
    assert set(wording.items) == set(items)
    assert {item: set(each.values) for item, each in wording.items.items()} == {
        item: set(values) for item, values in items.items()
    }
    assert set(wording.bands) == {band.name for band in instrument.bands}
