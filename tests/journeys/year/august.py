"""August: the first group tells how it was, with the photos that every guardian agreed to, for as long as they do."""

from __future__ import annotations

import re

from exchange_app.core.database import db
from exchange_app.publicity.models import Story, StoryPhoto
from exchange_app.publicity.service import photos, stories
from tests.journeys.actors import Person
from tests.journeys.catalogue import both, last_number
from tests.journeys.year import story as year
from tests.journeys.year.spring import school_of
from tests.pages import form_of
from tests.publicity.town import picture
from tests.rosters.sheet import pupil

WORDS = {
    **both("title", "左江边的两天", "Two days by the Zuo"),
    **both("text", "看岩画。", "We saw the rock paintings."),
}
READERS = 2


def a_photo_is_added(story: year.Story, english: str, colour: str) -> str:
    """Of children of the group; its own address."""
    leader, own = school_of(story, "first").leader, f"/publicity/stories/{story.story}"
    page = leader.uploads(
        own,
        f"{own}/photos",
        **both("alternative", "在江边", english),
        credit="Wei Lan",
        shows="children",
        booking_id=_group_of(leader.reads(own)),
        file=(picture(colour), "IMG_1.jpg"),
    )
    assert "The photo is kept" in page
    return f"/publicity/photos/{max(map(int, re.findall(r'/publicity/photos/([0-9]+)/persons', page)))}"


def _group_of(page: str) -> str:
    (group,) = re.findall(r'<option value="(\d+)"', page.partition('name="booking_id"')[2].partition("</select>")[0])
    return str(group)


def _uids(naming: str) -> dict[str, str]:
    """Who can be chosen, by name."""
    found = re.findall(r'value="([0-9a-f]{32})"[^>]*>\s*<span class="form-check-label">([^<]+?)\s*<', naming)
    return {name: uid for uid, name in found}


def the_group_tells_its_story(story: year.Story) -> None:
    """Two photos: on the one are children whose guardians agreed, on the other is one whose guardian did not."""
    story.time.it_is("2027-08-02")
    leader = school_of(story, "first").leader
    own = leader.goes_from("/publicity/stories/new", **WORDS, departure_id=story.departures["rock"])
    story.story = int(own.rpartition("/")[2])
    shown, hidden = (a_photo_is_added(story, words, colour) for words, colour in
                     (("By the river", "#23694b"), ("In the boat", "#69234b")))  # fmt: skip
    agreed, also_agreed, refused = (pupil(number)[1] for number in (1, 2, 3))
    uids = _uids(leader.reads(f"{shown}/persons"))
    assert len(uids) == 24
    story.photos = {"shown": shown, "hidden": hidden}
    assert "Thank you" in leader.sends(f"{shown}/persons", persons=[uids[agreed], uids[also_agreed]])
    for named in ([uids[refused]], [uids[agreed], uids[refused]], []):
        leader.is_refused(f"{hidden}/persons", persons=named)


def a_second_person_checks_and_no_way_leads_past_a_guardian(story: year.Story) -> None:
    leader, own = school_of(story, "first").leader, f"/publicity/stories/{story.story}"
    checker, public = story.chongzuo.organiser, f"/stories/{story.story}"
    assert "A second person is asked" in leader.presses(own, "propose")
    for photo in story.photos.values():
        story.visitor.finds_nothing_at(f"{_picture(photo)}/480.webp")
    assert "The photo is checked" in checker.sends(own, f"{story.photos['shown']}/check")
    page = checker.reads(own)
    assert f"{story.photos['hidden']}/check" not in page  # there is no button, and forging one is no use
    token = form_of(page, f"{own}/return")["csrf_token"]
    hidden = db.session.get_one(StoryPhoto, last_number(story.photos["hidden"]))
    told = db.session.get_one(Story, story.story)
    forged = {
        f"{story.photos['hidden']}/check": photos.seen_of(hidden),
        f"{own}/publish": stories.seen_of(told),
    }
    for address, seen in forged.items():
        assert checker.browser.post(address, data={"csrf_token": token, "seen": seen}).status_code == 303
    assert (hidden.checked_at, told.published_at) == (None, None)
    story.visitor.finds_nothing_at(public, f"{_picture(story.photos['hidden'])}/480.webp")
    leader.sends(f"{story.photos['hidden']}/persons", f"{story.photos['hidden']}/remove")
    assert "It is published" in checker.presses(own, "publish")
    page = story.visitor.reads(public)
    assert "We saw the rock paintings." in page
    assert f"{_picture(story.photos['shown'])}/480.webp" in page
    assert "In the boat" not in page
    assert story.visitor.asks_for(f"{_picture(story.photos['shown'])}/480.webp").status_code == 200
    for _ in range(READERS):
        story.visitor.browser.post(f"/views{public}", data=form_of(story.visitor.reads(public), f"/views{public}"))


def _picture(photo: str) -> str:
    return f"/story-photos/{photo.rpartition('/')[2]}"


def a_guardian_withdraws_and_the_photo_is_gone(story: year.Story) -> None:
    """At once from the page, soon from the disk, and whoever added it hears that it went, not who asked."""
    guardian, link = Person(story.app, story.time), story.guardians[1]
    photo = f"{_picture(story.photos['shown'])}/480.webp"
    assert "withdrawn" in guardian.sends(link, f"{link}/withdraw")
    story.visitor.finds_nothing_at(photo)
    assert photo not in story.visitor.reads(f"/stories/{story.story}")
    story.time.let_work()
    leader = school_of(story, "first").leader
    (letter,) = leader.letters("photo_withdrawn")
    assert pupil(2)[1] not in letter.text
    leader.finds_nothing_at(photo)
