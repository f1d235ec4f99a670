"""March: both cities put packages on offer, and the festival of the third of the third is announced."""

from __future__ import annotations

import re

from tests.journeys.catalogue import Activity, both, open_departure, publish_menu, publish_package
from tests.journeys.year.story import Story
from tests.pages import form_of

SEASON = ("2027-03-20", "2027-08-31")
OPENS = "2027-03-20T09:00"
CAMPAIGN = {
    **both("title", "三月三歌圩", "Song fair of the third of the third"),
    **both("text", "五色糯米饭与山歌", "Songs and five-coloured rice"),
    **both("place", "花山广场", "Huashan square"),
    "plan": "tourism",
}


def both_sides_publish(story: Story) -> None:
    """A menu each, three packages, and one departure of each package."""
    story.time.it_is("2027-03-15")
    wei, qin = story.chongzuo.organiser, story.nanning.organiser
    river = (Activity("花山岩画", "Rock paintings"), Activity("对山歌", "Singing in turn", "tourism"))
    publish_menu(wei, ("左江花山", "Huashan on the Zuo"), SEASON, river)
    publish_menu(qin, ("民族博物馆", "Museum of nationalities"), SEASON, [Activity("打铜鼓", "Bronze drums")])

    rock = publish_package(
        wei, ("左江花山岩画", "Rock paintings on the Zuo"), days=2, approvers=["school_head", "host"],
        stops="Rock paintings",
    )  # fmt: skip
    fair = publish_package(wei, ("三月三歌圩", "The song fair"), days=1, plan="tourism", stops="Singing in turn")
    drums = publish_package(
        qin, ("铜鼓与博物馆", "Drums and museums"), days=3, approvers=["education_bureau", "host"],
        stops="Bronze drums",
    )  # fmt: skip
    story.departures = {
        "fair": open_departure(
            wei, fair, "2027-04-09", capacity=120, opens=OPENS, closes="2027-04-02T18:00", rosters="2027-04-05T18:00"
        ),
        "rock": open_departure(
            wei, rock, "2027-04-20", capacity=60, opens=OPENS, closes="2027-04-12T18:00", rosters="2027-04-15T18:00"
        ),
        "drums": open_departure(
            qin, drums, "2027-05-11", capacity=50, opens=OPENS, closes="2027-05-03T18:00", rosters="2027-05-06T18:00"
        ),
    }
    menus = story.visitor.reads("/menus")
    for activity in ("Rock paintings", "Singing in turn", "Bronze drums"):
        assert activity in menus


def the_festival_is_found_in_the_lunar_calendar(story: Story) -> None:
    """In 2027 the third day of the third month is the ninth of April; a calendar of paper says so."""
    mo = story.chongzuo.coordinator
    festival = {"reckoning": "lunar", "month": "3", "day": "3", "days": "2"}
    mo.sends("/publicity/festivals", **both("name", "三月三", "Third of the third"), **festival)
    april = story.visitor.reads("/events?month=2027-04")
    days = re.findall(r'<span class="month-day" aria-hidden="true">(\d+)</span>(.*?)</td>', april, re.DOTALL)
    assert [day for day, lines in days if "Third of the third" in lines] == ["9", "10"]


def a_campaign_leads_to_the_departure_and_invites_the_other_city(story: Story) -> None:
    mo, lan = story.chongzuo.coordinator, story.nanning.coordinator
    fields = mo.reads("/publicity/campaigns/new")
    found = re.search(r'<option value="(\d+)"[^>]*>Third of the third', fields)
    assert found is not None
    dates = {"festival_id": found[1], "starts_on": "2027-04-09", "ends_on": "2027-04-10"}
    own = mo.goes_from("/publicity/campaigns/new", **CAMPAIGN, **dates)
    story.campaign = int(own.rpartition("/")[2])
    public = f"/campaigns/{story.campaign}"
    mo.sends(own, f"{own}/links", departure_id=story.departures["fair"])
    story.visitor.finds_nothing_at(public)
    assert "It is published" in mo.presses(own, "publish")
    mo.sends(own, f"{own}/invitations", city_id=lan.city_id, words="Do come and sing")

    story.time.comes("2027-03-21")
    invitation = lan.link("event_invited", r"/publicity/invitations/\d+")
    story.stranger.finds_nothing_at(invitation)
    lan.sends(invitation, answer="yes", people="40", words="We bring two schools")
    assert "40 persons" in mo.reads(own)
    page = story.visitor.reads(public)
    assert f"/departures/{story.departures['fair']}" in page  # registration has opened since
    for _ in range(3):
        story.visitor.browser.post(f"/views{public}", data=form_of(story.visitor.reads(public), f"/views{public}"))
