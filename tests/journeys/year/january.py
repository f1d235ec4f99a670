"""January: the two cities agree, and each office learns which one it works with."""

from __future__ import annotations

import re

from tests.journeys.year.story import Story

NAME = {"name-zh_Hans": "民族团结进步合作协议", "name-en": "Agreement of the two cities"}
TEXT = {"text-zh_Hans": "三项计划、七项机制。", "text-en": "Three plans by seven mechanisms."}

PLANS = ["youth", "community", "tourism"]


def the_cities_sign_an_agreement(story: Story) -> None:
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    story.time.it_is("2027-01-11")
    new = "/coordinator/agreements/new"
    assert "The draft is saved" in lan.sends(new, **NAME, **TEXT, plans=PLANS, city_ids=story.chongzuo.id)
    found = re.search(r"/coordinator/agreements/(\d+)", mo.reads("/coordinator/agreements"))
    assert found is not None
    story.agreement = int(found[1])
    address = f"/coordinator/agreements/{story.agreement}"
    assert "Three plans by seven mechanisms." in mo.reads(address)
    story.visitor.finds_nothing_at(f"/agreements/{story.agreement}")  # nobody else reads a draft
    story.stranger.finds_nothing_at(address, f"/agreements/{story.agreement}")

    assert "is in force" in mo.sends(address, f"{address}/sign", signed_on=story.time.today)
    assert "Agreement of the two cities" in story.visitor.reads("/agreements")
    assert "Three plans by seven mechanisms." in story.visitor.reads(f"/agreements/{story.agreement}")
    story.stranger.finds_nothing_at(address)


def offices_find_their_counterparts(story: Story) -> None:
    """Three of the cities at once, those of a county once the counties are paired."""
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    story.time.it_is("2027-01-18")
    address = f"/coordinator/agreements/{story.agreement}/counterparts"
    page = lan.sends(
        address,
        f"/coordinator/agreements/{story.agreement}/pairs",
        county_id=story.nanning.county_id,
        other_id=story.chongzuo.county_id,
    )
    for left in (4, 3, 2, 1):
        assert page.count('name="other_id" value="') == left  # by level and department, and each only once
        page = lan.sends(address, address)
    assert "Suggested by level and department" not in page
    story.time.let_work()
    assert len(mo.letters("counterpart_proposed")) == 4

    asked = re.findall(rf'action="({address}/\d+/confirm)"', mo.reads(address))
    assert len(asked) == 4
    assert not re.search(rf"{address}/\d+/confirm", lan.reads(address))  # who proposes does not confirm
    for confirm in asked:
        assert "Confirmed" in mo.sends(address, confirm)
    # The county's office is the own office of whoever sits at its counter.
    assert f"{story.chongzuo.name} county" in story.nanning.counter.reads(address)
    story.stranger.finds_nothing_at(address)


def each_city_says_whom_to_ask(story: Story) -> None:
    for town, other in ((story.nanning, story.chongzuo), (story.chongzuo, story.nanning)):
        asked = town.coordinator
        address = f"/coordinator/agreements/{story.agreement}/liaisons"
        asked.sends(f"{address}/{town.id}", office_id=asked.office_id, coordinator_id=asked.id)
        asked.finds_nothing_at(f"{address}/{other.id}")
    public = story.visitor.reads(f"/agreements/{story.agreement}")
    assert public.count("0771-5550000") >= 2
