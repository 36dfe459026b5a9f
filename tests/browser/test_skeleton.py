"""The drawn skeleton: lesions by type and by risk, over time, by mouse and by keyboard; and sites picked from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.furnished import PATIENT, furnish
from tests.browser.signing_in import enter
from tests.browser.site import READER, Site, running_site
from tests.browser.watched import serious_barriers

AT = f"/patients/{PATIENT}"
PICKER = """async () => {
    await import('/workbench/components/osteon-skeleton.js');
    const drawn = document.createElement('osteon-skeleton');
    drawn.pick = true;
    window.picked = [];
    drawn.addEventListener('osteon-pick', ({ detail }) => window.picked.push(detail));
    document.getElementById('main').replaceChildren(drawn);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.client)
        yield running


def marks(page: Page) -> list[str]:
    """What each mark is called; a vertebra has one in each view, of which one is called so."""
    return [str(each.get_attribute("aria-label")) for each in page.locator("osteon-skeleton .mark[role=button]").all()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lesions_are_marked_by_type_and_by_risk_and_as_they_were_before(window: OpenWindow, theme: str) -> None:
    page = window(theme=theme).page
    enter(page, READER, at=AT)
    drawn = page.locator("osteon-skeleton")
    expect(drawn.locator(".mark[role=button]")).to_have_count(5)

    assert "L1, L3 vertebra, lytic" in marks(page)
    assert "L5, T11 vertebra, blastic" in marks(page)
    assert serious_barriers(page) == []
    drawn.get_by_role("button", name="Risk").click()
    # Mechanical pain is known: L3 has 15 points, unstable; the femur at least 10, impending fracture.
    assert any(each.startswith("L1, L3 vertebra, high") for each in marks(page))
    assert any(each.startswith("L2, left femur, subtrochanteric region, high") for each in marks(page))
    slider = drawn.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "6 Jan 2032")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "6 Jan 2031")
    expect(drawn.locator(".mark[role=button]")).to_have_count(3)
    assert any(each.startswith("L2, left femur, subtrochanteric region, not decided") for each in marks(page))


def test_a_mark_says_what_it_is_of_and_leads_to_the_examination(window: OpenWindow) -> None:
    page = window(language="fr").page
    enter(page, READER, at=AT)
    drawn = page.locator("osteon-skeleton")
    mark = drawn.locator(".mark[role=button]", has_text="2")

    mark.hover()
    expect(drawn.locator(".said")).to_have_text("L2, fémur gauche, région sous-trochantérienne, lytique")
    page.mouse.move(0, 0)
    mark.focus()
    expect(drawn.locator(".said")).to_have_text("L2, fémur gauche, région sous-trochantérienne, lytique")
    with page.expect_request("**/reading?study=*"):
        page.keyboard.press("Enter")


def test_a_site_is_picked_by_mouse_and_by_arrow_keys(window: OpenWindow) -> None:
    page = window().page
    page.goto("/sign-in")
    page.evaluate(PICKER)
    drawn = page.locator("osteon-skeleton")
    expect(drawn.locator(".site[tabindex='0']")).to_have_count(1)
    assert serious_barriers(page) == []

    drawn.locator(".site[tabindex='0']").focus()
    expect(drawn.locator(".said")).to_have_text("L3 vertebra")
    page.keyboard.press("ArrowUp")
    expect(drawn.locator(".said")).to_have_text("L2 vertebra")
    page.keyboard.press("Enter")
    drawn.locator("[data-site='rib:5:right']").dispatch_event("click")
    drawn.locator("[data-site='femur:neck:left']").click()
    drawn.locator("[data-site='humerus:proximal_epiphysis:right']").click()
    drawn.get_by_role("button", name="Whole ends").click()
    drawn.locator("[data-site='humerus:proximal_epiphysis:right']").click()

    page.wait_for_function("window.picked.length === 5")
    assert [each["key"] for each in page.evaluate("window.picked")] == [
        "vertebra:L2", "rib:5:right", "femur:neck:left", "humerus:proximal_epiphysis:right", "humerus:proximal:right",
    ]  # fmt: skip
    assert page.evaluate("window.picked[1].site") == {"bone": "rib", "number": 5, "side": "right"}
    expect(drawn.locator(".site.selected:not(.whole)")).to_have_count(2)
    page.mouse.move(0, 0)
    expect(drawn.locator(".said")).to_have_text("right humerus, proximal end")
