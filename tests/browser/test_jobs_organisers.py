"""What organisers do: they make activities, packages and dates, decide about groups, and write to them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.people import (
    AT_A_DESK,
    LEADER,
    ORGANISER,
    Meet,
    Person,
    Reader,
    both_readers,
    meet,
)
from tests.browser.test_jobs_schools import registers

__all__ = ["meet"]


@both_readers
def test_an_organiser_makes_an_offer_and_takes_a_group(meet: Meet, reader: Reader) -> None:
    organiser = meet(reader, ORGANISER)
    activity, package = f"Bamboo rafts {reader.language}", f"A day on the river {reader.language}"
    begins_the_day(organiser)
    publishes_an_activity(organiser, activity)
    describes_a_package(organiser, package)
    composes_it(organiser, activity)
    publishes_it(organiser)
    departure = opens_dates(organiser, package)
    code = a_school_registers(meet, departure)
    decides_about_the_group(organiser, code)
    allots_seats(organiser, departure)
    writes_to_the_groups(organiser, departure, code)
    prepares_the_day(organiser, departure)
    closes_the_registration(organiser, departure)


def begins_the_day(organiser: Person) -> None:
    organiser.goes_to("/organiser/")
    organiser.reads("Waiting for your decision")
    organiser.reads("Coming up")
    organiser.goes_to("/organiser/planner")
    organiser.is_at("Planner")


def publishes_an_activity(organiser: Person, title: str) -> None:
    """On the menu of this season, which visitors see."""
    organiser.goes_to("/organiser/menus")
    published = organiser.main.locator("tr, li, .card").filter(has=organiser.page.locator(".badge.state-green"))
    published.last.locator("a").first.click()
    organiser.follows("Add an activity")
    organiser.is_at("Add an activity")
    organiser.presses("Save")
    expect(organiser.main.locator(".error-summary")).to_be_visible()
    organiser.fills_both("Title", f"竹筏 {title}", title)
    organiser.chooses("Base", index=1)
    organiser.fills_both("Description", "坐竹筏看山水。", "On a raft between the hills.")
    organiser.fills("Duration in minutes", 60)
    organiser.fills("Smallest group", 5)
    organiser.fills("Largest group", 60)
    organiser.fills("Persons that one slot takes, all groups together", 60)
    for day in ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays"):
        organiser.fills(f"Times on {day}", "09:00")
    organiser.chooses("From grade", index=4)
    organiser.chooses("Until grade", index=6)
    organiser.main.locator("input[name=speaks_zh]").check()
    organiser.presses("Save")
    expect(organiser.main).to_contain_text(title)
    visitor = organiser.page.context.request.get(f"/search?q={title}")
    assert title in visitor.text()


def describes_a_package(organiser: Person, title: str) -> None:
    organiser.goes_to("/organiser/packages")
    organiser.follows("Add a package")
    organiser.is_at("Add a package")
    organiser.fills_both("Title", f"江上一日 {title}", title)
    organiser.fills_both("Summary in one or two sentences", "坐竹筏。", "Rafts.")
    organiser.fills("Days", 1)
    organiser.chooses("From grade", index=4)
    organiser.chooses("Until grade", index=6)
    organiser.chooses("Who approves first", value="host")
    organiser.fills_both("Basis of this number", "主办单位规定", "Set by the host")
    organiser.presses("Save")
    expect(organiser.main.locator("h1")).to_contain_text(title)


def composes_it(organiser: Person, activity: str) -> None:
    """By buttons, as one does on a phone or with a keyboard."""
    organiser.follows("Compose of activities")
    organiser.main.get_by_role("searchbox").fill(activity)
    organiser.presses("Show")
    organiser.presses("Add", exact=False)
    expect(organiser.main.locator("[data-day='1'] [data-stop]")).to_have_count(1)
    expect(organiser.main.locator("[data-day='1'] [data-stop]")).to_contain_text(activity)
    organiser.goes_to(organiser.page.url)
    organiser.follows("Back to the package")


def publishes_it(organiser: Person) -> None:
    organiser.presses("Publish")
    organiser.follows("As visitors see it")
    organiser.reads("Itinerary")
    organiser.page.go_back()


def opens_dates(organiser: Person, package: str) -> str:
    """Two weeks of Wednesdays, which the planner shows then; the address of the first date, as visitors see it."""
    organiser.follows("Plan many dates")
    organiser.is_at("Plan many dates")
    since = datetime.now(UTC).date() + timedelta(days=30 + 21 * organiser.reader.turn)
    organiser.fills("From the day", since)
    organiser.fills("Until the day", since + timedelta(days=13))
    organiser.main.locator("input[name=weekdays][value='3']").check()
    organiser.chooses("Which days", index=0)
    organiser.fills("The group meets at", "08:30")
    organiser.fills_both("Meeting point", "码头", "The landing place")
    organiser.fills("Registration opens, days before", 90)
    organiser.fills("Registration closes, days before", 5)
    organiser.fills("Rosters are due, days before", 3)
    organiser.fills("Seats, pupils and staff together", 40)
    organiser.fills("Persons without whom it may be called off", 5)
    organiser.field("Open the registration at once, with their slots").check()
    organiser.presses("Show the dates")
    expect(organiser.main.locator(".proposals > li")).to_have_count(2)
    organiser.presses("Plan and open the ticked dates")
    organiser.is_at("Planner")
    organiser.opens(package)
    organiser.reads("Groups that registered")
    departure = re.search(r"/departures/\d+", organiser.page.url)
    assert departure
    return departure[0]


def a_school_registers(meet: Meet, departure: str) -> str:
    leader = meet(AT_A_DESK, LEADER)
    leader.goes_to(departure)
    leader.follows("Register a group")
    return registers(leader, pupils=18, staff=2)


def decides_about_the_group(organiser: Person, code: str) -> None:
    organiser.finds_letter(code, "/bookings/")
    organiser.goes_to("/organiser/")
    organiser.main.locator(f"a[href*='{code}']").first.click()
    organiser.presses("Confirm the group")
    organiser.reads("The group is confirmed.")
    organiser.goes_to("/organiser/bookings")
    organiser.is_at("Groups")


def allots_seats(organiser: Person, departure: str) -> None:
    organiser.goes_to(f"/organiser{departure}")
    organiser.follows("Seats set aside")
    organiser.chooses("Kept for", index=1)
    organiser.fills("Seats", 10)
    returns = datetime.now(UTC) + timedelta(days=10)
    organiser.fills("They return at", f"{returns:%Y-%m-%dT%H:%M}")
    organiser.presses("Set aside")
    expect(organiser.main.locator("form[action$='/release']")).to_have_count(1)
    organiser.goes_to(organiser.page.url)


def writes_to_the_groups(organiser: Person, departure: str, code: str) -> None:
    organiser.goes_to(f"/organiser{departure}/bookings")
    organiser.follows("Write to all leaders")
    organiser.is_at("Write to all leaders")
    organiser.fills("Subject", "Rain 下雨")
    organiser.fills("Message", "Please bring rain coats. 请带雨衣。")
    organiser.presses("Preview")
    organiser.is_at("Preview")
    send = organiser.words_for("Send to one leader", "Send to %(num)s leaders", 1)
    organiser.main.get_by_role("button", name=send).click()
    expect(organiser.main.locator("h1")).to_contain_text("Rain 下雨")
    assert code[:4] in organiser.finds_letter(LEADER, "请带雨衣")


def prepares_the_day(organiser: Person, departure: str) -> None:
    organiser.goes_to(f"/organiser{departure}")
    organiser.follows("The day itself")
    organiser.follows("Emergency numbers and notes")
    organiser.is_at("Emergency numbers and notes")
    organiser.presses("Save", exact=False)
    organiser.is_told("Your notes are kept.")
    organiser.follows("Day sheet")
    organiser.is_at("Day sheet")
    organiser.reads("%(pupils)s pupils, %(staff)s staff", pupils=18, staff=2)


def closes_the_registration(organiser: Person, departure: str) -> None:
    organiser.goes_to(f"/organiser{departure}")
    organiser.presses("Close the registration")
    organiser.goes_to(departure)
    organiser.reads("The organiser closed the registration.")
