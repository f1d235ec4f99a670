"""Letters to a leader: that guardians have not all answered, found by looking what is due, like the reminders of
`bookings`, and no longer true once they have; and that one wants a child's data deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import joinedload

from exchange_app.bookings.links import booking_path
from exchange_app.bookings.models import Booking
from exchange_app.bookings.readers import leader_of
from exchange_app.bookings.reminders import (
    COMING,
    NEVER,
    Turn,
    goes_out_at,
    turn_at,
)
from exchange_app.bookings.rules import CHANGEABLE
from exchange_app.bookings.sending import load_bookings, words_for
from exchange_app.catalogue.models import Package
from exchange_app.consents.models import DeletionRequest
from exchange_app.consents.queries import count_consents, lacks_answers
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter, Urgency
from exchange_app.outbox.service import NewLetter, letter_to, write_letters

CONSENT_MISSING = "consent_missing"
DELETION_ASKED = "deletion_asked"
DAYS_BEFORE = (4, 1)  # the roster is due
AT = time(9)
DEPARTURES_AT_ONCE = 500


def consents_path(booking: Booking) -> str:
    return f"{booking_path(booking)}/consents"


def plan_letters(now: datetime, at_most: int = 500) -> int:
    """Write at most so many letters whose turn it is; returns how many. Call again while it returns any."""
    written = 0
    for departures in _portions(_list_near(now)):
        letters = _list_unwritten(departures, now, at_most - written)
        write_letters(letters, now)
        written += len(letters)
        if written >= at_most:
            break
    return written


def write_deletion_asked(booking: Booking, request: DeletionRequest, now: datetime) -> None:
    """It names nobody: whose data they are stands on the page it leads to."""
    letter = letter_to(
        leader_of(booking),
        key=f"booking:{booking.id}:deletion:{request.id}",
        kind=DELETION_ASKED,
        subject_id=booking.id,
        due_at=now,
        facts={"request": request.id},
    )
    write_letters([letter], now)


def turns_of(departure: Departure) -> list[Turn]:
    """Each from its hour on until the next one's, or until the roster is due."""
    due = departure.roster_due_at.astimezone(departure.zone)
    opens = [datetime.combine(due.date() - timedelta(days=days), AT, departure.zone) for days in DAYS_BEFORE]
    closing = zip(opens, [*opens[1:], NEVER], strict=True)
    turns = [Turn(CONSENT_MISSING, first.date(), first, min(last, departure.roster_due_at)) for first, last in closing]
    return [turn for turn in turns if turn.opens < turn.closes]


def _list_near(now: datetime) -> Sequence[Departure]:
    """Departures whose rosters are due soon."""
    return db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(
            Departure.state.in_(COMING),
            Departure.roster_due_at.between(now, now + timedelta(days=max(DAYS_BEFORE) + 2)),
        )
        .order_by(Departure.id)
    ).all()


def _portions(departures: Sequence[Departure]) -> Iterator[Sequence[Departure]]:
    for start in range(0, len(departures), DEPARTURES_AT_ONCE):
        yield departures[start : start + DEPARTURES_AT_ONCE]


def _list_unwritten(departures: Sequence[Departure], now: datetime, at_most: int) -> list[NewLetter]:
    """In one order, so that two planners never wait for each other."""
    by_turn: dict[Turn, list[Departure]] = {}
    for departure in departures:
        if turn := turn_at(now, turns_of(departure)):
            by_turn.setdefault(turn, []).append(departure)
    letters: list[NewLetter] = []
    for turn, own in by_turn.items():
        letters += _letters_of(turn, own, now, at_most - len(letters))
    return sorted(letters, key=lambda letter: letter.key)


def _letters_of(turn: Turn, departures: Sequence[Departure], now: datetime, at_most: int) -> Iterator[NewLetter]:
    key = literal("booking:") + cast(Booking.id, String) + literal(f":reminder:consent:{turn.day.isoformat()}")
    rows = db.session.execute(
        select(key, Booking)
        .options(joinedload(Booking.leader))
        .where(
            Booking.departure_id.in_([departure.id for departure in departures]),
            Booking.state.in_(CHANGEABLE),
            Booking.submitted_at < turn.opens,
            ~exists().where(Letter.key == key),
            lacks_answers(departures),
        )
        .order_by(Booking.id)
        .limit(at_most)
    )
    for letter_key, booking in rows:
        yield letter_to(
            leader_of(booking),
            key=letter_key,
            kind=CONSENT_MISSING,
            subject_id=booking.id,
            due_at=goes_out_at(turn, now),
            facts={"day": turn.day.isoformat()},
        )


def _is_still_true(booking: Booking, letter: Letter, now: datetime) -> bool:
    """The group still comes, no later letter has its turn, and somebody still has not answered."""
    departure = booking.departure
    return (
        booking.state in CHANGEABLE
        and departure.state in COMING
        and any(turn.day.isoformat() == letter.facts["day"] and now < turn.closes for turn in turns_of(departure))
        and count_consents(booking).missing > 0
    )


def _is_request_open(booking: Booking, letter: Letter, now: datetime) -> bool:
    request = db.session.get(DeletionRequest, letter.facts["request"])
    return request is not None and request.done_at is None


def _words(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        **words_for(booking, letter, now),
        "count": count_consents(booking),
        "consents_url": setting("PUBLIC_URL") + consents_path(booking),
    }


CONSENT_LETTERS = (
    Kind(
        CONSENT_MISSING,
        sentence("Consents are missing, to the leader"),
        load=load_bookings,
        is_still_true=_is_still_true,
        context=_words,
        urgency=Urgency.PLANNED,
        leads_to="consents_url",
    ),
    Kind(
        DELETION_ASKED,
        sentence("A guardian wants data deleted, to the leader"),
        load=load_bookings,
        is_still_true=_is_request_open,
        context=_words,
        leads_to="consents_url",
    ),
)
