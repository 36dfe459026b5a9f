"""The page on which lesions are read, as tests use it: keys are counted as a reader presses them."""

from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.signing_in import enter
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OLD_STUDY

Json = dict[str, Any]


@dataclass(slots=True)
class ReadingPage:
    """One window on the lesions of a patient. `actions`: keys and clicks since the page was opened."""

    page: Page
    actions: int = 0

    def open(self, user_name: str, *, study: str = OLD_STUDY, patient: str = PSEUDONYM) -> "ReadingPage":
        enter(self.page, user_name, at=f"/patients/{patient}/reading?study={study}")
        expect(self.panel.locator(".list-head")).to_be_visible()
        return self

    def visit(self, *, study: str = OLD_STUDY, patient: str = PSEUDONYM) -> "ReadingPage":
        """In a browser where somebody is signed in."""
        self.page.goto(f"/patients/{patient}/reading?study={study}")
        expect(self.panel.locator(".list-head")).to_be_visible()
        return self

    def draw(self, *drawings: Json) -> None:
        """As the viewer hands over what was drawn."""
        for drawing in drawings:
            self.panel.evaluate("(panel, drawing) => panel.addGeometry(drawing)", drawing)

    @property
    def panel(self) -> Locator:
        return self.page.locator("osteon-lesion-panel")

    @property
    def saved(self) -> Locator:
        return self.panel.locator(".saved")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def click(self, target: Locator) -> None:
        target.click()
        self.actions += 1

    def question(self, path: str) -> Locator:
        return self.panel.locator(f'[data-question="{path}"]')

    def chosen(self, path: str) -> Locator:
        return self.question(path).locator('.answers button[aria-pressed="true"]')

    def card(self, score: str) -> Locator:
        return self.panel.locator(f'osteon-score-card[data-score="{score}"]')

    def lesion(self, label: str) -> Locator:
        return self.panel.locator(f'[data-lesion="{label}"]')

    def current(self, path: str) -> None:
        """The question is the one that keys answer: the page is ready for the next key."""
        expect(self.panel.locator(f'.question.current[data-question="{path}"] .answers button:focus')).to_have_count(1)

    def is_saved(self) -> None:
        expect(self.saved).to_have_attribute("data-state", "saved")


def lesion_of(client: httpx.Client, **site: Any) -> Json:
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": site})
    assert answer.status_code == 201, answer.text
    lesion: Json = answer.json()
    return lesion


def readings_of(client: httpx.Client, lesion_id: str) -> list[Json]:
    items: list[Json] = client.get(f"/api/v1/lesions/{lesion_id}/readings").json()["items"]
    return items


def lesions_of(client: httpx.Client) -> list[Json]:
    items: list[Json] = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
    return items


def record(client: httpx.Client, lesion: Json, findings: Json, *, study: str = OLD_STUDY) -> Json:
    body = {"study_instance_uid": study, "findings": findings}
    answer = client.post(f"/api/v1/lesions/{lesion['lesion_id']}/readings", json=body)
    assert answer.status_code == 201, answer.text
    reading: Json = answer.json()
    return reading
