"""Whether an organiser's summary is still worth sending, and what its words need."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from exchange_app.accounts.links import unsubscribe_path
from exchange_app.accounts.models import User
from exchange_app.accounts.sending import load_users, words_for
from exchange_app.bookings.links import DESK_PATH, booking_path, departure_path, waiting_list_path
from exchange_app.bookings.summaries import KIND, Summary, summary_for
from exchange_app.core.roles import Role
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter, Urgency

MOST_LINES = 10  # of one sort; the rest is on the desk


def _summary(user: User, letter: Letter, now: datetime) -> Summary:
    since = datetime.fromisoformat(letter.facts["since"])
    return summary_for(user, since=since, until=letter.written_at, now=now)


def _is_worth_sending(user: User, letter: Letter, now: datetime) -> bool:
    """On its own day, to an organiser who wants it, if there is anything to say."""
    today = user.organisation.city.today(now)
    is_wanted = user.is_active and user.role is Role.ORGANISER and user.wants_summary
    return is_wanted and letter.facts["day"] == today.isoformat() and not _summary(user, letter, now).is_empty


def _words(user: User, letter: Letter, now: datetime) -> dict[str, Any]:
    public_url = setting("PUBLIC_URL")
    return {
        **words_for(user, letter, now),
        "summary": _summary(user, letter, now),
        "day": date.fromisoformat(letter.facts["day"]),
        "since": datetime.fromisoformat(letter.facts["since"]),
        "most_lines": MOST_LINES,
        "desk_url": public_url + DESK_PATH,
        "booking_url": lambda booking: public_url + booking_path(booking),
        "departure_url": lambda departure: public_url + departure_path(departure),
        "waiting_list_url": lambda departure: public_url + waiting_list_path(departure),
    }


def _unsubscribe_url(user: User, letter: Letter) -> str:
    return str(setting("PUBLIC_URL")) + unsubscribe_path(user)


SUMMARY_LETTERS = (
    Kind(
        KIND,
        sentence("Daily summary, to the organiser"),
        load=load_users,
        is_still_true=_is_worth_sending,
        context=_words,
        unsubscribe=_unsubscribe_url,
        urgency=Urgency.DIGEST,
        leads_to="desk_url",
    ),
)
