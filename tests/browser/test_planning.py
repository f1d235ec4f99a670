"""An organiser moves a departure in the planner and composes a package: with the mouse, and with the keyboard alone."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.people import ORGANISER, sign_in

TALL = {"width": 1280, "height": 1600}  # a whole month: nothing scrolls while it is dragged


def find_empty_departure(page: Page) -> tuple[Locator, date]:
    """A departure of a coming month that can be moved and for which nobody has registered; and its first day."""
    page.goto("/organiser/planner")
    for _ in range(6):
        page.locator("nav a[rel=next]").first.click()
        empty = page.locator("[data-departure]").filter(has_text=re.compile(r"\b0/\d+")).first
        if empty.count():
            return empty, date.fromisoformat(empty.locator("xpath=..").get_attribute("data-day") or "")
    raise AssertionError("the demo has no departure without groups")


def day_beside(page: Page, day: date) -> date:
    """Another day of the same month that is shown."""
    other = day + timedelta(days=1)
    if page.locator(f"[data-day='{other}']").count():
        return other
    return day - timedelta(days=1)


def planned_on(page: Page, day: date, number: str) -> Locator:
    return page.locator(f"[data-day='{day}'] [data-departure='{number}']")


def test_a_departure_is_dragged_to_another_day_and_back(open_page: OpenPage) -> None:
    page = open_page("zh-CN", TALL)
    sign_in(page, ORGANISER, "zh-Hans")
    departure, day = find_empty_departure(page)
    number, other = departure.get_attribute("data-departure") or "", day_beside(page, day)
    departure.drag_to(page.locator(f"[data-day='{other}']"))
    expect(planned_on(page, other, number)).to_be_visible()
    page.locator("form[action*='/planner/undo/'] button").click()
    expect(planned_on(page, day, number)).to_be_visible()


def test_the_same_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, ORGANISER, "en")
    departure, day = find_empty_departure(page)
    number, other = departure.get_attribute("data-departure") or "", day_beside(page, day)
    departure.locator(".planned-move").press("Enter")
    choice = page.locator("#move-day")
    expect(choice).to_be_focused()
    choice.select_option(str(other))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(planned_on(page, other, number)).to_be_visible()
    undo = page.locator("form[action*='/planner/undo/'] button")
    undo.focus()
    page.keyboard.press("Enter")
    expect(planned_on(page, day, number)).to_be_visible()


def test_a_package_is_composed_by_dragging_and_by_buttons(open_page: OpenPage) -> None:
    page = open_page("en-GB", TALL)
    sign_in(page, ORGANISER, "en")
    page.goto("/organiser/packages")
    page.locator("main .badge.state-gray").first.locator("xpath=ancestor::tr|ancestor::li").locator("a").first.click()
    page.locator("a[href$='/compose']").click()
    first, second = page.locator("[data-day='1']"), page.locator("[data-day='2']")
    before = first.locator("[data-stop]").count()

    page.locator("[data-item]").first.drag_to(first.locator(".composer-stops"))
    expect(first.locator("[data-stop]")).to_have_count(before + 1)

    stops = second.locator("[data-stop]").count()
    first.locator("[data-stop]").last.locator("button[value*='-2-']").press("Enter")
    expect(second.locator("[data-stop]")).to_have_count(stops + 1)
    added = second.locator("[data-stop]").last
    added.locator("button[formaction*='/remove']").press("Enter")
    expect(second.locator("[data-stop]")).to_have_count(stops)
    expect(page.locator("form[action*='/put-back'] button")).to_be_visible()
