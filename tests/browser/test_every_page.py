"""Every page that somebody reaches by links is fit for readers with impairments, in the light and in the dark, and no
wider than a phone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize

from launcher.frontend import MODULES
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE
from tests.pictures.pages import PEOPLE, Address, find_pages, make_pages, sign_in

READERS: tuple[tuple[str, ViewportSize, Literal["dark", "light"]], ...] = (
    ("zh-CN", PHONE, "dark"),
    ("en-GB", DESKTOP, "light"),
)
WIDTHS = (360, 768, 1280)
AXE = (MODULES / "axe-core" / "axe.min.js").read_text()
# Without what only a reader of axe's own report needs, and no rule: a selector for each element it looked at.
VIOLATIONS = """() => axe.run({resultTypes: ["violations"], selectors: false}).then(({violations}) => violations.map(
    ({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(" ")}`))"""


@pytest.fixture(scope="session")
def visitors_pages(browser: Browser, site: str) -> Sequence[Address]:
    """The pages that need no sign-in; they are looked at as a visitor."""
    with closing(browser.new_context(base_url=site)) as context:
        return list(find_pages(context, "visitor"))


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_fit_for_everybody(
    browser: Browser, site: str, visitors_pages: Sequence[Address], person: str
) -> None:
    """Which pages there are is looked up once for both readers: it takes as long as looking at them does."""
    addresses: Sequence[Address] = visitors_pages if person == "visitor" else ()
    complaints: dict[str, Any] = {}
    for locale, viewport, scheme in READERS:
        with closing(
            browser.new_context(base_url=site, locale=locale, viewport=viewport, color_scheme=scheme)
        ) as context:
            context.set_default_timeout(PATIENCE)
            context.add_init_script(AXE)
            sign_in(context, person)
            page = context.new_page()
            addresses = addresses or own_pages(context, page, person, visitors_pages)
            speak(page, locale[:2])
            screen = context.new_cdp_session(page)
            for address in addresses:
                page.goto(address.path)
                if found := [*violations(page), *overflow(page, screen, viewport)]:
                    complaints[f"{address.name} {address.path} {locale} {scheme}"] = found
    assert complaints == {}
    assert len(addresses) > 3


def own_pages(context: BrowserContext, page: Page, person: str, visitors_pages: Sequence[Address]) -> list[Address]:
    known = {address.name for address in visitors_pages}
    made = make_pages(page) if person == "leader" else ()
    return [address for address in (*find_pages(context, person), *made) if address.name not in known]


def speak(page: Page, language: str) -> None:
    """An account has a language of its own, whatever the browser speaks."""
    page.goto("/")
    if not (page.locator("html").get_attribute("lang") or "").startswith(language):
        page.locator("button[name=language]").first.click()
        page.wait_for_load_state()


def violations(page: Page) -> list[str]:
    """Put into words by the page itself: handing over all that axe found takes longer than finding it."""
    found: list[str] = page.evaluate(VIOLATIONS)
    return found


def overflow(page: Page, screen: CDPSession, viewport: ViewportSize) -> list[str]:
    """At which widths something sticks out; the page was opened at one of them. Playwright's own way to another width
    changes the window as well, which takes three times as long."""
    wide = []
    for width in sorted(WIDTHS, key=lambda width: width != viewport["width"]):
        if width != viewport["width"]:
            resize(screen, width, viewport["height"])
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(f"wider than {width}")
    resize(screen, **viewport)
    return wide


def resize(screen: CDPSession, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    screen.send("Emulation.setDeviceMetricsOverride", size)
