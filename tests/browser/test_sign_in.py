"""Signing in with a browser, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from annotation.roles import Role
from api.provider import Provider, ProviderSettings
from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import READER, Site, running_site
from tests.browser.watched import serious_barriers, watched_page
from tests.builders.accounts import OTHER_PASSWORD, PASSWORD
from tests.services.identity_provider import identity_provider

SUBJECT = "1001"
PERSON = {"sub": SUBJECT, "name": "Dr C. Martin", "preferred_username": "c.martin", "groups": ["bone-readers"]}

WORDS = {
    "en": ("Sign in", "User name or password is wrong.", "Sign out"),
    "fr": ("Connexion", "Identifiant ou mot de passe incorrect.", "Se déconnecter"),
}


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_one_signs_in_after_a_mistake_and_out_again(window: OpenWindow, language: str, theme: str) -> None:
    title, wrong, out = WORDS[language]
    watched = window(language=language, theme=theme)
    watched.expect_error("401")
    page = watched.page

    page.goto("/")
    expect(page).to_have_url("/sign-in")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("html").get_attribute("data-theme") == theme
    assert serious_barriers(page) == []
    page.keyboard.type(READER)
    page.keyboard.press("Tab")
    page.keyboard.type(OTHER_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(wrong)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator(".who")).to_have_text("Dr reader")
    page.get_by_role("button", name=out).click()
    expect(page).to_have_url("/sign-in")
    page.goto("/")
    expect(page).to_have_url("/sign-in")


def test_one_is_told_when_one_is_still_signed_in(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("ERR_INTERNET_DISCONNECTED")
    page = watched.page
    enter(page, READER)
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("header.shell").get_by_role("alert")).to_contain_text("Still signed in.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#user-name")).to_be_visible()


def test_what_is_typed_stays_when_the_language_changes(window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("401")
    page = watched.page

    page.goto("/sign-in")
    page.locator("#user-name").fill(READER)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
    page.locator("#password").press("Enter")

    expect(page.locator(".who")).to_have_text("Dr reader")


def test_there_is_nothing_to_type_into_before_it_is_known_how_one_signs_in(window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("401")
    page = watched.page
    held: list[Route] = []
    page.route("**/api/v1/sign-in", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler

    with page.expect_request("**/api/v1/sign-in"):
        page.goto("/sign-in")
    expect(page.locator("header.shell")).to_be_visible()
    assert page.locator("#user-name").count() == 0
    held[0].continue_()

    expect(page.locator("#user-name")).to_be_focused()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with identity_provider([PERSON]) as address:
        yield address


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, issuer: str) -> Iterator[Site]:
    """A site whose people sign in at an identity provider."""
    with httpx.Client(trust_env=False) as client:
        settings = ProviderSettings(
            issuer=issuer,
            client_id="osteon",
            client_secret="a shared secret",
            role_claim="groups",
            roles={"bone-readers": Role.RADIOLOGIST},
        )
        folder = tmp_path_factory.mktemp("hospital")
        with running_site(folder, migrated_sqlite, Provider(settings, client)) as running:
            yield running


@pytest.mark.parametrize(
    ("language", "way"),
    [("en", "Sign in with your hospital account"), ("fr", "Se connecter avec le compte de l’hôpital")],
)
def test_one_signs_in_with_the_hospitals_own_account(
    browser: Browser, hospital: Site, issuer: str, language: str, way: str
) -> None:
    with watched_page(browser, hospital.url, language=language) as watched:
        watched.expect_error("401")
        watched.friends.append(issuer)
        watched.expect_error("picocss")  # wanted by the page of that provider
        page = watched.page
        page.goto("/")
        expect(page.get_by_role("link", name=way)).to_be_focused()
        assert serious_barriers(page) == []
        page.keyboard.press("Enter")
        page.locator("input[name=sub]").fill(SUBJECT)
        page.locator("button[type=submit], input[type=submit]").first.click()

        expect(page.locator(".who")).to_have_text("Dr C. Martin")
        expect(page).to_have_url("/")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("?next=%2Fpatients%2FOST-1%3Fa%3D1", "/patients/OST-1?a=1"),
        ("?next=https%3A%2F%2Felsewhere.example%2F", "/"),
        ("?next=%2F%2Felsewhere.example%2F", "/"),
        ("?next=javascript%3Aalert(1)", "/"),
        ("?next=%2Fapi%2Fv1%2Foidc%2Flogin", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_goes_to_a_page_of_this_site(window: OpenWindow, asked: str, kept: str) -> None:
    page = window().page
    page.goto("/sign-in")

    assert page.evaluate(f"import('/workbench/js/session.js').then((each) => each.wantedPage('{asked}'))") == kept
