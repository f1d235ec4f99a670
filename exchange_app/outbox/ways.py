"""The ways by which a letter may reach its reader, in the order in which they are to be tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from exchange_app.outbox.models import Channel


@dataclass(frozen=True, slots=True)
class Way:
    """A channel and the reader's address there: a mailbox, a telephone number, a robot's web address."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter is for: at least one way to them, their language, and their account if they have one."""

    ways: Sequence[Way]
    language: str
    user_id: int | None = None


def way_to(address: str) -> Way:
    """To somebody without an account, who left a mail address or a telephone number."""
    return Way(Channel.MAIL if "@" in address else Channel.TEXT, address)


def write_ways(ways: Sequence[Way]) -> str | None:
    """As a letter keeps them, sealed; None for no ways."""
    return json.dumps([[way.channel, way.address] for way in ways]) if ways else None


def read_ways(written: str | None) -> Sequence[Way]:
    """What write_ways() wrote."""
    return [Way(Channel(channel), address) for channel, address in json.loads(written or "[]")]
