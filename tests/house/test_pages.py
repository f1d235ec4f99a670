"""Every page, for everybody who may see it, in both languages: it opens, and opening it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select
from werkzeug.routing import Rule

from exchange_app.accounts.links import unsubscribe_path
from exchange_app.accounts.models import User
from exchange_app.bookings.links import check_path
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.covers import cover_edition, cover_name
from exchange_app.catalogue.models import Base, MenuItem, Package, Stop
from exchange_app.coordination.models import Exchange, Problem
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure, Slot
from exchange_app.departures.rules import DepartureState
from exchange_app.helpdesk.models import Guide, HelpRequest
from exchange_app.insights.models import Report
from exchange_app.meetings.links import answer_path
from exchange_app.meetings.models import Action, Invitation, Meeting
from exchange_app.meetings.rules import MeetingState
from exchange_app.noticeboard.models import Notice
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import AgreementPaper, City, County, Department
from exchange_app.publicity.models import Campaign, EventInvitation, Festival, MediaMention, Story, StoryPhoto
from exchange_app.publicity.rules import Shows, StoryState
from exchange_app.rosters.models import Participant
from exchange_app.tailored.models import Inquiry
from exchange_app.visits.models import Visit
from exchange_app.web.policies import policy_of
from tests.demo.conftest import LOADED_AT
from tests.pages import sign_in, speak

PEOPLE = {
    Role.LEADER: "leader.nanning@demo.example",
    Role.HEAD: "head.nanning@demo.example",
    Role.BUREAU: "bureau.nanning@demo.example",
    Role.ORGANISER: "organiser.chongzuo@demo.example",
    Role.COORDINATOR: "coordinator.chongzuo@demo.example",
    Role.ADMINISTRATOR: "administrator@demo.example",
}
MAIN_JOB = {
    None: (
        "departures.package departures.show departures.compare catalogue.base catalogue.menu_item catalogue.search "
        "publicity.events publicity.events_feed publicity.events_calendar publicity.campaign publicity.share "
        "publicity.card publicity.story publicity.story_list publicity.photo publicity.media publicity.widget "
        "publicity.widget_departures "
        "catalogue.cover noticeboard.index noticeboard.show noticeboard.feed "
        "rosters.checked_by_link rosters.copy_by_link trips.replies "
        "helpdesk.index helpdesk.guide helpdesk.offices helpdesk.ask helpdesk.open_request helpdesk.figures "
        "meetings.answer"
    ),
    Role.LEADER: (
        "bookings.show rosters.register rosters.roster rosters.grid rosters.change rosters.template "
        "consents.board consents.summary consents.child consents.paper "
        "trips.show trips.arrangement trips.lists trips.roll_calls trips.roll_state "
        "trips.emergency trips.report trips.certificates trips.badges trips.itinerary_sheet "
        "retention.about_person retention.own_data "
        "tailored.index tailored.wish tailored.show tailored.arrange papers.index papers.show "
        "publicity.own_stories publicity.own_story publicity.new_story publicity.persons"
    ),
    Role.HEAD: "bookings.decisions papers.index papers.show tailored.show",
    Role.BUREAU: "bookings.decisions insights.figures",
    Role.ORGANISER: (
        "bookings.show bookings.of_departure catalogue.own_package catalogue.edit_item catalogue.edit_base "
        "catalogue.edit_stop catalogue.base_photo catalogue.item_photo catalogue.package_photo "
        "bookings.change_departure consents.summary trips.host trips.notes trips.day_sheet "
        "trips.reported trips.departure_survey "
        "planning.board planning.planner planning.plan_series planning.copy_season catalogue.compose "
        "tailored.desk tailored.show papers.template "
        "publicity.desk publicity.own_stories publicity.own_story publicity.new_campaign"
    ),
    Role.COORDINATOR: (
        "coordination.home coordination.agreement coordination.paper coordination.own_agreement_page "
        "coordination.edit_agreement coordination.add_paper coordination.counterparts coordination.edit_liaison "
        "coordination.exchanges coordination.exchange coordination.checklist coordination.begin_exchange "
        "coordination.problems coordination.problem coordination.raise_problem coordination.lessons partners.offices "
        "meetings.index meetings.call meetings.plan meetings.decisions meetings.show meetings.edit meetings.agenda "
        "meetings.people meetings.printed meetings.actions meetings.action "
        "visits.index visits.begin visits.propose visits.visit visits.change visits.programme visits.report "
        "visits.add_file visits.ledger visits.returning visits.summary insights.figures insights.table "
        "insights.reports insights.ask_report insights.report insights.report_file "
        "noticeboard.kept noticeboard.write noticeboard.edit "
        "publicity.desk publicity.invitations publicity.invitation publicity.festivals publicity.mentions "
        "publicity.own_stories publicity.own_story "
        "helpdesk.desk helpdesk.request_of helpdesk.own_guides helpdesk.new_guide helpdesk.edit_guide "
        "helpdesk.own_offices helpdesk.edit_office"
    ),
    Role.ADMINISTRATOR: (
        "helpdesk.topics publicity.festival publicity.own_campaign publicity.mention meetings.write "
        "audit.log retention.report retention.yearly_audit retention.breach_list retention.report_breach"
    ),
}
NOT_PAGES = {"static", "web.readyz"}  # a file; an answer that depends on the broker
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


@pytest.fixture(autouse=True)
def while_the_demo_is_fresh() -> Iterator[None]:
    with time_machine.travel(LOADED_AT):
        yield


def first(statement: Any) -> Any:
    found = db.session.scalars(statement.limit(1)).first()
    assert found is not None, f"the demo has nothing for {statement}"
    return found


def examples() -> Mapping[str, Mapping[str, Any]]:
    """Something of the demo to fill each address with that needs it; by endpoint, or by the name in the address."""
    organiser = first(select(User).where(User.email == PEOPLE[Role.ORGANISER]))
    leader = first(select(User).where(User.email == PEOPLE[Role.LEADER]))
    package = first(select(Package).where(Package.organiser_id == organiser.organisation_id).join(Package.stops))
    stop = first(select(Stop).where(Stop.package_id == package.id))
    departure = first(
        select(Departure).where(Departure.package_id == package.id, Departure.state == DepartureState.OPEN)
    )
    base = first(select(Base).where(Base.city_id == organiser.organisation.city_id))
    item = first(select(MenuItem).join(Slot).where(MenuItem.base_id == base.id))
    person = first(
        select(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Package, Package.id == Departure.package_id)
        .where(Participant.role == "pupil")
        .where(Booking.school_id == leader.organisation_id, Package.organiser_id == organiser.organisation_id)
    )
    booking = db.session.get_one(Booking, person.booking_id)
    letter = first(select(Letter))
    coordinator = first(select(User).where(User.email == PEOPLE[Role.COORDINATOR]))
    asked = first(select(HelpRequest).where(HelpRequest.office_id == coordinator.organisation_id))
    invited = first(select(Invitation).join(Meeting).where(Meeting.state == MeetingState.INVITED))
    guide = first(select(Guide).where(Guide.city_id == coordinator.organisation.city_id))
    slot = first(select(Slot).where(Slot.menu_item_id == item.id))
    campaign = first(select(Campaign))
    county = first(select(County).where(County.city_id == organiser.organisation.city_id))
    _, _check, code, signature = check_path(booking).split("/")
    return {
        "catalogue.base": {"slug": base.slug},
        "catalogue.menu_item": {"slug": item.slug},
        "catalogue.cover": {"name": cover_name(package.slug, package.plan, "chongzuo"), "edition": cover_edition()},
        "catalogue.photo": {"content": "0" * 40, "version": 480},
        "tailored.wish": {"slug": item.slug},
        "helpdesk.request_of": {"code": asked.code},
        "departures.package": {"slug": package.slug},
        "meetings.printed": {"meeting_id": first(select(Meeting).where(Meeting.state == MeetingState.CONFIRMED)).id},
        "meetings.write": {"meeting_id": first(select(Meeting).where(Meeting.state == MeetingState.HELD)).id},
        "meetings.answer": {"invitation_id": invited.id, "signature": answer_path(invited).rpartition("/")[2]},
        "accounts.unsubscribe": {"user_id": organiser.id, "signature": unsubscribe_path(organiser).rpartition("/")[2]},
        "publicity.own_story": {"story_id": first(select(Story).where(Story.state == StoryState.PROPOSED)).id},
        "publicity.persons": {"photo_id": first(select(StoryPhoto).where(StoryPhoto.shows == Shows.CHILDREN)).id},
        "publicity.photo": {"version": 480},
        "publicity.share": {"kind": "campaigns", "name": campaign.id},
        "publicity.card": {"kind": "packages", "name": package.slug},
        "demo.roster": {"name": "roster-nanning.xlsx"},
        "insights.table": {"name": "days"},
        "": {
            "base_id": base.id,
            "menu_id": item.menu_id,
            "item_id": item.id,
            "package_id": package.id,
            "stop_id": stop.id,
            "departure_id": departure.id,
            "code": code,
            "signature": signature,
            "token": "a-guess",
            "person_id": person.id,
            "letter_id": letter.id,
            "message_id": 0,
            "slot_id": slot.id,
            "city_id": county.city_id,
            "county_id": county.id,
            "organisation_id": organiser.organisation_id,
            "user_id": organiser.id,
            "number": 0,
            "kind": "room",
            "place_id": 0,
            "call_id": 0,
            "incident_id": 0,
            "breach_id": 0,
            "audience": "guardians",
            "language": "en",
            "step_id": 0,
            "inquiry_id": first(select(Inquiry)).id,
            "agreement_id": first(select(AgreementPaper)).agreement_id,
            "paper_id": first(select(AgreementPaper)).id,
            "exchange_id": first(select(Exchange)).id,
            "visit_id": first(select(Visit).where(Visit.came.is_not(None))).id,
            "report_id": first(select(Report)).id,
            "sending_id": county.city_id,
            "hosting_id": first(select(City.id).where(City.id != county.city_id)),
            "ending": "csv",
            "problem_id": first(select(Problem)).id,
            "department_id": first(select(Department)).id,
            "meeting_id": invited.meeting_id,
            "action_id": first(select(Action)).id,
            "guide_id": guide.id,
            "notice_id": first(select(Notice).where(Notice.city_id == coordinator.organisation.city_id)).id,
            "file_id": 0,
            "festival_id": first(select(Festival)).id,
            "campaign_id": campaign.id,
            "invitation_id": first(select(EventInvitation)).id,
            "story_id": first(select(Story)).id,
            "photo_id": first(select(StoryPhoto)).id,
            "mention_id": first(select(MediaMention)).id,
        },
    }


def addresses(app: Flask) -> list[tuple[Rule, str]]:
    """Every address that can be opened, filled with something of the demo."""
    known = examples()
    filled = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_PAGES:
                values = {**known[""], **known.get(rule.endpoint, {})}
                missing = rule.arguments - set(values)
                assert not missing, f"add something for {missing} of {rule.rule} to examples()"
                filled.append((rule, app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})))
    return filled


@pytest.fixture
def writes(demo: Flask) -> Iterator[list[str]]:
    """The statements that wrote something."""
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith((*WRITES, "BEGIN IMMEDIATE")) or "FOR UPDATE" in statement:
            seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", keep)
    yield seen
    event.remove(engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_opens_and_changes_nothing(demo: Flask, writes: list[str], role: Role | None, language: str) -> None:
    opened = {}
    reader = None if role is None else first(select(User).where(User.email == PEOPLE[role]))
    client = demo.test_client()
    if reader is None:
        speak(client, language)
    else:
        sign_in(client, reader, language)
        writes.clear()  # signing in writes; opening pages must not
    for rule, address in addresses(demo):
        answer = client.get(address)
        policy = policy_of(demo.view_functions[rule.endpoint])
        assert policy is not None
        may_enter = policy.roles is None or role in policy.roles or (policy.open_in_demo and demo.config["DEMO"])
        opened[rule.endpoint] = answer.status_code
        if not may_enter:
            assert answer.status_code == (303 if role is None else 403), address
        else:
            assert answer.status_code < 500, address
        assert writes == [], address
    assert sum(status == 200 for status in opened.values()) > 15


def test_the_pages_of_the_main_job_open_for_whom_they_are(demo: Flask) -> None:
    """The test before this one lets a page answer "not found"; these must be there."""
    by_endpoint: dict[str, list[str]] = {}
    for rule, address in addresses(demo):
        by_endpoint.setdefault(rule.endpoint, []).append(address)
    for role, endpoints in MAIN_JOB.items():
        client = demo.test_client()
        if role is not None:
            sign_in(client, first(select(User).where(User.email == PEOPLE[role])))
        for endpoint in endpoints.split():
            for address in by_endpoint[endpoint]:
                assert client.get(address).status_code == 200, (role, address)
