"""Signing in as people do, and as tests do that are about something else."""

import re

from playwright.sync_api import Page, expect

from tests.builders.accounts import PASSWORD


def sign_in(page: Page, user_name: str, *, at: str = "/") -> None:
    """Open `at`, be sent to the sign-in page, and come back by its form."""
    page.goto(at)
    page.wait_for_url(re.compile("/sign-in"))  # a slow page may ask who one is before it sends one there
    page.locator("#user-name").fill(user_name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button[type=submit]").click()
    expect(page.locator("header.shell .who")).to_be_visible()


def enter(page: Page, user_name: str, *, at: str = "/") -> None:
    """Open `at` with a session that is there already: for what is not about signing in."""
    have_session(page, user_name)
    page.goto(at)
    expect(page.locator("header.shell .who")).to_be_visible()


def have_session(page: Page, user_name: str) -> None:
    """Without opening any page."""
    answer = page.context.request.post("/api/v1/sign-in", data={"user_name": user_name, "password": PASSWORD})
    assert answer.ok, answer.text()
