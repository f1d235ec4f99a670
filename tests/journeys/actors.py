"""Who acts in a journey: people at browsers of their own, and the clock, which goes on and wakes the workers."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.reading import ReadableLetter, read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tasks.app import JOBS, celery
from tasks.schedule import SECONDS_BETWEEN
from tests.outbox.letters import deliver
from tests.pages import Browser, form_of, send, sign_in, speak

ZONE = ZoneInfo("Asia/Shanghai")
AT_A_TIME = timedelta(minutes=1)  # what a page takes its reader
STAYS_SIGNED_IN = timedelta(hours=1)

Work = Sequence[Callable[[], object]]


def load_work() -> Work:
    """Every task that the clock wakes, but those that hand letters to carriers."""
    for job in JOBS:
        importlib.import_module(job)
    return [celery.tasks[name].run for name in SECONDS_BETWEEN if not name.startswith("outbox.deliver")]


class Time:
    """The clock of a journey. It stands still but where somebody acts."""

    def __init__(self, app: Flask, clock: time_machine.Traveller, work: Work) -> None:
        self._app, self._clock, self._work = app, clock, work

    def pass_by(self) -> None:
        self._clock.shift(AT_A_TIME)

    def it_is(self, moment: str) -> None:
        """In the cities; at ten in the morning where only the day is told."""
        at = datetime.fromisoformat(moment)
        at = (at if at.hour else at.replace(hour=10)).replace(tzinfo=ZONE)
        assert at > now(), f"{moment} is over"
        self._clock.move_to(at)

    def comes(self, moment: str) -> None:
        """The same, and whatever was due by then is done."""
        self.it_is(moment)
        self.let_work()

    def let_work(self) -> None:
        """Each periodic task once, as a worker does it, and the letters that are due."""
        db.session.rollback()  # whoever reads holds up what empties SQLite's log
        for do in self._work:
            with self._app.app_context():
                do()
        deliver(Mailbox(), at=now())
        db.session.rollback()
        db.session.expire_all()

    @property
    def today(self) -> str:
        return now().astimezone(ZONE).date().isoformat()


@contextmanager
def time_from(app: Flask, day: str, work: Work) -> Iterator[Time]:
    begins = datetime.fromisoformat(day).replace(hour=9, tzinfo=ZONE)
    with time_machine.travel(begins, tick=False) as clock:
        yield Time(app, clock, work)


class Person:
    """Somebody at a browser: signed in, or a visitor where there is no ``user``."""

    def __init__(self, app: Flask, time: Time, user: User | None = None) -> None:
        self.browser = Browser(app, app.response_class)
        self.id = user.id if user else 0
        self.email = user.email if user else ""
        self.city_id = user.organisation.city_id if user else 0
        self.office_id = user.organisation_id if user else 0
        self._time = time
        self._seen_at: datetime | None = None

    def _at_the_browser(self) -> Browser:
        """A minute later than what was done last; whoever was away for long signs in again."""
        self._time.pass_by()
        if self._seen_at is None or now() - self._seen_at > STAYS_SIGNED_IN:
            self._arrive()
        self._seen_at = now()
        return self.browser

    def _arrive(self) -> None:
        if self.id:
            sign_in(self.browser, db.session.get_one(User, self.id))
        else:
            speak(self.browser, "en")

    def asks_for(self, address: str) -> TestResponse:
        return self._at_the_browser().get(address)

    def reads(self, address: str) -> str:
        page = self.asks_for(address)
        assert page.status_code == 200, f"{address}: {page.status_code}"
        return page.text

    def finds_nothing_at(self, *addresses: str) -> None:
        found = {address: self.asks_for(address).status_code for address in addresses}
        assert set(found.values()) == {404}, found

    def sends(self, address: str, action: str = "", **typed: Any) -> str:
        """Opens the page, fills in its form and sends it; reads what comes then."""
        return self._sent(address, action, typed, 200).text

    def goes_from(self, address: str, action: str = "", **typed: Any) -> str:
        """The same; where one comes to."""
        return self._sent(address, action, typed, 200).request.path

    def is_refused(self, address: str, action: str = "", **typed: Any) -> str:
        """The same; what is said beside the fields."""
        return self._sent(address, action, typed, 422).text

    def _sent(self, address: str, action: str, typed: dict[str, Any], status: int) -> TestResponse:
        page = send(self._at_the_browser(), address, action, **typed)
        assert page.status_code == status, f"{action or address}: {page.status_code} {_complaints(page.text)}"
        assert status != 200 or not _complaints(page.text), f"{action or address}: {_complaints(page.text)}"
        return page

    def presses(self, address: str, button: str) -> str:
        """A form in which nothing has to be filled in."""
        return self.sends(address, f"{address}/{button}")

    def uploads(self, address: str, action: str, **typed: Any) -> str:
        """A form with a file."""
        browser = self._at_the_browser()
        values = {**form_of(browser.get(address).text, action), **typed}
        page = browser.post(action, data=values, follow_redirects=True)
        assert page.status_code == 200, f"{action}: {page.status_code} {_complaints(page.text)}"
        return page.text

    def letters(self, kind: str = "") -> Sequence[ReadableLetter]:
        return letters_to(self.email, kind)

    def link(self, kind: str, pattern: str) -> str:
        """The address in the latest letter of a kind, as its reader follows it."""
        found = re.search(rf"http://localhost({pattern})", self.letters(kind)[-1].text)
        assert found is not None, self.letters(kind)[-1].text
        return found[1]


def letters_to(address: str, kind: str = "") -> Sequence[ReadableLetter]:
    """What was delivered there so far, the latest last."""
    db.session.rollback()
    sent = select(Letter).where(Letter.state == LetterState.SENT).order_by(Letter.id)
    found = db.session.scalars(sent.where(Letter.kind == kind) if kind else sent)
    return [read_letter(letter, now()) for letter in found if letter.address == address]


def _complaints(html: str) -> list[str]:
    """What a page says is wrong, beside its fields and above."""
    beside = re.findall(r'class="invalid-feedback"[^>]*>(.*?)</div></div>', html, re.DOTALL)
    above = re.findall(r'<div class="alert alert-danger" role="alert">(.*?)</div>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", words).split()) for words in [*beside, *above]]
