"""Two of everything: two cities, each with a school, a bureau and a host, and a group of each city's school at the host
of the same city. Whoever belongs to the first side finds their own there; the second side is foreign to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from exchange_app.accounts.links import unsubscribe_path
from exchange_app.accounts.models import Passkey, SignIn, User
from exchange_app.bookings import approvals, messages
from exchange_app.bookings.links import booking_feed_path, check_signature, host_feed_path, school_feed_path
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.covers import cover_edition, cover_name
from exchange_app.catalogue.models import Publication
from exchange_app.consents.service import make_links
from exchange_app.coordination.models import Exchange, ExchangeStep
from exchange_app.coordination.rules import Side as ExchangeSide
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.allotments import set_aside
from exchange_app.departures.models import Allotment, Departure, Slot
from exchange_app.helpdesk.keeping import GuideTerms, add_guide
from exchange_app.helpdesk.models import Guide, HelpRequest
from exchange_app.helpdesk.rules import Topic
from exchange_app.helpdesk.service import Question, ask
from exchange_app.insights import service as insights
from exchange_app.insights.rules import ReportState, Span
from exchange_app.meetings.links import answer_path
from exchange_app.noticeboard import service as notices
from exchange_app.noticeboard.links import no_digest_path
from exchange_app.noticeboard.rules import Visibility
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.papers.rules import Counted
from exchange_app.partners.agreements import PaperTerms, add_paper
from exchange_app.partners.counterparts import pair_counties
from exchange_app.partners.models import Agreement, City, County, Department, Organisation, OrganisationKind, Plan
from exchange_app.partners.paper_files import PaperFile
from exchange_app.partners.proposals import ProposalTerms, propose
from exchange_app.partners.rules import Proposed
from exchange_app.planning.models import PlanStep, StepKind
from exchange_app.publicity.models import CampaignLink, EventInvitation, MediaMention, StoryPhoto
from exchange_app.publicity.rules import Reckoning, Shows
from exchange_app.publicity.service import campaigns, stories
from exchange_app.publicity.service.campaigns import FestivalTerms
from exchange_app.publicity.service.stories import StoryTerms
from exchange_app.retention.breaches import Report, report_breach
from exchange_app.retention.models import Breach
from exchange_app.retention.rules import Scope
from exchange_app.rosters import exports
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.models import UnmendedRow
from exchange_app.rosters.reading import read_pasted
from exchange_app.rosters.rules import ExportForm
from exchange_app.rosters.service import import_roster
from exchange_app.tailored.rules import InquiryState
from exchange_app.trips import arrangements, incidents, roll
from exchange_app.trips.models import Incident, Place, RollCall, Wish
from exchange_app.trips.rules import PlaceKind
from exchange_app.visits.models import Visit
from exchange_app.visits.rules import Purpose as VisitPurpose
from exchange_app.visits.service import parts as visits
from exchange_app.visits.service.visits import Member, VisitTerms, propose_visit
from tests.bookings.group import hand_in
from tests.builders import both, make_city, make_departure, make_organisation, make_package, make_user
from tests.coordination.town import make_agreement, make_counterpart, make_office, make_problem
from tests.letters.group import make_inquiry
from tests.meetings.hall import add_action, confirm_all, invite, make_meeting, write_down
from tests.noticeboard.offices import make_notice
from tests.publicity.town import make_campaign
from tests.rosters.sheet import group, pasted, pupil
from tests.trips.group import pupils_of

GUESS = "0" * 32
ROLES = ("leader", "head", "bureau", "organiser", "coordinator", "administrator")
PEOPLE = ("stranger", "participant", "guardian", *ROLES)

# Addresses that are secrets, by endpoint or folder, and who was given them. Everybody else can only guess.
HOLDERS = {
    "consents": ("guardian",),
    "retention": ("guardian",),
    "rosters": ("participant",),
    "rosters.fetch": ("leader",),
    "rosters.download": ("leader",),
    "rosters.fetch_groups": ("organiser",),
    "rosters.download_groups": ("organiser",),
    "trips": ("participant",),
    "accounts.unsubscribe": ("organiser",),
    "noticeboard.no_digest": ("organiser",),
    "meetings.answer": ("coordinator",),
    "accounts.choose_password": (),
    "accounts.prove_address": (),
    "bookings.booking_feed": ("participant", "leader"),
    "bookings.school_feed": ("leader",),
    "bookings.host_feed": ("organiser",),
}
SECRETS = ("token", "signature")
OF_A_REQUEST = ("request_of", "contact", "take", "answer", "note", "pass_on", "close")


@dataclass(frozen=True)
class Side:
    """``values`` fill the places of addresses, by the name that they have there, or by endpoint and name where the same
    name means something else; ``by_user`` those that differ from person to person."""

    booking: Booking
    users: Mapping[str, User]
    values: Mapping[str, Any]
    by_user: Mapping[tuple[str, str], Any]

    def value(self, name: str, endpoint: str, person: str) -> Any:
        for key in (f"{endpoint}:{name}", name):
            if (person, key) in self.by_user:
                return self.by_user[person, key]
            if key in self.values:
                return self.values[key]
        raise LookupError(f"add a value for <{name}> of {endpoint} to tests/house/world.py")


def holds_secret(endpoint: str, person: str) -> bool:
    return person in HOLDERS.get(endpoint, HOLDERS.get(endpoint.partition(".")[0], ()))


def make_side() -> Side:
    """Within a transaction."""
    city = make_city()
    school, bureau, host = (
        make_organisation(city, kind)
        for kind in (OrganisationKind.SCHOOL, OrganisationKind.OFFICE, OrganisationKind.OFFICE)
    )
    users = {
        "leader": make_user(school, Role.LEADER),
        "head": make_user(school, Role.HEAD),
        "bureau": make_user(bureau, Role.BUREAU),
        "organiser": make_user(host, Role.ORGANISER),
        "coordinator": make_user(bureau, Role.COORDINATOR),
        "administrator": make_user(host, Role.ADMINISTRATOR),
    }
    for user in users.values():
        db.session.add(_sign_in(user))
    booking = _make_booking(host, users)
    _put_into(booking, users["leader"])
    db.session.flush()
    return Side(booking, users, _values(booking, city, host, users), _by_user(booking, users))


def _sign_in(user: User) -> SignIn:
    begin = now()
    moments = {"started_at": begin, "seen_at": begin, "proven_at": begin, "ends_at": begin + timedelta(hours=1)}
    return SignIn(token_hash=GUESS + user.uid, user_id=user.id, **moments)


def _make_booking(host: Organisation, users: Mapping[str, User]) -> Booking:
    """Confirmed by everybody who may be asked."""
    chain = ["school_head", "education_bureau", "host"]
    package = make_package(days=2, approvals=chain, organiser=host, host_city=host.city)
    departure = make_departure(package, now=now())
    set_aside(departure, 5, city=host.city, school=None, release_at=departure.closes_at, now=now())
    booking = hand_in(departure, users["leader"], pupils=6, staff=1, now=now())
    for who in ("head", "bureau", "organiser"):
        approvals.approve_booking(booking, by=users[who], now=now())
    return booking


def _put_into(booking: Booking, leader: User) -> None:
    rows = [*group(4, 1), pupil(9, guardian_phone="139000")]
    import_roster(booking, read_pasted(pasted(rows), asked_of(booking), today=now().date()), by=leader, now=now())
    db.session.flush()
    first, second, *_ = pupils_of(booking)
    arrangements.add_places(booking, PlaceKind.ROOM, count=1, capacity=2, sex=None)
    arrangements.add_wish(booking, first.id, second.id)
    roll.add_call(booking, "At the gate", now(), form_token=booking.uid)
    happening = incidents.Happening(now() - timedelta(hours=1), "The gate", "A bruise", 1)
    incidents.report_incident(booking, happening, form_token="form", by=leader, now=now())


def _values(booking: Booking, city: City, host: Organisation, users: Mapping[str, User]) -> Mapping[str, Any]:
    departure, package = booking.departure, booking.departure.package
    stop, organiser = package.stops[0], users["organiser"]
    county = County(city_id=city.id, code=f"9{city.id:05}", name=both("A county"))
    db.session.add(county)
    db.session.flush()
    text = messages.Text("A word", "To all")
    message = messages.send_message(
        departure, text, to=[BookingState.CONFIRMED], form_token=booking.uid, by=organiser, now=now()
    )
    child = pupils_of(booking)[0]
    order = exports.Order(ExportForm.CSV, "en", "For the train")
    roster, roster_token = exports.export_roster(booking, ["name"], order, by=users["leader"], now=now())
    asked = _ask_for_help(city)
    groups, groups_token = exports.export_groups(departure, order, by=organiser, now=now())
    return {
        "code": booking.code,
        "person_id": child.id,
        "row_id": _one(UnmendedRow.id, UnmendedRow.booking_id == booking.id),
        "place_id": _one(Place.id, Place.booking_id == booking.id),
        "wish_id": _one(Wish.id, Wish.booking_id == booking.id),
        "call_id": _one(RollCall.id, RollCall.booking_id == booking.id),
        "incident_id": _one(Incident.id, Incident.booking_id == booking.id),
        "departure_id": departure.id,
        "allotment_id": _one(Allotment.id, Allotment.departure_id == departure.id),
        "message_id": message.id,
        "package_id": package.id,
        "stop_id": stop.id,
        "item_id": stop.menu_item_id,
        "menu_id": stop.menu_item.menu_id,
        "base_id": stop.menu_item.base_id,
        "slot_id": _one(Slot.id, Slot.menu_item_id == stop.menu_item_id),
        "organisation_id": host.id,
        "city_id": city.id,
        "county_id": county.id,
        "user_id": users["leader"].id,
        "departures.package:slug": package.slug,
        "catalogue.base:slug": stop.menu_item.base.slug,
        "catalogue.menu_item:slug": stop.menu_item.slug,
        "tailored.wish:slug": stop.menu_item.slug,
        "tailored.remove_wish:slug": stop.menu_item.slug,
        **_agree(city, users["coordinator"]),
        "inquiry_id": make_inquiry(booking, InquiryState.WITH_HOST).id,
        "breach_id": _report_breach(booking, users["administrator"]).id,
        "step_id": _take_step(departure, organiser).id,
        **{f"helpdesk.{endpoint}:code": asked.code for endpoint in OF_A_REQUEST},
        "guide_id": _write_guide(host).id,
        "rosters.fetch:number": roster.id,
        "rosters.fetch:token": roster_token,
        "rosters.download:number": roster.id,
        "rosters.download:token": roster_token,
        "rosters.fetch_groups:number": groups.id,
        "rosters.fetch_groups:token": groups_token,
        "rosters.download_groups:number": groups.id,
        "rosters.download_groups:token": groups_token,
        "token": make_links(booking, [child], by=users["leader"], now=now())[child.uid],
        "signature": check_signature(booking),
        "accounts.unsubscribe:user_id": organiser.id,
        "accounts.unsubscribe:signature": unsubscribe_path(organiser).rpartition("/")[2],
        "bookings.booking_feed:signature": _signature_in(booking_feed_path(booking)),
        "bookings.school_feed:organisation_id": booking.school_id,
        "bookings.school_feed:signature": _signature_in(school_feed_path(booking.school_id)),
        "bookings.host_feed:signature": _signature_in(host_feed_path(host.id)),
        **_notice(organiser),
        **_publicity(booking, organiser, users["coordinator"]),
        # No object, but a word of the address.
        "kind": "room",
        "paper": "plan",
        "audience": "guardians",
        "language": "en",
        "done": "contained",
        "content": "0" * 40,
        "version": 480,
        "edition": cover_edition(),
        "catalogue.cover:name": cover_name(package.slug, package.plan, city.slug),
        "wanted": "on",
        "number": 0,
        "name": "roster-nanning.xlsx",
        "insights.table:name": "days",
    }


def _agree(city: City, by: User) -> Mapping[str, Any]:
    """An agreement with a city of its own, in which everything is there once."""
    partner, moment = make_city(), now()
    agreement = make_agreement([city, partner], by, moment)
    office, other = make_office(city), make_office(partner)
    counties = [County(city_id=one.id, code=f"8{one.id:05}", name=both("A county")) for one in (city, partner)]
    department = Department(slug=f"department-{city.slug}", name=both("A department"))
    db.session.add_all([*counties, department])
    db.session.flush()
    file = PaperFile("signed.pdf", "application/pdf", b"%PDF-")
    paper = add_paper(agreement, file, PaperTerms(both("Signed"), is_public=False), by_id=by.id, now=moment)
    days = {"starts_on": moment.date(), "ends_on": moment.date(), "begun_at": moment}
    visit = _visit(agreement, city, partner, by)
    exchange = Exchange(agreement=agreement, sending_city=city, hosting_city=partner, visit_id=visit.id, **days)
    step = ExchangeStep(title=both("A step"), side=ExchangeSide.SENDING, counted=Counted.BEFORE, days=1)
    step.due_on = moment.date()
    exchange.steps = [step]
    db.session.add(exchange)
    db.session.flush()
    joining = ProposalTerms(Proposed.JOIN, moment.date(), make_city().id)
    return {
        "agreement_id": agreement.id,
        "proposal_id": propose(agreement, joining, own_id=city.id, by_id=by.id, now=moment).id,
        "paper_id": paper.id,
        "counterpart_id": make_counterpart(agreement, other, office, by, moment).id,
        "pair_id": pair_counties(agreement, *counties).id,
        "exchange_id": exchange.id,
        "back_id": exchange.id,
        "visit_id": visit.id,
        "follow_up_id": visit.follow_ups[0].id,
        "visits.file:file_id": visit.files[0].id,
        "visits.remove_file:file_id": visit.files[0].id,
        "sending_id": city.id,
        "hosting_id": partner.id,
        "ending": "csv",
        "coordination.tick_step:step_id": step.id,
        "coordination.open_step:step_id": step.id,
        "coordination.name_coordinator:name": "sending",
        "problem_id": make_problem(agreement, by, moment).id,
        "department_id": department.id,
        "report_id": _report(agreement, by),
        **_meet(agreement, other, by),
    }


def _report(agreement: Agreement, by: User) -> int:
    """One that is ready, without a chapter."""
    question = insights.Question(agreement, None, now().year, Span.YEAR)
    report = insights.ask_report(question, form_token="world", by=by, now=now())
    report.state, report.made_at = ReportState.READY, now()
    return report.id


def _meet(agreement: Agreement, other: Organisation, by: User) -> Mapping[str, Any]:
    """A meeting that is going on, one whose minutes hold, and one to which the co-ordinator is invited."""
    moment, partner = now(), make_user(other, Role.COORDINATOR)
    going_on = make_meeting(agreement, by, moment, moment)
    coming = make_meeting(agreement, by, moment + timedelta(days=30), moment)
    invite(coming, by, moment)
    held = make_meeting(agreement, by, moment - timedelta(days=1), moment - timedelta(days=20))
    write_down(held, by, moment)
    action = add_action(held, by.organisation, moment.date() + timedelta(days=9), by, moment)
    confirm_all(held, by, [partner], moment)
    invitation = next(one for one in coming.invitations if one.user_id == by.id)
    return {
        "meeting_id": going_on.id,
        "meetings.printed:meeting_id": held.id,
        "action_id": action.id,
        "meetings.withdraw:invitation_id": going_on.invitations[0].id,
        "meetings.note_answer:invitation_id": going_on.invitations[0].id,
        "meetings.answer:invitation_id": invitation.id,
        "meetings.answer:signature": _signature_in(answer_path(invitation)),
    }


def _visit(agreement: Agreement, city: City, partner: City, by: User) -> Visit:
    """Over, with a file and something that follows from it."""
    today = now().date()
    terms = VisitTerms(
        plan=Plan.COMMUNITY,
        purpose=VisitPurpose.LEARNING,
        title="A visit",
        aims="To learn",
        starts_on=today,
        ends_on=today,
        members=[Member(by.organisation, 3)],
        host_office=None,
        contact_name="Nong Mei",
        contact_phone="13900007777",
    )
    told = {"returning": None, "form_token": "world", "by": by, "now": now()}
    visit = propose_visit(agreement, city, partner, terms, **told)
    visits.add_follow_up(visit, "To send", by.id, today + timedelta(days=9), by=by, now=now())
    visits.add_file(visit, PaperFile("seen.pdf", "application/pdf", b"%PDF-1.7"), by=by, now=now())
    return visit


def _notice(organiser: User) -> Mapping[str, Any]:
    """For partners, with something attached; and where its keeper says that no digest is wanted."""
    notice = make_notice(organiser, now=now(), visibility=Visibility.PARTNERS)
    return {
        "notice_id": notice.id,
        "file_id": notices.attach_file(notice, PaperFile("plan.pdf", "application/pdf", b"%PDF-1.7")).id,
        "noticeboard.no_digest:user_id": organiser.id,
        "noticeboard.no_digest:signature": _signature_in(no_digest_path(organiser)),
    }


def _publicity(booking: Booking, organiser: User, coordinator: User) -> Mapping[str, Any]:
    """A festival of the city, what its office puts on, a story with a photo of the group, and what the media said. The
    departure has not taken place for that."""
    moment, city = now(), coordinator.organisation.city
    festival = campaigns.add_festival(FestivalTerms(both("A festival"), both("A text"), Reckoning.LUNAR, 3, 3, 1), city)
    days = {"starts_on": moment.date(), "ends_on": moment.date() + timedelta(days=9)}
    campaign = make_campaign(organiser, **days)
    campaigns.add_link(campaign, departure_id=booking.departure_id)
    invitation = EventInvitation(campaign_id=campaign.id, city_id=city.id, words="", invited_by_id=organiser.id)
    invitation.invited_at = moment
    story = stories.write_story(
        booking.departure, StoryTerms(both("A story"), both("A text")), by=organiser, now=moment
    )
    photo = StoryPhoto(story_id=story.id, booking_id=booking.id, shows=Shows.CHILDREN, content="0" * 40)
    photo.alternative, photo.credit, photo.added_at, photo.added_by_id = both("A photo"), "", moment, organiser.id
    mention = MediaMention(city_id=city.id, title=both("A report"), medium="A paper", on=moment.date())
    mention.address, mention.added_by_id = "https://paper.example/1", organiser.id
    db.session.add_all([invitation, photo, mention])
    db.session.flush()
    return {
        "festival_id": festival.id,
        "campaign_id": campaign.id,
        "link_id": _one(CampaignLink.id, CampaignLink.campaign_id == campaign.id),
        "publicity.invitation:invitation_id": invitation.id,
        "story_id": story.id,
        "photo_id": photo.id,
        "mention_id": mention.id,
        **{f"publicity.{endpoint}:kind": "departures" for endpoint in ("share", "card")},
        **{f"publicity.{endpoint}:name": booking.departure_id for endpoint in ("share", "card")},
    }


def _ask_for_help(city: City) -> HelpRequest:
    """Nobody has set a department, so it is with the co-ordinator's office."""
    question = Question(Topic.JOB, city.id, None, "Where can one learn to weld?", "13900001234", "en")
    return ask(question, form_token=f"world {city.id}", now=now())


def _write_guide(host: Organisation) -> Guide:
    terms = GuideTerms(Topic.JOB, host, both("A guide"), both("First this"), [], Publication.PUBLISHED, None)
    return add_guide(terms, now=now())


def _report_breach(booking: Booking, by: User) -> Breach:
    moment = now()
    report = Report("A lost phone", moment, moment, moment, Scope.GROUP, code=booking.code)
    return report_breach(report, form_token=booking.uid, by=by, now=moment)


def _take_step(departure: Departure, by: User) -> PlanStep:
    step = PlanStep(form_token=departure.package.slug, by_id=by.id, at=now(), what=StepKind.SEASON)
    step.facts = {"menu": departure.package.stops[0].menu_item.menu_id, "packages": [], "items": [], "departures": []}
    db.session.add(step)
    db.session.flush()
    return step


def _add_passkey(user: User) -> int:
    key = Passkey(user_id=user.id, credential_id=user.uid.encode(), public_key=b"", sign_count=0, name="A phone")
    key.added_at = now()
    db.session.add(key)
    db.session.flush()
    return key.id


def _by_user(booking: Booking, users: Mapping[str, User]) -> Mapping[tuple[str, str], Any]:
    """A letter, a sign-in and a passkey of each; of those who have no account the leader's stand for what is not
    theirs."""
    passkeys = {name: _add_passkey(user) for name, user in users.items()}
    found = {}
    for person in PEOPLE:
        user = users.get(person, users["leader"])
        found[person, "sign_in_id"] = _one(SignIn.id, SignIn.user_id == user.id)
        found[person, "passkey_id"] = passkeys.get(person, passkeys["leader"])
        found[person, "letter_id"] = _make_letter(user, booking.id)
    return found


def _make_letter(user: User, booking_id: int) -> int:
    key = f"world:{user.id}"
    letter = NewLetter(key, "booking_confirmed", booking_id, user.email, "en", now(), reader_id=user.id)
    write_letters([letter], now())
    found: Letter = db.session.scalars(select(Letter).where(Letter.key == key)).one()
    found.state = LetterState.FAILED  # shown on the reader's own page, and an administrator may send it again
    return found.id


def _one(column: Any, condition: Any) -> int:
    return int(db.session.scalars(select(column).where(condition).order_by(column)).first())


def _signature_in(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".ics")
