"""A leader calls the roll on a phone without a connection, and signed out; afterwards everything is on the server.

And names are dragged from place to place."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.people import LEADER, PASSWORD, sign_in

KEPT = """async () => (await (await caches.open("roll-calls")).keys()).map(kept => new URL(kept.url).pathname)"""

ALL_KEPT = f"""async () => {{
  const kept = await ({KEPT})();
  return JSON.parse(document.querySelector(".roll-status").dataset.pages).every(path => kept.includes(path));
}}"""
ALL_SENT = "() => !Object.keys(localStorage).some(key => key.startsWith('roll:'))"


def open_roll(page: Page) -> str:
    """The first group that travels and has a roster: its list of calls, taken from the itinerary; their addresses."""
    page.goto("/bookings")
    found = page.locator("main a[href^='/bookings/']").evaluate_all("links => links.map(link => link.pathname)")
    for code in dict.fromkeys(address.split("/")[2] for address in found):
        if page.request.get(f"/roll/{code}").ok:
            page.goto(f"/roll/{code}")
            page.locator("form[action$='/itinerary'] button").click()
            page.locator("a.roll-call-link").first.click()
            if page.locator(".roll-person").count():
                return f"/roll/{code}"
    raise AssertionError("no group of the demo travels")


def test_a_roll_call_without_a_connection(open_page: OpenPage) -> None:
    page = open_page("en-GB", PHONE)
    sign_in(page, LEADER, "en")
    roll = open_roll(page)
    first_call = page.url
    persons = page.locator(".roll-person").count()
    status = page.locator(".roll-status")
    expect(status).to_contain_text("Everything is sent.")
    page.wait_for_function(ALL_KEPT)
    page.goto(roll)  # from now on the worker answers
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.locator("a.roll-call-link").nth(1).click()
    expect(page).to_have_url(re.compile(rf"{roll}/\d+"))
    other_call = page.url
    expect(page.locator(".roll-person")).to_have_count(persons)
    page.goto(first_call)
    page.locator(".roll-choice-missing").first.click()
    expect(page.locator(".roll-missing")).to_have_text("1")
    expect(status).to_contain_text("kept on this phone")
    page.locator("input[name=head_count]").fill(str(persons - 1))
    page.locator("button[name=everybody]").click()
    expect(status).to_contain_text("mark who is missing")
    page.locator(".roll-choice-present").first.click()
    page.locator("input[name=head_count]").fill(str(persons))
    page.locator("button[name=everybody]").click()
    expect(page.locator(".roll-present")).to_have_text(str(persons))
    page.reload()  # the phone was put away in between: nothing is lost
    expect(page.locator(".roll-present")).to_have_text(str(persons))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    names = page.locator(".roll-person legend").all_inner_texts()
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert not [name for name in names if name.split()[0] in stored]
    page.context.set_offline(False)
    page.wait_for_function(ALL_SENT)
    expect(status).to_contain_text("Everything is sent.")
    colleague = open_page("en-GB", PHONE)
    sign_in(colleague, LEADER, "en")
    colleague.goto(first_call)
    expect(colleague.locator(".roll-present")).to_have_text(str(persons))
    expect(colleague.locator(".roll-missing")).to_have_text("0")
    colleague.goto(other_call)
    colleague.locator(".roll-choice-missing").nth(2).click()
    colleague.wait_for_function(ALL_SENT)
    page.goto(other_call)
    expect(page.locator(".roll-missing")).to_have_text("1")
    page.locator(".roll-forget").click()
    expect(status).to_contain_text("forgotten")
    assert page.evaluate(KEPT) == []


def test_a_phone_that_is_signed_out_keeps_what_was_entered(site: str, browser: Browser) -> None:
    context = browser.new_context(base_url=site, locale="en-GB", viewport=PHONE)
    page = context.new_page()
    sign_in(page, LEADER, "en")
    open_roll(page)
    call = page.url
    expect(page.locator(".roll-status")).to_contain_text("Everything is sent.")
    token = page.locator("form[action$='/sign-out'] input[name=csrf_token]").input_value()
    assert page.request.post("/sign-out", form={"csrf_token": token}).ok
    page.locator(".roll-choice-missing").nth(3).click()
    expect(page.locator(".roll-status")).to_contain_text("You are signed out.")
    expect(page.locator(".roll-missing")).not_to_have_text("0")
    page.locator(".roll-sign-in").click()
    page.locator("main input[name=email]").first.fill(LEADER)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(call)
    page.wait_for_function(ALL_SENT)
    expect(page.locator(".roll-person").nth(3)).to_have_attribute("data-state", "missing")
    context.close()


def test_a_name_is_dragged_and_stays_after_saving(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    code = open_roll(page).split("/")[2]
    page.goto(f"/bookings/{code}/trip/coach")
    page.locator("input[name=capacity]").fill("20")
    page.locator("form[action$='/places'] button").click()
    person, coach = page.locator(".place-person").first, page.locator("[data-place]").last
    name = person.locator("label").inner_text()
    person.drag_to(coach)
    expect(coach).to_contain_text(name)
    page.locator(".places-save button").click()
    expect(page.locator("[data-place]").last).to_contain_text(name)
