"""Who is invited to a meeting, and what they answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.meetings import letters
from exchange_app.meetings.errors import (
    AnswerTooLate,
    GuestInvitedAlready,
    InvitationNotFound,
    MeetingStepNotOpen,
    NobodyInvited,
    TimeOver,
    TooManyInvited,
)
from exchange_app.meetings.models import Invitation, Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.rules import GUESTS_KEPT, MOST_INVITED, TO_COME, Answer, MeetingState, MeetingStep
from exchange_app.meetings.service.planning import check_prepares, go, invitation_of
from exchange_app.partners.errors import OfficeElsewhere
from exchange_app.partners.models import Organisation


@dataclass(frozen=True, slots=True)
class GuestTerms:
    """Somebody without an account who comes for an office."""

    office: Organisation
    name: str
    email: str
    language: str


def set_members(meeting: Meeting, user_ids: Collection[int], *, by: User, now: datetime) -> None:
    """Which people with an account are invited. After the invitations went out, whoever is new gets one at once, and
    from whoever is no longer there it is taken back. Raises NotTheChair, MeetingStepNotOpen or TooManyInvited."""
    _check_open(meeting, by)
    wanted = {user.id: user for user in queries.list_members(meeting.agreement) if user.id in user_ids}
    guests = [one for one in meeting.invited if one.user_id is None]
    if len(wanted) + len(guests) > MOST_INVITED:
        raise TooManyInvited()
    _take_back(meeting, [one for one in meeting.invited if one.user_id and one.user_id not in wanted], now)
    known = {one.user_id: one for one in meeting.invitations}
    for user in wanted.values():
        _take_in(meeting, known.get(user.id) or invitation_of(user))
    db.session.flush()
    _send_where_invited(meeting, by, now)


def _take_in(meeting: Meeting, invitation: Invitation) -> None:
    """Also somebody whose invitation was taken back before."""
    if invitation.withdrawn_at is not None:
        invitation.withdrawn_at, invitation.sent_at = None, None
        invitation.answer, invitation.answered_at, invitation.stand_in = None, None, ""
        meeting.sequence += 1
    if invitation not in meeting.invitations:
        meeting.invitations.append(invitation)


def add_guest(meeting: Meeting, terms: GuestTerms, *, by: User, now: datetime) -> None:
    """Raises NotTheChair, MeetingStepNotOpen, TooManyInvited, OfficeElsewhere or GuestInvitedAlready."""
    _check_open(meeting, by)
    if len(meeting.invited) >= MOST_INVITED:
        raise TooManyInvited(field="email")
    if terms.office.city_id not in meeting.agreement.city_ids:
        raise OfficeElsewhere()
    if terms.email in {one.user.email if one.user else one.email for one in meeting.invited}:
        raise GuestInvitedAlready()
    guest = Invitation(office=terms.office, office_id=terms.office.id, language=terms.language)
    guest.name, guest.email = terms.name, terms.email
    meeting.invitations.append(guest)
    db.session.flush()
    _send_where_invited(meeting, by, now)


def withdraw_invitation(meeting: Meeting, invitation_id: int, *, by: User, now: datetime) -> None:
    """Raises NotTheChair, MeetingStepNotOpen or InvitationNotFound."""
    _check_open(meeting, by)
    _take_back(meeting, [find_invited(meeting, invitation_id)], now)
    db.session.flush()


def _take_back(meeting: Meeting, invitations: Collection[Invitation], now: datetime) -> None:
    """Of whoever was not sent anything nothing stays; the others' calendars are told."""
    told = [one for one in invitations if one.sent_at is not None]
    for one in invitations:
        if one.sent_at is None:
            meeting.invitations.remove(one)
        else:
            one.withdrawn_at = now
    if told:
        meeting.sequence += 1
        letters.write_cancelled(told, now)


def find_invited(meeting: Meeting, invitation_id: int) -> Invitation:
    """Raises InvitationNotFound."""
    for one in meeting.invited:
        if one.id == invitation_id:
            return one
    raise InvitationNotFound()


def invite(meeting: Meeting, *, by: User, now: datetime) -> None:
    """Everybody on the list who has no invitation yet gets one. Raises NotTheChair, MeetingStepNotOpen, NobodyInvited
    or TimeOver."""
    check_prepares(meeting, by)
    if not meeting.invited:
        raise NobodyInvited()
    if meeting.starts_at <= now:
        raise TimeOver()
    go(meeting, MeetingStep.INVITE)
    _send_where_invited(meeting, by, now)


def _send_where_invited(meeting: Meeting, by: User, now: datetime) -> None:
    if meeting.state is not MeetingState.INVITED:
        return
    waiting = [one for one in meeting.invited if one.sent_at is None]
    meeting.invited_by = meeting.invited_by or by
    for one in waiting:
        one.sent_at = now
    db.session.flush()
    letters.write_invited(waiting, now)


def _check_open(meeting: Meeting, by: User) -> None:
    check_prepares(meeting, by)
    if meeting.state not in TO_COME:
        raise MeetingStepNotOpen()


# ------------------------------------------------------------------------------------------------------------- answers


def answer_invitation(invitation: Invitation, answer: Answer, stand_in: str, *, now: datetime) -> None:
    """Said again, the latest counts. Who comes needs no stand-in. Raises AnswerTooLate."""
    if not can_be_answered(invitation, now):
        raise AnswerTooLate()
    invitation.answer, invitation.answered_at = answer, now
    invitation.stand_in = "" if answer is Answer.YES else stand_in.strip()
    db.session.flush()


def can_be_answered(invitation: Invitation, now: datetime) -> bool:
    meeting = invitation.meeting
    is_there = is_invited(invitation) and invitation.sent_at is not None
    return is_there and meeting.state is MeetingState.INVITED and now < meeting.starts_at


def is_invited(invitation: Invitation) -> bool:
    """Nobody took the invitation back, and the city is still party of the agreement."""
    return invitation.withdrawn_at is None and invitation.office.city_id in invitation.meeting.agreement.city_ids


def note_answer(meeting: Meeting, invitation_id: int, answer: Answer, *, by: User, now: datetime) -> None:
    """What somebody said on the phone or by an answer of their mail program. Raises NotTheChair, InvitationNotFound or
    AnswerTooLate."""
    check_prepares(meeting, by)
    invitation = find_invited(meeting, invitation_id)
    answer_invitation(invitation, answer, invitation.stand_in, now=now)


def forget_guests(now: datetime) -> int:
    """Names and addresses of guests go some time after the meeting; their office and answer stay. Returns how many
    there were."""
    known = queries.lock_known_guests(now - GUESTS_KEPT)
    for one in known:
        one.name = one.email = None
    db.session.flush()
    return len(known)
