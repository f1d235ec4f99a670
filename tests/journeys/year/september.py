"""September: a notice for both cities reaches whoever wants a letter on Mondays, until they want none."""

from __future__ import annotations

from tests.journeys.actors import Person
from tests.journeys.catalogue import both
from tests.journeys.year.story import Story

NOTICE = {
    **both("title", "秋季交流补助办法", "Subsidies in autumn"),
    **both("body", "每团补助两千元。", "Two thousand yuan a group."),
    "kind": "policy",
    "category": "safety",
    "visibility": "partners",
    "document_number": "No. 7",
}


def a_notice_is_published(story: Story) -> None:
    story.time.it_is("2027-09-01")
    reader = story.chongzuo.schools[0].leader
    assert "Each Monday you get a letter" in reader.sends("/notices", "/notices/digest/on")
    lan = story.nanning.coordinator
    own = lan.goes_from("/noticeboard/new", **NOTICE)
    assert "It is published" in lan.presses(own, "publish")
    story.notice = f"/notices/{own.rpartition('/')[2]}"
    assert "Two thousand yuan a group." in reader.reads(story.notice)
    story.stranger.finds_nothing_at(story.notice)
    story.visitor.finds_nothing_at(story.notice)


def the_digest_comes_on_monday_and_ends_with_one_click(story: Story) -> None:
    reader = story.chongzuo.schools[0].leader
    story.time.comes("2027-09-06 08:00")
    (letter,) = reader.letters("notice_digest")
    assert story.notice in letter.text
    link = reader.link("notice_digest", r"/notices/digest/\S+")
    mail_program = Person(story.app, story.time)  # it has no session and no form
    assert mail_program.browser.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    lan = story.nanning.coordinator
    own = lan.goes_from("/noticeboard/new", **NOTICE | {"document_number": "No. 8"})
    lan.presses(own, "publish")
    story.time.comes("2027-09-13 08:00")
    assert len(reader.letters("notice_digest")) == 1
