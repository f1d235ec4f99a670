"""The whole product as `make run` starts it, once for all browser tests, and a browser to use it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from launcher import processes
from launcher.browser import find_browser
from tests.launcher.test_run import Run

PATIENCE = 20_000  # milliseconds
QUIETLY = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")
PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo, running; a name, since passkeys belong to one."""
    address = f"http://localhost:{(port := processes.free_port())}"
    run = Run(tmp_path_factory.mktemp("site"), PORT=str(port), PUBLIC_URL=address)
    run.wait_until_ready()
    yield address
    run.end()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=False, args=list(QUIETLY))
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


def is_complaint(message: ConsoleMessage) -> bool:
    """An error of the page, but not that a form was refused, which browsers report too."""
    return message.type == "error" and "422" not in message.text


@pytest.fixture
def open_page(site: str, browser: Browser) -> Iterator[OpenPage]:
    """A fresh browser for one person: ``open_page(locale, viewport)``. A page that reports an error fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    expect.set_options(timeout=PATIENCE)

    def open_one(locale: str, viewport: dict[str, int]) -> Page:
        context = browser.new_context(base_url=site, locale=locale, viewport=viewport)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: is_complaint(message) and complaints.append(message.text))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
