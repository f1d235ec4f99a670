"""People at their browsers: they press, fill in and read what the page says in their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from babel.support import Translations
from playwright.sync_api import Locator, Page, expect

from launcher.frontend import MODULES
from launcher.settings import ROOT
from tests.browser.conftest import DESKTOP, PHONE, OpenPage

PASSWORD = "exchange-demo-2026"
LEADER = "leader.nanning@demo.example"
OTHER_LEADER = "leader.chongzuo@demo.example"
HEAD = "head.nanning@demo.example"
BUREAU = "bureau.nanning@demo.example"
ORGANISER = "organiser.chongzuo@demo.example"
OTHER_ORGANISER = "organiser.nanning@demo.example"
ADMINISTRATOR = "administrator@demo.example"

AXE = (MODULES / "axe-core" / "axe.min.js").read_text()
CHINESE = Translations.load(ROOT / "exchange_app" / "translations", ["zh_Hans"])
WAITS = 60  # looks into the mailbox, half a second apart


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads in one language on one kind of screen."""

    locale: str
    language: str
    viewport: dict[str, int]

    @property
    def is_chinese(self) -> bool:
        return self.language == "zh-Hans"

    @property
    def turn(self) -> int:
        """So that both readers, on one site, do not meet at the same thing."""
        return 0 if self.is_chinese else 1


ON_A_PHONE = Reader("zh-CN", "zh-Hans", PHONE)
AT_A_DESK = Reader("en-GB", "en", DESKTOP)
both_readers = pytest.mark.parametrize("reader", [ON_A_PHONE, AT_A_DESK], ids=["zh-phone", "en-desktop"])

Meet = Callable[..., "Person"]


class Person:
    """What somebody does is named by the English sentences of the pages, and found by those of their own language."""

    def __init__(self, page: Page, reader: Reader) -> None:
        self.page = page
        self.reader = reader
        self.main = page.locator("main")

    def words(self, sentence: str, **facts: Any) -> str:
        told = CHINESE.gettext(sentence) if self.reader.is_chinese else sentence
        return told % facts if facts else told

    def words_for(self, one: str, several: str, count: int) -> str:
        return (CHINESE.ngettext(one, several, count) if self.reader.is_chinese else one) % {"num": count}

    # ---- going about

    def goes_to(self, address: str) -> None:
        self.page.goto(address)
        self._finds_it_fitting()

    def signs_in(self, email: str, password: str = PASSWORD) -> None:
        sign_in(self.page, email, self.reader.language, password)

    def follows(self, sentence: str, *, exact: bool = True, **facts: Any) -> None:
        self._link(self.words(sentence, **facts), exact).click()

    def opens(self, title: str) -> None:
        """What has a name of its own, in every language the same."""
        self._link(title, exact=False).click()

    def _link(self, words: str, exact: bool) -> Locator:
        return self.main.get_by_role("link", name=words, exact=exact).filter(visible=True).first

    def presses(self, sentence: str, *, exact: bool = True, **facts: Any) -> None:
        words = self.words(sentence, **facts)
        self.main.get_by_role("button", name=words, exact=exact).filter(visible=True).first.click()

    def unfolds(self, sentence: str) -> None:
        folded = self.main.locator("details:not([open]) > summary", has_text=self.words(sentence)).filter(visible=True)
        if folded.count():
            folded.first.click()

    # ---- forms

    def field(self, label: str, *, exact: bool = False) -> Locator:
        return self.main.get_by_label(self.words(label), exact=exact).filter(visible=True).first

    def fills(self, label: str, typed: object) -> None:
        self.field(label).fill(str(typed))

    def fills_both(self, label: str, chinese: str, english: str) -> None:
        """A text that organisers write in both languages."""
        texts = self.main.get_by_role("group", name=self.words(label)).first
        texts.get_by_label("简体中文").fill(chinese)
        texts.get_by_label("English").fill(english)

    def chooses(self, label: str, *, value: str | None = None, index: int | None = None) -> None:
        self.field(label).select_option(value=value, index=index)

    # ---- reading

    def is_at(self, heading: str, **facts: Any) -> None:
        expect(self.main.locator("h1").first).to_contain_text(self.words(heading, **facts))
        self._finds_it_fitting()

    def reads(self, sentence: str, **facts: Any) -> None:
        expect(self.main).to_contain_text(self.words(sentence, **facts))

    def does_not_read(self, words: str) -> None:
        expect(self.main).not_to_contain_text(words)

    def is_told(self, sentence: str, **facts: Any) -> None:
        """At the top of the page, after something was done."""
        notice = self.page.locator("#notices, main .alert")
        expect(notice.filter(has_text=self.words(sentence, **facts)).first).to_be_visible()
        self._finds_it_fitting()

    def is_refused(self, label: str) -> None:
        """Beside the field, and in the summary above; what else was typed is still there."""
        expect(self.field(label)).to_have_attribute("aria-invalid", "true")
        expect(self.main.locator(".error-summary")).to_be_visible()
        self._finds_it_fitting()

    def finds_no_fault(self) -> None:
        check_page(self.page)

    def _finds_it_fitting(self) -> None:
        self.page.wait_for_load_state()
        assert fits(self.page), f"{self.page.url} has to be pushed to the side"

    # ---- letters

    def finds_letter(self, about: str, holding: str = "") -> str:
        """The text of the newest letter about a booking code, or to an address, that was sent and has that in it."""
        for _ in range(WAITS):
            self.page.goto("/mailbox")
            self.page.locator("input[name=typed]").fill(about)
            self.page.locator("form[action^='/mailbox/search'] button").click()
            found = self.page.locator("main a[href^='/mailbox/']:not([href*='?'])")
            for address in found.evaluate_all("links => links.slice(0, 6).map(link => link.href)"):
                self.page.goto(address)
                text = self.main.locator("pre").text_content() if self.main.locator("pre").count() else ""
                if text and holding in text and self.main.locator("dt", has_text=self.words("Sent")).count():
                    return text
            self.page.wait_for_timeout(500)
        raise AssertionError(f"no letter about {about} with {holding!r} was sent")


@pytest.fixture
def meet(open_page: OpenPage) -> Meet:
    """Somebody with a browser of their own: ``meet(reader)``, or signed in: ``meet(reader, email)``."""

    def meet_one(reader: Reader, email: str | None = None) -> Person:
        person = Person(open_page(reader.locale, reader.viewport), reader)
        if email:
            person.signs_in(email)
        return person

    return meet_one


def sign_in(page: Page, email: str, language: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.locator("main input[name=email]").first.fill(email)
    page.locator("main input[name=password]").first.fill(password)
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("form[action='/sign-out']")).to_be_attached()
    speak(page, language)


def open_menu(page: Page) -> None:
    """On a phone the site's links lie behind a button; elsewhere they stand there."""
    button = page.locator(".site-menu:not([open]) > summary").filter(visible=True)
    if button.count():
        button.click()


def speak(page: Page, language: str) -> None:
    """An account has a language of its own, whatever the browser speaks."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator("button[name=language]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def fits(page: Page) -> bool:
    """Nothing has to be pushed to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def check_page(page: Page) -> None:
    """That axe-core finds no fault with it, and that it fits."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]] == []
    assert fits(page), "wider than the screen"
