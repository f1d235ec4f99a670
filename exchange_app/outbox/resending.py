"""Sending letters again: one, or all that failed for one cause."""

from __future__ import annotations

from datetime import datetime

from exchange_app.outbox.errors import LetterPurged
from exchange_app.outbox.purging import is_purged
from exchange_app.outbox.queries import LetterFilter, Moments, list_failed_ids, lock_letter
from exchange_app.outbox.service import send_again, send_all_again

MOST_AT_ONCE = 500


def send_one_again(letter_id: int, now: datetime) -> None:
    """Raises LetterNotFound, LetterSettled, and LetterPurged where nobody knows the address any more."""
    if is_purged(lock_letter(letter_id)):
        raise LetterPurged()
    send_again(letter_id, now)


def send_failed_again(wanted: LetterFilter, at: Moments) -> int:
    """The oldest MOST_AT_ONCE of the wanted letters that failed; returns how many. Those that were settled otherwise or
    purged meanwhile are passed over."""
    return send_all_again(list_failed_ids(wanted, at, limit=MOST_AT_ONCE), at.now)
