"""What families and pupils answer after the trip, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db, insert_unless_there
from exchange_app.trips import queries
from exchange_app.trips.errors import NotAskedNow, RepliesComplete
from exchange_app.trips.models import Reply
from exchange_app.trips.rules import FEWEST_SHOWN, MARKS, REPLIES_PER_PERSON, TRAVELLING, Question, hide_few, is_asked


@dataclass(frozen=True, slots=True)
class Result:
    """How often each mark was given to a question, None where so few did that somebody could be known by it."""

    question: Question
    counts: Mapping[int, int | None]

    @property
    def most(self) -> int:
        return max(count or 0 for count in self.counts.values())


@dataclass(frozen=True, slots=True)
class Results:
    """``each`` is empty as long as too few have answered at all."""

    replies: int
    each: Sequence[Result]


def is_open(booking: Booking, now: datetime) -> bool:
    return booking.state in TRAVELLING and is_asked(booking.departure.ends_on, booking.departure.today(now))


def reply(booking: Booking, marks: Mapping[Question, int], *, form_token: str, now: datetime) -> None:
    """The same form sent twice is one reply. Raises NotAskedNow, or RepliesComplete."""
    if not is_open(booking, now):
        raise NotAskedNow()
    if queries.count_replies(booking.id) >= REPLIES_PER_PERSON * booking.persons:
        raise RepliesComplete()
    row = {
        "booking_id": booking.id,
        "form_token": form_token,
        "on": booking.departure.today(now),
        "marks": {question.value: mark for question, mark in marks.items()},
    }
    db.session.execute(insert_unless_there(Reply), [row])


def results_of(booking_ids: Sequence[int]) -> Results:
    """Of these groups together."""
    replies = queries.list_replies(booking_ids)
    if len(replies) < FEWEST_SHOWN:
        return Results(len(replies), ())
    return Results(len(replies), [_result(question, replies) for question in Question])


def _result(question: Question, replies: Sequence[Reply]) -> Result:
    given = Counter(one.marks[question.value] for one in replies if question.value in one.marks)
    return Result(question, hide_few({mark: given[mark] for mark in MARKS}))
