"""The ways out of the house: how many letters may leave by each now, and which of them is out of order.

A carrier that is away is left alone for a while, whichever worker found out, and holds up nothing that leaves by
another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from exchange_app.core.database import db, insert_unless_there
from exchange_app.core.settings import setting
from exchange_app.outbox.models import Channel, Letter, LetterState, Outlet
from exchange_app.outbox.queries import list_recent_to
from exchange_app.outbox.rules import Limit

SHORTEST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=5)
LONG_AWAY = timedelta(hours=2)  # then letters that have another way take it
ENOUGH_FOR_NOW = "enough letters for now"
ALWAYS_FREE = datetime(2000, 1, 1, tzinfo=UTC)


def limit_of(channel: Channel) -> Limit | None:
    """What the channel's provider allows; None for no limit."""
    limits: Mapping[str, Limit] = setting("CHANNEL_LIMITS")
    return limits.get(channel)


def readers_limit_of(channel: Channel) -> Limit | None:
    """What one reader is to bear."""
    limits: Mapping[str, Limit] = setting("READER_LIMITS")
    return limits.get(channel)


def get_outlet(channel: Channel) -> Outlet:
    """Locked until the transaction ends, so that workers do not take the same room."""
    outlet = db.session.get(Outlet, channel, with_for_update=True, populate_existing=True)
    if outlet is None:
        row = {"channel": channel, "free_at": ALWAYS_FREE}
        db.session.execute(insert_unless_there(Outlet), [row])
        outlet = db.session.get_one(Outlet, channel, with_for_update=True)
    return outlet


def list_away() -> Sequence[Outlet]:
    """Those whose carrier is away."""
    return db.session.scalars(select(Outlet).where(Outlet.away_since.is_not(None)).order_by(Outlet.channel)).all()


def room(outlet: Outlet, now: datetime) -> int | None:
    """How many letters may leave now; None for any number."""
    if outlet.paused_at is not None:
        return 0
    if outlet.rests_until is not None and now < outlet.rests_until:
        return 0
    limit = limit_of(outlet.channel)
    return None if limit is None else limit.room(outlet.free_at, now)


def note_taken(outlet: Outlet, letters: int, now: datetime) -> None:
    limit = limit_of(outlet.channel)
    if limit is not None and letters:
        outlet.free_at = limit.after(letters, outlet.free_at, now)


def note_away(outlet: Outlet, problem: str, now: datetime) -> None:
    """The longer it has been away, the longer it is left alone."""
    outlet.away_since = outlet.away_since or now
    outlet.rests_until = now + min(LONGEST_REST, max(SHORTEST_REST, (now - outlet.away_since) / 4))
    outlet.problem = problem


def note_back(outlet: Outlet) -> None:
    outlet.away_since = outlet.rests_until = outlet.problem = None


def is_long_away(outlet: Outlet, now: datetime) -> bool:
    return outlet.away_since is not None and outlet.away_since + LONG_AWAY <= now


def put_off_crowded(letters: Sequence[Letter], limit: Limit, now: datetime) -> list[Letter]:
    """Those of the leased letters that their readers can bear now; the others wait until enough time has passed."""
    recent = list_recent_to(letters, since=now - limit.period)
    bearable = []
    for letter in letters:
        times = recent.get(letter.address_hash, ())
        if len(times) < limit.letters:
            bearable.append(letter)
        else:
            letter.state = LetterState.PENDING
            letter.next_look_at = max(now, times[-limit.letters]) + limit.period
            letter.last_problem = ENOUGH_FOR_NOW
    return bearable
