"""July: somebody asks for help, nobody answers, and so another office has to; in the end nothing of it is left."""

from __future__ import annotations

import re

from exchange_app.core.database import db
from exchange_app.helpdesk.models import HelpEntry, HelpRequest
from tests.journeys.actors import Person
from tests.journeys.year.story import Story

WORDS = "Where can my son learn to weld? 在哪里学电焊"
PHONE = "13987650123"
ANSWER = "On Mondays at nine, room 4; bring nothing but time."


def a_newcomer_asks(story: Story) -> None:
    """For a job in the county, and the home city may know of it."""
    story.time.it_is("2027-07-05")
    newcomer = Person(story.app, story.time)
    asked = {"topic": "job", "place": f"county-{story.chongzuo.county_id}", "words": WORDS, "contact": PHONE}
    home = {"home_city_id": story.nanning.id, "is_home_told": "y"}
    page = newcomer.sends("/help/ask", **asked, **home)
    found = re.search(r'id="code">([^<]+)<.*id="pin">(\d{6})<', page, re.DOTALL)
    assert found is not None
    story.request = found[1].replace("-", ""), found[2]
    story.time.let_work()
    desk = f"/office/help/{story.request[0]}"
    assert len(story.chongzuo.counter.letters("help_to_office")) == 1
    assert PHONE not in story.chongzuo.counter.letters("help_to_office")[0].text
    assert WORDS in story.chongzuo.counter.reads(desk)
    assert WORDS in story.nanning.counter.reads(desk)  # the counterpart of January reads along
    story.chongzuo.labour.finds_nothing_at(desk)
    story.nanning.labour.finds_nothing_at(desk)


def nobody_answers_and_it_goes_up(story: Story) -> None:
    story.time.comes("2027-07-14")
    desk = f"/office/help/{story.request[0]}"
    assert len(story.chongzuo.labour.letters("help_to_office")) == 1
    page = story.chongzuo.labour.reads(desk)
    assert "passed up" in page
    assert PHONE not in page
    assert PHONE in story.chongzuo.labour.presses(desk, "contact")
    story.chongzuo.labour.sends(desk, f"{desk}/answer", **{"answer-words": ANSWER})


def it_is_read_and_closed(story: Story) -> None:
    code, pin = story.request
    newcomer = Person(story.app, story.time)  # by another telephone
    assert ANSWER in newcomer.sends("/help/open", code=code, pin=pin)
    newcomer.sends("/help/request", "/help/request/add", words="Thank you, we were there")
    desk = f"/office/help/{code}"
    assert "we were there" in story.chongzuo.labour.reads(desk)
    closing = {"close-outcome": "solved", "close-words": "Good luck"}
    story.chongzuo.labour.sends(desk, f"{desk}/close", **closing)
    assert "Good luck" in newcomer.reads("/help/request")


def later_it_is_deleted(story: Story) -> None:
    """Ninety days after it was closed; who has the code finds nothing, and nothing is there to find."""
    assert db.session.query(HelpRequest).count() == 0
    assert db.session.query(HelpEntry).count() == 0
    code, pin = story.request
    assert "do not belong together" in Person(story.app, story.time).is_refused("/help/open", code=code, pin=pin)
    story.chongzuo.labour.finds_nothing_at(f"/office/help/{code}")
