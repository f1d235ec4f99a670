"""Reads of meetings. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.coordination.queries.exchanges import list_upcoming_exchanges
from exchange_app.coordination.queries.people import city_of, is_shown_to, list_coordinators, list_organisers_of
from exchange_app.coordination.queries.problems import list_open_problems
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import DEFAULT_LANGUAGE, Translated
from exchange_app.meetings.errors import InvitationNotFound, MeetingNotFound
from exchange_app.meetings.models import (
    Action,
    AgendaItem,
    Confirmation,
    Decision,
    Invitation,
    Meeting,
    MeetingPlan,
)
from exchange_app.meetings.rules import DEFAULT_RHYTHM, TO_COME, ActionState, MeetingState, Rhythm, TopicKind
from exchange_app.partners.models import Agreement, Organisation
from exchange_app.partners.queries import IN_FORCE, WITH_PARTIES, list_offices

IN_LIST = (joinedload(Meeting.agreement), joinedload(Meeting.chair_city))
_WITH_CITIES = (joinedload(Meeting.agreement).options(*WITH_PARTIES), joinedload(Meeting.chair_city))
_OFFICE = joinedload(Organisation.city)
WITH_ALL = (
    *_WITH_CITIES,
    joinedload(Meeting.invited_by).joinedload(User.organisation),
    joinedload(Meeting.sent_by),
    selectinload(Meeting.items).options(joinedload(AgendaItem.problem), joinedload(AgendaItem.numbered)),
    selectinload(Meeting.invitations).options(
        joinedload(Invitation.user), joinedload(Invitation.office).options(_OFFICE)
    ),
    selectinload(Meeting.confirmations).options(joinedload(Confirmation.city), joinedload(Confirmation.by)),
    selectinload(Meeting.actions).options(joinedload(Action.office).options(_OFFICE), joinedload(Action.person)),
)


def find_rhythm(agreement_id: int) -> Rhythm | None:
    """What the agreement's plan says."""
    plan = db.session.get(MeetingPlan, agreement_id)
    return None if plan is None else plan.rhythm


def rhythm_of(agreement_id: int) -> Rhythm:
    """What its plan says, or what is usual."""
    return find_rhythm(agreement_id) or DEFAULT_RHYTHM


def select_meetings(user: User, *, is_over: bool = False) -> Select[Meeting]:
    """Those of the user's agreements that are prepared, the next first; or those that took place or were cancelled, the
    latest first. To be paged."""
    shown = select(Meeting).options(*IN_LIST).where(is_shown_to(user, Meeting.agreement_id))
    if is_over:
        return shown.where(Meeting.state.not_in(TO_COME)).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return shown.where(Meeting.state.in_(TO_COME)).order_by(Meeting.starts_at, Meeting.id)


def get_meeting(meeting_id: int, user: User) -> Meeting:
    """With all that belongs to it. Raises MeetingNotFound, for one of others' agreements too."""
    return _one(_own(meeting_id, user))


def lock_meeting(meeting_id: int, user: User) -> Meeting:
    """As get_meeting, fresh and locked until the transaction ends. For commands."""
    own = _own(meeting_id, user).with_for_update(of=Meeting, key_share=True)
    return _one(own.execution_options(populate_existing=True))


def _own(meeting_id: int, user: User) -> Select[Meeting]:
    own = Meeting.id == meeting_id, is_shown_to(user, Meeting.agreement_id)
    return select(Meeting).options(*WITH_ALL).where(*own)


def _one(meetings: Select[Meeting]) -> Meeting:
    meeting: Meeting | None = db.session.scalar(meetings)
    if meeting is None:
        raise MeetingNotFound()
    return meeting


def find_meeting_of_form(user_id: int, form_token: str) -> Meeting | None:
    return db.session.scalar(select(Meeting).where(Meeting.called_by_id == user_id, Meeting.form_token == form_token))


def find_last_meeting(agreement_id: int) -> Meeting | None:
    """The latest that takes or took place."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.agreement_id == agreement_id, Meeting.state != MeetingState.CANCELLED)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    ).first()


def next_number(agreement_id: int) -> int:
    """For the next meeting; the agreement has to be locked."""
    return (db.session.scalar(select(func.max(Meeting.number)).where(Meeting.agreement_id == agreement_id)) or 0) + 1


def next_decision(agreement_id: int) -> int:
    """The same for the next decision."""
    highest = select(func.max(Decision.number)).where(Decision.agreement_id == agreement_id)
    return (db.session.scalar(highest) or 0) + 1


def select_decisions(agreement_id: int) -> Select[Decision]:
    """Those of an agreement, the latest first, with the meeting of each; to be paged."""
    return (
        select(Decision)
        .join(Decision.item)
        .options(contains_eager(Decision.item).joinedload(AgendaItem.meeting).joinedload(Meeting.chair_city))
        .where(Decision.agreement_id == agreement_id)
        .order_by(Decision.number.desc())
    )


# ----------------------------------------------------------------------------------------------------------- the agenda


ITS_DAY = {"zh_Hans": "（y年M月d日）", "en": ", d MMMM y"}


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that could be put on an agenda."""

    kind: TopicKind
    id: int
    title: Translated
    note: Translated | date

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"


def list_topics(meeting: Meeting, today: date) -> Sequence[Topic]:
    """Open common problems, actions that are still open and exchanges to come of the agreement, without what is on the
    agenda already."""
    there = {(kind, one) for item in meeting.items for kind, one in drawn_from(item)}
    agreement_id = meeting.agreement_id
    found = [
        *(
            Topic(TopicKind.PROBLEM, one.id, Translated({DEFAULT_LANGUAGE: one.title}), one.raised_by.organisation.name)
            for one in list_open_problems(agreement_id)
        ),
        *(Topic(TopicKind.ACTION, one.id, one.title, one.due_on) for one in list_open_actions(agreement_id)),
        *(
            Topic(TopicKind.EXCHANGE, one.id, _dated(one.departure.package.title, one.starts_on), one.starts_on)
            for one in list_upcoming_exchanges(today, agreement_id=agreement_id)
            if one.departure is not None
        ),
    ]
    return [topic for topic in found if (topic.kind, topic.id) not in there]


def _dated(title: Translated, starts_on: date) -> Translated:
    """The same package takes place many times."""
    return Translated(
        {
            language: text + format_date(starts_on, ITS_DAY[language], locale=language)
            for language, text in title.items()
            if text
        }
    )


def drawn_from(item: AgendaItem) -> Sequence[tuple[TopicKind, int]]:
    """What an item was drawn from, if anything."""
    ids = {
        TopicKind.PROBLEM: item.problem_id,
        TopicKind.EXCHANGE: item.exchange_id,
        TopicKind.ACTION: item.action_id,
    }
    return [(kind, one) for kind, one in ids.items() if one is not None]


def list_open_actions(agreement_id: int) -> Sequence[Action]:
    """Those of confirmed minutes that nobody has closed, the first due first."""
    return db.session.scalars(
        select(Action)
        .join(Action.meeting)
        .where(
            Action.agreement_id == agreement_id,
            Action.state == ActionState.OPEN,
            Meeting.state == MeetingState.CONFIRMED,
        )
        .order_by(Action.due_on, Action.id)
    ).all()


# ------------------------------------------------------------------------------------------------------------ who comes


def list_members(agreement: Agreement) -> Sequence[User]:
    """Who can be invited by account: the co-ordinators of the cities, and who organises for their offices."""
    offices = list_offices(agreement.city_ids)
    organisers = list_organisers_of([office.id for office in offices])
    return [*list_coordinators(agreement.city_ids), *organisers]


def get_invitation(invitation_id: int) -> Invitation:
    """With its meeting, for whoever has the signed address. Raises InvitationNotFound."""
    return _one_invitation(select(Invitation).where(Invitation.id == invitation_id))


def lock_invitation(invitation_id: int) -> Invitation:
    """The same, fresh, with its meeting locked until the transaction ends. For commands."""
    its_meeting = select(Invitation.meeting_id).where(Invitation.id == invitation_id).scalar_subquery()
    db.session.scalar(select(Meeting.id).where(Meeting.id == its_meeting).with_for_update(key_share=True))
    fresh = select(Invitation).where(Invitation.id == invitation_id).execution_options(populate_existing=True)
    return _one_invitation(fresh)


def _one_invitation(invitations: Select[Invitation]) -> Invitation:
    invitation: Invitation | None = db.session.scalar(
        invitations.options(
            joinedload(Invitation.user),
            joinedload(Invitation.office),
            joinedload(Invitation.meeting).options(*_WITH_CITIES, selectinload(Meeting.items)),
        )
    )
    if invitation is None:
        raise InvitationNotFound()
    return invitation


def find_invitation_of(meeting: Meeting, user: User) -> Invitation | None:
    """That was sent and not taken back."""
    own = (one for one in meeting.invited if one.user_id == user.id and one.sent_at is not None)
    return next(own, None)


def map_answers(meetings: Collection[Meeting]) -> Mapping[int, Mapping[str | None, int]]:
    """How many answered what, by the meeting's id; None is who has not answered."""
    counted: dict[int, dict[str | None, int]] = {meeting.id: {} for meeting in meetings}
    rows = db.session.execute(
        select(Invitation.meeting_id, Invitation.answer, func.count())
        .where(Invitation.meeting_id.in_(counted), Invitation.withdrawn_at.is_(None), Invitation.sent_at.is_not(None))
        .group_by(Invitation.meeting_id, Invitation.answer)
    )
    for meeting_id, answer, count in rows:
        counted[meeting_id][answer] = count
    return counted


# ---------------------------------------------------------------------------------------------- what waits for somebody


def list_to_answer(user: User, now: datetime) -> Sequence[Meeting]:
    """Meetings to come that the user is invited to and has not answered."""
    return db.session.scalars(
        select(Meeting)
        .join(Meeting.invitations)
        .options(*IN_LIST)
        .where(
            Invitation.user_id == user.id,
            Invitation.withdrawn_at.is_(None),
            Invitation.answer.is_(None),
            Meeting.state == MeetingState.INVITED,
            Meeting.starts_at > now,
            is_shown_to(user, Meeting.agreement_id),
        )
        .order_by(Meeting.starts_at)
    ).all()


def list_to_confirm(user: User) -> Sequence[Meeting]:
    """Meetings whose minutes wait for the user's city."""
    city_id = city_of(user)
    has_spoken = exists().where(
        Confirmation.meeting_id == Meeting.id,
        Confirmation.round == Meeting.minutes_round,
        Confirmation.city_id == city_id,
    )
    return db.session.scalars(
        select(Meeting)
        .options(*IN_LIST)
        .where(Meeting.state == MeetingState.SENT, is_shown_to(user, Meeting.agreement_id), ~has_spoken)
        .order_by(Meeting.sent_at)
    ).all()


def list_to_prepare(user: User) -> Sequence[Meeting]:
    """Meetings that the user's city chairs: to come, or with minutes to write."""
    return db.session.scalars(
        select(Meeting)
        .options(*IN_LIST)
        .where(
            Meeting.chair_city_id == city_of(user),
            Meeting.state.in_((*TO_COME, MeetingState.HELD)),
            is_shown_to(user, Meeting.agreement_id),
        )
        .order_by(Meeting.starts_at)
    ).all()


# ------------------------------------------------------------------------------------------------ what the clock does


def lock_idle_plans() -> Sequence[MeetingPlan]:
    """Of agreements in force that have no meeting to come; others' are passed over."""
    is_coming = exists().where(Meeting.agreement_id == MeetingPlan.agreement_id, Meeting.state.in_(TO_COME))
    return db.session.scalars(
        select(MeetingPlan)
        .join(MeetingPlan.agreement)
        .options(contains_eager(MeetingPlan.agreement).options(*WITH_PARTIES))
        .where(IN_FORCE, ~is_coming)
        .with_for_update(of=MeetingPlan, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def lock_sent_meetings(*, limit: int = 50) -> Sequence[Meeting]:
    """Those whose minutes are with the cities; others' are passed over."""
    return db.session.scalars(
        select(Meeting)
        .options(*WITH_ALL)
        .where(Meeting.state == MeetingState.SENT)
        .limit(limit)
        .with_for_update(of=Meeting, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def lock_known_guests(before: datetime, *, limit: int = 100) -> Sequence[Invitation]:
    """Guests of meetings of that time whose name or address is still kept."""
    return db.session.scalars(
        select(Invitation)
        .join(Invitation.meeting)
        .where(Meeting.starts_at < before, Invitation.email_sealed.is_not(None))
        .limit(limit)
        .with_for_update(of=Invitation, skip_locked=True, key_share=True)
    ).all()


def speaks_for_chair(meeting: Meeting, user: User) -> bool:
    """Whether the user prepares the meeting: a co-ordinator of the city that chairs, or an administrator."""
    if user.role not in (Role.COORDINATOR, Role.ADMINISTRATOR):
        return False
    return city_of(user) in (None, meeting.chair_city_id)


def may_read_minutes(meeting: Meeting, user: User) -> bool:
    """Who writes them always; co-ordinators once they are to be confirmed; everybody of the parties once they are."""
    if meeting.state is MeetingState.CONFIRMED or speaks_for_chair(meeting, user):
        return True
    return meeting.state is MeetingState.SENT and user.role is Role.COORDINATOR
