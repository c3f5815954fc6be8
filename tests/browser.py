"""The shop in a browser: Debian's Chromium, driven by Playwright, against the shop behind a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which(os.environ.get("CHROMIUM_BIN", "chromium")) or shutil.which("chromium-browser")
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # it runs as root in containers, and opens our own pages only
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
def live_shop(live_server: Any, settings: Any, sandbox: Any) -> Any:
    """The shop behind a real threaded server at `live_shop.url`, with the sandbox's webhooks coming in."""
    settings.SITE_URL = live_server.url
    sandbox.webhooks.url = f"{live_server.url}/webhooks/stripe/"
    return live_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; one for the whole run."""
    if not CHROMIUM:
        missing = "no Chromium found (apt install chromium, or set CHROMIUM_BIN)"
        pytest.fail(missing) if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread: to Django a test's own queries look like async code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser: Any, live_shop: Any) -> Iterator[Callable[..., Any]]:
    """new_page(javascript=True, width=1366, dark=False, **context options): a fresh visitor's page.

    A script that throws or a breach of the content security policy in any of them fails the test.
    """
    contexts, problems = [], []

    def make(*, javascript: bool = True, width: int = 1366, dark: bool = False, **options: Any) -> Any:
        context = browser.new_context(
            base_url=live_shop.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 844 if width < 640 else 900},
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: _note_error(error, problems))
        page.on("console", lambda message: _note_breach(message, problems))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, problems


# A new page whose style sheet is still on its way when Chromium comes to the transition counts as one that asked
# for none, although it is the sheet that asks (`@view-transition`). Chromium then drops the transition and reports
# that as an error of the page, with scripts off too. With the rule inside the page, or a quick sheet, it never does.
SHEET_CAME_LATE = "Transition was aborted because of invalid state. ViewTransition opt-in disabled"


def _note_error(error: Any, problems: list[str]) -> None:
    if str(error) != SHEET_CAME_LATE:
        problems.append(str(error))


def _note_breach(message: Any, problems: list[str]) -> None:
    if "Content Security Policy" in message.text:
        problems.append(message.text)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A visitor's page with JavaScript, on a desktop."""
    return new_page()


def press_beside_a_frame(page: Any, button: Any) -> None:
    """Press a button that may first have to be scrolled into view.

    Another site's frame lives in a process of its own, and Chromium gives a press to whichever process it last
    drew there. A script presses sooner after scrolling than the page is drawn, and would hit the card form where
    it stood before. Taking a picture makes Chromium draw what it has.
    """
    button.click(trial=True)  # scrolled to, and at rest
    page.screenshot()
    button.click()
