"""Which letter goes to whom about a request for help. None holds what somebody wrote or how they are reached; those to
the person name neither topic nor office: others may read the mailbox. The PIN is in none."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.ways import write_to_each
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.queries import list_readers
from exchange_app.helpdesk.rules import Saying
from exchange_app.outbox.models import Channel
from exchange_app.outbox.service import letter_to, stamp, write_letters
from exchange_app.outbox.ways import Recipient, Way

RECEIVED, NEWS = "help_received", "help_news"
TO_OFFICE, COPIED = "help_to_office", "help_copied"
TO_PERSON = (RECEIVED, NEWS)
ALL = (*TO_PERSON, TO_OFFICE, COPIED)


def write_received(request: HelpRequest, now: datetime) -> None:
    _write_to_person(request, RECEIVED, Saying.ASKED, now)


def write_news(request: HelpRequest, saying: Saying, now: datetime) -> None:
    """An answer, or the end."""
    _write_to_person(request, NEWS, saying, now)


def write_turn(request: HelpRequest, saying: Saying, now: datetime) -> None:
    """To the office that has to answer: something was asked or added, the request came from another office, or it is
    overdue and nobody else is left to ask."""
    facts = {"saying": str(saying), "office": request.office_id, "is_overdue": request.is_overdue(now)}
    _write_to_office(request, TO_OFFICE, request.office_id, now, facts)


def write_copied(request: HelpRequest, now: datetime) -> None:
    """To the counterpart at home, if the person wants it to know."""
    if request.home_office_id is not None:
        _write_to_office(request, COPIED, request.home_office_id, now, {"office": request.home_office_id})


def _write_to_person(request: HelpRequest, kind: str, saying: Saying, now: datetime) -> None:
    if not request.is_by_mail or request.contact is None:
        return
    recipient = Recipient([Way(Channel.MAIL, request.contact)], request.language)
    key = f"help:{request.uid}:{saying}:{stamp(now)}"
    facts = {"saying": str(saying)}
    write_letters([letter_to(recipient, key=key, kind=kind, subject_id=request.id, due_at=now, facts=facts)], now)


def _write_to_office(request: HelpRequest, kind: str, office_id: int, now: datetime, facts: dict[str, object]) -> None:
    key = f"help:{request.uid}:{kind}:{stamp(now)}"
    write_to_each(list_readers(office_id), now, key=key, kind=kind, subject_id=request.id, facts=facts)
