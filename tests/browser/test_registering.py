"""A leader registers in three steps, with JavaScript and without; the time runs out while a list is being pasted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.people import LEADER, PASSWORD, sign_in
from tests.rosters.sheet import group, pasted

PACKAGE = "/packages/a-day-among-bronze-drums"  # large, so that other tests find seats too
READERS = [("zh-CN", PHONE, "zh-Hans"), ("en-GB", DESKTOP, "en")]


def hold(page: Page, *, pupils: str, staff: str) -> str:
    """From a package to the second step; the path below which the steps are."""
    page.goto(PACKAGE)
    page.locator("main a[href^='/departures/']").nth(2).click()
    page.locator("main a[href$='/register']").first.click()
    page.locator("[name=pupils]").fill(pupils)
    page.locator("[name=staff]").fill(staff)
    page.locator("[name=hold]").click()
    expect(page).to_have_url(re.compile(r"/bookings/[0-9A-Z]{8}/register/roster$"))
    return page.url.removesuffix("/roster")


@pytest.mark.parametrize(("locale", "viewport", "language"), READERS)
def test_three_steps(open_page: OpenPage, locale: str, viewport: dict[str, int], language: str) -> None:
    page = open_page(locale, viewport)
    sign_in(page, LEADER, language)
    page.goto(PACKAGE)
    page.locator("main a[href^='/departures/']").nth(2).click()
    page.locator("main a[href$='/register']").first.click()
    page.locator("[name=pupils]").fill("8")
    page.locator("[name=staff]").fill("0")
    expect(page.locator("#adults.adults-lacking")).to_contain_text("8")
    page.locator("[name=staff]").fill("1")
    expect(page.locator("#adults:not(.adults-lacking)")).to_contain_text("1")
    page.locator("[name=hold]").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("2")
    expect(page.locator(".countdown-left")).to_have_text(re.compile(r"2[34]"))

    page.go_back()
    page.go_forward()
    page.locator("[name=roster_text]").fill(pasted(group(8, 1)))
    page.locator("main form button.btn-primary:visible").click()
    expect(page).to_have_url(re.compile("/register/send$"))
    expect(page.locator("[aria-current=step]")).to_contain_text("3")
    page.locator("main dd a[href$='/register/group']").first.click()
    expect(page.locator("[name=pupils]")).to_have_value("8")
    page.locator("main form button.btn-primary:visible").click()
    page.locator("main a[href$='/register/send']").last.click()
    page.locator("main form button.btn-primary:visible").click()
    expect(page).to_have_url(re.compile(r"/bookings/[0-9A-Z]{8}$"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_time_runs_out_while_a_list_is_pasted(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    page.clock.install()
    steps = hold(page, pupils="8", staff="1")
    said, again = page.locator(".countdown-said"), page.locator("button[name=again]")
    expect(said).to_have_text("")
    expect(again).to_be_hidden()
    page.locator("[name=roster_text]").fill(pasted(group(8, 1)))
    page.clock.run_for("14:30")
    expect(said).to_have_text("9 minutes left" if "9 minutes" in (said.text_content() or "") else "10 minutes left")
    page.clock.run_for("09:40")
    expect(said).to_have_text("the time has run out")
    expect(again).to_be_visible()
    expect(page.locator("button[data-while-held]")).to_be_hidden()
    again.click()
    expect(page).to_have_url(f"{steps}/send")
    expect(page.locator("main")).to_contain_text("9 of 9 named")


@pytest.mark.parametrize(("locale", "viewport", "language"), READERS)
def test_without_javascript(browser: Browser, site: str, locale: str, viewport: dict[str, int], language: str) -> None:
    context = browser.new_context(base_url=site, locale=locale, viewport=viewport, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("main input[name=email]").first.fill(LEADER)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    if viewport is PHONE:
        page.locator(".site-menu summary").click()
    page.locator(".site-navigation a[href='/packages']").click()
    expect(page).to_have_url(re.compile("/packages$"))
    hold(page, pupils="8", staff="1")
    expect(page.locator(".countdown-left")).to_have_text(re.compile(r"2[34]"))
    page.locator("main a[href$='/register/send']").last.click()  # the roster follows later
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/bookings/[0-9A-Z]{8}$"))
    context.close()


# A page that is being left cannot be looked at; it writes down itself what it says.
PRESS_TWICE = """
    const said = document.getElementById("at-work");
    new MutationObserver(() => localStorage.setItem("said", said.textContent)).observe(said, {childList: true});
    for (let times = 0; times < 2; times++) document.querySelector("[name=hold]").click();
"""


def test_a_form_is_sent_once_and_says_so(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    page.goto(PACKAGE)
    page.locator("main a[href^='/departures/']").nth(2).click()
    page.locator("main a[href$='/register']").first.click()
    page.locator("[name=pupils]").fill("0")
    page.locator("[name=staff]").fill("0")
    sent: list[Route] = []
    page.route("**/register", lambda route: sent.append(route))
    page.evaluate(f"() => {{ {PRESS_TWICE} }}")
    page.wait_for_timeout(1_000)  # longer than the moment after which it is said
    assert [route.request.method for route in sent] == ["POST"]
    sent[0].continue_()
    expect(page.locator("[name=pupils][aria-invalid=true]")).to_be_visible()
    expect(page.locator("form[aria-busy]")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('said')") == "One moment …"
