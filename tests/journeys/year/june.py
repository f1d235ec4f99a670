"""June: a delegation goes to see how it is done."""

from __future__ import annotations

import re

from tests.journeys.visiting import PHONE, accept, carry_out, propose, visit_terms, way_of
from tests.journeys.year.story import Story

DELEGATION = 6  # persons, as they came
DAYS = ("2027-06-15", "2027-06-17")


def a_visit_is_proposed_changed_and_accepted(story: Story) -> None:
    """Nanning wants to come with five; Chongzuo has room for six, and whoever spoke last waits for the other."""
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    story.time.it_is("2027-06-01")
    way = way_of(story.agreement, story.nanning, story.chongzuo)
    visit = propose(lan, way, visit_terms(story.nanning, story.chongzuo, DAYS, 5))
    story.stranger.finds_nothing_at(visit, way)
    assert f"{visit}/accept" not in lan.reads(visit)
    story.time.comes("2027-06-02")
    assert mo.link("visit_proposed", r"/coordinator/visits/\d+") == visit
    changed = {"members-0-persons": "7", "aims": "Mediation at the door, and in the market"}
    assert "answers anew" in mo.sends(f"{visit}/edit", **changed)
    assert f"{visit}/accept" not in mo.reads(visit)
    story.time.comes("2027-06-03")
    assert lan.link("visit_proposed", r"/coordinator/visits/\d+") == visit
    accept(lan, visit)
    story.visits["there"] = visit


def it_has_a_programme_and_takes_place(story: Story) -> None:
    lan, mo, visit = story.nanning.coordinator, story.chongzuo.coordinator, story.visits["there"]
    talk = {"entries-0-title": "A morning in the market", "entries-0-on": DAYS[0], "entries-0-starts": "09:00"}
    mo.sends(f"{visit}/programme", **talk)
    calendar = lan.asks_for(f"{visit}/calendar.ics")
    assert "A morning in the market" in calendar.text
    assert PHONE not in calendar.text
    assert "carried-out" not in lan.reads(visit)  # it is still to come
    story.time.comes("2027-06-18")
    carry_out(lan, visit, DELEGATION)  # seven were expected


def it_is_reported_and_something_follows(story: Story) -> None:
    lan, mo, visit = story.nanning.coordinator, story.chongzuo.coordinator, story.visits["there"]
    told = {"seen": "A market of three languages", "results": "A shared list of mediators", "lessons": "Go early"}
    lan.sends(f"{visit}/report", **told)
    lan.sends(visit, f"{visit}/follow-ups", words="Send the list", owner_id=mo.id, due_on="2027-06-25")
    story.time.comes("2027-06-22")
    assert len(mo.letters("visit_reported")) == 1
    assert len(mo.letters("visit_follow_up")) == 1
    done = re.search(rf'action="({visit}/follow-ups/\d+/done)"', mo.reads(visit))
    assert done is not None
    assert "Done on" in mo.sends(visit, done[1])
