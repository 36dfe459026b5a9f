import pytest

from lesion_model import tokuhashi_revised
from lesion_model.errors import ItemsError
from lesion_model.instruments import CALCULATORS


def test_the_catalogue_names_each_calculator_by_its_instrument() -> None:
    assert list(CALCULATORS) == ["mirels", "sins", "tokuhashi_revised", "tomita", "rades"]
    assert [each.instrument.name for each in CALCULATORS.values()] == list(CALCULATORS)


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [("mirels", 4, 12), ("sins", 0, 18), ("tokuhashi_revised", 0, 15), ("tomita", 2, 10), ("rades", 21, 44)],
)
def test_an_instrument_knows_its_published_range(name: str, lowest: int, highest: int) -> None:
    instrument = CALCULATORS[name].instrument
    assert (instrument.minimum, instrument.maximum) == (lowest, highest)


@pytest.mark.parametrize("name", list(CALCULATORS))
def test_the_lowest_band_starts_at_the_lowest_total(name: str) -> None:
    instrument = CALCULATORS[name].instrument
    assert instrument.bands[0].floor == instrument.minimum


@pytest.mark.parametrize("name", list(CALCULATORS))
def test_every_input_of_the_catalogue_is_taken_and_no_other(name: str) -> None:
    calculator = CALCULATORS[name]
    for item, values in calculator.items.items():
        taken = {value.value for value in values}
        with pytest.raises(ItemsError) as refusal:
            calculator.calculate({item: "no such value"})
        assert set(refusal.value.problems[0].allowed) == taken
    with pytest.raises(ItemsError) as refusal:
        calculator.calculate({"no_such_item": "x"})
    assert refusal.value.problems[0].allowed == tuple(calculator.items)


def test_inputs_beside_the_table_come_after_its_items() -> None:
    items = list(CALCULATORS["tokuhashi_revised"].items)
    assert items == [*tokuhashi_revised.TABLE, "primary_tumour", "karnofsky", "frankel"]
    assert list(CALCULATORS["sins"].items)[-1] == "level"
    assert list(CALCULATORS["tomita"].items)[-1] == "primary_tumour"
