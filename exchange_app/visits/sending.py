"""Whether a letter about a visit is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from exchange_app.bookings.calendar import Method, Sender
from exchange_app.coordination.queries.people import speaks_under
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Calendar, Kind, no_calendar
from exchange_app.outbox.models import Letter, Urgency
from exchange_app.outbox.rendering import host_of_links, sender
from exchange_app.visits.calendar import OFF, visit_file
from exchange_app.visits.letters import ANSWERED, CANCELLED, FOLLOW_UP, PROGRAMME, PROPOSED, REPORTED
from exchange_app.visits.models import FollowUp, Visit
from exchange_app.visits.queries.visits import map_follow_ups, map_visits
from exchange_app.visits.rules import UNDER_WAY, VisitState
from exchange_app.visits.service.visits import today_at


def _waits_for_them(visit: Visit, letter: Letter, now: datetime) -> bool:
    is_as_written = visit.state is VisitState(letter.facts["state"])
    return is_as_written and visit.speaking_city_id == letter.facts["speaking"]


def _is_answered_so(visit: Visit, letter: Letter, now: datetime) -> bool:
    return visit.state is VisitState(letter.facts["state"])


def _is_off(visit: Visit, letter: Letter, now: datetime) -> bool:
    return visit.state is VisitState.CANCELLED


def _is_still_prepared(visit: Visit, letter: Letter, now: datetime) -> bool:
    return visit.state in UNDER_WAY


def _is_reported(visit: Visit, letter: Letter, now: datetime) -> bool:
    return visit.reported_at is not None


def _words_of_visit(visit: Visit, letter: Letter, now: datetime) -> dict[str, Any]:
    words = [event.words for event in visit.events if event.words]
    return {
        "host": None,
        "visit": visit,
        "title": visit.title,
        "speaking": visit.speaking_city,
        "answering": visit.answering_city,
        "is_changed": visit.state is VisitState.CHANGED,
        "is_accepted": visit.state is VisitState.ACCEPTED,
        "reason": words[-1] if words and visit.state in OFF else "",
        "page_url": page_of(visit),
    }


def page_of(visit: Visit) -> str:
    return f"{setting('PUBLIC_URL')}/coordinator/visits/{visit.id}"


def _calendar(visit: Visit, letter: Letter, now: datetime) -> Calendar | None:
    """Once both sides agreed, and again when it is called off."""
    is_known = visit.state is VisitState.ACCEPTED or letter.facts.get("was_agreed", False)
    if not is_known:
        return None
    method = Method.CANCEL if visit.state in OFF else Method.PUBLISH
    return Calendar("visit.ics", method.value, visit_file(visit, page_of(visit), publisher(), now))


def publisher() -> Sender:
    return Sender(address=sender().addr_spec, host=host_of_links())


def _is_open(follow_up: FollowUp, letter: Letter, now: datetime) -> bool:
    is_theirs = follow_up.owner_id == letter.facts["reader"] and speaks_under(
        follow_up.visit.agreement, follow_up.owner
    )
    return follow_up.done_on is None and is_theirs


def _words_of_follow_up(follow_up: FollowUp, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "host": None,
        "visit": follow_up.visit,
        "title": follow_up.visit.title,
        "follow_up": follow_up,
        "today": today_at(follow_up.visit, now),
        "page_url": page_of(follow_up.visit),
    }


def _of_visit(
    name: str,
    words: Any,
    is_still_true: Callable[[Any, Letter, datetime], bool],
    urgency: Urgency = Urgency.AT_ONCE,
    calendar: Callable[[Any, Letter, datetime], Calendar | None] = no_calendar,
) -> Kind[Visit]:
    context = _words_of_visit
    return Kind(name, words, map_visits, is_still_true, context, calendar, urgency=urgency, leads_to="page_url")


VISIT_LETTERS = (
    _of_visit(PROPOSED, sentence("Visit proposed or changed, to who answers"), _waits_for_them),
    _of_visit(ANSWERED, sentence("Visit accepted or declined"), _is_answered_so, calendar=_calendar),
    _of_visit(CANCELLED, sentence("Visit cancelled"), _is_off, calendar=_calendar),
    _of_visit(PROGRAMME, sentence("Programme of a visit changed"), _is_still_prepared, Urgency.PLANNED),
    _of_visit(REPORTED, sentence("Report of a visit"), _is_reported),
    Kind(
        FOLLOW_UP,
        sentence("What follows from a visit is due"),
        map_follow_ups,
        _is_open,
        _words_of_follow_up,
        urgency=Urgency.PLANNED,
        leads_to="page_url",
    ),
)
