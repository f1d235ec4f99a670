"""Delivery: every letter that is due goes out once.

A round takes letters in small batches under a lease, looks again whether each is still true, and hands it over. This
is an edge of its own: it opens one short transaction to take a batch, and one for each letter, right before the last
dot of its message, which also notes how the letter before it ended. So a crash leaves at most one letter of a round in
doubt, and that one is shown to a person (DOUBTFUL) instead of being sent twice. See docs/decisions/outbox.md.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, bindparam, or_, update
from sqlalchemy.exc import OperationalError

from exchange_app.core.database import db
from exchange_app.core.transaction import lone_statements, transaction
from exchange_app.outbox import outlets
from exchange_app.outbox.kinds import kind_of, load_subjects
from exchange_app.outbox.models import Channel, Letter, LetterState, seal_for
from exchange_app.outbox.queries import lease_due, list_with_another_way, settle_lost
from exchange_app.outbox.rendering import AddressUnfit, as_text, bounce_address, render
from exchange_app.outbox.transport.carrier import Carrier, CarrierAway, Envelope, Refused, ShortWords, Unsure
from exchange_app.outbox.turning import Turn, has_another_way, turn_all

log = logging.getLogger(__name__)

BATCH = 25
LEASE = timedelta(minutes=5)  # longer than a batch stays fresh and one letter can take (`Patience.longest`)
FRESH = timedelta(seconds=10)  # how old the second look at a letter may be; the rest of the batch is then given back
TRIES_BEFORE_ANOTHER_WAY = 4  # twenty-one minutes after the first
PORTION = 100
WAITS_FOR_DATABASE = (0.2, 0.5, 1, 2, 4)  # seconds

# How long a letter rests after its first, second, … failure; after the last one it has failed.
RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))

Clock = Callable[[], datetime]
Change = Callable[[Update, Mapping[str, Any]], int]


class _Overtaken(Exception):
    """The lease ran out and another worker has the letter."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt at a letter ended."""

    letter: Letter
    state: LetterState
    next_look_at: datetime
    failures: int
    sent_at: datetime | None = None
    problem: str | None = None
    message: str | None = None


def deliver_due(
    carrier: Carrier, clock: Clock, is_stopping: Callable[[], bool], channel: Channel = Channel.MAIL
) -> int:
    """Hand over all letters of the channel that are due; returns how many. Ends between two letters once
    ``is_stopping``."""
    settle_lost_letters(clock(), channel)
    sent = 0
    try:
        while not is_stopping():
            batch = take_batch(clock(), channel)
            if batch is None:
                break
            sent += _Batch(batch, carrier, clock).deliver(is_stopping)
    except CarrierAway as trouble:
        log.warning("outbox: the carrier for %s cannot be used (%s)", channel, trouble)
        _leave_alone(channel, str(trouble), clock())
    finally:
        carrier.close()
    if sent:
        _note_back(channel)
    return sent


def settle_lost_letters(now: datetime, channel: Channel) -> None:
    """A letter whose worker died while handing it over may have been accepted: a person decides."""
    with transaction():
        settle_lost(channel, now)


def take_batch(now: datetime, channel: Channel = Channel.MAIL) -> list[Letter] | None:
    """What may leave now, leased, without what its reader cannot bear now; None where nothing is due."""
    with transaction():
        db.session.expunge_all()  # the second look must come from the database, not from memory
        outlet = outlets.get_outlet(channel)
        room = outlets.room(outlet, now)
        letters = lease_due(channel, now, until=now + LEASE, at_most=BATCH if room is None else min(BATCH, room))
        if not letters:
            return None
        limit = outlets.readers_limit_of(channel)
        bearable = letters if limit is None else outlets.put_off_crowded(letters, limit, now)
        outlets.note_taken(outlet, len(bearable), now)
        return bearable


def _leave_alone(channel: Channel, problem: str, now: datetime) -> None:
    """A carrier that is away rests; letters that waited long enough for it take their other way."""
    with transaction():
        outlet = outlets.get_outlet(channel)
        outlets.note_away(outlet, problem, now)
        if outlets.is_long_away(outlet, now):
            waiting = list_with_another_way(channel, due_before=now - outlets.LONG_AWAY, at_most=PORTION)
            turn_all([Turn(letter, f"{channel}: {problem}", now) for letter in waiting])


def _note_back(channel: Channel) -> None:
    with transaction():
        outlets.note_back(outlets.get_outlet(channel))


class _Batch:
    """Letters under one lease, and what became of them but is not stored yet."""

    def __init__(self, letters: Sequence[Letter], carrier: Carrier, clock: Clock) -> None:
        self._waiting = deque(letters)
        self._carrier = carrier
        self._clock = clock
        self._subjects = load_subjects(letters)
        self._looked_at = clock()
        self._sender = bounce_address()
        self._outcomes: list[Outcome] = []
        self._turns: list[Turn] = []
        self._change: Change | None = None

    def deliver(self, is_stopping: Callable[[], bool]) -> int:
        """Returns how many were handed over. Raises CarrierAway. Whatever happens, the outcomes so far are stored
        and the letters that were not tried are given back; one that was in hand when something broke is not."""
        sent = 0
        try:
            with _lone_statements() as self._change:
                while self._waiting and not is_stopping() and self._clock() - self._looked_at < FRESH:
                    ended = self._try(self._waiting.popleft())
                    if isinstance(ended, Turn):
                        self._turns.append(ended)
                    elif ended is not None:
                        self._outcomes.append(ended)
                        sent += ended.state is LetterState.SENT
        finally:
            self._give_back(None)
            self._store_at_last()
        return sent

    def _give_back(self, problem: str | None) -> None:
        now = self._clock()
        while self._waiting:
            letter = self._waiting.popleft()
            self._outcomes.append(Outcome(letter, LetterState.PENDING, now, letter.failures, problem=problem))

    def _store_at_last(self) -> None:
        """A database that is away for a moment must not make what is known doubtful."""
        for seconds in WAITS_FOR_DATABASE:
            try:
                self._store()
                return
            except OperationalError:
                db.session.remove()
                time.sleep(seconds)
        self._store()

    def _try(self, letter: Letter) -> Outcome | Turn | None:
        """How this attempt ended; None if another worker has the letter now. Raises CarrierAway."""
        now = self._clock()
        try:
            kind, subject = kind_of(letter), self._subjects.get(letter.id)
            if subject is None or not kind.is_still_true(subject, letter, now):
                return Outcome(letter, LetterState.SKIPPED, now, letter.failures)
            message = render(letter, subject, now)
            content = as_text(message)
        except AddressUnfit:
            return _refused(letter, now, "the address is no mail address", is_final=True)
        except Exception as mistake:  # one letter's mistake must not hold up the others
            _log_mistake(letter, mistake)
            return _failed(letter, now, type(mistake).__name__)
        return self._hand_over(letter, content, message.short)

    def _hand_over(self, letter: Letter, content: str, short: ShortWords) -> Outcome | Turn | None:
        envelope = Envelope(self._sender, letter.address, letter.uid, content.encode("ascii"), short)
        try:
            self._carrier.hand_over(envelope, lambda: self._note_hand_over(letter))
        except CarrierAway as trouble:
            self._waiting.appendleft(letter)
            self._give_back(str(trouble))
            raise
        except Refused as refusal:
            return _refused(letter, self._clock(), str(refusal), is_final=refusal.is_final)
        except Unsure as doubt:
            now = self._clock()
            return Outcome(letter, LetterState.DOUBTFUL, now, letter.failures, problem=str(doubt), message=content)
        except _Overtaken:
            log.warning("outbox: letter %s is in other hands now", letter.id)
            return None
        now = self._clock()
        return Outcome(letter, LetterState.SENT, now, letter.failures, sent_at=now, message=content)

    def _note_hand_over(self, letter: Letter) -> None:
        """From here on the letter may have been accepted. Raises _Overtaken if it is not ours any more."""
        is_ours = self._store(handing_over=letter)
        if not is_ours:
            raise _Overtaken()

    def _store(self, handing_over: Letter | None = None) -> bool:
        """Write the outcomes down and, in the same commit, that a letter is being handed over; False if it is not
        ours."""
        if self._change is not None and handing_over is not None and len(self._outcomes) == 1 and not self._turns:
            values = {**_row(self._outcomes[0]), **_mark(handing_over)}
            is_ours = self._change(STORE_OUTCOME_AND_MARK, values) == 1
        else:
            with transaction():
                connection = db.session.connection()
                if self._outcomes:
                    connection.execute(STORE_OUTCOME, [_row(outcome) for outcome in self._outcomes])
                turn_all(self._turns)
                is_ours = (
                    handing_over is None or connection.execute(MARK_HANDING_OVER, _mark(handing_over)).rowcount == 1
                )
        self._outcomes.clear()
        self._turns.clear()
        return is_ours


def _lone_statements() -> AbstractContextManager[Change | None]:
    """SQLite has no round trips, and no UPDATE within another."""
    return lone_statements() if db.engine.dialect.name == "postgresql" else nullcontext()


def _refused(letter: Letter, now: datetime, problem: str, *, is_final: bool) -> Outcome | Turn:
    """The carrier does not bring the letter to this address; another way is not kept waiting as long as the only one
    is tried."""
    if has_another_way(letter) and (is_final or letter.failures >= TRIES_BEFORE_ANOTHER_WAY - 1):
        return Turn(letter, f"{letter.channel}: {problem}", now)
    return _failed(letter, now, problem, is_final=is_final)


def _failed(letter: Letter, now: datetime, problem: str, *, is_final: bool = False) -> Outcome:
    failures = letter.failures + 1
    if is_final or failures > len(RESTS):
        return Outcome(letter, LetterState.FAILED, now, failures, problem=problem)
    return Outcome(letter, LetterState.PENDING, now + RESTS[failures - 1], failures, problem=problem)


def _log_mistake(letter: Letter, mistake: Exception) -> None:
    """Where it happened, without the words of the exception: they may hold somebody's name."""
    where = "".join(traceback.format_tb(mistake.__traceback__))
    log.error("outbox: letter %s of kind %s: %s\n%s", letter.id, letter.kind, type(mistake).__name__, where)


LETTERS = Letter.__table__
# Fenced: a worker whose lease ran out and whose letter was leased again changes nothing any more.
STORE_OUTCOME = (
    update(LETTERS)
    .where(
        LETTERS.c.id == bindparam("of_id"),
        LETTERS.c.attempts == bindparam("of_attempt"),
        or_(LETTERS.c.state == LetterState.SENDING, LETTERS.c.state == LetterState.HANDING_OVER),
    )
    .values(
        state=bindparam("new_state"),
        next_look_at=bindparam("new_next_look_at"),
        failures=bindparam("new_failures"),
        sent_at=bindparam("new_sent_at"),
        last_problem=bindparam("new_problem"),
        message_sealed=bindparam("new_message"),
    )
)


def _row(outcome: Outcome) -> dict[str, Any]:
    letter = outcome.letter
    return {
        "of_id": letter.id,
        "of_attempt": letter.attempts,
        "new_state": outcome.state,
        "new_next_look_at": outcome.next_look_at,
        "new_failures": outcome.failures,
        "new_sent_at": outcome.sent_at,
        "new_problem": outcome.problem,
        "new_message": outcome.message and seal_for(letter.uid, "message", outcome.message),
    }


# Fenced as well: only the letter that this worker leased, and that nobody took over since.
MARK_HANDING_OVER = (
    update(LETTERS)
    .where(
        LETTERS.c.id == bindparam("next_id"),
        LETTERS.c.attempts == bindparam("next_attempt"),
        LETTERS.c.state == LetterState.SENDING,
    )
    .values(state=LetterState.HANDING_OVER)
)

# Both in one statement; how many rows it met is said of the mark alone.
STORE_OUTCOME_AND_MARK = MARK_HANDING_OVER.add_cte(STORE_OUTCOME.returning(LETTERS.c.id).cte("stored"))


def _mark(letter: Letter) -> dict[str, int]:
    return {"next_id": letter.id, "next_attempt": letter.attempts}
