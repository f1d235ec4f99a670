"""Every page that somebody reaches by links is fit for readers with impairments, in the light and in the dark, and no
wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from launcher.frontend import MODULES
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE
from tests.pictures.pages import PEOPLE, find_pages, make_pages, sign_in

READERS = [("zh-CN", PHONE, "dark"), ("en-GB", DESKTOP, "light")]
WIDTHS = (360, 768, 1280)
AXE = (MODULES / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def for_everybody(browser: Browser, site: str) -> set[str]:
    """The pages that need no sign-in; they are looked at as a visitor."""
    context = browser.new_context(base_url=site)
    names = {address.name for address in find_pages(context, "visitor")}
    context.close()
    return names


@pytest.fixture
def context(
    browser: Browser,
    site: str,
    locale: str,
    viewport: dict[str, int],
    scheme: Literal["dark", "light"],
) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, locale=locale, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("locale", "viewport", "scheme"), READERS)
def test_every_page_is_fit_for_everybody(
    context: BrowserContext, for_everybody: set[str], person: str, locale: str
) -> None:
    sign_in(context, person)
    page = context.new_page()
    complaints: dict[str, Any] = {}
    addresses = [*find_pages(context, person), *(make_pages(page) if person == "leader" else ())]
    speak(page, locale[:2])
    for address in addresses:
        if person != "visitor" and address.name in for_everybody:
            continue
        page.goto(address.path)
        if found := [*violations(page), *overflow(page)]:
            complaints[f"{address.name} {address.path}"] = found
    assert complaints == {}
    assert len(addresses) > 3


def speak(page: Page, language: str) -> None:
    """An account has a language of its own, whatever the browser speaks."""
    page.goto("/")
    if not (page.locator("html").get_attribute("lang") or "").startswith(language):
        page.locator("button[name=language]").first.click()
        page.wait_for_load_state()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in found["violations"]]


def overflow(page: Page) -> list[str]:
    """At which widths something sticks out."""
    size = page.viewport_size
    assert size is not None
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": size["height"]})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(f"wider than {width}")
    page.set_viewport_size(size)
    return wide
