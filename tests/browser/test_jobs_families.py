"""What families do: participants look up where and when, guardians answer for their child."""

from __future__ import annotations

import re
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.people import (
    AT_A_DESK,
    LEADER,
    Meet,
    Person,
    Reader,
    both_readers,
    meet,
    open_menu,
    speak,
)

__all__ = ["meet"]

FIRST_CHILDS_DIGITS = "0001"  # of the first guardian's phone in the sample roster
LEADERS_PHONE = "15400000011"


def group_with_guardians(leader: Person) -> str:
    """The code of the demo's group whose guardians were asked: it is confirmed and to come."""
    leader.goes_to("/bookings")
    found = leader.main.locator("a[href^='/bookings/']").evaluate_all("all => all.map(one => one.pathname)")
    for path in dict.fromkeys(path for path in found if re.fullmatch(r"/bookings/\w+", path)):
        leader.page.goto(f"{path}/consents?state=agreed")
        if leader.main.locator("tbody tr").count() > 10:
            return path.rsplit("/", 1)[1]
    raise AssertionError("the demo has no group whose guardians answered")


@both_readers
def test_a_participant_looks_up_the_trip(meet: Meet, reader: Reader) -> None:
    code = group_with_guardians(meet(AT_A_DESK, LEADER))
    participant = meet(reader)
    participant.goes_to("/")
    open_menu(participant.page)
    participant.page.get_by_role("link", name=participant.words("Check a booking"), exact=True).first.click()
    proves_to_belong_to_the_group(participant, code)
    reads_where_and_when(participant)
    takes_the_calendar_along(participant)
    takes_a_copy_along(participant)
    gets_word_by_letter(participant, code)


def proves_to_belong_to_the_group(participant: Person, code: str) -> None:
    participant.fills("Booking code", f"{code[:4]}-{code[4:]}".lower())
    participant.fills("Last four digits of the phone", "0000")
    participant.presses("Show the booking")
    participant.does_not_read(LEADERS_PHONE)
    participant.fills("Booking code", code)
    participant.fills("Last four digits of the phone", FIRST_CHILDS_DIGITS)
    participant.presses("Show the booking")


def reads_where_and_when(participant: Person) -> None:
    participant.reads("The visit takes place and your group is expected.")
    participant.reads("Where and when we meet")
    participant.reads("Day %(day)s", day=4)
    expect(participant.main.locator(f"a[href='tel:{LEADERS_PHONE}']")).to_be_visible()
    participant.does_not_read("阿依古丽")
    participant.finds_no_fault()


def takes_the_calendar_along(participant: Person) -> None:
    with participant.page.expect_download() as download:
        participant.follows("Add to my calendar")
    calendar = Calendar.from_ical(Path(download.value.path()).read_bytes())
    assert len(calendar.events) >= 4


def takes_a_copy_along(participant: Person) -> None:
    """It opens without a connection, and loads nothing."""
    with participant.page.expect_download() as download:
        participant.follows("A copy for the way, without a connection")
    copy = Path(download.value.path()).read_text()
    assert LEADERS_PHONE in copy
    assert participant.words("Where and when we meet") in copy
    assert not re.search(r"(src|href)=.(?!tel:)", copy)


def gets_word_by_letter(participant: Person, code: str) -> None:
    address = f"family.{participant.reader.language.lower()}@demo.example"
    participant.fills("E-mail address", address)
    participant.main.locator("button[name=follow]").click()
    participant.is_told("You get word by letter.")
    text = participant.finds_letter(address, f"{code[:4]}-{code[4:]}")
    link = re.search(r"https?://\S+(/check/\S+)", text)
    assert link, text
    participant.page.context.clear_cookies()
    participant.goes_to(link[1])
    participant.reads("Where and when we meet")


@both_readers
def test_a_guardian_answers_for_a_child(meet: Meet, reader: Reader) -> None:
    leader = meet(AT_A_DESK, LEADER)
    address, child = makes_a_link(leader, group_with_guardians(leader))
    guardian = meet(reader)
    guardian.goes_to(address)
    expect(guardian.page.locator("html")).to_have_attribute("lang", reader.language)
    guardian.is_at("May %(name)s come along?", name=child)
    reads_it_in_the_other_language(guardian)
    both_answers_are_alike(guardian)
    guardian.presses("Send my answer")
    expect(guardian.main.locator(".error-summary")).to_be_visible()  # no yes is ticked beforehand
    agrees_to_all_but_photos(guardian)
    guardian.reads("Your answer so far")
    guardian.finds_no_fault()
    the_leader_sees_no_photos(leader, child)
    withdraws(guardian)


def makes_a_link(leader: Person, code: str) -> tuple[str, str]:
    """For a child whose guardian has not answered; the path, and the child's name."""
    leader.goes_to(f"/bookings/{code}/consents?state=missing")
    leader.finds_no_fault()
    if not leader.main.locator("tbody tr").count():
        leader.goes_to(f"/bookings/{code}/consents?state=withdrawn")
    child = leader.main.locator("tbody tr a").first.inner_text()
    leader.presses("New link")
    link = re.search(r"/c/[\w-]+", leader.page.locator("#link").input_value())
    assert link
    return link[0], child


def reads_it_in_the_other_language(guardian: Person) -> None:
    own, other = guardian.reader.language, "en" if guardian.reader.is_chinese else "zh-Hans"
    speak(guardian.page, other)
    guardian.finds_no_fault()
    speak(guardian.page, own)
    guardian.reads("What you should know")


def both_answers_are_alike(guardian: Person) -> None:
    """To refuse is as easy as to agree."""
    boxes = [label.bounding_box() for label in guardian.page.locator(".choice-answers label").all()]
    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1, "yes and no differ in size"
    assert all(box and box["height"] >= 44 for box in boxes)
    assert not guardian.page.locator(".choice-answers input[value=yes]:checked").count()


def agrees_to_all_but_photos(guardian: Person) -> None:
    points = guardian.main.locator("fieldset.choice")
    for point in points.all():
        point.get_by_label(guardian.words("I agree"), exact=True).check()
    points.last.get_by_label(guardian.words("I do not agree"), exact=True).check()
    guardian.main.locator("input[name=given_by]").fill("农玉兰")
    guardian.presses("Send my answer")


def the_leader_sees_no_photos(leader: Person, child: str) -> None:
    leader.page.goto(leader.page.url.split("/consents")[0] + "/consents?state=agreed")
    row = leader.main.locator("tbody tr", has_text=child)
    expect(row.locator("td").nth(2)).to_contain_text(leader.words("No"))


def withdraws(guardian: Person) -> None:
    guardian.presses("Withdraw my consent to everything")
    expect(guardian.main.locator("form[action$='/withdraw']")).to_have_count(0)
    guardian.reads("You can change your mind: answer again below.")
    guardian.finds_no_fault()
    guardian.follows("What is kept about my child: see it, take it along, have it deleted")
    guardian.finds_no_fault()
