"""What the groups of the demo do on the day itself and afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.trips import arrangements, roll, survey
from exchange_app.trips.queries import list_calls
from exchange_app.trips.rules import PlaceKind, Question

SEATS_OF_A_COACH = 45
# By one reply after the other, and from the first again. Each mark is given often enough to be shown.
MARKS_GIVEN = {
    Question.WHOLE: "55454",
    Question.LEARNED: "54543",
    Question.FRIENDS: "55443",
    Question.CARE: "55545",
    Question.AGAIN: "45543",
}
NO_SUCH_MAILBOX = "RCPT 550 5.1.1"


def arrange_coach(booking: Booking) -> None:
    """All of them in one coach, and the roll calls that the itinerary asks for."""
    arrangements.add_places(booking, PlaceKind.COACH, count=1, capacity=SEATS_OF_A_COACH, sex=None)
    db.session.flush()
    arrangements.propose_arrangement(booking, PlaceKind.COACH, said={})
    roll.take_calls_from_itinerary(booking)


def call_the_roll(booking: Booking, leader: User, at: datetime) -> None:
    """At the meeting point everybody is there."""
    meeting = list_calls([booking.id])[0]
    roll.mark_all_present(booking, meeting.id, booking.named, form_token="demo", by=leader, now=at)


def answer_survey(booking: Booking, replies: int, at: datetime) -> None:
    for number in range(replies):
        survey.reply(booking, dict(_marks(number)), form_token=f"demo-{number}", now=at)


def _marks(number: int) -> Iterator[tuple[Question, int]]:
    for question, given in MARKS_GIVEN.items():
        yield question, int(given[number % len(given)])


def let_letter_fail(booking: Booking, at: datetime) -> None:
    """As if the leader's mailbox had been closed."""
    letter = find_letter_by_key(f"booking:{booking.id}:confirmed")
    assert letter is not None, "the content says so of a confirmed group"
    letter.state, letter.next_look_at, letter.last_problem = LetterState.FAILED, at, NO_SUCH_MAILBOX
    letter.attempts = letter.failures = 1
