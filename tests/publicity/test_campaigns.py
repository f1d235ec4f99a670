"""Campaigns, invitations of other cities, reports of the media, and how often all that was read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.partners.agreements import AgreementTerms, draft_agreement
from exchange_app.partners.models import Plan
from exchange_app.publicity.errors import (
    AlreadyInvited,
    CampaignEndsBeforeItBegins,
    CampaignIsKnown,
    CampaignNotFound,
    CannotBeAnswered,
    FestivalNotFound,
    InvitationNotFound,
    NoSuchDay,
    NotALink,
    NotPublic,
    PeopleMissing,
    PublicWordsMissing,
    StoryNotFound,
)
from exchange_app.publicity.models import Festival, ReachDay
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.queries.stories import get_story, list_departures_to_tell, list_to_check
from exchange_app.publicity.rules import Answer, Reckoning
from exchange_app.publicity.service import campaigns, stories
from exchange_app.publicity.service.campaigns import FestivalTerms, MentionTerms
from tests.builders import NOW, both, make_departure, make_package, make_user
from tests.noticeboard.offices import Towns, make_towns
from tests.outbox.letters import letters
from tests.pages import sign_in
from tests.publicity.town import AFTER, campaign_terms, make_campaign, make_story, make_visit

TODAY = NOW.date()


@pytest.fixture
def towns(app: Flask) -> Towns:
    with transaction():
        return make_towns()


def kinds() -> list[str]:
    return [letter.kind for letter in letters()]


def test_a_partner_city_is_invited_answers_and_answers_otherwise(towns: Towns) -> None:
    here, there, third = towns.nanning, towns.chongzuo, towns.elsewhere
    with transaction():
        campaign = campaigns.write_campaign(
            here.coordinator.organisation, campaign_terms(), by=here.coordinator, now=NOW
        )
    cities = queries.list_cities_to_invite(campaign)
    assert [city.id for city in cities] == [there.city.id]  # neither itself nor a city without an agreement
    with pytest.raises(NotPublic), transaction():
        campaigns.invite(campaign, cities, there.city.id, "", by=here.coordinator, now=NOW)
    with transaction():
        campaigns.publish_campaign(campaign, by=here.coordinator, now=NOW)
        campaigns.invite(campaign, cities, there.city.id, "Do come", by=here.coordinator, now=NOW)
    for city_id in (there.city.id, third.city.id):
        with pytest.raises(AlreadyInvited), transaction():
            campaigns.invite(campaign, cities, city_id, "", by=here.coordinator, now=NOW)
    last_day, waiting = campaign.ends_on, queries.list_open_invitations
    (invitation,) = waiting(there.coordinator, last_day)
    assert waiting(there.coordinator, last_day + timedelta(days=1)) == []  # nobody could answer it any more
    for stranger in (here.coordinator, third.coordinator, there.officer, there.teacher):
        with pytest.raises(InvitationNotFound):
            queries.get_invitation(invitation.id, stranger)
    with pytest.raises(PeopleMissing), transaction():
        campaigns.answer_invitation(invitation, Answer.YES, 0, "", by=there.coordinator, now=NOW)
    with transaction():
        campaigns.answer_invitation(invitation, Answer.YES, 12, "Twelve", by=there.coordinator, now=NOW)
    with transaction():
        later = NOW + timedelta(hours=1)
        campaigns.answer_invitation(invitation, Answer.NO, 12, "Rain", by=there.coordinator, now=later)
    assert (invitation.answer, invitation.people) == (Answer.NO, 0)
    assert kinds() == ["event_invited", "event_answered", "event_answered"]
    assert [one.reader_id for one in letters()] == [there.coordinator.id, here.coordinator.id, here.coordinator.id]
    with pytest.raises(CannotBeAnswered), transaction():
        campaigns.answer_invitation(invitation, Answer.NO, 0, "", by=there.coordinator, now=NOW + timedelta(days=33))
    with pytest.raises(CampaignIsKnown), transaction():
        campaigns.delete_campaign(campaign)


def test_a_campaign_shows_the_seats_of_what_it_leads_to(towns: Towns) -> None:
    here = towns.nanning
    with transaction():
        campaign = make_campaign(here.officer)
        package = make_package(host_city=here.city)
        early, late = make_departure(package, capacity=30), make_departure(package, capacity=40)
        late.starts_on = late.ends_on = early.starts_on + timedelta(days=3)
        other = make_departure(make_package(host_city=here.city), capacity=50)
        draft = make_departure(package, is_open=False)
        campaigns.add_link(campaign, package_id=package.id)
        for _ in range(2):
            campaigns.add_link(campaign, departure_id=other.id)
        campaigns.add_link(campaign, departure_id=draft.id)
    assert len(campaign.links) == 3
    lines = queries.list_dates(campaign, since=TODAY, now=NOW)
    assert [(line.id, line.left) for line in lines] == [(early.id, 30), (other.id, 50), (late.id, 40)]
    with transaction():
        package.for_school_id = early.for_school_id = here.teacher.organisation_id
    assert early.id not in {line.id for line in queries.list_dates(campaign, since=TODAY, now=NOW)}


def test_a_package_that_was_withdrawn_is_no_longer_told_of(app: Flask, towns: Towns) -> None:
    with transaction():
        campaign = make_campaign(towns.nanning.officer)
        package = make_package(host_city=towns.nanning.city, title=both("Rafts on the river"))
        campaigns.add_link(campaign, package_id=package.id)
    assert "Rafts on the river" in app.test_client().get(f"/campaigns/{campaign.id}").text
    with transaction():
        package.publication = Publication.WITHDRAWN
    assert "Rafts on the river" not in app.test_client().get(f"/campaigns/{campaign.id}").text


def test_a_report_names_no_agreement_that_is_a_draft(app: Flask, towns: Towns) -> None:
    by, partner = towns.nanning.coordinator, towns.chongzuo.city
    told = AgreementTerms(both("Secret plan"), both("Text"), list(Plan), None, None)
    with transaction():
        draft_agreement(told, [towns.nanning.city, partner], by_id=by.id, now=NOW)
    client = app.test_client()
    sign_in(client, by)
    page = client.get("/publicity/media").text
    assert "Agreement on working together" in page
    assert "Secret plan" not in page


def test_what_is_refused_changes_nothing(towns: Towns) -> None:
    by = towns.nanning.officer
    with pytest.raises(CampaignEndsBeforeItBegins), transaction():
        campaigns.write_campaign(by.organisation, campaign_terms(ends_on=TODAY), by=by, now=NOW)
    with transaction():
        half = campaigns.write_campaign(by.organisation, campaign_terms(text=Translated(en="x")), by=by, now=NOW)
    with pytest.raises(PublicWordsMissing), transaction():
        campaigns.publish_campaign(half, by=by, now=NOW)
    seen = campaigns.seen_of(half)
    with transaction():
        campaigns.change_campaign(half, campaign_terms(), seen=seen, by=by, now=NOW)
    with pytest.raises(ChangedMeanwhile), transaction():
        campaigns.change_campaign(half, campaign_terms(title=both("Other")), seen=seen, by=by, now=NOW)
    db.session.refresh(half)
    assert (half.title["en"], half.publication) == ("Song fair of the third of the third", Publication.DRAFT)
    with pytest.raises(CampaignNotFound):
        queries.get_public_campaign(half.id)
    for stranger in (towns.chongzuo.coordinator, towns.nanning.teacher):
        with pytest.raises(CampaignNotFound):
            queries.get_campaign(half.id, stranger)
    mention = MentionTerms(both("A report"), "A paper", TODAY, "javascript:alert(1)", None)
    with pytest.raises(NotALink), transaction():
        campaigns.add_mention(mention, by=by)


def test_festivals_are_kept_by_their_city_and_the_usual_ones_come_once(towns: Towns) -> None:
    here, there = towns.nanning, towns.chongzuo
    fair = FestivalTerms(both("Fair"), both(""), Reckoning.SOLAR, 2, 29, 1)
    with transaction():
        administrator = make_user(here.coordinator.organisation, Role.ADMINISTRATOR)
        festival = campaigns.add_festival(fair, here.city)
        assert (campaigns.add_usual_festivals(), campaigns.add_usual_festivals()) == (5, 0)
    for reckoning, month, day in ((Reckoning.SOLAR, 4, 31), (Reckoning.LUNAR, 1, 31)):
        with pytest.raises(NoSuchDay), transaction():
            campaigns.change_festival(festival, FestivalTerms(both("Fair"), both(""), reckoning, month, day, 1))
    assert queries.get_festival(festival.id, here.coordinator) == festival
    assert queries.get_festival(festival.id, administrator) == festival
    with pytest.raises(FestivalNotFound):
        queries.get_festival(festival.id, there.coordinator)
    assert len(queries.list_festivals(there.city.slug)) == 5
    third = db.session.scalars(select(Festival).where(Festival.month == 3)).one()
    with transaction():
        campaign = make_campaign(here.officer, festival_id=third.id)
        campaigns.remove_festival(third)
    db.session.refresh(campaign)
    assert campaign.festival_id is None


def test_views_are_numbers_of_a_day(towns: Towns) -> None:
    with transaction():
        campaign = make_campaign(towns.nanning.officer)
        for day in (date(2027, 4, 1), date(2027, 4, 1), date(2027, 4, 2)):
            campaigns.count_view(campaign, day)
    rows = db.session.execute(select(ReachDay.day, ReachDay.views).order_by(ReachDay.day)).all()
    assert [tuple(row) for row in rows] == [(date(2027, 4, 1), 2), (date(2027, 4, 2), 1)]
    assert queries.map_views(campaign_ids=[campaign.id]) == {campaign.id: 3}


def test_a_story_is_told_by_whom_it_concerns_and_checked_by_a_second_person(app: Flask) -> None:
    visit = make_visit()
    towns, departure = visit.towns, visit.booking.departure
    for user in (visit.leader, visit.organiser, visit.host, towns.nanning.coordinator):
        assert list_departures_to_tell(user) == [departure], user.role
    for user in (towns.chongzuo.teacher, towns.chongzuo.officer, towns.elsewhere.coordinator):
        assert list_departures_to_tell(user) == [], user.role
    with transaction():
        story = make_story(visit, visit.leader)
        stories.propose_story(story, by=visit.leader, now=AFTER)
    checkers = {visit.organiser.id, visit.colleague.id, visit.host.id, towns.nanning.coordinator.id}
    assert {one.reader_id for one in letters() if one.kind == "story_proposed"} == checkers
    assert list_to_check(visit.organiser) == [story]
    assert list_to_check(visit.leader) == []
    for stranger in (towns.chongzuo.teacher, towns.elsewhere.coordinator):
        with pytest.raises(StoryNotFound):
            get_story(story.id, stranger)
    with transaction():
        stories.return_story(story, "Shorter, please", by=visit.organiser, now=AFTER)
    with transaction():  # whoever mends it is its author now, and cannot let it out
        terms = stories.StoryTerms(both("Four days"), both("Short"))
        stories.change_story(story, terms, seen=stories.words_seen(story), by=visit.organiser, now=AFTER)
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    assert list_to_check(visit.organiser) == []
    with transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.colleague, now=AFTER)
    assert [one.reader_id for one in letters() if one.kind == "story_answered"] == [
        visit.leader.id,
        visit.organiser.id,
    ]
