"""What every rule and grade has in common."""

import re
from collections.abc import Iterator

import pytest

from lesion_model.entries import Entry
from lesion_model.errors import ItemsError
from lesion_model.facts import Choice, Number, Whole
from lesion_model.labels import Label
from lesion_model.rules.catalogue import BY_NAME, CATALOGUE, GRADES, RULES

ORDERS = re.compile(
    r"\b(must|should|shall|has to|have to|is to be (given|done|operated)|doit|doivent|devra|faut|devrait)\b",
    re.IGNORECASE,
)


def words(entry: Entry) -> Iterator[Label]:
    yield from (entry.title, entry.purpose, *entry.answers.values(), *entry.suggestions.values())
    yield from (*entry.points.values(), *entry.conventions)
    for fact in entry.facts:
        yield fact.label
        if fact.help is not None:
            yield fact.help
        if isinstance(fact, Choice):
            yield from fact.values.values()


each_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: str(entry.name))


def test_the_catalogue_holds_every_rule_and_grade_once() -> None:
    assert [entry.name for entry in RULES] == [
        "ct_response",
        "flare",
        "oligometastatic",
        "stereotactic_sites",
        "local_treatment_sites",
        "stereotactic_radiotherapy",
        "surgery_by_life_expectancy",
        "arthroplasty_by_life_expectancy",
        "percutaneous_screw",
        "zoledronic_acid",
        "antiresorptive",
    ]
    assert [entry.name for entry in GRADES] == ["bilsky_escc", "van_der_linden", "genant", "harrington", "recist_bone"]
    assert CATALOGUE == RULES + GRADES
    assert tuple(BY_NAME.values()) == CATALOGUE
    assert all(BY_NAME[entry.name] is entry for entry in CATALOGUE)


@each_entry
def test_nothing_known_answers_nothing(entry: Entry) -> None:
    answer = entry.decide({})
    assert (answer.name, answer.version, answer.reference) == (entry.name, entry.version, entry.reference)
    assert (answer.answer, answer.decided, answer.facts_used, answer.flags) == (None, False, (), ())
    assert answer.possible == tuple(entry.answers)
    assert answer.facts_missing == tuple(fact.name for fact in entry.facts)
    assert [(point.name, point.label, point.holds) for point in answer.points] == [
        (name, label, None) for name, label in entry.points.items()
    ]


@each_entry
def test_none_is_the_same_as_missing(entry: Entry) -> None:
    assert entry.decide({fact.name: None for fact in entry.facts}) == entry.decide({})


@each_entry
def test_an_unknown_fact_is_refused_with_the_facts_that_are_asked(entry: Entry) -> None:
    with pytest.raises(ItemsError) as refused:
        entry.decide({"no_such_fact": None})
    (problem,) = refused.value.problems
    assert (problem.field, problem.allowed) == ("no_such_fact", tuple(fact.name for fact in entry.facts))


@each_entry
def test_a_binary_float_is_refused_for_every_fact(entry: Entry) -> None:
    for fact in entry.facts:
        with pytest.raises(ItemsError) as refused:
            entry.decide({fact.name: 1.0})
        assert [problem.field for problem in refused.value.problems] == [fact.name]


@each_entry
def test_every_text_is_in_both_languages_and_none_is_an_order(entry: Entry) -> None:
    for text in words(entry):
        assert text.en.strip() == text.en != ""
        assert text.fr.strip() == text.fr != ""
        assert ORDERS.search(text.en) is None, text.en
        assert ORDERS.search(text.fr) is None, text.fr
        assert re.search(r"[^\s][:;?!](\s|$)", text.fr) is None, text.fr  # French sets a space before these


@each_entry
def test_suggestions_belong_to_answers_and_say_according_to_whom(entry: Entry) -> None:
    assert set(entry.suggestions) <= set(entry.answers)
    for text in entry.suggestions.values():
        assert re.match(r"(French guideline 2024|[A-Zv][\w .,()]+ (19|20)\d\d[^:]*|RECIST 1\.1): ", text.en), text.en
        assert " : " in text.fr


@each_entry
def test_names_are_plain_and_facts_are_asked_once(entry: Entry) -> None:
    names = [fact.name for fact in entry.facts]
    assert len(set(names)) == len(names)
    for name in (entry.name, *names, *entry.points):
        assert re.fullmatch(r"[a-z][a-z0-9_]{2,39}", name)


def test_a_fact_that_several_entries_ask_is_described_alike() -> None:
    described: dict[str, object] = {}
    for entry in CATALOGUE:
        for fact in entry.facts:
            assert described.setdefault(fact.name, fact) == fact, fact.name


def test_numbers_are_asked_in_these_units_and_ranges() -> None:
    asked = {fact.name: fact for entry in CATALOGUE for fact in entry.facts}
    numbers = {name: fact for name, fact in asked.items() if isinstance(fact, Number)}
    assert {name: (fact.unit, str(fact.minimum), str(fact.maximum)) for name, fact in numbers.items()} == {
        "life_expectancy": ("", "0", "1200"),
        "canal_pct": ("%", "0", "100"),
        "cord_distance": ("mm", "0", "1000"),
        "crcl_cockcroft": ("mL/min", "0", "500"),
        "axial_cortical_mm": ("mm", "0", "1000"),
        "circumferential_pct": ("%", "0", "100"),
        "height_loss_percent": ("%", "0", "100"),
        "soft_tissue_mm": ("mm", "0", "1000"),
        "slice_thickness_mm": ("mm", "0.1", "20"),
    }
    counts = {name: (fact.minimum, fact.maximum) for name, fact in asked.items() if isinstance(fact, Whole)}
    assert counts == dict.fromkeys(("n_all_mets", "n_bone_sites", "n_metastatic_sites"), (0, 999))
