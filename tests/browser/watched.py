"""A page of a browser that is watched: it talks to no other host, says nothing on its console, and bears axe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

LOCAL_SCHEMES = ("data", "blob", "about")
SERIOUS = ("serious", "critical")
LAPTOP = (1366, 768)


SLOWNESS = "preloaded using link preload but not used within a few seconds"
"""What the browser says of a machine that is slow, and of nothing that is wrong."""


@dataclass(kw_only=True)  # no slots: Playwright keeps something of its own on whoever listens
class Watched:
    """What a page did beside what was asked of it. `expected`: parts of console errors that the test provokes."""

    page: Page
    url: str
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    friends: list[str] = field(default_factory=list)
    """Other sites that may be asked, as an identity provider."""

    def expect_error(self, part: str) -> None:
        """A console error that holds `part` is what the test wants: the browser reports each failed request as one."""
        self.expected.append(part)

    def check(self) -> None:
        """Nothing but this site was asked, and no error was reported that the test did not want."""
        assert self.strangers == []
        unexpected = [each for each in self.errors if not any(part in each for part in self.expected)]
        assert unexpected == [], unexpected

    def look(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and SLOWNESS not in message.text:
            self.errors.append(f"{message.text} ({urlsplit(message.location['url']).path})")

    def let_through(self, route: Route) -> None:
        asked = urlsplit(route.request.url)
        known = {urlsplit(each).netloc for each in (self.url, *self.friends)}
        if asked.scheme in LOCAL_SCHEMES or asked.netloc in known:
            route.continue_()
            return
        # A friend's own page may want what it likes: it does not get it either.
        if urlsplit(route.request.frame.url).netloc not in {urlsplit(each).netloc for each in self.friends}:
            self.strangers.append(route.request.url)
        route.abort()


@contextmanager
def watched_page(
    browser: Browser,
    url: str,
    *,
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = LAPTOP,
) -> Iterator[Watched]:
    """A new window on the site at `url`, checked when it is closed."""
    context = browser.new_context(
        base_url=url,
        locale={"en": "en-GB", "fr": "fr-FR"}[language],
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        service_workers="block",
    )
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        watched = Watched(page=page, url=url)
        context.route("**/*", watched.let_through)
        context.on("console", watched.look)
        context.on("weberror", lambda each: watched.errors.append(str(each.error)))
        yield watched
        watched.check()
    finally:
        context.close()


def serious_barriers(page: Page) -> list[str]:
    """What axe finds that keeps people out, in the page as it is now: `rule: where` for each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]
