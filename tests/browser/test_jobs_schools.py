"""What schools do: a leader takes a group on a trip, and head and education bureau say yes or no."""

from __future__ import annotations

import re
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import Page, expect

from exchange_app.demo.samples import ROSTERS as SAMPLES
from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.people import (
    AT_A_DESK,
    BUREAU,
    HEAD,
    LEADER,
    ORGANISER,
    Meet,
    Person,
    Reader,
    both_readers,
    meet,
    sign_in,
)

__all__ = ["meet"]

OVERNIGHT = "weekend-with-the-langurs"  # its host decides about each group
APPROVED_BY_ALL = "by-rail-to-friendship-pass"  # by the school's head, the host and the education bureau
ROSTER = SAMPLES / "roster-24-3.xlsx"  # 24 pupils and 3 adults
RARE_NAMES = ("阿依古丽·买买提", "Vangz Genqdaz")


def chooses_a_date(leader: Person, package: str, *, seats: int, number: int) -> None:
    """Through the list of packages to the form that registers a group."""
    leader.goes_to(f"/packages?seats={seats}")
    leader.main.locator(f"a[href*='/packages/{package}']").first.click()
    leader.main.locator("a[href^='/departures/']").nth(number).click()
    leader.follows("Register a group")
    leader.is_at("Register a group")


def registers(leader: Person, *, pupils: int, staff: int, roster: Path | None = None) -> str:
    """From the form to the group that is handed in; its code. Everything about the form's steps stands here."""
    leader.fills("Pupils", pupils)
    leader.fills("Accompanying adults", staff)
    leader.fills("Phone", "15400000011")
    leader.presses("Hold the seats and go on")
    if roster:
        leader.field("Roster file").set_input_files(roster)
        leader.presses("Read the roster and go on")
    else:
        leader.follows("Later: go on without a roster")
    leader.is_at("Look once more and submit")
    leader.presses("Submit the booking")
    expect(leader.page).to_have_url(re.compile(r"/bookings/[0-9A-Z]{8}$"))
    return leader.page.url.rsplit("/", 1)[1]


def spaced(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


@both_readers
def test_a_leader_takes_a_group_on_a_trip(meet: Meet, reader: Reader) -> None:
    leader = meet(reader, LEADER)
    chooses_a_date(leader, OVERNIGHT, seats=28, number=1 - reader.turn)
    is_told_how_many_adults_it_takes(leader)
    code = registers(leader, pupils=24, staff=3, roster=ROSTER)
    reads_the_roster(leader, code)
    the_host_agrees(meet, code)
    gets_the_confirmation(leader, code)
    asks_the_guardians(leader, code)
    arranges_coaches_and_rooms(leader, code)
    calls_the_roll(leader, code)
    has_everything_to_print(leader, code)
    changes_the_group(leader, code)
    cancels_it(leader, code)


def is_told_how_many_adults_it_takes(leader: Person) -> None:
    leader.fills("Pupils", 24)
    leader.fills("Accompanying adults", 1)
    leader.fills("Phone", "15400000011")
    leader.presses("Hold the seats and go on")
    leader.is_refused("Accompanying adults")
    expect(leader.field("Pupils")).to_have_value("24")


def reads_the_roster(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}")
    leader.reads("What to do next")
    leader.main.locator("a[href$='/roster']").first.click()
    leader.is_at("Roster")
    for name in RARE_NAMES:
        expect(leader.main).to_contain_text(name)


def the_host_agrees(meet: Meet, code: str) -> None:
    """At a desk, whoever else reads on a phone."""
    host = meet(AT_A_DESK, ORGANISER)
    host.goes_to("/organiser/bookings")
    host.main.locator(f"a[href*='{code}']").first.click()
    host.does_not_read(RARE_NAMES[0])  # hosts see counts, no names
    host.presses("Confirm the group")
    host.reads("The group is confirmed.")


def gets_the_confirmation(leader: Person, code: str) -> None:
    """By a letter that the worker sent, with the itinerary for the calendar."""
    leader.finds_letter(code, "/check/")
    with leader.page.expect_download() as download:
        leader.main.locator("a[href*='/attachments/']").first.click()
    calendar = Calendar.from_ical(Path(download.value.path()).read_bytes())
    assert len(calendar.events) >= 2
    assert calendar.timezones
    expect(leader.page.frame_locator("iframe").locator("body")).to_contain_text(spaced(code))
    leader.goes_to(f"/bookings/{code}")
    leader.reads("The group is confirmed.")


def asks_the_guardians(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}/consents")
    leader.is_at("Consent of the guardians")
    leader.presses("Remind those who have not answered")
    expect(leader.main.locator("textarea").nth(1)).to_have_value(re.compile("/c/"))
    leader.follows("Back")
    leader.presses("Form on paper")
    leader.is_at("Consent of a guardian")


def arranges_coaches_and_rooms(leader: Person, code: str) -> None:
    for kind, count, capacity in (("coach", 1, 30), ("room", 14, 2)):
        leader.goes_to(f"/bookings/{code}/trip/{kind}")
        leader.fills("How many", count)
        leader.fills("Places in each", capacity)
        leader.presses("Add")
        if kind == "coach":
            leader.presses("Propose places")
            leader.reads("Everybody has a place.")
    leader.goes_to(f"/bookings/{code}/trip")
    leader.is_at("The trip")


def calls_the_roll(leader: Person, code: str) -> None:
    leader.goes_to(f"/roll/{code}")
    leader.presses("Take the roll calls of the itinerary")
    leader.main.locator("a.roll-call-link").first.click()
    expect(leader.main.locator(".roll-person")).to_have_count(27)
    leader.main.locator(".roll-choice-missing").first.click()
    expect(leader.main.locator(".roll-missing")).to_have_text("1")
    leader.goes_to(leader.page.url)


def has_everything_to_print(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}/trip")
    for sheet in ("Itinerary", "Lists to print", "Badges"):
        leader.follows(sheet)
        leader.goes_to(leader.page.url)
        leader.page.go_back()
    leader.goes_to(f"/bookings/{code}/papers")
    leader.is_at("Papers")


def changes_the_group(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}")
    leader.unfolds("Other numbers")
    leader.fills("Accompanying adults", 4)
    leader.presses("Change the numbers")
    leader.is_told("The numbers are changed.")
    leader.reads("%(pupils)s pupils, %(staff)s staff", pupils=24, staff=4)


def cancels_it(leader: Person, code: str) -> None:
    leader.goes_to(f"/bookings/{code}")
    leader.unfolds("Cancel this booking")
    leader.presses("Cancel the booking")
    expect(leader.main.locator(".error-summary")).to_be_visible()  # a reason is wanted
    leader.unfolds("Cancel this booking")
    leader.main.locator("#cancel-reason").fill("水痘 chickenpox")
    leader.presses("Cancel the booking")
    leader.reads("This booking was cancelled and its seats were given back.")
    leader.follows("Look for another date")
    assert "chickenpox" in leader.finds_letter(code, "chickenpox")


@both_readers
def test_head_and_bureau_decide_about_a_group(meet: Meet, reader: Reader) -> None:
    leader = meet(AT_A_DESK, LEADER)
    chooses_a_date(leader, APPROVED_BY_ALL, seats=23, number=1 + reader.turn)
    code = registers(leader, pupils=20, staff=3)
    the_head_agrees(meet(reader, HEAD), code)
    host = meet(AT_A_DESK, ORGANISER)
    host.goes_to(f"/bookings/{code}")
    host.presses("Agree")
    the_bureau_refuses(meet(reader, BUREAU), code)
    leader.goes_to(f"/bookings/{code}")
    leader.reads("The education bureau declined the group.")
    expect(leader.main).to_contain_text("Exams 期末考试")
    assert "Exams 期末考试" in leader.finds_letter(code, "Exams")


def the_head_agrees(head: Person, code: str) -> None:
    """Among the groups of the own school; nobody's name is shown."""
    assert spaced(code) in head.finds_letter(code, "/bookings/")
    head.goes_to("/decisions")
    head.reads("Waits for you")
    head.main.locator(f"a[href*='{code}']").first.click()
    head.reads("What to do next")
    head.does_not_read("15400000011")
    head.presses("Agree")
    head.goes_to("/decisions")
    head.is_at("Decisions")
    head.goes_to("/papers")
    expect(head.main.locator(f"a[href*='{code}']")).to_be_visible()
    head.is_at("Papers")


def the_bureau_refuses(bureau: Person, code: str) -> None:
    bureau.goes_to("/decisions")
    bureau.main.locator(f"a[href*='{code}']").first.click()
    bureau.presses("Decline the group")
    bureau.is_refused("What the school should know")
    bureau.fills("What the school should know", "Exams 期末考试")
    bureau.presses("Decline the group")
    bureau.reads("Nothing: this group does not come, and its seats were given back.")
    bureau.goes_to("/decisions")
    bureau.reads("Decided")


def hold_seats(page: Page) -> None:
    page.locator("input[name=pupils]").fill("24")
    page.locator("input[name=staff]").fill("3")
    page.locator("button[name=hold]").click()


def test_wrong_rows_are_mended_on_the_page(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    sign_in(page, LEADER, "en")
    page.goto("/packages/science-half-day")
    page.locator("main a[href^='/departures/']").first.click()
    page.locator("main a[href$='/register']").first.click()
    hold_seats(page)
    page.locator("input[name=roster_file]").set_input_files(SAMPLES / "roster-with-mistakes.csv")
    page.locator("main form button.btn-primary:visible").click()
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
