"""Whether a letter about a meeting, its minutes or an action is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.bookings.calendar import Method, Sender
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.meetings.calendar import invitation_file, title_of
from exchange_app.meetings.letters import (
    CALLED,
    CANCELLED,
    CHANGED,
    CONFIRMED,
    DUE,
    INVITED,
    OBJECTED,
    SENT,
    WANTED,
    hears_of_due,
    terms_of,
)
from exchange_app.meetings.links import ACTIONS_PATH, MEETINGS_PATH, answer_path, meeting_path
from exchange_app.meetings.models import Action, Invitation, Meeting
from exchange_app.meetings.queries.actions import WITH_OWNER, list_own_due_actions
from exchange_app.meetings.queries.meetings import WITH_ALL
from exchange_app.meetings.rules import REMINDED_BEFORE, TO_COME, Answer, MeetingState
from exchange_app.meetings.service.actions import is_late, today_of
from exchange_app.meetings.service.inviting import is_invited
from exchange_app.meetings.service.minutes import cities_awaited
from exchange_app.meetings.service.planning import propose_meeting
from exchange_app.outbox.kinds import Calendar, Kind, no_calendar
from exchange_app.outbox.models import Letter, Urgency
from exchange_app.outbox.rendering import host_of_links, sender
from exchange_app.partners.models import Agreement
from exchange_app.partners.queries import WITH_PARTIES
from exchange_app.partners.rules import AgreementState

MOST_LINES = 30  # the rest is on the page of actions

# --------------------------------------------------------------------------------------------------------- invitations


def load_invitations(ids: Collection[int]) -> Mapping[int, Invitation]:
    """With all others of the same meeting, who are the attendees."""
    found = db.session.scalars(
        select(Invitation)
        .where(Invitation.id.in_(ids))
        .options(
            joinedload(Invitation.user),
            joinedload(Invitation.office),
            joinedload(Invitation.meeting).options(
                joinedload(Meeting.agreement).options(*WITH_PARTIES),
                joinedload(Meeting.chair_city),
                joinedload(Meeting.invited_by).joinedload(User.organisation),
                selectinload(Meeting.items),
                selectinload(Meeting.invitations).joinedload(Invitation.user),
            ),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_still_invited(invitation: Invitation, letter: Letter, now: datetime) -> bool:
    """To the meeting as the letter was written about it; of another time or place the next letter tells."""
    meeting = invitation.meeting
    is_on = meeting.state is MeetingState.INVITED and now < meeting.starts_at
    return is_on and is_invited(invitation) and letter.facts["terms"] == terms_of(meeting)


def _is_off(invitation: Invitation, letter: Letter, now: datetime) -> bool:
    return invitation.withdrawn_at is not None or invitation.meeting.state is MeetingState.CANCELLED


def _words_of_invitation(invitation: Invitation, letter: Letter, now: datetime) -> dict[str, Any]:
    meeting = invitation.meeting
    return {
        "host": None,
        "meeting": meeting,
        "zone": meeting.zone,
        "title": title_of(meeting),
        "inviting": meeting.invited_by,
        "is_cancelled": meeting.state is MeetingState.CANCELLED,
        "answers": [(answer, f"{_answer_url(invitation)}?answer={answer}") for answer in Answer],
        "page_url": _answer_url(invitation),
    }


def _answer_url(invitation: Invitation) -> str:
    return f"{setting('PUBLIC_URL')}{answer_path(invitation)}"


def _to_request(invitation: Invitation, letter: Letter, now: datetime) -> Calendar:
    return _calendar(invitation, Method.REQUEST, now)


def _to_cancel(invitation: Invitation, letter: Letter, now: datetime) -> Calendar:
    return _calendar(invitation, Method.CANCEL, now)


def _calendar(invitation: Invitation, method: Method, now: datetime) -> Calendar:
    site = Sender(address=sender().addr_spec, host=host_of_links())
    content = invitation_file(invitation, method, site, _answer_url(invitation), now)
    return Calendar(filename=f"meeting-{invitation.meeting.number}.ics", method=method, content=content)


# ------------------------------------------------------------------------------------------------------------ meetings


def load_meetings(ids: Collection[int]) -> Mapping[int, Meeting]:
    found = db.session.scalars(
        select(Meeting).where(Meeting.id.in_(ids)).options(*WITH_ALL).execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_to_come(meeting: Meeting, letter: Letter, now: datetime) -> bool:
    return meeting.state in TO_COME


def _waits_for_reader(meeting: Meeting, letter: Letter, now: datetime) -> bool:
    reader = db.session.get(User, letter.facts["reader"])
    is_of_round = meeting.minutes_round == letter.facts["round"]
    return is_of_round and reader is not None and reader.organisation.city_id in cities_awaited(meeting)


def _is_objected(meeting: Meeting, letter: Letter, now: datetime) -> bool:
    return meeting.state is MeetingState.HELD and meeting.minutes_round == letter.facts["round"]


def _is_confirmed(meeting: Meeting, letter: Letter, now: datetime) -> bool:
    return meeting.state is MeetingState.CONFIRMED


def _words_of_meeting(meeting: Meeting, letter: Letter, now: datetime) -> dict[str, Any]:
    reader = db.session.get(User, letter.facts["reader"]) if "reader" in letter.facts else None
    objections = [one for one in meeting.answers_of_round if one.objection]
    return {
        "host": None,
        "meeting": meeting,
        "zone": meeting.zone,
        "title": title_of(meeting),
        "called_by": meeting.called_by,
        "objections": objections,
        "decisions": [item for item in meeting.items if item.numbered is not None],
        "actions": [one for one in meeting.actions if reader is not None and _concerns(one, reader)],
        "page_url": f"{setting('PUBLIC_URL')}{meeting_path(meeting)}",
    }


def _concerns(action: Action, reader: User) -> bool:
    return action.person_id == reader.id or action.office_id == reader.organisation_id


# ----------------------------------------------------------------------------------------------- a meeting that is due


def load_agreements(ids: Collection[int]) -> Mapping[int, Agreement]:
    found = db.session.scalars(
        select(Agreement).where(Agreement.id.in_(ids)).options(*WITH_PARTIES).execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_wanted(agreement: Agreement, letter: Letter, now: datetime) -> bool:
    """Nobody has called one meanwhile."""
    is_called = select(Meeting.id).where(Meeting.agreement_id == agreement.id, Meeting.state.in_(TO_COME))
    return agreement.state is AgreementState.IN_FORCE and db.session.scalar(is_called.limit(1)) is None


def _words_of_proposal(agreement: Agreement, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "host": None,
        "agreement": agreement,
        "title": agreement.name,
        "proposal": propose_meeting(agreement, now),
        "page_url": f"{setting('PUBLIC_URL')}{MEETINGS_PATH}",
    }


# ------------------------------------------------------------------------------------------------------------- actions


def load_actions(ids: Collection[int]) -> Mapping[int, Action]:
    found = db.session.scalars(
        select(Action)
        .join(Action.meeting)
        .where(Action.id.in_(ids))
        .options(
            *WITH_OWNER,
            joinedload(Action.agreement).options(*WITH_PARTIES),
            contains_eager(Action.meeting).joinedload(Meeting.chair_city),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_any_due(action: Action, letter: Letter, now: datetime) -> bool:
    return bool(_list_due(letter, now))


def _list_due(letter: Letter, now: datetime) -> list[Action]:
    """All that the reader has to see to within a few days, whichever of it the letter was written for."""
    reader = db.session.get(User, letter.facts["reader"])
    if reader is None:
        return []
    until = reader.organisation.city.today(now) + REMINDED_BEFORE
    due = list_own_due_actions(reader, until)
    return [one for one in due if hears_of_due(one, reader, is_late=is_late(one, now))]


def _words_of_actions(action: Action, letter: Letter, now: datetime) -> dict[str, Any]:
    due = _list_due(letter, now)
    path = f"{ACTIONS_PATH}/{due[0].id}" if len(due) == 1 else ACTIONS_PATH
    return {
        "host": None,
        "actions": due,
        "most_lines": MOST_LINES,
        "today": today_of(action, now),
        "page_url": f"{setting('PUBLIC_URL')}{path}",
    }


# ----------------------------------------------------------------------------------------------------------------------


def _of_invitation(
    name: str,
    words: Any,
    is_still_true: Callable[[Invitation, Letter, datetime], bool],
    calendar: Callable[[Invitation, Letter, datetime], Calendar | None] = no_calendar,
) -> Kind[Invitation]:
    context = _words_of_invitation
    return Kind(name, words, load_invitations, is_still_true, context, calendar, leads_to="page_url")


def _of_meeting(name: str, words: Any, is_still_true: Callable[[Meeting, Letter, datetime], bool]) -> Kind[Meeting]:
    return Kind(name, words, load_meetings, is_still_true, _words_of_meeting, leads_to="page_url")


MEETING_LETTERS = (
    Kind(
        WANTED,
        sentence("Joint meeting to be called"),
        load_agreements,
        _is_wanted,
        _words_of_proposal,
        leads_to="page_url",
    ),
    _of_meeting(CALLED, sentence("Joint meeting to prepare"), _is_to_come),
    _of_invitation(INVITED, sentence("Invitation to a joint meeting"), _is_still_invited, _to_request),
    _of_invitation(CHANGED, sentence("Joint meeting moved"), _is_still_invited, _to_request),
    _of_invitation(CANCELLED, sentence("Joint meeting cancelled"), _is_off, _to_cancel),
    _of_meeting(SENT, sentence("Minutes to confirm"), _waits_for_reader),
    _of_meeting(OBJECTED, sentence("Objection to minutes"), _is_objected),
    _of_meeting(CONFIRMED, sentence("Minutes confirmed"), _is_confirmed),
    Kind(
        DUE,
        sentence("Actions of joint meetings are due"),
        load_actions,
        _is_any_due,
        _words_of_actions,
        urgency=Urgency.PLANNED,
        leads_to="page_url",
    ),
)  # fmt: skip
