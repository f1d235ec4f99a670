"""February: a problem is raised, the cities meet about it, and what they decided is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from exchange_app.meetings.rules import Answer
from tests.journeys.actors import Person, letters_to
from tests.journeys.year.story import Story
from tests.letters.strict import events_of, read_strictly
from tests.pages import form_of

GUEST = "guest@university.example"
MEETING = "/coordinator/meetings/1"
PROBLEM = {"title": "No boat at night · 渡口夜间停航", "description": "Late groups cannot cross the river."}
DECIDED = {"zh_Hans": "提前一小时出发", "en": "Groups leave an hour earlier"}


def the_meetings_get_a_plan(story: Story) -> None:
    """A problem waits already, and the city whose turn it is hears that a meeting is wanted."""
    story.time.it_is("2027-02-01")
    page = story.chongzuo.organiser.goes_from("/coordinator/problems/new", **PROBLEM)
    story.problem = int(page.rpartition("/")[2])
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    plan = f"/coordinator/agreements/{story.agreement}/meetings/plan"
    mo.sends(plan, every_months="6", begins="09:30", minutes="90")
    story.time.let_work()
    assert len(lan.letters("meeting_wanted")) == 1  # Nanning stands first in the order of the chair
    assert mo.letters("meeting_wanted") == []


def the_chair_calls_and_invites(story: Story) -> None:
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    call = f"/coordinator/agreements/{story.agreement}/meetings/new"
    where = {"place-zh_Hans": "市民中心", "place-en": "Civic centre", "starts_at": "2027-02-24T09:30"}
    assert lan.goes_from(call, **where) == MEETING
    assert mo.asks_for(f"{MEETING}/agenda").status_code == 403  # who chairs prepares
    taken = {"taken": f"problem-{story.problem}", "items-0-title-zh_Hans": "春季交流", "items-0-title-en": "Spring"}
    assert "No boat at night" in lan.sends(f"{MEETING}/agenda", **taken)

    invited = [lan.id, mo.id, story.chongzuo.organiser.id, story.nanning.organiser.id]
    lan.sends(f"{MEETING}/people", f"{MEETING}/members", user_ids=invited)
    guest = {"office_id": story.chongzuo.bureau.office_id, "name": "Prof. Nong", "email": GUEST, "language": "en"}
    lan.sends(f"{MEETING}/people", f"{MEETING}/guests", **guest)
    assert "on their way" in lan.sends(f"{MEETING}/people", f"{MEETING}/invite")
    story.stranger.finds_nothing_at(MEETING)
    story.time.let_work()


def the_invited_answer(story: Story) -> None:
    """Each found a calendar request in the letter, and its own address to answer at."""
    requests = {}
    for address in (story.chongzuo.coordinator.email, GUEST):
        (letter,) = letters_to(address, "meeting_invited")
        (file,) = letter.attachments
        calendar = read_strictly(file.content)
        assert (calendar.value("METHOD"), 'method="REQUEST"' in file.content_type) == ("REQUEST", True)
        (requests[address],) = events_of(calendar)
    event = requests[GUEST]
    assert event.value("ORGANIZER") == f"mailto:{story.nanning.coordinator.email}"
    assert event.value("DTSTART") == "20270224T093000"
    assert event.all("ATTENDEE")[0][1] == f"mailto:{GUEST}"
    assert len({request.value("UID") for request in requests.values()}) == 1

    story.chongzuo.coordinator.sends(MEETING, f"{MEETING}/answer", answer="yes")
    story.chongzuo.organiser.sends(MEETING, f"{MEETING}/answer", answer="no", stand_in="Wei of the same office")
    guest = Person(story.app, story.time)
    found = re.search(
        r"http://localhost(/meetings/answer/\S+?)(\?\S*)?\s", letters_to(GUEST, "meeting_invited")[0].text
    )
    assert found is not None
    assert "Thank you" in guest.sends(found[1], answer=Answer.YES.value)
    page = story.nanning.coordinator.reads(f"{MEETING}/people")
    assert "Wei of the same office" in page


def the_cities_meet_and_decide(story: Story) -> None:
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    story.time.comes("2027-02-24 11:30")
    form = lan.reads(f"{MEETING}/minutes")
    there = re.findall(r'name="came" value="(\d+)"', form)
    assert len(there) == 5
    written = {"items-0-decision-zh_Hans": "五月组团", "items-0-decision-en": "Groups in May"}
    written |= {f"items-1-decision-{language}": words for language, words in DECIDED.items()}
    lan.sends(f"{MEETING}/minutes", came=there, **{"items-1-settles_problem": "y"}, **written)
    action = {
        "action-title-zh_Hans": "印发渡口时刻表",
        "action-title-en": "Print the ferry's timetable",
        "action-office_id": story.chongzuo.organiser.office_id,
        "action-person_id": story.chongzuo.organiser.id,
        "action-due_on": "2027-03-10",
    }
    lan.sends(MEETING, f"{MEETING}/actions", **action)
    assert "Groups leave an hour earlier" not in mo.reads(MEETING)  # a draft is the chair's
    lan.presses(MEETING, "minutes/send")
    assert "has confirmed" in mo.presses(MEETING, "minutes/confirm")
    assert "Settled" in mo.reads(f"/coordinator/problems/{story.problem}")
    decisions = f"/coordinator/agreements/{story.agreement}/decisions"
    assert "Decision no. 2" in mo.reads(decisions)
    assert "提前一小时出发" in story.chongzuo.organiser.reads(f"{MEETING}/minutes/print")
    story.stranger.finds_nothing_at(decisions, f"{MEETING}/minutes/print")


def the_owner_is_reminded_and_closes_the_action(story: Story) -> None:
    owner = story.chongzuo.organiser
    story.time.comes("2027-03-07")
    assert len(owner.letters("action_due")) == 1
    page = owner.link("action_due", r"/coordinator/actions/\d+")
    assert "Print the ferry" in owner.reads("/coordinator/actions")
    owner.sends(page, f"{page}/done", **{"done-note": "Forty copies at the pier."})
    story.time.comes("2027-03-12")
    assert len(owner.letters("action_due")) == 1  # done: nobody is reminded again
    assert "Forty copies at the pier." in story.nanning.coordinator.reads(page)
    # Half a year after the meeting it is the other city's turn.
    call = the_next_meeting(story)
    assert (call["chair_city_id"], call["starts_at"][:7]) == (str(story.chongzuo.id), "2027-08")


def the_next_meeting(story: Story) -> Mapping[str, Any]:
    """The next meeting as it is proposed."""
    mo = story.chongzuo.coordinator
    return form_of(mo.reads(f"/coordinator/agreements/{story.agreement}/meetings/new"))
