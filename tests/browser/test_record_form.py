"""<osteon-record-form>: a form of the data dictionary by itself, as any page may use it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.registry.dictionary import FORMS
from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN
from tests.browser.watched import serious_barriers

Json = dict[str, Any]
FILLED: dict[str, Json] = {
    "patient": {"sex": "F", "birth_month": "1960-04", "vital_status": "dead", "death_date": "2024-05"},
    "presentation": {
        "meeting_date": "2025-06-12",
        "karnofsky": "70",
        "decision": ["radiotherapy", "cementoplasty"],
        "primary": "breast",
        "histology": "8500/3",
        "n_all_mets": 0,
        "pain": False,
        "opioid_oxycodone": "40",
        "drugs": ["L01", "N02AA05"],
        "prognosis_and_plan": "Two lines,\nas they are.",
    },
    "biology": {"sample_date": "2025-06-10", "calcium": {"value": "9.2", "unit": "mg/dL"}},
    "treatment": {"treatment_type": "denosumab", "treatment_start": "2025-01-10", "treatment_dental_check": True},
    "event": {"event_type": "new_bone_lesion", "event_date": "2025", "event_site": "L3"},
    "imaging": {"imaging_date": "2025-06-01", "imaging_modality": "CT"},
}


def show(page: Page, form: str, values: Json) -> None:
    page.evaluate(
        """async ([form, values]) => {
            await import('/workbench/components/osteon-record-form.js');
            const element = document.createElement('osteon-record-form');
            document.getElementById('main').replaceChildren(element);
            Object.assign(element, { form, values });
            await element.ready;
        }""",
        [form, values],
    )
    expect(page.locator("osteon-record-form .field").first).to_be_visible()


def values_of(page: Page) -> Json:
    found: Json = page.evaluate("document.querySelector('osteon-record-form').values")
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_form_holds_what_it_was_given_and_keeps_nobody_out(window: OpenWindow, theme: str) -> None:
    assert set(FILLED) == {form.name for form in FORMS}
    page = window(theme=theme, size=(400, 800)).page
    enter(page, CLINICIAN, at="/")
    expect(page.locator("main .state, main table").first).to_be_visible()
    for form, values in FILLED.items():
        show(page, form, values)
        assert values_of(page) == values
        assert page.locator("osteon-record-form .fault").count() == 0
        assert serious_barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_number_in_another_unit_is_noticed_converted_and_computed_with(window: OpenWindow) -> None:
    page = window().page
    enter(page, CLINICIAN, at="/")
    expect(page.locator("main .state, main table").first).to_be_visible()
    show(page, "biology", {"sample_date": "2025-06-10"})
    page.get_by_label("Calcium, total", exact=True).fill("9.2")
    page.get_by_label("Albumin", exact=True).fill("30")

    calcium = page.locator("[data-variable=calcium]")
    expect(calcium.locator(".flag")).to_contain_text("Plausible in mg/dL, not in mmol/L")
    calcium.get_by_role("button", name="It is mg/dL").click()
    expect(calcium.locator(".flag")).to_have_count(0)
    expect(calcium).to_contain_text("= 2.2955 mmol/L")  # 9.2 x 10 / 40.078
    corrected = page.locator("[data-computed=calcium_corrected_computed]")
    expect(corrected).to_contain_text("2.50 mmol/L")  # 2.2955 + 0.02 x (40 - 30)
    corrected.locator("summary").click()
    expect(corrected).to_contain_text("Payne RB")

    page.get_by_label("C-reactive protein", exact=True).fill("much")
    expect(page.locator("[data-variable=crp] .fault")).to_have_text("Must be a number.")
    page.evaluate("import('/workbench/js/i18n.js').then(({ setLanguage }) => setLanguage('fr'))")
    expect(page.locator("[data-variable=crp] .fault")).to_have_text("Doit être un nombre.")
    expect(page.get_by_label("Calcium total", exact=True)).to_have_value("9,2")
    assert values_of(page)["calcium"] == {"value": "9.2", "unit": "mg/dL"}


def test_not_known_is_neither_no_nor_zero_and_none_excludes_the_others(window: OpenWindow) -> None:
    page = window().page
    enter(page, CLINICIAN, at="/")
    expect(page.locator("main .state, main table").first).to_be_visible()
    show(page, "presentation", {})
    pain = page.get_by_role("group", name="2. Pain", exact=True)
    expect(pain.get_by_label("Not known")).to_be_checked()
    assert values_of(page) == {}
    pain.get_by_label("No", exact=True).check()
    page.get_by_label("Metastases in all organs, number").fill("0")
    assert values_of(page) == {"n_all_mets": 0, "pain": False}

    types = page.get_by_role("group", name="2. Types of pain")
    types.get_by_label("Nocturnal").check()
    types.get_by_label("None").check()
    assert values_of(page)["pain_types"] == ["none"]
    pain.get_by_label("Not known").check()
    assert "pain" not in values_of(page)
