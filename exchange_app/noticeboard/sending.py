"""Whether a digest is still worth sending, and what its words need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.accounts.sending import load_users, words_for
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.noticeboard.digest import KIND
from exchange_app.noticeboard.links import BOARD_PATH, no_digest_path, notice_path
from exchange_app.noticeboard.models import Notice
from exchange_app.noticeboard.queries import list_news, wants_digest
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter, Urgency

TOLD_WITHIN = timedelta(days=2)  # after it a letter that was stuck is no news


def _news(user: User, letter: Letter, now: datetime) -> Sequence[Notice]:
    today = user.organisation.city.today(now)
    since = datetime.fromisoformat(letter.facts["since"])
    return list_news(user, since=since, until=letter.written_at, today=today)


def _is_worth_sending(user: User, letter: Letter, now: datetime) -> bool:
    is_in_time = now < letter.written_at + TOLD_WITHIN
    return is_in_time and user.is_active and wants_digest(user) and bool(_news(user, letter, now))


def _words(user: User, letter: Letter, now: datetime) -> dict[str, Any]:
    public_url = setting("PUBLIC_URL")
    return {
        **words_for(user, letter, now),
        "news": _news(user, letter, now),
        "board_url": public_url + BOARD_PATH,
        "notice_url": lambda notice: public_url + notice_path(notice),
    }


def _unsubscribe_url(user: User, letter: Letter) -> str:
    return str(setting("PUBLIC_URL")) + no_digest_path(user)


NOTICE_LETTERS = (
    Kind(
        KIND,
        sentence("Weekly digest of notices"),
        load=load_users,
        is_still_true=_is_worth_sending,
        context=_words,
        unsubscribe=_unsubscribe_url,
        urgency=Urgency.DIGEST,
        leads_to="board_url",
    ),
)
