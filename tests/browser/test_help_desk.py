"""Somebody asks in Chinese on a phone, an office answers in English at a desk, the person reads it with code and PIN on
another phone that runs no scripts, and deletes everything."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, OpenPage
from tests.browser.people import sign_in
from tests.browser.test_tailored import fits

OFFICE = "jobs.chongzuo@demo.example"
QUESTION = "想在崇左学做竹编，有培训班吗？"
IDENTITY_NUMBER = "459900201303150017"
ANSWER = "Yes: every Saturday at the service hall, free of charge."


def ask(page: Page) -> tuple[str, str]:
    """With a slip on the way: what was typed stays."""
    page.goto("/help")
    page.locator("a[href='/help/ask']").first.click()
    page.locator("input[name=topic][value=job]").check()
    whole_city = page.locator("optgroup[label='崇左市'] option").first.get_attribute("value")
    page.locator("select[name=place]").select_option(whole_city)
    page.locator("[name=words]").fill(f"{QUESTION}{IDENTITY_NUMBER}")
    page.locator("[name=contact]").fill("15400000079")
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator("#words-error")).to_be_visible()
    expect(page.locator("[name=contact]")).to_have_value("15400000079")
    assert fits(page)
    page.locator("[name=words]").fill(QUESTION)
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/help/asked$"))
    assert fits(page)
    return page.locator("#code").inner_text(), page.locator("#pin").inner_text()


def test_a_question_its_answer_and_its_end(open_page: OpenPage, browser: Browser, site: str) -> None:
    code, pin = ask(open_page("zh-CN", PHONE))

    office = open_page("en-GB", DESKTOP)
    sign_in(office, OFFICE, "en")
    office.goto("/office/help")
    office.locator("a", has_text=code).click()
    expect(office.locator("main")).to_contain_text(QUESTION)
    expect(office.locator("main")).not_to_contain_text("15400000079")
    office.locator("form[action$='/contact'] button").click()
    expect(office.locator("main")).to_contain_text("15400000079")
    office.locator("[name=answer-words]").fill(ANSWER)
    office.locator("form[action$='/answer'] button[type=submit]").click()
    expect(office.locator(".alert-success")).to_be_visible()

    context = browser.new_context(base_url=site, locale="zh-CN", viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    person = context.new_page()
    person.goto("/help/open")
    person.locator("[name=code]").fill(code.lower())
    person.locator("[name=pin]").fill(pin)
    person.locator("main form[method=post] button[type=submit]").click()
    expect(person.locator("main")).to_contain_text(ANSWER)
    person.locator("form[action='/help/request/delete'] button").click()
    expect(person.locator(".alert-success")).to_be_visible()
    context.close()

    office.goto("/office/help?show=answered")
    expect(office.locator("main")).not_to_contain_text(code)
