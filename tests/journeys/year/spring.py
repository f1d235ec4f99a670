"""April and May: groups go both ways; some wait, some cancel, and one comes from the next street.

How the figures of the year come about is counted by hand here, in `GROUPS`, and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import db
from exchange_app.trips.rules import Question
from tests.journeys.actors import Person
from tests.journeys.towns import School
from tests.journeys.year.story import Story
from tests.rosters.sheet import group, pasted


@dataclass(frozen=True)
class Group:
    """``named`` of the pupils stand on the roster when it is due; with fewer, the rest of the seats go back."""

    departure: str
    town: str
    school: int
    pupils: int
    staff: int
    named: int = 0
    ends: BookingState = BookingState.DONE


GROUPS = {
    "first": Group("rock", "nanning", 0, 24, 3),
    "second": Group("rock", "nanning", 1, 20, 2),
    "cancels": Group("rock", "nanning", 4, 10, 1, ends=BookingState.CANCELLED),
    "waits": Group("rock", "nanning", 3, 15, 2, ends=BookingState.LAPSED),
    "singers": Group("fair", "nanning", 2, 32, 4, named=30),
    "small": Group("fair", "nanning", 3, 6, 1),
    "neighbours": Group("fair", "chongzuo", 2, 12, 2),
    "drummers": Group("drums", "chongzuo", 0, 20, 2),
    "dancers": Group("drums", "chongzuo", 1, 16, 2),
}
MARKS = (5, 5, 5, 5, 5, 4, 4, 4, 4, 4)
MAY_TRAVEL = "The group is confirmed"


def school_of(story: Story, name: str) -> School:
    one = GROUPS[name]
    schools: tuple[School, ...] = getattr(story, one.town).schools
    return schools[one.school]


def address_of(story: Story, name: str) -> str:
    return f"/bookings/{story.groups[name]}"


def state_of(story: Story, name: str) -> BookingState:
    db.session.rollback()
    state: BookingState = db.session.query(Booking).filter_by(code=story.groups[name]).one().state
    return state


def register(story: Story, name: str, *, queue: bool = False) -> str:
    """With everything at hand, or to wait; the page that comes then."""
    one, leader = GROUPS[name], school_of(story, name).leader
    new = f"/departures/{story.departures[one.departure]}/register"
    how = {"queue": "yes"} if queue else {"register": "yes"}
    if not queue:
        how["roster_text"] = pasted(group(one.named or one.pupils, one.staff))
    page = leader.sends(new, pupils=one.pupils, staff=one.staff, **how)
    codes = re.findall(r"/bookings/(\w{6,})", page)
    story.groups[name] = codes[0]
    return page


def agrees(by: Person, booking: str) -> str:
    """Whoever's turn it is finds it among what waits, and says yes."""
    return by.sends(booking, f"{booking}/confirm", comment="")


def schools_register(story: Story) -> None:
    story.time.comes("2027-03-24")
    for name in ("singers", "small", "neighbours"):  # half a day needs nobody's approval
        assert MAY_TRAVEL in register(story, name)
    for name in ("first", "second", "cancels", "drummers", "dancers"):
        register(story, name)
        assert state_of(story, name) is BookingState.SUBMITTED
    page = school_of(story, "waits").leader.is_refused(
        f"/departures/{story.departures['rock']}/register", pupils="15", staff="2", register="yes"
    )
    assert "full" in page
    assert "waiting list" in register(story, "waits", queue=True)


def whoever_has_to_agree_does(story: Story) -> None:
    """To the rocks the school's head first and then the host; to the drums the education bureau of the own city."""
    for name in ("first", "second", "cancels"):
        booking, head = address_of(story, name), school_of(story, name).head
        story.chongzuo.organiser.reads(booking)
        assert booking in head.reads("/decisions")
        agrees(head, booking)
        school_of(story, "drummers").head.finds_nothing_at(booking)
        assert MAY_TRAVEL in agrees(story.chongzuo.organiser, booking)
    for name in ("drummers", "dancers"):
        booking = address_of(story, name)
        assert booking in story.chongzuo.bureau.reads("/decisions")
        story.nanning.bureau.finds_nothing_at(booking)
        agrees(story.chongzuo.bureau, booking)
        assert MAY_TRAVEL in agrees(story.nanning.organiser, booking)


def a_group_cancels_and_the_one_that_waits_still_does_not_fit(story: Story) -> None:
    """60 seats, of which 27 and 22 are taken: the 11 that come back are too few for 17."""
    story.time.comes("2027-04-06")
    booking = address_of(story, "cancels")
    leader = school_of(story, "cancels").leader
    assert "seats were given back" in leader.sends(booking, f"{booking}/cancel", reason="Measles in the class")
    story.time.let_work()
    assert state_of(story, "waits") is BookingState.WAITING
    assert school_of(story, "waits").leader.letters("seats_offered") == []


def guardians_answer(story: Story) -> None:
    """Three of them so far, each by a link of the own child: two agree to photos, the third does not."""
    leader, booking = school_of(story, "first").leader, address_of(story, "first")
    sheet = leader.sends(f"{booking}/consents", f"{booking}/consents/sheet")
    story.guardians = list(dict.fromkeys(re.findall(r"http://localhost(/c/[\w-]+)", sheet)))
    assert len(story.guardians) == GROUPS["first"].pupils
    for link, photos in zip(story.guardians, ("yes", "yes", "no"), strict=False):
        guardian = Person(story.app, story.time)
        points = re.findall(r'<input type="radio" name="(choices-[\w-]+)"', guardian.reads(link))
        answers = dict.fromkeys(points, "yes") | {"choices-photos": photos}
        assert "Your answer is kept" in guardian.sends(link, link, **answers, given_by="覃大")
    assert "21" in leader.reads(f"{booking}/consents")


def they_travel(story: Story) -> None:
    """Rosters are locked when they are due, and departures end by themselves."""
    story.time.comes("2027-04-12 20:00")
    assert state_of(story, "singers") is BookingState.DONE
    story.time.comes("2027-04-16")
    assert state_of(story, "waits") is BookingState.LAPSED
    story.time.comes("2027-04-20 09:00")
    the_roll_is_called(story)
    story.time.comes("2027-04-21 20:00")
    families_say_how_it_was(story)
    for day in ("2027-04-23", "2027-05-07", "2027-05-15"):
        story.time.comes(day)
    ended = {name: state_of(story, name) for name in GROUPS}
    assert ended == {name: one.ends for name, one in GROUPS.items()}


def the_roll_is_called(story: Story) -> None:
    leader, roll = school_of(story, "first").leader, f"/roll/{story.groups['first']}"
    page = leader.sends(roll, f"{roll}/itinerary")
    call = re.search(rf"{roll}/\d+", page)
    assert call is not None
    leader.sends(call[0], head_count=str(GROUPS["first"].pupils + GROUPS["first"].staff), everybody="1")


def families_say_how_it_was(story: Story) -> None:
    """By the link that the leader passes on; half of them were delighted."""
    page = school_of(story, "first").leader.reads(address_of(story, "first"))
    link = re.search(r'value="http://localhost(/check/[^"]+)"', page)
    assert link is not None
    for mark in MARKS:
        family = Person(story.app, story.time)
        family.sends(f"{link[1]}/survey", **{question.value: str(mark) for question in Question})


def each_city_has_its_exchanges(story: Story) -> None:
    """They began by themselves, with those who were named in January; what is owed is on the ledger."""
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    over = mo.reads("/coordinator/exchanges?when=past")
    titles = ("Rock paintings on the Zuo", "The song fair", "Drums and museums")
    assert [over.count(f">{title}</a>") for title in titles] == [1, 1, 1]
    for title in titles:
        found = re.search(rf'href="(/coordinator/exchanges/\d+)">{title}</a>', over)
        assert found is not None
        story.exchanges[title] = found[1]
    story.stranger.finds_nothing_at(*story.exchanges.values())
    there, back = (story.exchanges[title] for title in (titles[0], titles[2]))
    assert "Linked" in lan.sends(f"{there}/return", f"{there}/return/{back.rpartition('/')[2]}")
