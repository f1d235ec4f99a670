"""Somebody adds a passkey, keeps recovery codes and signs in without a password; the authenticator is Chromium's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.people import PASSWORD, check_page, open_menu, sign_in

READERS = [
    ("zh-CN", PHONE, "zh-Hans", "head.nanning@demo.example"),
    ("en-GB", DESKTOP, "en", "head.chongzuo@demo.example"),
]
PAGE = "/account/second-factors"


def add_authenticator(page: Page) -> tuple[CDPSession, str]:
    """One that knows its owner's finger and waits for nobody."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def sign_out(page: Page) -> None:
    open_menu(page)
    page.locator("form[action='/sign-out'] button").click()
    expect(page.locator("a[href^='/sign-in']").first).to_be_attached()


@pytest.mark.parametrize(("locale", "viewport", "language", "email"), READERS)
def test_a_passkey_signs_in_and_a_recovery_code_where_it_is_lost(
    open_page: OpenPage, locale: str, viewport: dict[str, int], language: str, email: str
) -> None:
    page = open_page(locale, viewport)
    session, authenticator = add_authenticator(page)
    sign_in(page, email, language)
    page.goto(PAGE)
    check_page(page)
    page.locator(f"a[href='{PAGE}/passkey']").click()
    page.locator("input[name=name]").fill("电话 phone")
    check_page(page)
    page.locator("form.passkey button").click()
    expect(page).to_have_url(re.compile(f"{PAGE}$"))
    expect(page.locator("main")).to_contain_text("电话 phone")
    page.locator("form[action$='/recovery-codes'] button").click()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    check_page(page)
    sign_out(page)

    # The browser offers the passkey by itself while an address could be typed.
    page.goto("/sign-in")
    expect(page).to_have_url(re.compile("/decisions$"))
    sign_out(page)

    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    page.goto("/sign-in")
    page.locator("main input[name=email]").first.fill(email)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator(".password-toggle").click()
    expect(page.locator("main input[name=password]").first).to_have_attribute("type", "text")
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/sign-in/second-step"))
    check_page(page)
    page.locator("main summary").click()
    page.locator("input[name=recovery_code]").fill(codes[0])
    page.locator("details button").click()
    expect(page).to_have_url(re.compile("/decisions$"))
    page.goto(PAGE)
    page.locator("form[action$='/remove'] button").click()
    expect(page.locator("form[action$='/remove']")).to_have_count(0)
