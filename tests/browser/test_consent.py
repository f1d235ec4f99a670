"""A guardian answers on a phone, without an account and without scripts; the pages are fit for readers with
impairments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from launcher.frontend import MODULES
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, OpenPage
from tests.browser.test_main_job import LEADER, sign_in

LANGUAGES = [("zh-CN", "zh-Hans"), ("en-GB", "en")]


def complaints(page: Page) -> list[str]:
    """What axe-core finds fault with."""
    page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("axe.run()")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


def check_page(page: Page) -> None:
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"


def open_board(page: Page) -> None:
    """That of the group whose guardians the demo let answer."""
    sign_in(page, LEADER, "en")
    page.goto("/bookings")
    hrefs = page.locator("main a[href^='/bookings/']").evaluate_all("all => all.map(one => one.pathname)")
    for path in dict.fromkeys(href for href in hrefs if re.fullmatch(r"/bookings/\w+", href)):
        page.goto(f"{path}/consents?state=missing")
        if page.locator("main tbody tr").count() in (1, 2):
            return
    raise AssertionError("no group of the demo lacks an answer")


def make_link(page: Page) -> tuple[str, str]:
    """The path of a new link, and the child's name."""
    open_board(page)
    check_page(page)
    child = page.locator("main tbody tr").first.locator("a").first.text_content() or ""
    page.locator("main tbody tr").first.locator("form[action$='/link'] button").click()
    link = re.search(r"/c/[\w-]+", page.locator("#link").input_value())
    assert link
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    return link[0], child


@pytest.fixture
def open_phone(browser: Browser, site: str) -> Iterator[OpenPage]:
    """A guardian's phone: ``open_phone(locale, has_scripts)``. A link that leads nowhere is no fault there."""
    contexts: list[BrowserContext] = []

    def open_one(locale: str, has_scripts: bool) -> Page:
        contexts.append(
            browser.new_context(base_url=site, locale=locale, viewport=PHONE, java_script_enabled=has_scripts)
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("locale", "language"), LANGUAGES)
def test_a_guardian_answers_on_a_phone_without_scripts(
    open_page: OpenPage, open_phone: OpenPage, locale: str, language: str
) -> None:
    path, child = make_link(open_page(locale, DESKTOP))
    page = open_phone(locale, False)
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_contain_text(child)
    boxes = [label.bounding_box() for label in page.locator(".choice-answers label").all()]
    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1, "yes and no differ in size"
    assert all(box and box["height"] >= 44 for box in boxes)
    page.locator("form#choices button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    for answer in page.locator("input[type=radio][value=yes]").all():
        answer.check()
    page.locator("input[name=given_by]").fill("农玉兰")
    page.locator("form#choices button").click()
    expect(page.locator("#given")).to_be_visible()
    read = open_phone(locale, True)  # axe-core is a script; the page needs none
    for address in (path, "/c/nobodys"):
        read.goto(address)
        check_page(read)
    page.locator("form[action$='/withdraw'] button").click()
    expect(page.locator("form[action$='/withdraw']")).to_have_count(0)
    read.goto(path)
    check_page(read)
