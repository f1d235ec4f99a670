"""What somebody typed is not lost with their session, nor with the page, and stays with nobody after signing out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.people import ORGANISER, PASSWORD, sign_in

WORDS = "Please bring rain coats. 请带雨衣。"


FORM = "/organiser/bases/new"


def open_form(page: Page) -> None:
    sign_in(page, ORGANISER, "en")
    page.goto(FORM)


def type_words(page: Page) -> None:
    page.locator("main textarea").first.fill(WORDS)
    for _ in range(100):  # it is kept a moment after the last key
        if page.evaluate("Object.keys(sessionStorage).some(key => key.startsWith('draft '))"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was kept")


def test_a_form_survives_a_lost_session(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    open_form(page)
    type_words(page)
    page.context.clear_cookies(name=re.compile("session"))
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.locator("main input[name=email]").first.fill(ORGANISER)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(FORM))
    expect(page.locator("main textarea").first).to_have_value(WORDS)
    page.locator("main .alert-info button").click()
    expect(page.locator("main textarea").first).to_have_value("")
    page.reload()
    expect(page.locator("main textarea").first).to_have_value("")


def test_a_page_that_was_left_has_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    open_form(page)
    type_words(page)
    page.goto("/packages")
    page.goto(FORM)
    expect(page.locator("main textarea").first).to_have_value(WORDS)
    page.evaluate("caches.open('roll-calls').then((kept) => kept.put('/roll/of-somebody', new Response('a name')))")
    page.locator("form[action$='/sign-out'] button").click()
    expect(page).to_have_url(re.compile("/$"))
    assert WORDS not in page.evaluate("JSON.stringify(sessionStorage)")
    assert page.evaluate("caches.has('roll-calls')") is False
