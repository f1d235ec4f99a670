"""Which letter goes to whom when cities meet: calendar requests, minutes to confirm, actions that are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import list_told, recipient_of, write_to_each
from exchange_app.catalogue.terms import fingerprint
from exchange_app.coordination.queries.people import list_coordinators, list_organisers_of
from exchange_app.core.roles import Role
from exchange_app.meetings.models import Action, Invitation, Meeting
from exchange_app.outbox.service import NewLetter, letter_to, write_letters
from exchange_app.outbox.ways import Recipient, way_to
from exchange_app.partners.models import Agreement, City

INVITED, CHANGED, CANCELLED = "meeting_invited", "meeting_changed", "meeting_cancelled"
WANTED, CALLED = "meeting_wanted", "meeting_called"
SENT, OBJECTED, CONFIRMED = "minutes_sent", "minutes_objected", "minutes_confirmed"
DUE = "action_due"


def write_called(meeting: Meeting, by: User, now: datetime) -> None:
    """To the co-ordinators of the chairing city, if somebody else chose it."""
    readers = [user for user in list_coordinators([meeting.chair_city_id]) if user.id != by.id]
    write_to_each(readers, now, key=f"meeting:{meeting.id}:called", kind=CALLED, subject_id=meeting.id)


def write_wanted(agreement: Agreement, chair: City, after: int, now: datetime) -> None:
    """Once after each meeting, to the co-ordinators of the city whose turn it is to chair. ``after`` is the number of
    the last meeting, 0 if there was none."""
    key = f"agreement:{agreement.id}:meeting-after:{after}"
    write_to_each(list_coordinators([chair.id]), now, key=key, kind=WANTED, subject_id=agreement.id)


# --------------------------------------------------------------------------------------------------------- invitations


def write_invited(invitations: Iterable[Invitation], now: datetime) -> None:
    _write_invitations(INVITED, invitations, now)


def write_changed(meeting: Meeting, now: datetime) -> None:
    """To whoever was invited: day, time or place are others by now."""
    _write_invitations(CHANGED, meeting.invited, now)


def write_cancelled(invitations: Iterable[Invitation], now: datetime) -> None:
    """The meeting does not take place, or not with them."""
    _write_invitations(CANCELLED, invitations, now)


def _write_invitations(kind: str, invitations: Iterable[Invitation], now: datetime) -> None:
    ways = [(one, way_of(one)) for one in invitations]
    write_letters([_calendar_request(kind, one, way, now) for one, way in ways if way is not None], now)


def _calendar_request(kind: str, invitation: Invitation, way: Recipient, now: datetime) -> NewLetter:
    meeting = invitation.meeting
    return letter_to(
        way,
        key=f"meeting:{meeting.id}:{kind}:{invitation.id}:{meeting.sequence}",
        kind=kind,
        subject_id=invitation.id,
        due_at=now,
        facts={"terms": terms_of(meeting)},
    )


def terms_of(meeting: Meeting) -> str:
    """When and where, as a letter remembers it: one about other terms is no longer sent."""
    return fingerprint([meeting.starts_at.timestamp(), meeting.minutes, sorted(meeting.place.items()), meeting.link])


def way_of(invitation: Invitation) -> Recipient | None:
    """None for an account that was closed, and for a guest whose address is no longer kept."""
    if invitation.user is not None:
        return recipient_of(invitation.user) if invitation.user.is_active else None
    return Recipient([way_to(invitation.email)], invitation.language) if invitation.email else None


# ------------------------------------------------------------------------------------------------------------- minutes


def write_minutes_sent(meeting: Meeting, city_ids: Collection[int], now: datetime, *, again: bool = False) -> None:
    """To the co-ordinators of the cities that have not said yet whether the minutes are right."""
    key = f"meeting:{meeting.id}:minutes:{meeting.minutes_round}:{'again' if again else 'sent'}"
    readers = list_coordinators(city_ids)
    write_to_each(readers, now, key=key, kind=SENT, subject_id=meeting.id, facts={"round": meeting.minutes_round})


def write_objected(meeting: Meeting, now: datetime) -> None:
    """To the co-ordinators of the chairing city, who mend them."""
    key = f"meeting:{meeting.id}:minutes:{meeting.minutes_round}:objected"
    readers = list_coordinators([meeting.chair_city_id])
    write_to_each(readers, now, key=key, kind=OBJECTED, subject_id=meeting.id, facts={"round": meeting.minutes_round})


def write_confirmed(meeting: Meeting, now: datetime) -> None:
    """To the co-ordinators of all parties, to whoever was invited by account, and to who has an action now; whose city
    has left meanwhile hears nothing."""
    invited = [one.user for one in meeting.invited if one.user is not None]
    people = [one.person for one in meeting.actions if one.person is not None]
    organisers = list_organisers_of([one.office_id for one in meeting.actions])
    concerned = [*list_coordinators(meeting.agreement.city_ids), *invited, *people, *organisers]
    readers = [one for one in concerned if one.organisation.city_id in meeting.agreement.city_ids]
    write_to_each(readers, now, key=f"meeting:{meeting.id}:minutes:confirmed", kind=CONFIRMED, subject_id=meeting.id)


# ------------------------------------------------------------------------------------------------------------- actions


def readers_of_due(action: Action, *, is_late: bool) -> Sequence[User]:
    """The person who has it; without one, and once it is overdue, who speaks for the office too."""
    person = action.person if action.person is not None and action.person.is_active else None
    if person is not None and not is_late:
        return [person]
    speakers = [*list_organisers_of([action.office_id]), *list_coordinators([action.office.city_id])]
    return speakers if person is None else [person, *speakers]


def hears_of_due(action: Action, user: User, *, is_late: bool) -> bool:
    """Whether the user is one of them."""
    person = action.person if action.person is not None and action.person.is_active else None
    if person is not None and (person.id == user.id or not is_late):
        return person.id == user.id
    if user.role is Role.ORGANISER:
        return action.office_id == user.organisation_id
    return user.role is Role.COORDINATOR and action.office.city_id == user.organisation.city_id


def list_told_today(readers: Iterable[User], today: date) -> set[int]:
    return list_told(_due_key(today), readers)


def write_due(action: Action, reader: User, today: date, now: datetime) -> None:
    """One letter for all that is due of a reader; ``action`` is what is due first."""
    write_to_each([reader], now, key=_due_key(today), kind=DUE, subject_id=action.id)


def _due_key(today: date) -> str:
    return f"actions-due:{today}"
