"""Reads of the steps of planning."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import GOING_ON
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.planning.errors import StepNotFound
from exchange_app.planning.models import PlanStep


def find_step_of_form(user: User, form_token: str) -> PlanStep | None:
    """What this very form did when it was sent before."""
    return db.session.scalar(select(PlanStep).where(PlanStep.by_id == user.id, PlanStep.form_token == form_token))


def get_step(step_id: int, user: User) -> PlanStep:
    """Raises StepNotFound, for somebody else's step too."""
    step: PlanStep | None = db.session.scalar(select(PlanStep).where(PlanStep.id == step_id, PlanStep.by_id == user.id))
    if step is None:
        raise StepNotFound()
    return step


def find_undoable(step_id: int | None, user: User) -> PlanStep | None:
    """The user's own step, unless it was undone."""
    return db.session.scalar(
        select(PlanStep).where(PlanStep.id == step_id, PlanStep.by_id == user.id, PlanStep.undone_at.is_(None))
    )


def lock_step(step_id: int, user: User) -> PlanStep:
    """As get_step, fresh and locked until the transaction ends."""
    step = get_step(step_id, user)
    db.session.refresh(step, with_for_update=True)
    return step


def map_groups(departure_ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many groups each departure has that may still come."""
    rows = db.session.execute(
        select(Booking.departure_id, func.count())
        .where(Booking.departure_id.in_(departure_ids), Booking.state.in_(GOING_ON))
        .where(Booking.hold_ends_at.is_(None) | (Booking.hold_ends_at > now))
        .group_by(Booking.departure_id)
    )
    return dict(rows.all())


def has_bookings(departure_ids: Collection[int]) -> bool:
    """Of any state: each is somebody's history."""
    return db.session.scalar(select(Booking.id).where(Booking.departure_id.in_(departure_ids)).limit(1)) is not None


def lock_departures(ids: Collection[int]) -> None:
    """Until the transaction ends nobody registers for them."""
    rows = select(Departure.id).where(Departure.id.in_(ids)).order_by(Departure.id)
    db.session.execute(rows.with_for_update()).all()
