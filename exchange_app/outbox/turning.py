"""A letter that cannot be brought to its reader by one way takes the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, null, update

from exchange_app.core.database import db
from exchange_app.outbox.models import ON_THE_WAY, Letter, LetterState, address_hash_of, seal_for
from exchange_app.outbox.service import wake_carriers
from exchange_app.outbox.ways import read_ways, write_ways


@dataclass(frozen=True, slots=True)
class Turn:
    """A letter whose present way is given up, and why."""

    letter: Letter
    reason: str
    at: datetime


def has_another_way(letter: Letter) -> bool:
    return letter.later_ways_sealed is not None


def turn_all(turns: Sequence[Turn]) -> None:
    """Each letter begins anew by its next way. Those that are in other hands by now are passed over."""
    if turns:
        db.session.connection().execute(TURN, [_row(turn) for turn in turns])
        wake_carriers({read_ways(turn.letter.later_ways)[0].channel for turn in turns})


LETTERS = Letter.__table__
TURN = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("of_id"), LETTERS.c.attempts == bindparam("of_attempt"), ON_THE_WAY)
    .values(
        channel=bindparam("next_channel"),
        address_sealed=bindparam("next_address"),
        address_hash=bindparam("next_hash"),
        later_ways_sealed=bindparam("ways_after_it"),
        given_up=bindparam("because"),
        state=LetterState.PENDING,
        next_look_at=bindparam("at"),
        failures=0,
        last_problem=null(),
    )
)


def _row(turn: Turn) -> dict[str, Any]:
    letter = turn.letter
    following, *after_it = read_ways(letter.later_ways)
    ways_left = write_ways(after_it)
    return {
        "of_id": letter.id,
        "of_attempt": letter.attempts,
        "next_channel": following.channel,
        "next_address": seal_for(letter.uid, "address", following.address),
        "next_hash": address_hash_of(following.address),
        "ways_after_it": ways_left and seal_for(letter.uid, "later_ways", ways_left),
        "because": "; ".join(filter(None, (letter.given_up, turn.reason)))[-REASONS_LENGTH:],
        "at": turn.at,
    }


REASONS_LENGTH = 200
