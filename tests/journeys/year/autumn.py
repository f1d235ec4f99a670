"""Autumn: the ledger proposes a return, the other side comes back, and somebody owes a visit still."""

from __future__ import annotations

import re

from tests.journeys.visiting import PHONE, accept, carry_out, propose, way_of
from tests.journeys.year.story import Story

DELEGATION = 4  # persons, as they came
DAYS = ("2027-10-12", "2027-10-13")
LEDGER = "/coordinator/ledger"


def the_ledger_proposes_the_return(story: Story) -> None:
    """Who received goes now, to those who came, for the same purpose."""
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    months = f"/coordinator/agreements/{story.agreement}/months-to-return"
    story.time.comes("2027-09-20")
    page = lan.sends(LEDGER, months, months="6")
    assert "Return overdue" not in page
    wanted = way_of(story.agreement, story.chongzuo, story.nanning)
    owed = re.search(r'href="(/coordinator/exchanges/\d+/return)">How neighbours settle disputes', mo.reads(LEDGER))
    assert owed is not None
    back = re.search(rf'href="({wanted}\?returns=\d+)"', mo.reads(owed[1]))
    assert back is not None
    dates = {"starts_on": DAYS[0], "ends_on": DAYS[1], "members-0-persons": "5"}
    contact = {"contact_name": "Wei Lan", "contact_phone": PHONE}
    visit = propose(mo, back[1], {**dates, **contact})
    assert "Return visit: How neighbours settle disputes" in lan.reads(visit)
    accept(lan, visit)
    story.visits["back"] = visit


def it_is_returned_and_what_is_not_is_overdue(story: Story) -> None:
    """The song fair of the ninth of April was never returned: from the tenth of October on it is overdue."""
    mo = story.chongzuo.coordinator
    story.time.comes("2027-10-09 12:00")
    assert "Return overdue" not in mo.reads(LEDGER)
    story.time.comes("2027-10-14")
    carry_out(mo, story.visits["back"], DELEGATION)
    page = mo.reads(LEDGER)
    assert page.count("Return overdue") == 1
    assert "The song fair" in page
    assert "Returns overdue" in mo.reads("/coordinator")
