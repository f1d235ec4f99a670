"""What a large group with long names prints: nobody is cut or left out, and no sheet is wasted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.people import OTHER_LEADER, sign_in
from tests.rosters.sheet import pasted, pupil, teacher

PUPILS, STAFF = 54, 6
NAMES = (
    "热依罕古丽·阿卜杜热合曼·艾则孜江",
    "Vangz Genqdaz Liengzbingh Sawcuengh",
    "Nungz Yilanz Gyaeundei Daihgyonghcoz",
    "覃𬭎",
)
CLASS = "初中二年级（12）班·左江实验分部"
PACKAGE = "science-half-day"  # whoever registers is confirmed at once
A4 = (794, 1123)  # CSS pixels
CUT = """() => [...document.querySelectorAll(".badge-card, .certificate")]
  .filter(one => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth).map(one => one.innerText)"""
WIDE = """() => [...document.querySelectorAll("main *")].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(one => one.className)"""
SEEN = """() => [...document.querySelectorAll("main *, header *")]
  .filter(one => one.checkVisibility()).map(one => one.tagName)"""


def name_of(number: int) -> str:
    return f"{NAMES[number % len(NAMES)]}{chr(0x4E00 + number)}"


@pytest.fixture
def leader(open_page: OpenPage) -> Page:
    """In dark mode, which paper knows nothing of. Of a school whose groups no other test looks through."""
    page = open_page("en-GB", DESKTOP)
    page.emulate_media(color_scheme="dark")
    sign_in(page, OTHER_LEADER, "en")
    return page


def register(page: Page) -> str:
    """In one request, with everything, as a program would; the booking's code."""
    page.goto(f"/packages/{PACKAGE}")
    page.locator("main a[href^='/departures/']").nth(2).click()
    address = f"{page.url}/register"
    page.goto(address)
    rows = [pupil(number, name=name_of(number), class_name=CLASS) for number in range(PUPILS)]
    form = {
        name: page.locator(f"main form [name={name}]").first.input_value()
        for name in ("csrf_token", "form_token", "contact_name", "contact_email")
    }
    answer = page.request.post(
        address,
        form=form
        | {"pupils": str(PUPILS), "staff": str(STAFF), "contact_phone": "15400000011", "register": "yes"}
        | {"roster_text": pasted([*rows, *(teacher(number) for number in range(STAFF))])},
        headers={"Referer": address},
    )
    code = re.search(r"/bookings/([0-9A-Z]{8})$", answer.url)
    assert code, answer.url
    return code[1]


def arrange(page: Page, code: str, kind: str, count: int, capacity: int) -> None:
    page.goto(f"/bookings/{code}/trip/{kind}")
    page.locator("input[name=count]").fill(str(count))
    page.locator("input[name=capacity]").fill(str(capacity))
    page.locator("form[action$='/places'] button").click()
    page.locator("form[action$='/proposal'] button").click()


def count_sheets(page: Page) -> int:
    """Those of the file that the browser prints into: A4, as the pages' styles say."""
    file = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45](\.\d+)? 84[12](\.\d+)?", file), "not A4"
    return len(re.findall(rb"/Type\s*/Page\b", file))


def is_clean(page: Page) -> None:
    """On paper: nothing to press, nothing that sticks out, black on white."""
    page.set_viewport_size({"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print", color_scheme="dark")
    seen = set(page.evaluate(SEEN))
    assert not seen & {"BUTTON", "INPUT", "SELECT", "TEXTAREA", "NAV"}
    assert page.evaluate(WIDE) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate("getComputedStyle(document.querySelector('main')).color") == "rgb(0, 0, 0)"
    page.emulate_media(media="null", color_scheme="dark")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def test_a_large_group_prints_what_it_takes_along(leader: Page) -> None:
    page, code = leader, register(leader)
    arrange(page, code, "coach", 2, 33)
    arrange(page, code, "team", 6, 10)

    page.goto(f"/bookings/{code}/trip/lists")
    text = page.locator("main").inner_text()
    # in the roster, in a coach, in a small group
    assert [name_of(number) for number in range(PUPILS) if text.count(name_of(number)) != 3] == []
    is_clean(page)
    assert count_sheets(page) <= 11  # the roster on four, each coach on two, the small groups on three
    assert (
        page.locator("main thead").evaluate_all("all => new Set(all.map(one => getComputedStyle(one).display)).size")
        == 1
    )

    page.goto(f"/bookings/{code}/badges")
    is_clean(page)
    assert count_sheets(page) == -(-(PUPILS + STAFF) // 8)
    page.emulate_media(media="print")
    assert page.locator(".badge-code").first.bounding_box()["width"] >= 100  # type: ignore[index]  # 26 mm

    page.emulate_media(media="null")
    page.goto(f"/bookings/{code}/itinerary")
    is_clean(page)
    assert count_sheets(page) == 1

    page.goto(f"/bookings/{code}/emergency")
    page.locator("[name=purpose]").fill("For the trip")
    page.locator("form:has([name=purpose]) button").click()
    page.locator("text=13911115053").first.wait_for()
    is_clean(page)
    assert count_sheets(page) <= 5
