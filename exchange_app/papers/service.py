"""What leaders do with the papers of a group, and organisers with the template of their city."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import change_rows, db
from exchange_app.papers.errors import DoneLater, StandsByItself
from exchange_app.papers.models import PaperRule, PaperTick
from exchange_app.papers.rules import TICKED, Due, Paper
from exchange_app.partners.models import City


def tick_paper(booking: Booking, paper: Paper, *, done_on: date, note: str, by: User, now: datetime) -> None:
    """The paper was done on a day; said again, the latest counts. Raises StandsByItself or DoneLater."""
    _check_ticked(paper)
    if done_on > booking.departure.today(now):
        raise DoneLater()
    tick = PaperTick(booking_id=booking.id, paper=paper, done_on=done_on, note=note.strip(), by_id=by.id, at=now)
    db.session.merge(tick)
    db.session.flush()


def open_paper(booking: Booking, paper: Paper) -> None:
    """It is not done after all. Raises StandsByItself."""
    _check_ticked(paper)
    change_rows(delete(PaperTick).where(PaperTick.booking_id == booking.id, PaperTick.paper == paper))


def _check_ticked(paper: Paper) -> None:
    if paper not in TICKED:
        raise StandsByItself()


def set_dues(city: City, dues: Mapping[Paper, Due]) -> None:
    """What the city wants of its schools from now on, for groups that have registered too."""
    for paper, due in dues.items():
        rule = PaperRule(city_id=city.id, paper=paper, counted=due.counted, days=due.days, is_wanted=due.is_wanted)
        db.session.merge(rule)
    db.session.flush()
