"""Writing letters, in the transaction of their cause, and what a person may do with one that is stuck."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import update

from exchange_app.core.broker import wake
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.sealing import new_uid
from exchange_app.core.transaction import on_commit
from exchange_app.outbox.errors import LetterSettled
from exchange_app.outbox.kinds import urgency_of
from exchange_app.outbox.models import Channel, Letter, LetterState, Urgency, address_hash_of, seal_for
from exchange_app.outbox.ways import Recipient, Way, write_ways

SENT_AGAIN = (LetterState.FAILED, LetterState.DOUBTFUL, LetterState.SKIPPED)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be written. ``key`` says what it is, so that the same one is never written twice. ``later_ways`` are
    tried one after the other if it cannot be brought to its ``address``; ``reader_id`` is the user it is for, if any.
    """

    key: str
    kind: str
    subject_id: int
    address: str
    language: str
    due_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    channel: Channel = Channel.MAIL
    later_ways: Sequence[Way] = ()
    reader_id: int | None = None


def letter_to(
    recipient: Recipient,
    *,
    key: str,
    kind: str,
    subject_id: int,
    due_at: datetime,
    facts: Mapping[str, Any] | None = None,
) -> NewLetter:
    """By the first of the recipient's ways, and by the others if need be."""
    first, *later = recipient.ways
    return NewLetter(
        key=key,
        kind=kind,
        subject_id=subject_id,
        address=first.address,
        language=recipient.language,
        due_at=due_at,
        facts=facts or {},
        channel=first.channel,
        later_ways=later,
        reader_id=recipient.user_id,
    )


def stamp(moment: datetime) -> str:
    """For keys of letters of which each time is another one."""
    return f"{moment:%Y%m%dT%H%M%S%f}"


def write_letters(letters: Sequence[NewLetter], now: datetime) -> None:
    """Store letters in one statement, passing over those whose key is there; workers are woken after the commit."""
    if not letters:
        return
    db.session.execute(insert_unless_there(Letter), [_row(letter, now) for letter in letters])
    wake_carriers({letter.channel for letter in letters if letter.due_at <= now})


def wake_carriers(channels: Collection[Channel]) -> None:
    """After the commit."""
    for channel in sorted(channels):
        on_commit(partial(wake, f"outbox.deliver_{channel}"))


def _row(letter: NewLetter, now: datetime) -> dict[str, Any]:
    uid, urgency = new_uid(), urgency_of(letter.kind)
    later_ways = None if urgency is Urgency.DIGEST else write_ways(letter.later_ways)
    return {
        "uid": uid,
        "key": letter.key,
        "kind": letter.kind,
        "subject_id": letter.subject_id,
        "facts": dict(letter.facts),
        "language": letter.language,
        "channel": letter.channel,
        "urgency": urgency,
        "address_sealed": seal_for(uid, "address", letter.address),
        "address_hash": address_hash_of(letter.address),
        "later_ways_sealed": later_ways and seal_for(uid, "later_ways", later_ways),
        "reader_id": letter.reader_id,
        "state": LetterState.PENDING,
        "written_at": now,
        "due_at": letter.due_at,
        "next_look_at": letter.due_at,
        "attempts": 0,
        "failures": 0,
    }


def send_again(letter_id: int, now: datetime) -> None:
    """Put a failed, doubtful or stopped letter back among those that are due. Its Message-ID stays, so that a mail
    server which had it already can tell. Raises LetterSettled."""
    if not send_all_again([letter_id], now):
        raise LetterSettled()


def send_all_again(letter_ids: Sequence[int], now: datetime) -> int:
    """The same for many, in one statement; returns how many. Those that are settled otherwise, or whose address is not
    kept any more, are passed over."""
    can_be_sent = Letter.state.in_(SENT_AGAIN), Letter.address_sealed.is_not(None)
    count = change_rows(
        update(Letter)
        .where(Letter.id.in_(letter_ids), *can_be_sent)
        .values(state=LetterState.PENDING, next_look_at=now, failures=0, last_problem=None)
    )
    wake_carriers(list(Channel))
    return count


def stop_letter(letter_id: int, now: datetime) -> None:
    """A letter that did not go out yet never will. Raises LetterSettled."""
    _change(
        letter_id,
        from_states=(LetterState.PENDING, LetterState.FAILED, LetterState.DOUBTFUL),
        state=LetterState.SKIPPED,
        next_look_at=now,
        last_problem="stopped by hand",
    )


def note_arrival(letter_id: int, now: datetime) -> None:
    """A doubtful letter turned out to have arrived. Raises LetterSettled."""
    _change(letter_id, from_states=(LetterState.DOUBTFUL,), state=LetterState.SENT, sent_at=now, next_look_at=now)


def _change(letter_id: int, *, from_states: Sequence[LetterState], **values: Any) -> None:
    changed = change_rows(update(Letter).where(Letter.id == letter_id, Letter.state.in_(from_states)).values(**values))
    if changed != 1:
        raise LetterSettled()
