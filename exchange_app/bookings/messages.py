"""What a host writes to the leaders of a departure's groups: sending it, stopping it, and how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.bookings.errors import (
    MessageNotFound,
    MessageStopped,
    NobodyToWriteTo,
    NothingToStop,
    TooManyMessages,
)
from exchange_app.bookings.models import Booking, Message
from exchange_app.bookings.readers import leader_of
from exchange_app.bookings.rules import GOING_ON, BookingState
from exchange_app.bookings.service import record
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import select_departures_of
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, letter_to, write_letters

KIND = "organiser_message"
TEST_KIND = "organiser_message_test"
MOST_A_DAY = 10

# Whom a host may choose. Those who are offered seats come from the waiting list; those who were there are still written
# to afterwards, when something was left behind.
ADDRESSEES = {
    BookingState.CONFIRMED: (BookingState.CONFIRMED, BookingState.DONE),
    BookingState.SUBMITTED: (BookingState.SUBMITTED,),
    BookingState.WAITING: (BookingState.WAITING, BookingState.OFFERED),
}
# A group that ended between writing and sending is written to no more.
STILL_CONCERNED = GOING_ON | {BookingState.DONE}


@dataclass(frozen=True, slots=True)
class Text:
    """What is written: a subject, and words in paragraphs."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the letters of a message are. Those that had not gone out when it was stopped are ``stopped``; ``skipped``
    ones were about groups that ended before their turn came."""

    sent: int
    waiting: int
    failed: int
    doubtful: int
    skipped: int
    stopped: int

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed + self.doubtful + self.skipped + self.stopped

    @property
    def is_over(self) -> bool:
        return not self.waiting


# ---------------------------------------------------------------------------------------------------------------- reads


def get_message_of(message_id: int, user: User) -> Message:
    """Raises MessageNotFound for one about somebody else's departure."""
    departures = select_departures_of(user).with_only_columns(Departure.id).order_by(None)
    message: Message | None = db.session.scalar(
        select(Message)
        .options(joinedload(Message.departure).joinedload(Departure.package), joinedload(Message.by))
        .where(Message.id == message_id, Message.departure_id.in_(departures))
    )
    if message is None:
        raise MessageNotFound()
    return message


def list_messages_of(departure_id: int) -> Sequence[Message]:
    """Newest first."""
    return db.session.scalars(
        select(Message)
        .options(joinedload(Message.by))
        .where(Message.departure_id == departure_id)
        .order_by(Message.id.desc())
    ).all()


def list_addressed(departure: Departure, to: Collection[BookingState], now: datetime) -> Sequence[Booking]:
    """The groups that a message goes to, in the order in which they came. ``to`` are keys of ADDRESSEES. Raises
    NobodyToWriteTo."""
    states = [state for chosen in to for state in ADDRESSEES[chosen]]
    found = db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school), joinedload(Booking.leader))
        .where(Booking.departure_id == departure.id, Booking.state.in_(states))
        .order_by(Booking.created_at, Booking.id)
    )
    groups = [booking for booking in found if booking.state_at(now) in STILL_CONCERNED]
    if not groups:
        raise NobodyToWriteTo()
    return groups


def map_progress(messages: Collection[Message]) -> Mapping[int, Progress]:
    counted = db.session.execute(
        select(Letter.subject_id, Letter.state, func.count())
        .where(Letter.kind == KIND, Letter.subject_id.in_([message.id for message in messages]))
        .group_by(Letter.subject_id, Letter.state)
    )
    counts: dict[int, Counter[LetterState]] = {message.id: Counter() for message in messages}
    for message_id, state, count in counted:
        counts[message_id][state] = count
    return {message.id: _progress(message, counts[message.id]) for message in messages}


def _progress(message: Message, counts: Counter[LetterState]) -> Progress:
    """A letter in a worker's hands may still go out after the stop."""
    stopped = sum(counts.pop(state, 0) for state in LetterState if is_stopped(message, state))
    return Progress(
        sent=counts[LetterState.SENT],
        waiting=counts[LetterState.PENDING] + counts[LetterState.SENDING] + counts[LetterState.HANDING_OVER],
        failed=counts[LetterState.FAILED],
        doubtful=counts[LetterState.DOUBTFUL],
        skipped=counts[LetterState.SKIPPED],
        stopped=stopped,
    )


def is_stopped(message: Message, state: LetterState) -> bool:
    """Whether a letter of the message that is in this state was kept back by stopping it."""
    return message.stopped_at is not None and state in (LetterState.PENDING, LetterState.SKIPPED)


def list_letters_of(message: Message) -> Sequence[tuple[Booking, LetterState]]:
    """To which groups the message was written, and what became of each letter."""
    letters = db.session.execute(
        select(Letter.facts, Letter.state)
        .where(Letter.kind == KIND, Letter.subject_id == message.id)
        .order_by(Letter.id)
    ).all()
    groups = db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school), joinedload(Booking.leader))
        .where(Booking.id.in_([facts["booking"] for facts, _ in letters]))
    )
    by_id = {booking.id: booking for booking in groups}
    return [(by_id[facts["booking"]], state) for facts, state in letters]


# ------------------------------------------------------------------------------------------------------------- commands


def send_message(
    departure: Departure, text: Text, *, to: Collection[BookingState], form_token: str, by: User, now: datetime
) -> Message:
    """One letter for each group, to whoever can be reached about it.

    The same form sent twice answers with the message that it made the first time. Raises TooManyMessages and
    NobodyToWriteTo.
    """
    _lock(departure)
    message = _insert(departure, text, form_token=form_token, by=by, now=now)
    if message is None:
        return _get_message_of_form(departure, form_token)
    if _count_today(departure, now) > MOST_A_DAY:
        raise TooManyMessages(most=MOST_A_DAY)
    groups = list_addressed(departure, to, now)
    for booking in groups:
        record(booking, "message", by=by, now=now, message=message.id, subject=text.subject)
    write_letters([_to_leader(booking, message, now) for booking in groups], now)
    return message


def _lock(departure: Departure) -> None:
    """Who writes at the same moment waits, so that nobody is counted too late."""
    own = select(Departure.id).where(Departure.id == departure.id)
    db.session.execute(own.with_for_update(key_share=True)).all()


def _insert(departure: Departure, text: Text, *, form_token: str, by: User, now: datetime) -> Message | None:
    """None where this form made a message before."""
    message: Message | None = db.session.scalar(
        insert_unless_there(Message)
        .values(
            departure_id=departure.id,
            by_id=by.id,
            form_token=form_token,
            subject=text.subject,
            words=text.words,
            at=now,
        )
        .returning(Message)
    )
    return message


def _get_message_of_form(departure: Departure, form_token: str) -> Message:
    """Raises MessageNotFound."""
    message: Message | None = db.session.scalar(
        select(Message).where(Message.departure_id == departure.id, Message.form_token == form_token)
    )
    if message is None:
        raise MessageNotFound()
    return message


def _count_today(departure: Departure, now: datetime) -> int:
    """Since midnight in the host city."""
    midnight = datetime.combine(departure.today(now), time(), departure.zone)
    written = select(func.count()).where(Message.departure_id == departure.id, Message.at >= midnight)
    return db.session.scalar(written) or 0


def _to_leader(booking: Booking, message: Message, now: datetime) -> NewLetter:
    return letter_to(
        leader_of(booking),
        key=f"message:{message.id}:{booking.id}",
        kind=KIND,
        subject_id=message.id,
        due_at=now,
        facts={"booking": booking.id},
    )


def send_test(departure: Departure, text: Text, *, to: Collection[BookingState], by: User, now: datetime) -> None:
    """To whoever writes, as the first of the groups would read it; once for the same words. Raises NobodyToWriteTo."""
    booking, *_ = list_addressed(departure, to, now)
    words = sha256(f"{text.subject}\n{text.words}".encode()).hexdigest()[:32]
    letter = letter_to(
        recipient_of(by),
        key=f"message_test:{by.id}:{booking.id}:{words}",
        kind=TEST_KIND,
        subject_id=booking.id,
        due_at=now,
        facts={"subject": text.subject, "words": text.words},
    )
    write_letters([letter], now)


def stop_message(message: Message, *, now: datetime) -> None:
    """What has not gone out never will: workers ask before each letter. Raises MessageStopped or NothingToStop."""
    if map_progress([message])[message.id].is_over and message.stopped_at is None:
        raise NothingToStop()
    going_on = Message.id == message.id, Message.stopped_at.is_(None)
    if not change_rows(update(Message).where(*going_on).values(stopped_at=now)):
        raise MessageStopped()
