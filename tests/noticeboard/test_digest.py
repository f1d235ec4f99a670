"""The weekly digest: when it is written, what it says, when there is none, and how one click ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.noticeboard import service
from exchange_app.noticeboard.digest import plan_digests
from exchange_app.noticeboard.links import no_digest_path
from exchange_app.noticeboard.queries import wants_digest
from exchange_app.noticeboard.rules import Visibility, digest_week
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tests.noticeboard.offices import A_DAY, Towns, make_notice, make_towns
from tests.outbox.letters import deliver, letters

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=ZONE).astimezone(UTC)
A_WEEK = timedelta(days=7)


@pytest.fixture
def towns(app: Flask) -> Towns:
    with transaction():
        towns = make_towns()
        service.choose_digest(towns.chongzuo.teacher, is_wanted=True, now=MONDAY - 30 * A_DAY)
        return towns


def states(now: datetime) -> list[LetterState]:
    """The clock looks, a worker sends; how the digests so far fared."""
    with transaction():
        plan_digests(now)
    with transaction():
        assert plan_digests(now) == 0  # it is there already
    deliver(Mailbox(), at=now)
    return [letter.state for letter in letters() if letter.kind == "notice_digest"]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2027-03-01 07:29", None),
        ("2027-03-01 07:30", "2027-W09"),
        ("2027-03-01 11:59", "2027-W09"),
        ("2027-03-01 12:00", None),
        ("2027-03-02 09:00", None),
        ("2027-01-04 09:00", "2027-W01"),
        ("2026-12-28 09:00", "2026-W53"),
    ],
)
def test_it_is_monday_morning(moment: str, week: str | None) -> None:
    assert digest_week(datetime.fromisoformat(moment).replace(tzinfo=ZONE)) == week


def test_it_tells_what_is_new_and_may_be_read(towns: Towns) -> None:
    by, third, reader = towns.nanning.coordinator, towns.elsewhere.coordinator, towns.chongzuo.teacher
    with transaction():
        make_notice(by, now=MONDAY - 8 * A_DAY, document_number="old")
        news = make_notice(by, now=MONDAY - A_DAY, visibility=Visibility.PARTNERS)
        read = make_notice(by, now=MONDAY - A_DAY)
        hidden = make_notice(third, now=MONDAY - A_DAY, visibility=Visibility.PARTNERS)
        service.mark_read([read.id], by=reader, now=MONDAY)
    assert states(MONDAY) == [LetterState.SENT]
    (letter,) = letters()
    text = read_letter(letter, MONDAY).text
    assert f"/notices/{news.id}" in text
    assert [one.id for one in (read, hidden) if f"/notices/{one.id}\n" in text.replace("\r", "")] == []
    assert text.count("/notices/") == 2  # and where one says that one wants no more of them
    with transaction():
        later = make_notice(by, now=MONDAY + A_DAY)
    assert states(MONDAY + A_WEEK) == [LetterState.SENT, LetterState.SENT]
    text = read_letter(letters()[-1], MONDAY + A_WEEK).text
    assert (f"/notices/{later.id}" in text, f"/notices/{news.id}\n" in text.replace("\r", "")) == (True, False)


def test_there_is_none_without_news_nor_for_who_does_not_want_it(towns: Towns) -> None:
    assert states(MONDAY) == [LetterState.SKIPPED]
    with transaction():
        make_notice(towns.nanning.coordinator, now=MONDAY)
        service.choose_digest(towns.chongzuo.teacher, is_wanted=False, now=MONDAY)
    assert states(MONDAY + A_WEEK) == [LetterState.SKIPPED]


def test_one_click_ends_it_and_only_for_whom_the_letter_was(towns: Towns, client: FlaskClient) -> None:
    reader, other = towns.chongzuo.teacher, towns.nanning.teacher
    with transaction():
        service.choose_digest(other, is_wanted=True, now=MONDAY)
    path = no_digest_path(reader)
    assert "Send me no more of them" in client.get(path, headers={"Accept-Language": "en"}).text
    assert wants_digest(reader)
    assert client.post(path.replace(f"/{reader.id}/", f"/{other.id}/")).status_code == 404
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    db.session.rollback()
    assert (wants_digest(reader), wants_digest(other)) == (False, True)


def test_somebody_erased_gets_none(towns: Towns) -> None:
    reader: User = towns.chongzuo.teacher
    with transaction():
        make_notice(towns.nanning.coordinator, now=MONDAY - A_DAY)
        reader.closed_at = MONDAY - A_DAY
    assert states(MONDAY) == []
