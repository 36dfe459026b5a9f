"""What every page and component relies on: requests that carry what they must, and styles inside a shadow."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import READER
from tests.builders.accounts import PASSWORD


def test_a_change_is_taken_after_signing_in_again_in_another_window(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("403")  # the first try, with the token of the session before
    page = watched.page
    enter(page, READER)
    again = page.context.request.post("/api/v1/sign-in", data={"user_name": READER, "password": PASSWORD})
    assert again.ok

    status = page.evaluate(
        """async () => {
            const { post } = await import('/workbench/js/api.js');
            const body = { name: 'script', roles: ['radiologist'], days: 1 };
            return (await post('/me/tokens', body)).status;
        }"""
    )

    assert status == 201


def test_an_answer_that_refuses_is_an_error_with_its_problem(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("404")
    page = watched.page
    enter(page, READER)

    said = page.evaluate(
        """async () => {
            const { ApiError, get } = await import('/workbench/js/api.js');
            const error = await get('/patients/OST-NONE').catch((each) => each);
            return [error instanceof ApiError, error.status, error.problem.title];
        }"""
    )

    assert said == [True, 404, "Not Found"]


def test_a_component_looks_like_the_page_around_it(window: OpenWindow) -> None:
    page = window(theme="dark").page
    page.goto("/sign-in")
    expect(page.locator("#user-name")).to_be_visible()

    colours = page.evaluate(
        """async () => {
            const { adopt, el } = await import('/workbench/js/dom.js');
            const host = el('div');
            const root = host.attachShadow({ mode: 'open' });
            await adopt(root, 'base.css');
            root.append(el('button', { class: 'primary' }, 'inside'));
            document.body.append(host);
            const colour = (element) => getComputedStyle(element).backgroundColor;
            return [colour(root.querySelector('button')), colour(document.querySelector('button.primary'))];
        }"""
    )

    assert colours[0] == colours[1] == "rgb(111, 195, 214)"  # --accent of the dark theme, #6fc3d6
