"""The data dictionary against the study's data model."""

import json
from pathlib import Path

import pytest

from annotation.meeting_context import ITEMS
from annotation.registry.dictionary import COMPUTED, FORMS, HELD_ELSEWHERE, form_named
from annotation.registry.errors import NoSuchFormError
from annotation.registry.variables import Type, Variable

MODEL = json.loads((Path(__file__).parents[3] / "data" / "registry_datamodel.json").read_text())
ASKED = {
    f"{entity.split(' ')[0]}.{each['name']}": each
    for entity, variables in MODEL["entities"].items()
    for each in variables
}
OURS = [variable for form in FORMS for variable in form.variables]


def _of(spec: str) -> list[Variable]:
    return [variable for variable in OURS if variable.spec == spec]


def test_every_variable_of_the_study_is_asked_computed_or_held_elsewhere() -> None:
    computed = {each.spec for each in COMPUTED}
    lost = [
        spec
        for spec in ASKED
        if not _of(spec) and spec not in computed and spec not in HELD_ELSEWHERE and not spec.startswith("lesion.")
    ]
    assert lost == []


def test_no_variable_claims_a_place_that_the_study_does_not_have() -> None:
    claimed = {variable.spec for variable in OURS if variable.spec} | {each.spec for each in COMPUTED}
    assert claimed <= set(ASKED)


@pytest.mark.parametrize("spec", sorted(spec for spec, each in ASKED.items() if each["values"] and _of(spec)))
def test_the_permitted_values_are_those_of_the_study(spec: str) -> None:
    wanted = {str(value).replace(" ", "_") for value in ASKED[spec]["values"]}
    ours = {code for variable in _of(spec) for code in variable.codes}
    local = {"D1", "D2", "D3"} if spec == "presentation.frankel" else set()
    assert ours == wanted | local


@pytest.mark.parametrize("spec", sorted(spec for spec, each in ASKED.items() if each["unit"] and _of(spec)))
def test_the_unit_is_that_of_the_study(spec: str) -> None:
    for variable in _of(spec):
        assert variable.unit is not None
        assert variable.unit.code == ASKED[spec]["unit"]


def test_the_decisions_and_markers_are_those_that_the_study_lists() -> None:
    for spec, also in (("presentation.decision", set()), ("cancer.molecular", {"PDL1%"})):
        listed = ASKED[spec]["type"].removeprefix("list(").removesuffix(")").split(",")
        ours = {code for variable in _of(spec) for code in variable.codes}
        assert ours == set(listed) - also


def test_names_are_unique_in_the_whole_dictionary_and_fit_a_redcap_field() -> None:
    names = [variable.name for variable in OURS]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name == name.lower() and len(name) <= 26 for name in names)


def test_every_word_on_screen_is_there_in_both_languages() -> None:
    labels = [variable.label for variable in OURS] + [choice.label for each in OURS for choice in each.choices]
    labels += [form.label for form in FORMS] + [group.label for form in FORMS for group in form.groups]
    assert all(each.en.strip() and each.fr.strip() for each in labels)


def test_choices_have_codes_and_nothing_else_has() -> None:
    for variable in OURS:
        assert bool(variable.choices) == (variable.type in (Type.CHOICE, Type.CHOICES))


def test_facts_that_scores_need_are_items_of_the_clinical_context() -> None:
    linked = {variable.context_item for variable in OURS if variable.context_item}
    assert linked <= set(ITEMS)
    assert {"primary_tumour", "karnofsky", "frankel", "visceral", "vertebral_metastases", "diagnosed_on"} <= linked


def test_a_form_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NoSuchFormError):
        form_named("pathology")
