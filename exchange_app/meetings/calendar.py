"""A meeting as a calendar request (RFC 5545, RFC 5546): one file for each invitation.

The organiser is the co-ordinator who invited, on whose behalf this site sends, so that what mail programs answer
reaches a person. Why the attendees are as they are stands in `docs/decisions/meetings.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from flask_babel import gettext
from icalendar import Calendar, Event, vCalAddress

from exchange_app.accounts.models import User
from exchange_app.bookings.calendar import Method, Sender, Status, Words, new_calendar
from exchange_app.meetings.models import Invitation, Meeting
from exchange_app.meetings.rules import Answer

PARTICIPATION = {
    Answer.YES: "ACCEPTED",
    Answer.MAYBE: "TENTATIVE",
    Answer.NO: "DECLINED",
    None: "NEEDS-ACTION",
}


def invitation_file(invitation: Invitation, method: Method, sender: Sender, page: str, now: datetime) -> bytes:
    """In the reader's language. ``page`` is where this reader answers."""
    meeting = invitation.meeting
    event = Event()
    event.add("uid", f"meeting-{meeting.uid}@{sender.host}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at.astimezone(meeting.zone))
    event.add("dtend", meeting.ends_at.astimezone(meeting.zone))
    event["summary"] = Words(title_of(meeting))
    event["description"] = Words("\n".join(_description(meeting, page if method is Method.REQUEST else "")))
    if meeting.place or meeting.link:
        event["location"] = Words(str(meeting.place) or meeting.link)
    event.add("url", page)
    event.add("status", Status.CANCELLED if method is Method.CANCEL else Status.CONFIRMED)
    if meeting.invited_by is not None:
        event["organizer"] = _organiser(meeting.invited_by, sender)
    for attendee in _attendees(invitation, method):
        event.add("attendee", attendee, encode=False)
    return _in_calendar(event, method, meeting.time_zone)


def title_of(meeting: Meeting) -> str:
    numbered = gettext("Joint meeting no. %(number)s", number=meeting.number)
    return f"{numbered} · {meeting.agreement.name}"


def _description(meeting: Meeting, page: str) -> Iterator[str]:
    yield gettext("Chair: %(city)s", city=meeting.chair_city.name)
    if meeting.link:
        yield gettext("Online: %(link)s", link=meeting.link)
    for item in meeting.items:
        yield f"{item.position}. {item.title}" + (f" ({item.presenter})" if item.presenter else "")
    if page:
        yield gettext("Answer here: %(page)s", page=page)


def _organiser(user: User, sender: Sender) -> vCalAddress:
    organiser = _mailbox(user.email, user.name)
    organiser.params["SENT-BY"] = f"mailto:{sender.address}"
    return organiser


def _attendees(invitation: Invitation, method: Method) -> Iterator[vCalAddress]:
    """The reader, and in a request whoever else is invited by account; whoever is no longer invited reads of nobody
    else."""
    yield _attendee(invitation)
    if method is Method.REQUEST:
        others = (one for one in invitation.meeting.invited if one.user_id is not None and one.id != invitation.id)
        yield from map(_attendee, others)


def _attendee(invitation: Invitation) -> vCalAddress:
    email = invitation.user.email if invitation.user is not None else invitation.email or ""
    attendee = _mailbox(email, invitation.who)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = PARTICIPATION[invitation.answer]
    attendee.params["RSVP"] = "TRUE"
    return attendee


def _mailbox(email: str, name: str) -> vCalAddress:
    mailbox = vCalAddress(f"mailto:{quote(email, safe='@+')}")
    mailbox.params["CN"] = " ".join(name.split()).replace('"', "'")
    return mailbox


def _in_calendar(event: Event, method: Method, zone: str) -> bytes:
    calendar: Calendar = new_calendar(method, [zone])
    calendar.add_component(event)
    return bytes(calendar.to_ical())
