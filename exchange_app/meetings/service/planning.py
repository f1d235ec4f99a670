"""A meeting is called by the plan or by hand, its chair goes round, and its agenda is drawn up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.coordination.queries.people import list_coordinators
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.helpdesk.working_days import is_working_day
from exchange_app.meetings import letters
from exchange_app.meetings.errors import (
    ChairElsewhere,
    ItemUntitled,
    MeetingStepNotOpen,
    NotTheChair,
    PlaceMissing,
    TimeOver,
    TooManyItems,
)
from exchange_app.meetings.models import AgendaItem, Invitation, Meeting, MeetingPlan
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.queries.meetings import Topic
from exchange_app.meetings.rules import (
    MOST_ITEMS,
    STEPS,
    WANTED_BEFORE,
    MeetingState,
    MeetingStep,
    Rhythm,
    TopicKind,
    next_chair,
    next_day,
)
from exchange_app.partners.errors import AgreementStepNotOpen
from exchange_app.partners.models import Agreement, City, Party
from exchange_app.partners.rules import AgreementState

EDITED = (MeetingState.PLANNED, MeetingState.INVITED, MeetingState.HELD)


@dataclass(frozen=True, slots=True)
class MeetingTerms:
    """When and where; ``link`` is where those meet who do not come to the place."""

    starts_at: datetime
    minutes: int
    place: Translated
    link: str


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """An item as it is to stand on the agenda; without ``item_id`` it is new."""

    item_id: int | None
    title: Translated
    presenter: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would chair the next meeting, and when it would be."""

    chair: City
    on: date
    rhythm: Rhythm
    after: int


def set_rhythm(agreement: Agreement, rhythm: Rhythm) -> None:
    """How the cities of an agreement want to meet from now on."""
    plan = db.session.get(MeetingPlan, agreement.id)
    if plan is None:
        plan = MeetingPlan(agreement_id=agreement.id)
        db.session.add(plan)
    plan.every_months, plan.begins, plan.minutes = rhythm.every_months, rhythm.begins, rhythm.minutes
    db.session.flush()


def propose_meeting(agreement: Agreement, now: datetime) -> Proposal:
    """The chair goes to the party after the last meeting's, the day to so many months after it."""
    last = queries.find_last_meeting(agreement.id)
    by_position = {party.position: party.city for party in agreement.parties}
    chair = by_position[next_chair(list(by_position), None if last is None else _position_of(agreement, last)) or 0]
    rhythm = queries.rhythm_of(agreement.id)
    today = chair.today(now)
    on = next_day(None if last is None else last.held_on, rhythm.every_months, today, is_working_day)
    return Proposal(chair, on, rhythm, 0 if last is None else last.number)


def _position_of(agreement: Agreement, last: Meeting) -> int:
    """Where the last chair stands in the order now; of a city that left, or left and came back, where it stood."""
    for party in agreement.parties:
        if party.city_id == last.chair_city_id and _was_there(party, last):
            return party.position
    return last.chair_position


def _was_there(party: Party, meeting: Meeting) -> bool:
    return party.since is None or party.since <= meeting.held_on


def call_meeting(
    agreement: Agreement, chair_city_id: int, terms: MeetingTerms, *, form_token: str, by: User, now: datetime
) -> Meeting:
    """In an agreement that is locked. The co-ordinators of all parties are on the list of those to invite; the same
    form sent twice calls one. Raises AgreementStepNotOpen, ChairElsewhere or PlaceMissing."""
    earlier = queries.find_meeting_of_form(by.id, form_token)
    if earlier is not None:
        return earlier
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementStepNotOpen()
    chair = next((party for party in agreement.parties if party.city_id == chair_city_id), None)
    if chair is None:
        raise ChairElsewhere()
    meeting = Meeting(
        agreement=agreement,
        number=queries.next_number(agreement.id),
        form_token=form_token,
        chair_city=chair.city,
        chair_city_id=chair.city_id,
        chair_position=chair.position,
        time_zone=chair.city.time_zone,
        state=MeetingState.PLANNED,
        sequence=0,
        minutes_round=0,
        reminded_round=0,
        called_by=by,
        called_at=now,
        items=[],
        confirmations=[],
        actions=[],
        invitations=[invitation_of(user) for user in list_coordinators(agreement.city_ids)],
    )
    _apply(meeting, terms, now)
    db.session.add(meeting)
    db.session.flush()
    letters.write_called(meeting, by, now)
    return meeting


def invitation_of(user: User) -> Invitation:
    return Invitation(user=user, office_id=user.organisation_id, office=user.organisation, language=user.language)


def change_meeting(meeting: Meeting, terms: MeetingTerms, *, by: User, now: datetime) -> None:
    """Whoever was invited hears of another time or place; of another time they are asked anew. Raises NotTheChair,
    MeetingStepNotOpen, PlaceMissing or TimeOver."""
    check_prepares(meeting, by)
    check_step(meeting, MeetingStep.CHANGE)
    before = _terms_of(meeting)
    if meeting.state is MeetingState.INVITED and terms.starts_at <= now:
        raise TimeOver()
    _apply(meeting, terms, now)
    if meeting.state is MeetingState.INVITED and terms != before:
        meeting.sequence += 1
        if (terms.starts_at, terms.minutes) != (before.starts_at, before.minutes):
            _ask_anew(meeting)
        letters.write_changed(meeting, now)
    db.session.flush()


def _terms_of(meeting: Meeting) -> MeetingTerms:
    return MeetingTerms(meeting.starts_at, meeting.minutes, meeting.place, meeting.link)


def _apply(meeting: Meeting, terms: MeetingTerms, now: datetime) -> None:
    if not terms.place and not terms.link:
        raise PlaceMissing()
    meeting.starts_at, meeting.minutes = terms.starts_at, terms.minutes
    meeting.place, meeting.link = terms.place, terms.link
    meeting.changed_at = now


def _ask_anew(meeting: Meeting) -> None:
    for one in meeting.invited:
        one.answer, one.answered_at, one.stand_in = None, None, ""


def cancel_meeting(meeting: Meeting, reason: str, *, by: User, now: datetime) -> None:
    """It goes out of people's calendars. The chair stays where it is: the same city chairs the next one. Raises
    NotTheChair or MeetingStepNotOpen."""
    check_prepares(meeting, by)
    go(meeting, MeetingStep.CANCEL)
    meeting.cancelled_at, meeting.cancel_reason, meeting.changed_at = now, reason.strip(), now
    told = [one for one in meeting.invited if one.sent_at is not None]
    if told:
        meeting.sequence += 1
        letters.write_cancelled(told, now)
    db.session.flush()


# ----------------------------------------------------------------------------------------------------------- the agenda


def set_agenda(meeting: Meeting, rows: Sequence[ItemTerms], taken: Sequence[Topic], *, by: User, now: datetime) -> None:
    """The rows in their order, then what is ``taken`` from the suggestions; an item that is no row goes. Raises
    NotTheChair, MeetingStepNotOpen, ItemUntitled or TooManyItems."""
    check_prepares(meeting, by)
    if meeting.state not in EDITED:
        raise MeetingStepNotOpen()
    if len(rows) + len(taken) > MOST_ITEMS:
        raise TooManyItems()
    known = {item.id: item for item in meeting.items}
    items = [_item(known, row) for row in rows] + [_drawn(topic) for topic in taken]
    for position, item in enumerate(items, start=1):
        item.position = position
    meeting.items = items
    meeting.changed_at = now
    db.session.flush()


def _item(known: dict[int, AgendaItem], row: ItemTerms) -> AgendaItem:
    if not row.title:
        raise ItemUntitled(field=f"item-{row.item_id}" if row.item_id else "taken")
    item = known.get(row.item_id or 0) or _new_item()
    item.title, item.presenter = row.title, row.presenter
    return item


def _drawn(topic: Topic) -> AgendaItem:
    item = _new_item()
    item.title, item.presenter = topic.title, ""
    match topic.kind:
        case TopicKind.PROBLEM:
            item.problem_id = topic.id
        case TopicKind.EXCHANGE:
            item.exchange_id = topic.id
        case TopicKind.ACTION:
            item.action_id = topic.id
    return item


def _new_item() -> AgendaItem:
    return AgendaItem(discussion=Translated(), decision=Translated(), lesson=Translated(), settles_problem=False)


# ----------------------------------------------------------------------------------------------------------------------


def check_prepares(meeting: Meeting, by: User) -> None:
    """Raises NotTheChair."""
    if not queries.speaks_for_chair(meeting, by):
        raise NotTheChair()


def check_step(meeting: Meeting, step: MeetingStep) -> MeetingState:
    """Where the step leads. Raises MeetingStepNotOpen."""
    state = STEPS.get((meeting.state, step))
    if state is None:
        raise MeetingStepNotOpen()
    return state


def go(meeting: Meeting, step: MeetingStep) -> None:
    """Raises MeetingStepNotOpen."""
    meeting.state = check_step(meeting, step)


def remind_of_meetings(now: datetime) -> int:
    """Where an agreement's plan wants a meeting within a month and nobody has called one, the city whose turn it is
    hears of it, once. Returns how many agreements there were."""
    asked = 0
    for plan in queries.lock_idle_plans():
        proposal = propose_meeting(plan.agreement, now)
        is_near = proposal.on <= proposal.chair.today(now + WANTED_BEFORE)
        if is_near and plan.asked_after != proposal.after:
            plan.asked_after = proposal.after
            letters.write_wanted(plan.agreement, proposal.chair, proposal.after, now)
            asked += 1
    db.session.flush()
    return asked
