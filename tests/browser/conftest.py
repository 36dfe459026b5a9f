"""One browser for the session, one site for a module, one window for a test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.site import Site, running_site
from tests.browser.watched import Watched, watched_page
from tests.builders.programs import program
from tests.services.product import Product

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

PATIENCE_MS = 30_000
"""A busy machine is slow, and no failure."""

OpenWindow = Callable[..., Watched]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen or a graphics card."""
    program("chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """The API alone, shared by a module; a module that wants data in it overrides this."""
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        yield running


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """All of Osteon with real Orthanc and the sample study, for pages that show images."""
    program("Orthanc")
    running = Product(tmp_path_factory.mktemp("product") / "home", settings={"OSTEON_SAMPLE": "1"})
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[OpenWindow]:
    """window(language=…, theme=…, size=…) opens one on the site; each is checked at the end of the test."""
    with ExitStack() as opened:
        yield lambda **wishes: opened.enter_context(watched_page(browser, site.url, **wishes))
