"""Whether a letter about a request for help is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from exchange_app.core.codes import spaced_code
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.helpdesk.letters import COPIED, NEWS, RECEIVED, TO_OFFICE
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.queries import WITH_PLACES
from exchange_app.helpdesk.rules import RequestState, Saying
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter

OPEN_PATH = "/help/open"
DESK_PATH = "/office/help"


def load_requests(ids: Collection[int]) -> Mapping[int, HelpRequest]:
    """Requests with place and offices, as they are in the database now."""
    found = db.session.scalars(
        select(HelpRequest)
        .where(HelpRequest.id.in_(ids))
        .options(*WITH_PLACES)
        .execution_options(populate_existing=True)
    )
    return {request.id: request for request in found}


def kept_until(request: HelpRequest) -> datetime | None:
    """When a request that is over is deleted."""
    return request.closed_at and request.closed_at + timedelta(days=setting("HELP_KEPT_DAYS"))


def _is_there(request: HelpRequest, letter: Letter, now: datetime) -> bool:
    return request.state is not RequestState.WITHDRAWN


def _is_offices_turn(request: HelpRequest, letter: Letter, now: datetime) -> bool:
    """Nobody has answered yet, and it is still this office's; a note is read after an answer too."""
    is_theirs = request.is_open and request.office_id == letter.facts["office"]
    return is_theirs and (request.state is RequestState.WAITING or letter.facts["saying"] == Saying.NOTE)


def _is_copied(request: HelpRequest, letter: Letter, now: datetime) -> bool:
    return request.is_open and request.home_office_id == letter.facts["office"]


def _words(request: HelpRequest, letter: Letter, now: datetime) -> dict[str, Any]:
    """To the person go neither topic nor place: their letters do not use them."""
    public_url = setting("PUBLIC_URL")
    return {
        "host": None,
        "code": spaced_code(request.code),
        "topic": request.topic,
        "place": request.county or request.city,
        "zone": request.city.time_zone,
        "due_at": request.due_at,
        "is_overdue": letter.facts.get("is_overdue", False),
        "saying": Saying(letter.facts.get("saying", Saying.ASKED)),
        "kept_until": kept_until(request),
        "open_url": public_url + OPEN_PATH,
        "request_url": f"{public_url}{DESK_PATH}/{request.code}",
    }


def _kind(
    name: str, words: Any, is_still_true: Callable[[HelpRequest, Letter, datetime], bool], leads_to: str
) -> Kind[HelpRequest]:
    return Kind(name, words, load=load_requests, is_still_true=is_still_true, context=_words, leads_to=leads_to)


HELP_LETTERS = (
    _kind(RECEIVED, sentence("Request for help received, to the person"), _is_there, "open_url"),
    _kind(NEWS, sentence("Request for help answered or closed, to the person"), _is_there, "open_url"),
    _kind(TO_OFFICE, sentence("Request for help to be answered, to the office"), _is_offices_turn, "request_url"),
    _kind(COPIED, sentence("Request for help, to the counterpart at home"), _is_copied, "request_url"),
)
