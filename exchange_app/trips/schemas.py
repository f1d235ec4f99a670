"""What a phone sends about roll calls, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange_app.trips.errors import EntriesUnreadable
from exchange_app.trips.roll import Entry
from exchange_app.trips.rules import Presence

MOST_ENTRIES = 2_000
MOST_HEADS = 10_000
LONGEST_ID = 80
LARGEST_ROW = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sent:
    """Entries, and when they were sent by the clock that dated them."""

    sent_at: datetime
    entries: list[Entry]


def read_sent(content: Any) -> Sent:
    """``{"sent_at": …, "entries": [{"id", "call", "at", and "person" with "state", or "count"}]}``. Raises
    EntriesUnreadable."""
    try:
        entries = content["entries"]
        if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
            raise ValueError("entries")
        return Sent(_moment(content["sent_at"]), [_entry(entry) for entry in entries])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EntriesUnreadable() from None


def _entry(written: dict[str, Any]) -> Entry:
    client_id = written["id"]
    if not isinstance(client_id, str) or not 0 < len(client_id) <= LONGEST_ID or "\0" in client_id:
        raise ValueError("id")
    about = client_id, _whole(written["call"], LARGEST_ROW), _moment(written["at"])
    if "count" in written:
        return Entry(*about, head_count=_whole(written["count"], MOST_HEADS))
    return Entry(*about, _whole(written["person"], LARGEST_ROW), Presence(written["state"]))


def _whole(number: Any, most: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= most:
        raise ValueError("number")
    return number


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None or not 1970 <= moment.year <= 2200:
        raise ValueError("moment")
    return moment
