"""A leader wishes for activities, arranges them and asks; the host answers; the leader agrees: each of them on a phone
in Chinese and at a desk in English."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.people import (
    AT_A_DESK,
    LEADER,
    ON_A_PHONE,
    ORGANISER,
    OTHER_LEADER,
    PASSWORD,
    Reader,
    fits,
    sign_in,
    speak,
)

ITEMS = ("play-the-tianqin", "longzhou-uprising")
SOON = datetime.now(UTC).date() + timedelta(days=45)
WANTED = SOON + timedelta(days=(2 - SOON.weekday()) % 7)  # a Wednesday: every base is open


def wish(page: Page, slug: str) -> None:
    page.goto(f"/menus/{slug}")
    page.locator(f"form[action='/tailored/wishes/{slug}'] button").click()
    expect(page.locator(".alert-success")).to_be_visible()


@pytest.mark.parametrize(
    ("leading", "hosting", "email"),
    [(ON_A_PHONE, AT_A_DESK, LEADER), (AT_A_DESK, ON_A_PHONE, OTHER_LEADER)],
    ids=["zh-phone", "en-desktop"],
)
def test_a_trip_of_the_schools_own(open_page: OpenPage, leading: Reader, hosting: Reader, email: str) -> None:
    page = open_page(leading.locale, leading.viewport)
    page.goto(f"/menus/{ITEMS[0]}")  # a visitor, who signs in on the way and comes back
    page.locator(f"a[href='/tailored/wishes/{ITEMS[0]}']").click()
    page.locator("main input[name=email]").first.fill(email)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(f"/tailored/wishes/{ITEMS[0]}$"))
    speak(page, leading.language)
    for slug in ITEMS:
        wish(page, slug)
    page.goto("/tailored")
    page.locator("form[action='/tailored/begin'] button").first.click()
    expect(page.locator("[data-entry]").first).to_be_visible()
    assert fits(page)

    page.locator("[name=starts_on]").fill(WANTED.isoformat())
    page.locator("[name=pupils]").fill("900")
    page.locator("[name=pupils]").blur()
    expect(page.locator("#fits .alert-warning")).to_be_visible()  # said while it is typed
    page.locator("[name=pupils]").fill("20")
    for other in page.locator("[data-entry]", has_text="岩画").all():  # what the demo's leader wished for before
        other.locator("select[name$='-day']").select_option("")
    expect(page.locator("#fits .alert-warning")).to_have_count(0)
    page.locator("[name=words]").fill("孩子们想学天琴。")
    page.locator("button[value=send]").click()
    expect(page).to_have_url(re.compile(r"/tailored/\d+$"))
    address = page.url
    assert fits(page)

    host = open_page(hosting.locale, hosting.viewport)
    sign_in(host, ORGANISER, hosting.language)
    host.goto("/organiser/tailored")
    host.goto(address)
    expect(host.locator("main")).to_contain_text("孩子们想学天琴。")
    host.locator("a[href$='/arrange']").last.click()
    host.locator("[name=price_minor]").fill("30")
    host.locator("button[value=send]").click()
    expect(host).to_have_url(address)
    assert fits(host)

    page.goto(address)
    expect(page.locator(".differs").first).to_be_visible()
    page.locator("form[action$='/agree'] button").click()
    page.locator("a[href^='/bookings/']").last.click()
    expect(page.locator("a[href$='/register/group']").first).to_be_visible()
    assert fits(page)


def test_an_entry_is_dragged_to_another_day(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    page.goto("/tailored")
    page.locator("a[href^='/tailored/']", has_text="天琴").last.click()
    page.goto(page.url.removesuffix("/") + "/arrange")
    page.locator("[name=days]").fill("2")
    page.locator("button[value=keep]").click()
    last = page.locator("[data-day='2']")
    entry = page.locator("[data-day='1'] [data-entry]").first
    name = entry.locator("a").inner_text()
    entry.drag_to(last)
    moved = last.locator("[data-entry]", has_text=name)
    expect(moved).to_have_count(1)
    expect(moved.locator("[name$='-day']")).to_have_value(last.get_attribute("data-day") or "")
    expect(moved.locator("[name$='-starts']")).to_have_value("")
