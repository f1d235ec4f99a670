"""A school finds a package, registers a group of 27 from a spreadsheet, the organiser confirms it, the letters go out
through the worker, and a guardian checks the booking. In Chinese on a phone, and in English on a desktop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from exchange_app.demo.samples import ROSTERS as FOLDER
from tests.browser.conftest import DESKTOP, PHONE, OpenPage

PASSWORD = "exchange-demo-2026"
LEADER = "leader.nanning@demo.example"
ORGANISER = "organiser.chongzuo@demo.example"
PACKAGE = "weekend-with-the-langurs"  # overnight: its host decides about each group

READERS = [("zh-CN", PHONE, "zh-Hans"), ("en-GB", DESKTOP, "en")]


def sign_in(page: Page, email: str, language: str) -> None:
    page.goto("/sign-in")
    page.locator("main input[name=email]").first.fill(email)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("/sign-in"))
    if page.locator("html").get_attribute("lang") != language:
        page.locator("button[name=language]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def open_confirmation(page: Page, code: str) -> Locator:
    """The letter about a booking that carries a calendar file; the worker needs a moment to send it."""
    for _ in range(40):
        page.goto("/mailbox")
        newest = page.locator("main table a").evaluate_all("links => links.slice(0, 6).map(link => link.href)")
        for address in newest:
            page.goto(address)
            letter = page.locator("main")
            if code in (letter.text_content() or "") and letter.locator("a[href*='/attachments/']").count():
                return letter
        page.wait_for_timeout(500)
    raise AssertionError(f"no confirmation about {code}")


@pytest.mark.parametrize(("locale", "viewport", "language"), READERS)
def test_the_whole_main_job(open_page: OpenPage, locale: str, viewport: dict[str, int], language: str) -> None:
    code = register(open_page(locale, viewport), language)
    confirm(open_page(locale, viewport), language, code)
    path = read_letters(open_page(locale, viewport), code)
    check(open_page(locale, viewport), code, path)


def register(page: Page, language: str) -> str:
    """As the leader: from the list of packages to the submitted booking; its code."""
    sign_in(page, LEADER, language)
    page.goto("/packages?seats=27")
    page.locator(f"main a[href*='/packages/{PACKAGE}']").first.click()
    page.locator("main a[href^='/departures/']").nth(0 if language == "en" else 1).click()
    page.locator("main a[href$='/register']").first.click()
    page.locator("input[name=pupils]").fill("24")
    page.locator("input[name=staff]").fill("1")
    page.locator("input[name=contact_phone]").fill("15400000011")
    page.locator("button[name=hold]").click()
    expect(page.locator("input[name=staff][aria-invalid=true]")).to_be_visible()  # too few adults
    expect(page.locator("input[name=pupils]")).to_have_value("24")
    page.locator("input[name=staff]").fill("3")
    page.locator("button[name=hold]").click()
    page.locator("input[name=roster_file]").set_input_files(FOLDER / "roster-24-3.xlsx")
    go_on(page)
    expect(page).to_have_url(re.compile("/register/send$"))
    go_on(page)
    expect(page).to_have_url(re.compile(r"/bookings/[0-9A-Z]{8}$"))
    code = page.url.rsplit("/", 1)[1]
    expect(page.locator("main")).to_contain_text(f"{code[:4]}-{code[4:]}")
    page.locator("main a[href$='/roster']").first.click()
    for name in ("阿依古丽·买买提", "Vangz Genqdaz"):
        expect(page.locator("main")).to_contain_text(name)
    return code


def go_on(page: Page) -> None:
    page.locator("main form button.btn-primary:visible").click()


def confirm(page: Page, language: str, code: str) -> None:
    """As the organiser of the host city."""
    sign_in(page, ORGANISER, language)
    page.goto("/organiser/bookings")
    page.locator(f"main a[href*='{code}']").first.click()
    expect(page.locator("main")).not_to_contain_text("阿依古丽")  # hosts see counts, no names
    page.locator("button[type=submit].btn-primary:visible").first.click()
    expect(page.locator("main form[action$='/confirm']")).to_have_count(0)


def read_letters(page: Page, code: str) -> str:
    """As anybody in the demo: the confirmation with its calendar file; the path of the link that it carries."""
    spaced = f"{code[:4]}-{code[4:]}"
    letter = open_confirmation(page, spaced)
    with page.expect_download() as download:
        letter.locator("a[href*='/attachments/']").first.click()
    calendar = Calendar.from_ical(Path(download.value.path()).read_bytes())
    assert len(calendar.events) >= 2
    assert calendar.timezones
    text = page.locator("main pre").text_content() or ""
    link = re.search(r"https?://\S+(/check/\S+)", text)
    assert link, text
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(spaced)
    return link[1]


def check(page: Page, code: str, path: str) -> None:
    """As a guardian, without an account: with the last four digits of the own phone, and by the link."""
    page.goto("/check")
    page.locator("input[name=code]").fill(f"{code[:4]}-{code[4:]}".lower())
    page.locator("input[name=digits]").fill("0000")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).not_to_contain_text("15400000011")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=digits]").fill("0001")
    page.locator("main form button[type=submit]").click()
    for opened_by in ("digits", "link"):
        if opened_by == "link":
            page.context.clear_cookies()
            page.goto(path)
        expect(page.locator("main a[href='tel:15400000011']")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("阿依古丽")
        is_narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert is_narrow, "the page is wider than the screen"


def test_wrong_rows_are_mended_on_the_page(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    page.goto("/packages/science-half-day")
    page.locator("main a[href^='/departures/']").first.click()
    page.locator("main a[href$='/register']").first.click()
    page.locator("input[name=pupils]").fill("24")
    page.locator("input[name=staff]").fill("3")
    page.locator("button[name=hold]").click()
    page.locator("input[name=roster_file]").set_input_files(FOLDER / "roster-with-mistakes.csv")
    go_on(page)
    rows = page.locator("article[id^=row-]")
    expect(rows.first).to_be_visible()
    before = rows.count()
    wrong = rows.filter(has=page.locator("input[name$=guardian_phone][aria-invalid=true]")).first
    expect(wrong).to_contain_text(re.compile(r"Row \d+"))
    identifier = wrong.get_attribute("id")
    wrong.locator("input[name$=guardian_phone]").fill("15400000999")
    wrong.locator("button.btn-primary").click()
    expect(page.locator(f"article#{identifier}")).to_have_count(0)
    expect(rows).to_have_count(before - 1)
