"""What visitors come for: to find out what is on, where and when, without an account."""

from __future__ import annotations

import re
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.people import Meet, Person, Reader, both_readers, meet, speak

__all__ = ["meet"]

DRUMS = "铜鼓", "drums"


@both_readers
def test_a_visitor_finds_a_departure_and_keeps_its_date(meet: Meet, reader: Reader) -> None:
    visitor = meet(reader)
    visitor.goes_to("/")
    visitor.is_at("Visit a partner city with your class")
    searches(visitor)
    looks_at_the_month(visitor)
    looks_at_the_map(visitor)
    narrows_the_list_down(visitor)
    compares_two(visitor)
    keeps_a_date(visitor)


def searches(visitor: Person) -> None:
    """In both languages, whichever the pages speak."""
    for word in DRUMS:
        visitor.goes_to("/")
        visitor.fills("Search packages, activities and places", word)
        visitor.presses("Search")
        expect(visitor.main.locator("a[href='/packages/a-day-among-bronze-drums']").first).to_be_visible()
        visitor.is_at("Search")


def looks_at_the_month(visitor: Person) -> None:
    visitor.goes_to("/")
    visitor.follows("Calendar")
    expect(visitor.page.locator("#month")).to_be_visible()
    shown = visitor.page.locator("#month").inner_text()
    visitor.follows("The month after")
    expect(visitor.page.locator("#month")).not_to_have_text(shown)
    visitor.page.go_back()
    expect(visitor.page.locator("#month")).to_have_text(shown)
    visitor.is_at("Packages")


def looks_at_the_map(visitor: Person) -> None:
    """By keyboard: a county leads to the packages that stop there."""
    visitor.goes_to("/packages")
    visitor.follows("Map")
    county = visitor.page.locator("a.map-county:not(.map-county-empty)").first
    county.focus()
    county.press("Enter")
    expect(visitor.page).to_have_url(re.compile("county="))
    expect(visitor.main.locator("a[href^='/packages/']").first).to_be_visible()
    visitor.is_at("Packages")


def narrows_the_list_down(visitor: Person) -> None:
    """What is wished for stands in the address, so that it can be shared; somebody else reads it in their language."""
    visitor.goes_to("/packages")
    every = visitor.main.locator("article, .card h2").count()
    visitor.unfolds("Search and filter")
    visitor.fills("Seats needed", 27)
    visitor.chooses("Days", index=2)
    visitor.field("Seats needed").press("Enter")
    expect(visitor.page).to_have_url(re.compile("seats=27"))
    expect(visitor.page).to_have_url(re.compile(r"days=\d"))
    assert 0 < visitor.main.locator("article, .card h2").count() <= every
    address = visitor.page.url
    own, other = visitor.reader.language, "en" if visitor.reader.is_chinese else "zh-Hans"
    speak(visitor.page, other)
    assert visitor.page.url == address
    speak(visitor.page, own)
    visitor.is_at("Packages")


def compares_two(visitor: Person) -> None:
    visitor.goes_to("/packages")
    for number in (0, 1):
        visitor.main.locator(".compare-link").nth(number).click()
        visitor.page.wait_for_load_state()
    visitor.main.locator("a[href^='/compare']").first.click()
    visitor.is_at("Compare packages")
    expect(visitor.main.locator("thead th")).to_have_count(2)
    visitor.reads("Next dates")


def keeps_a_date(visitor: Person) -> None:
    visitor.goes_to("/packages/a-day-among-bronze-drums")
    visitor.reads("Itinerary")
    visitor.main.locator("a[href^='/departures/']").first.click()
    visitor.reads("The group meets")
    visitor.fills("How many adults do we need?", 30)
    visitor.presses("Work out")
    expect(visitor.field("How many adults do we need?")).to_have_value("30")
    with visitor.page.expect_download() as download:
        visitor.follows("Add to my calendar")
    (event,) = Calendar.from_ical(Path(download.value.path()).read_bytes()).events
    assert str(event["SUMMARY"]) == visitor.main.locator("h1").inner_text()
    visitor.goes_to(visitor.page.url)
