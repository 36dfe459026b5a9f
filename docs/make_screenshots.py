"""Pictures of every page of the workbench: `python -m docs.make_screenshots` from the root of the project.

Osteon is started in a folder of its own with its sample study, as `make run` does, and gets a patient with a longer
course and a worklist. Each page is then taken in both languages and both themes. What cannot be seen without asking
for it (an empty list, an error) has an entry of its own. A new page is a line in PAGES.

    python -m docs.make_screenshots                     all pages, into .screenshots/
    python -m docs.make_screenshots patient start       only these
    python -m docs.make_screenshots --size 3840x2160    on a reading screen
    python -m docs.make_screenshots --readme            and those of the README into docs/images/
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product as combinations
from pathlib import Path
from uuid import uuid4

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from annotation.roles import Role
from storage.accounts import Accounts
from storage.database import open_database
from storage.ledger import Ledger
from storage.passwords import Passwords
from storage.personal_tokens import PersonalTokens
from tests.browser.blind_study import furnish_blind
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.furnished import PATIENT, furnish, furnish_record, other_patient
from tests.browser.meeting_day import furnish_meeting
from tests.browser.signing_in import have_session
from tests.browser.site import CLINICIAN, JUDGE, KEEPER, PEOPLE, READER, RESEARCHER
from tests.browser.viewing import DRAWN
from tests.browser.watched import LAPTOP, watched_page
from tests.builders.accounts import PASSWORD
from tests.services.processes import wait_for
from tests.services.product import Product

LANGUAGES, THEMES = ("en", "fr"), ("light", "dark")
START_SECONDS = 300.0
OUTPUT = Path(".screenshots")
IMAGES = Path(__file__).parent / "images"
README = {
    "adjudication-en-light": "workbench-adjudication.png",
    "start-en-light": "workbench-start.png",
    "patient-en-dark": "workbench-patient.png",
    "viewer-en-dark": "workbench-viewer.png",
    "sheet-en-light": "workbench-sheet.png",
    "projector-en-dark": "workbench-projector.png",
    "record-en-light": "workbench-record.png",
    "record-slip-en-light": "workbench-record-form.png",
}
"""Picture: file of the README."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One page: `at` may name {sample}, the sample's pseudonym, {study}, its study, and ids of `furnish_blind`.

    `who`: None is nobody.

    `ready`: what is there once the page is drawn; `before`: what is done to it first.
    """

    at: str
    ready: str
    who: str | None = READER
    before: Callable[[Page], object] = field(default=lambda _page: None)
    within: str = "main > *"
    """What holds the page, where it is no page of the workbench."""
    whole: bool = True
    """Also what is below the window's edge; a list is endless."""
    expected: str | None = None
    """Part of a console error that belongs to the page."""


DRAWN_EVERYWHERE = f"() => {{ const all = ({DRAWN})(); return all.length > 2 && all.every((each) => each > 1); }}"

LOADED = "() => cornerstone.cache.getVolumes().every(({ loadStatus }) => loadStatus?.loaded)"


def _read_beside_images(page: Page) -> None:
    """The sample's vertebra, with its scores, and its place on the images."""
    page.wait_for_function(DRAWN_EVERYWHERE, timeout=120_000)
    panel = page.locator("osteon-lesion-panel")
    panel.locator("[data-lesion=L1]").click()
    panel.locator("button.icon").last.click()
    page.wait_for_function(LOADED, timeout=120_000)
    panel.locator('osteon-score-card[data-score="sins"]').scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")


def _slip_of_units(page: Page) -> None:
    """A calcium in mg/dL beside the unit mmol/L, and what is computed of the rest."""
    page.locator("#v-sample_date").fill("2025-06-11")
    page.locator("#v-albumin").fill("30")
    page.locator("#v-calcium").fill("9.2")


PAGES = {
    "sign-in": Shot(at="/sign-in", ready="#user-name", who=None),
    "start": Shot(at="/", ready="tbody tr", whole=False),
    "start-keys": Shot(at="/", ready="dialog dd", whole=False, before=lambda page: page.keyboard.press("?")),
    "start-nothing": Shot(at="/?state=adjudicated", ready=".state.empty"),
    "start-away": Shot(
        at="/?state=signed",
        ready=".state.failed",
        before=lambda page: (page.context.set_offline(True), page.locator("[data-state=unread]").click()),
        expected="net::ERR",
    ),
    "studies": Shot(at="/", ready="tbody tr", who=CLINICIAN, whole=False),
    "patient": Shot(at=f"/patients/{PATIENT}", ready="osteon-skeleton svg"),
    "patient-sample": Shot(at="/patients/{sample}", ready="osteon-skeleton svg"),
    "reading": Shot(
        at="/patients/{sample}/reading?study={study}",
        ready='osteon-score-card[data-score="sins"]',
        before=lambda page: page.locator("[data-lesion=L1]").click(),
    ),
    "viewer": Shot(
        at="/viewer?StudyInstanceUIDs={study}",
        within="osteon-lesion-panel",
        ready='osteon-score-card[data-score="sins"]',
        before=_read_beside_images,
        whole=False,
    ),
    "sheet": Shot(at=f"/patients/{PATIENT}/sheet", ready="osteon-skeleton svg"),
    "sheet-sample": Shot(at="/patients/{sample}/sheet", ready="osteon-skeleton svg"),
    "patient-custodian": Shot(at="/patients/{sample}", ready="tbody tr", who=KEEPER),
    "meetings": Shot(at="/meetings", ready=".sessions li", who=CLINICIAN),
    "meeting": Shot(at="/meetings/{session}", ready=".present osteon-skeleton svg", who=CLINICIAN),
    "meeting-prepare": Shot(
        at="/meetings/{session}?step=prepare&patient={prepared}", ready="osteon-record-form .field", who=CLINICIAN
    ),
    "meeting-decide": Shot(at="/meetings/{session}?step=decide", ready="form.decision", who=CLINICIAN),
    "projector": Shot(
        at="/meetings/{session}/projector", ready="article.screen osteon-skeleton svg", who=CLINICIAN, whole=False
    ),
    "protocols": Shot(at="/protocols", ready=".bar-of-states"),
    "agreement": Shot(at="/protocols/{agreed}/agreement", ready=".kappa-plot"),
    "agreement-measured": Shot(at="/protocols/{agreed}/agreement?item=long_axis_mm", ready=".bland-altman"),
    "agreement-nothing": Shot(at="/protocols/{begun}/agreement", ready=".state.empty"),
    "adjudication": Shot(at="/adjudication/{compared}", ready="osteon-adjudication .row", who=JUDGE),
    "adjudication-other": Shot(
        at="/adjudication/{compared}",
        ready="osteon-adjudication .other-box:not([hidden])",
        who=JUDGE,
        before=lambda page: page.locator("[data-row=vertebral_collapse] .pick.other").click(),
    ),
    "adjudication-blind": Shot(at="/adjudication/{blind}", ready=".state.empty", who=JUDGE, expected="409"),
    "research": Shot(at="/research", ready=".plot", who=RESEARCHER, whole=False),
    "research-question": Shot(
        at="/research",
        ready=".group.some",
        who=RESEARCHER,
        whole=False,
        before=lambda page: page.locator(".examples button").nth(1).click(),
    ),
    "research-releases": Shot(at="/research?view=releases", ready=".state.empty", who=RESEARCHER),
    "custody": Shot(at="/custody", ready=".equation", who=KEEPER),
    "custody-quarantine": Shot(at="/custody?view=quarantine", ready=".what-helps", who=KEEPER),
    "custody-audit": Shot(at="/custody?view=audit", ready="tbody tr", who=KEEPER, whole=False),
    "record": Shot(at=f"/patients/{PATIENT}/record?entry={{meeting}}", ready=".facts", who=CLINICIAN),
    "record-form": Shot(at=f"/patients/{PATIENT}/record?new=presentation", ready=".taken", who=CLINICIAN),
    "record-slip": Shot(
        at=f"/patients/{PATIENT}/record?new=biology", ready=".flag", who=CLINICIAN, before=_slip_of_units, whole=False
    ),
    "data-quality": Shot(at="/data-quality", ready="tbody tr", who=CLINICIAN, whole=False),
    "data-quality-nothing": Shot(at="/data-quality?kind=images_incomplete", ready=".state.empty", who=CLINICIAN),
    "patient-unknown": Shot(at="/patients/OST-NONE", ready=".state.empty", expected="404"),
}


def main() -> None:
    asked = _asked()
    width, height = (int(number) for number in asked.size.split("x"))
    asked.output.mkdir(parents=True, exist_ok=True)
    with furnished_product() as (url, sample), browser() as launched:
        for name in asked.pages or PAGES:
            for language, theme in combinations(LANGUAGES, THEMES):
                picture = asked.output / f"{name}-{language}-{theme}.png"
                with watched_page(launched, url, language=language, theme=theme, size=(width, height)) as watched:
                    if PAGES[name].expected:
                        watched.expect_error(str(PAGES[name].expected))
                    _take(watched.page, PAGES[name], sample, picture)
                print(picture)  # noqa: T201
                if asked.readme and picture.stem in README:
                    _keep_small(picture, IMAGES / README[picture.stem])


def _keep_small(picture: Path, file: Path) -> None:
    """In 256 colours, at a third of its size: nobody sees it."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pictures of the workbench.")
    parser.add_argument("pages", nargs="*", choices=[*PAGES, []])
    parser.add_argument("--size", default="x".join(map(str, LAPTOP)))
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--readme", action="store_true")
    return parser.parse_args()


def _take(page: Page, shot: Shot, sample: dict[str, str], picture: Path) -> None:
    address = shot.at.format(**sample)
    if shot.who is None:
        page.goto(address)
    else:
        have_session(page, shot.who)
        page.goto(address)
        expect(page.locator(shot.within).first).to_be_visible(timeout=120_000)
        page.wait_for_load_state("load")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    shot.before(page)
    expect(page.locator(shot.ready).first).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=picture, full_page=shot.whole)


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@contextmanager
def furnished_product() -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and what the sample study became."""
    with tempfile.TemporaryDirectory(prefix="osteon-pictures-") as folder:
        home = Path(folder) / "home"
        running = Product(home, settings={"OSTEON_SAMPLE": "1"})
        process = running.launch()
        try:
            wait_for(lambda: "ready in" in running.output or process.poll() is not None, "ready", START_SECONDS)
            noted = json.loads((home / "sample.json").read_text())
            named = _fill(running, noted["pseudonym"])
            yield running.url, named | {"sample": noted["pseudonym"], "study": noted["study_instance_uid"]}
        finally:
            running.stop()


def _fill(running: Product, sample: str) -> dict[str, str]:
    engine = open_database(f"sqlite:///{running.home / 'registry.sqlite'}")
    accounts, tokens = Accounts(engine, Passwords()), PersonalTokens(engine)

    def client_of(name: str) -> httpx.Client:
        role: Role = PEOPLE[name]
        known = next((each for each in accounts.all() if each.user_name == name), None)
        account = known or accounts.add(user_name=name, label=f"Dr {name}", roles=[role], password=PASSWORD)
        _, token = tokens.create(account.id, name=f"pictures {uuid4()}", roles=[role], days=1)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=running.url, headers=headers, timeout=60, trust_env=False)

    furnish(Ledger(engine), client_of)
    for name in PEOPLE:
        client_of(name).close()
    named = furnish_blind(Ledger(engine), client_of)
    session = furnish_meeting(client_of, [sample, *(other_patient(number) for number in range(6, 9))])
    with client_of(CLINICIAN) as clinician:
        meeting = furnish_record(clinician)
    engine.dispose()
    return named | {"meeting": meeting, "session": session, "prepared": other_patient(6)}


if __name__ == "__main__":
    main()
