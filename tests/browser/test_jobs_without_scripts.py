"""Reading, registering and consenting need no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import LEADER, Person, Reader, both_readers
from tests.browser.test_jobs_families import agrees_to_all_but_photos, group_with_guardians, makes_a_link
from tests.browser.test_jobs_schools import ROSTER, chooses_a_date, registers

LARGE = "a-day-among-bronze-drums"  # so that other tests find seats too


@pytest.fixture
def plain(browser: Browser, site: str, reader: Reader) -> Iterator[BrowserContext]:
    """A browser that runs no scripts."""
    context = browser.new_context(
        base_url=site, locale=reader.locale, viewport=reader.viewport, java_script_enabled=False
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@both_readers
def test_reading_registering_and_consenting(plain: BrowserContext, reader: Reader) -> None:
    visitor = PlainPerson(plain.new_page(), reader)
    reads(visitor)
    leader = visitor
    leader.signs_in(LEADER)
    chooses_a_date(leader, LARGE, seats=27, number=1)
    code = registers(leader, pupils=24, staff=3, roster=ROSTER)
    leader.reads("What to do next")
    gives_the_seats_back(leader, code)
    address, child = makes_a_link(leader, group_with_guardians(leader))
    plain.clear_cookies()
    consents(leader, address, child)


class PlainPerson(Person):
    """Nothing can be measured on the pages of whoever runs no scripts."""

    def _finds_it_fitting(self) -> None:
        self.page.wait_for_load_state()

    def finds_no_fault(self) -> None:
        """axe-core is a script."""


def reads(visitor: Person) -> None:
    visitor.goes_to("/packages")
    visitor.unfolds("Search and filter")
    visitor.fills("Seats needed", 27)
    visitor.presses("Show")
    expect(visitor.page).to_have_url(re.compile("seats=27"))
    visitor.follows("Calendar")
    visitor.follows("The month after")
    visitor.goes_to("/packages/a-day-among-bronze-drums")
    visitor.main.locator("a[href^='/departures/']").first.click()
    visitor.reads("The group meets")


def gives_the_seats_back(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}")
    leader.unfolds("Cancel this booking")
    leader.main.locator("#cancel-reason").fill("水痘 chickenpox")
    leader.presses("Cancel the booking")
    leader.reads("This booking was cancelled and its seats were given back.")


def consents(guardian: Person, address: str, child: str) -> None:
    guardian.goes_to(address)
    guardian.is_at("May %(name)s come along?", name=child)
    guardian.presses("Send my answer")
    expect(guardian.main.locator(".error-summary")).to_be_visible()
    agrees_to_all_but_photos(guardian)
    guardian.reads("Your answer so far")
    guardian.presses("Withdraw my consent to everything")
    guardian.reads("You can change your mind: answer again below.")
