"""One group on its way from Nanning to Chongzuo, all of it fixed, so that its letters can be compared word by word."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking, BookingEvent, ChangeKind, ChangeRequest
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import MenuItem, Package, Stop
from exchange_app.coordination.models import Exchange, Problem, ProblemEntry
from exchange_app.coordination.rules import ProblemState, ProblemStep
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.departures.models import Departure
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.rules import RequestState, Topic
from exchange_app.meetings.models import Action, AgendaItem, Confirmation, Decision, Invitation, Meeting
from exchange_app.meetings.rules import MeetingState
from exchange_app.partners.agreements import add_party
from exchange_app.partners.models import Agreement, AgreementProposal, City, Counterpart, OrganisationKind, Plan
from exchange_app.partners.proposals import ProposalTerms, propose
from exchange_app.partners.rules import CounterpartState, Proposed
from exchange_app.publicity.models import EventInvitation, Story, StoryPhoto
from exchange_app.publicity.rules import Answer as EventAnswer
from exchange_app.publicity.rules import Shows, StoryState
from exchange_app.publicity.service import campaigns, stories
from exchange_app.publicity.service.campaigns import CampaignTerms
from exchange_app.publicity.service.stories import StoryTerms
from exchange_app.tailored.models import Inquiry, Version
from exchange_app.tailored.rules import Entry, InquiryState, Side, Terms, write_terms
from exchange_app.visits.models import FollowUp, ProgrammeEntry, Visit, VisitEvent, VisitMember
from exchange_app.visits.rules import Purpose as VisitPurpose
from exchange_app.visits.rules import VisitState, VisitStep
from tests.builders import make_city, make_departure, make_organisation, make_package, make_user
from tests.coordination.town import (
    assigned,
    make_agreement,
    make_counterpart,
    make_exchange,
    make_office,
    make_problem,
)
from tests.noticeboard.offices import make_notice

MEETS_AT = datetime(2027, 4, 12, 0, 30, tzinfo=UTC)  # half past eight in the morning there
ROSTER_DUE_AT = datetime(2027, 4, 5, 10, 0, tzinfo=UTC)
WRITTEN_AT = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)
A_NIGHT = timedelta(hours=12)

DRUMS = Translated(zh_Hans="天琴弹唱体验", en="Playing the tianqin")
PAINTINGS = Translated(zh_Hans="乘船观赏左江花山岩画", en="By boat to the rock paintings of Huashan")
ARRIVAL = Translated(zh_Hans="乘车前往宁明", en="By coach to Ningming")
HUASHAN = Translated(zh_Hans="左江花山岩画景区", en="Zuojiang Huashan scenic area")
LONGZHOU = Translated(zh_Hans="龙州天琴传习馆", en="Longzhou tianqin workshop")
LIFE_JACKET = Translated(zh_Hans="须穿救生衣", en="With life jackets")
NOTHING = Translated(zh_Hans="", en="")


def make_group(language: str) -> Booking:
    """A confirmed booking of 24 pupils and 3 staff, for two days."""
    chongzuo = make_city(code="451400", slug="chongzuo", name=Translated(zh_Hans="崇左市", en="Chongzuo"))
    nanning = make_city(code="450100", slug="nanning", name=Translated(zh_Hans="南宁市", en="Nanning"))
    departure = _make_departure(_make_package(chongzuo))
    leader = _make_leader(nanning)
    booking = Booking(
        uid="0123456789abcdef0123456789abcdef",
        code="K7PQ2MX6",
        departure=departure,
        school=leader.organisation,
        leader=leader,
        form_token="fixed",
        pupils=24,
        staff=3,
        state=BookingState.CONFIRMED,
        contact_name="李明",
        contact_email="li.ming@school.example",
        language=language,
        created_at=datetime(2027, 3, 1, 1, 0, tzinfo=UTC),
        submitted_at=datetime(2027, 3, 1, 1, 30, tzinfo=UTC),
    )
    db.session.add(booking)
    db.session.flush()
    return booking


def make_other_date(departure: Departure) -> Departure:
    """A week later, with room for everybody."""
    return make_departure(
        departure.package,
        starts_on=date(2027, 4, 19),
        meets_at=datetime(2027, 4, 19, 0, 30, tzinfo=UTC),
        roster_due_at=datetime(2027, 4, 12, 10, 0, tzinfo=UTC),
        meeting_point=departure.meeting_point,
    )


def make_help_request(booking: Booking) -> HelpRequest:
    """Somebody from the school's city asks the host about a job in its own."""
    package, due_at = booking.departure.package, WRITTEN_AT + timedelta(days=3)
    request = HelpRequest(
        code="H7PQ2MX5",
        form_hash="fixed",
        topic=Topic.JOB,
        city=package.host_city,
        home_city=booking.school.city,
        office=package.organiser,
        home_office=booking.school,
        language=booking.language,
        is_by_mail=True,
        state=RequestState.WAITING,
        asked_at=WRITTEN_AT,
        last_word_at=WRITTEN_AT,
        due_at=due_at,
        look_at=due_at,
    )
    request.contact = "somebody.new@mail.example"
    db.session.add(request)
    db.session.flush()
    return request


def make_inquiry(booking: Booking, state: InquiryState) -> Inquiry:
    """The trip that the school of the booking asks the host of its package for."""
    package = booking.departure.package
    terms = Terms(
        title="左江三日 · Three days on the Zuojiang",
        dates=(date(2027, 4, 12), date(2027, 4, 19)),
        days=1,
        pupils=24,
        staff=3,
        grade=5,
        language="zh",
        entries=(Entry(package.stops[0].menu_item_id, 1, time(9), 120),),
        price_minor=12000,
    )
    is_agreed = state is InquiryState.AGREED
    if is_agreed:
        booking.hold_ends_at = datetime(2027, 3, 9, 1, 0, tzinfo=UTC)
    inquiry = Inquiry(
        school=booking.school,
        city=package.host_city,
        leader=booking.leader,
        organiser=package.organiser,
        form_token="fixed",
        state=state,
        version=1,
        begun_at=WRITTEN_AT,
        last_word_at=WRITTEN_AT,
        booking=booking if is_agreed else None,
    )
    version = Version(number=1, side=Side.SCHOOL, by=booking.leader, sent_at=WRITTEN_AT, content=write_terms(terms))
    inquiry.versions.append(version)
    db.session.add(inquiry)
    db.session.flush()
    return inquiry


def make_pair(booking: Booking, state: CounterpartState) -> Counterpart:
    """An office of the school's city asks the one that keeps the package."""
    host = booking.departure.package.organiser
    name = Translated(zh_Hans="南宁市民族宗教事务委员会", en="Nanning Ethnic and Religious Affairs Commission")
    office = make_office(booking.school.city, name=name)
    told = {"words": "我们愿意对口合作。 · We would <like> to.", "reason": "由县里对口。 · The county does."}
    by, at = organiser_of(booking), WRITTEN_AT
    return make_counterpart(_agree(booking), office, host, by, at, state, answered_at=WRITTEN_AT, **told)


def make_change(booking: Booking) -> AgreementProposal:
    """The host's city proposes that a third one is no longer party."""
    by = organiser_of(booking)
    agreement, third = _agree(booking), make_city(name=Translated(zh_Hans="百色市", en="Baise"))
    add_party(agreement, third, None, by_id=by.id, now=WRITTEN_AT)
    terms = ProposalTerms(Proposed.LEAVE, date(2027, 3, 2), third.id, "经三市协商一致 · Agreed <by> phone")
    return propose(agreement, terms, own_id=by.organisation.city_id, by_id=by.id, now=WRITTEN_AT)


def make_shared(booking: Booking) -> Exchange:
    """The exchange that the group belongs to: one step of each side is due; the host's co-ordinator sees to theirs."""
    organiser_of(booking).role = Role.COORDINATOR
    return make_exchange(_agree(booking), booking, WRITTEN_AT)


def make_delegation(booking: Booking, state: VisitState) -> Visit:
    """Of an office of the school's city, to the one that keeps the package."""
    office = make_office(booking.school.city)
    visit = Visit(
        id=17,
        uid="0" * 32,
        agreement=_agree(booking),
        plan=Plan.COMMUNITY,
        purpose=VisitPurpose.LEARNING,
        title="互嵌式社区建设 · Living <side> by side",
        aims="学习调解经验",
        sending_city=booking.school.city,
        hosting_city=booking.departure.package.host_city,
        speaking_city_id=booking.school.city_id,
        host_office=booking.departure.package.organiser,
        starts_on=date(2027, 4, 12),
        ends_on=date(2027, 4, 13),
        state=state,
        version=2,
        came=5 if state is VisitState.CARRIED_OUT else None,
        form_token="fixed",
        proposed_by_id=booking.leader_id,
        proposed_at=WRITTEN_AT,
        changed_at=WRITTEN_AT,
        members=[VisitMember(office=office, persons=5)],
        entries=[ProgrammeEntry(on=date(2027, 4, 12), starts=time(9), ends=time(11, 30), title="座谈 · A <talk>")],
        files=[],
        events=[VisitEvent(at=WRITTEN_AT, by=booking.leader, step=VisitStep.PROPOSE, words="")],
        follow_ups=[FollowUp(words="互派干部 · Send <them>", owner=booking.leader, due_on=date(2027, 3, 4))],
    )
    visit.events.append(VisitEvent(at=WRITTEN_AT, by=booking.leader, step=VisitStep.CANCEL, words="台风 · A <typhoon>"))
    db.session.add(visit)
    db.session.flush()
    return visit


def make_event(booking: Booking, state: str) -> EventInvitation:
    """The host's city invites that of the school, which has answered."""
    by = organiser_of(booking)
    terms = CampaignTerms(
        title=Translated(zh_Hans="三月三歌圩", en="Song fair of the third of the third"),
        text=Translated(zh_Hans="对歌、五色糯米饭。", en="Songs and five-coloured rice."),
        place=Translated(zh_Hans="市民广场", en="Town square"),
        plan=Plan.COMMUNITY,
        festival_id=None,
        starts_on=date(2027, 4, 9),
        ends_on=date(2027, 4, 10),
    )
    campaign = campaigns.write_campaign(by.organisation, terms, by=by, now=WRITTEN_AT)
    campaigns.publish_campaign(campaign, by=by, now=WRITTEN_AT)
    invitation = EventInvitation(campaign=campaign, city=booking.school.city, invited_at=WRITTEN_AT, invited_by=by)
    invitation.words, invitation.people = "欢迎前来。 · Do <come>.", 0
    if state:
        invitation.answer, invitation.answered_at, invitation.people = EventAnswer(state), WRITTEN_AT, 12
        invitation.answer_words = "带芦笙来。 · With our <lusheng>."
    db.session.add(invitation)
    db.session.flush()
    return invitation


def make_told(booking: Booking, state: StoryState) -> Story:
    """What the organiser tells about the group's exchange."""
    by = organiser_of(booking)
    terms = StoryTerms(
        Translated(zh_Hans="左江边的四天", en="Four days by the Zuojiang"),
        Translated(zh_Hans="我们看了花山岩画。", en="We saw the rock paintings."),
    )
    story = stories.write_story(booking.departure, terms, by=by, now=WRITTEN_AT)
    story.state = state
    if state is not StoryState.PROPOSED:
        story.checked_by_id, story.checker_words = booking.leader_id, "请换一张照片。 · Another <photo>, please."
    story.published_at = WRITTEN_AT if state is StoryState.PUBLISHED else None
    db.session.flush()
    return story


def make_shown(booking: Booking) -> StoryPhoto:
    """A photo of the group, of which nobody has said yet who is on it."""
    story = make_told(booking, StoryState.DRAFT)
    photo = StoryPhoto(story_id=story.id, booking_id=booking.id, content="0" * 40)
    photo.shows, photo.alternative, photo.credit = Shows.CHILDREN, HUASHAN, "Wei Lan"
    photo.added_at, photo.added_by_id = WRITTEN_AT, organiser_of(booking).id
    db.session.add(photo)
    db.session.flush()
    return photo


def make_shared_problem(booking: Booking, state: ProblemState) -> Problem:
    """Raised by the organiser, and the leader wrote about it."""
    organiser, leader = organiser_of(booking), booking.leader
    said = [
        ProblemEntry(step=ProblemStep.COMMENT, at=WRITTEN_AT, by=leader, words="走大桥。 · Take the <bridge>."),
        ProblemEntry(step=ProblemStep.SETTLE, at=WRITTEN_AT, by=organiser, words="提前出发。 · Leave early."),
    ]
    problem = make_problem(_agree(booking), organiser, WRITTEN_AT, state, departure=booking.departure, entries=said)
    problem.assignments = [assigned(organiser.organisation, date(2027, 3, 20))]
    db.session.flush()
    return problem


def agree_to_meet(booking: Booking) -> Agreement:
    """Named after the package: nothing else in letters about meetings is anybody's own words in all of them."""
    return _agree(booking, name=booking.departure.package.title)


def make_joint(booking: Booking, state: MeetingState) -> Meeting:
    """The second meeting of the cities, prepared by the organiser; the leader is invited, and has an action."""
    organiser = organiser_of(booking)
    city, agreement = organiser.organisation.city, agree_to_meet(booking)
    item = AgendaItem(
        position=1,
        title=Translated(zh_Hans="游船安全", en="Safety on boats"),
        presenter="黄小兰",
        discussion=NOTHING,
        decision=Translated(zh_Hans="一律穿救生衣", en="Life jackets for all"),
        lesson=NOTHING,
    )
    invitation = Invitation(uid="1" * 32, user=booking.leader, office=booking.school, language=booking.language)
    invitation.sent_at = WRITTEN_AT
    action = Action(
        agreement=agreement,
        title=Translated(zh_Hans="购置救生衣", en="Buy life jackets"),
        office=organiser.organisation,
        person=organiser,
        due_on=date(2027, 3, 5),
    )
    meeting = Meeting(
        uid="2" * 32,
        agreement=agreement,
        number=2,
        form_token="fixed",
        chair_city=city,
        chair_position=1,
        starts_at=datetime(2027, 4, 20, 1, 30, tzinfo=UTC),
        minutes=120,
        time_zone=city.time_zone,
        place=Translated(zh_Hans="崇左市市民中心", en="Chongzuo civic centre"),
        link="https://meet.example/joint",
        state=state,
        sequence=1,
        called_by=organiser,
        called_at=WRITTEN_AT,
        changed_at=WRITTEN_AT,
        invited_by=organiser,
        minutes_round=1,
        items=[item],
        invitations=[invitation],
        actions=[action],
        confirmations=[],
    )
    if state is MeetingState.CANCELLED:
        meeting.cancelled_at, meeting.cancel_reason = WRITTEN_AT, "台风 · A <typhoon>"
    if state in (MeetingState.SENT, MeetingState.CONFIRMED):
        meeting.sent_at = WRITTEN_AT
    if state is MeetingState.CONFIRMED:
        meeting.confirmed_at = WRITTEN_AT
        item.numbered = Decision(agreement_id=agreement.id, number=3)
    if state is MeetingState.HELD:
        said = Confirmation(round=1, city=booking.school.city, by=booking.leader, at=WRITTEN_AT)
        said.objection = "少了一项。 · One item is <missing>."
        meeting.confirmations = [said]
    db.session.add(meeting)
    db.session.flush()
    return meeting


def _agree(booking: Booking, **terms: Any) -> Agreement:
    cities = [booking.departure.package.host_city, booking.school.city]
    return make_agreement(cities, organiser_of(booking), WRITTEN_AT, **terms)


def organiser_of(booking: Booking) -> User:
    """Somebody who keeps the package."""
    host = booking.departure.package.organiser
    found = db.session.query(User).filter_by(email="huang@host.example").one_or_none()
    fixed = {"uid": "fedcba9876543210fedcba9876543210", "name": "黄小兰", "email": "huang@host.example"}
    return found or make_user(host, Role.ORGANISER, **fixed)


def make_news(booking: Booking) -> None:
    """An office of the host's city told everybody something yesterday."""
    office = make_organisation(
        booking.departure.package.host_city,
        OrganisationKind.OFFICE,
        name=Translated(zh_Hans="崇左市民族宗教事务委员会", en="Chongzuo Ethnic and Religious Affairs Commission"),
    )
    make_notice(
        make_user(office, Role.COORDINATOR),
        now=WRITTEN_AT - A_NIGHT,
        title=Translated(zh_Hans="左江花山游船时间调整", en="Boats to Huashan <leave> earlier"),
    )


def make_morning(booking: Booking) -> None:
    """One of everything that an organiser's summary tells of, beside the booking itself."""
    later, soon = make_other_date(booking.departure), _make_date_soon(booking.departure)
    confirmed = _make_another(booking, "M2T4X9QA", later, BookingState.CONFIRMED, submitted_at=WRITTEN_AT - A_NIGHT)
    db.session.add(
        ChangeRequest(
            booking_id=confirmed.id,
            kind=ChangeKind.PARTY,
            facts={"pupils": 28, "staff": 4},
            reason="",
            asked_at=WRITTEN_AT - A_NIGHT,
            asked_by_id=booking.leader_id,
        )
    )
    gone = _make_another(booking, "W8RZ3KDB", later, BookingState.CANCELLED)
    db.session.add(BookingEvent(booking_id=gone.id, at=WRITTEN_AT - A_NIGHT, what=Step.CANCEL))
    _make_another(booking, "H5N2PV7C", soon, BookingState.CONFIRMED, named=20)
    _make_another(booking, "Q9BD6JXE", later, BookingState.WAITING, submitted_at=None, queued_at=booking.created_at)


def _make_date_soon(departure: Departure) -> Departure:
    return make_departure(
        departure.package,
        starts_on=date(2027, 3, 5),
        meets_at=datetime(2027, 3, 5, 0, 30, tzinfo=UTC),
        closes_at=datetime(2027, 3, 2, 10, 0, tzinfo=UTC),
        roster_due_at=datetime(2027, 3, 3, 10, 0, tzinfo=UTC),
        meeting_point=departure.meeting_point,
    )


def _make_another(booking: Booking, code: str, departure: Departure, state: BookingState, **more: Any) -> Booking:
    """A group of the same school."""
    other = Booking(
        **{
            "code": code,
            "departure": departure,
            "school": booking.school,
            "leader": booking.leader,
            "form_token": code,
            "pupils": 30,
            "staff": 4,
            "state": state,
            "language": booking.language,
            "created_at": booking.created_at,
            "submitted_at": datetime(2027, 2, 20, 1, 30, tzinfo=UTC),
        }
        | more
    )
    db.session.add(other)
    db.session.flush()
    return other


def _make_package(city: City) -> Package:
    host = make_organisation(
        city,
        OrganisationKind.OFFICE,
        name=Translated(zh_Hans="崇左市民族宗教事务委员会", en="Chongzuo Ethnic and Religious Affairs Commission"),
        phone="0771-5550000",
    )
    package = make_package(
        host_city=city,
        organiser=host,
        days=2,
        slug="huashan",
        approvals=["host"],
        title=Translated(zh_Hans="左江花山岩画与天琴", en="Huashan rock paintings and the tianqin"),
        bring=Translated(zh_Hans="水杯、雨具、防滑鞋", en="A water bottle, rain gear, shoes with a good grip"),
        included=Translated(zh_Hans="门票、午餐、保险", en="Entry, lunches, insurance"),
        rules=Translated(zh_Hans="乘船时须穿救生衣。", en="Everybody wears a life jacket on the boat."),
    )
    boat, drums = _item(PAINTINGS, HUASHAN), _item(DRUMS, LONGZHOU)
    package.stops = [
        Stop(day=1, starts=time(9), minutes=120, title=ARRIVAL, note=NOTHING),
        Stop(day=1, starts=time(13, 30), minutes=150, menu_item=boat, title=NOTHING, note=LIFE_JACKET),
        Stop(day=2, starts=time(9, 30), minutes=90, menu_item=drums, title=NOTHING, note=NOTHING),
    ]
    return package


def _item(title: Translated, place: Translated) -> MenuItem:
    item = make_package().stops[0].menu_item
    assert item is not None
    item.title, item.base.name = title, place
    return item


def _make_departure(package: Package) -> Departure:
    return make_departure(
        package,
        starts_on=date(2027, 4, 12),
        meets_at=MEETS_AT,
        roster_due_at=ROSTER_DUE_AT,
        meeting_point=Translated(zh_Hans="宁明县游客中心东门", en="East gate of the Ningming visitor centre"),
    )


def _make_leader(city: City) -> User:
    school = make_organisation(
        city, name=Translated(zh_Hans="南宁市青秀区实验学校", en="Qingxiu Experimental School, Nanning")
    )
    return make_user(school, Role.LEADER, name="李明", email="li.ming@school.example")
