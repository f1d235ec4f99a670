"""Exchanges begin, get co-ordinators, and their checklists are ticked; who lets a step wait is reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from exchange_app.accounts.models import User
from exchange_app.bookings.reminders import is_daytime
from exchange_app.coordination import letters
from exchange_app.coordination.errors import (
    CoordinatorElsewhere,
    DepartureNotShared,
    DoneLater,
    ExchangeThereAlready,
    OtherSide,
    StepNotFound,
)
from exchange_app.coordination.models import Exchange, ExchangeStep, StepRule
from exchange_app.coordination.queries import exchanges as queries
from exchange_app.coordination.queries.people import list_coordinators
from exchange_app.coordination.rules import REMINDED_BEFORE, Side, Step
from exchange_app.core.database import change_rows, db
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Agreement, City
from exchange_app.partners.queries import find_liaison, lock_agreement

BEGUN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class VisitTerms:
    """What an exchange has to know of a visit, as of ``at``."""

    title: str
    persons: int
    starts_on: date
    ends_on: date
    at: datetime


def begin_exchange(agreement: Agreement, departure: Departure, sending_city: City, *, now: datetime) -> Exchange:
    """By hand, before a group has registered. Raises DepartureNotShared or ExchangeThereAlready."""
    host_id = departure.package.host_city_id
    if sending_city.id == host_id or not {sending_city.id, host_id} <= agreement.city_ids:
        raise DepartureNotShared()
    if queries.is_planned(departure.id, sending_city.id):
        raise ExchangeThereAlready()
    days = departure.starts_on, departure.ends_on
    begun = _new_exchange(agreement.id, sending_city.id, host_id, *days, now)
    begun.departure_id = departure.id
    return _begin(begun, now)


def begin_exchanges(now: datetime) -> int:
    """For departures that groups of another city of the agreement are registered for; returns how many began."""
    begun = 0
    for row in db.session.execute(queries.select_unplanned(now.date()).limit(BEGUN_AT_ONCE)).all():
        agreement_id, departure_id, sending_city_id, hosting_city_id, starts_on, ends_on = row
        lock_agreement(agreement_id, None)  # nobody begins the same one by hand meanwhile
        if not queries.is_planned(departure_id, sending_city_id):
            exchange = _new_exchange(agreement_id, sending_city_id, hosting_city_id, starts_on, ends_on, now)
            exchange.departure_id = departure_id
            _begin(exchange, now)
            begun += 1
    return begun


def begin_visit(agreement: Agreement, visit_id: int, sending_city: City, hosting_city: City, visit: VisitTerms) -> None:
    """A visit that both sides agreed to is an exchange from then on."""
    days = visit.starts_on, visit.ends_on
    exchange = _new_exchange(agreement.id, sending_city.id, hosting_city.id, *days, visit.at)
    exchange.visit_id = visit_id
    exchange.title, exchange.persons = visit.title, visit.persons
    _begin(exchange, visit.at)


def _new_exchange(
    agreement_id: int, sending_city_id: int, hosting_city_id: int, starts_on: date, ends_on: date, now: datetime
) -> Exchange:
    return Exchange(
        agreement_id=agreement_id,
        sending_city_id=sending_city_id,
        hosting_city_id=hosting_city_id,
        sending_coordinator=find_coordinator(sending_city_id, agreement_id),
        hosting_coordinator=find_coordinator(hosting_city_id, agreement_id),
        starts_on=starts_on,
        ends_on=ends_on,
        begun_at=now,
        steps=[_new_step(step, starts_on, ends_on) for step in queries.list_steps(agreement_id)],
    )


def _begin(exchange: Exchange, now: datetime) -> Exchange:
    db.session.add(exchange)
    db.session.flush()
    for side in Side:
        letters.write_named(exchange, side, now)
    return exchange


def _new_step(step: Step, starts_on: date, ends_on: date) -> ExchangeStep:
    due_on = step.due_on(starts_on, ends_on)
    return ExchangeStep(title=step.title, side=step.side, counted=step.counted, days=step.days, due_on=due_on)


def find_coordinator(city_id: int, agreement_id: int) -> User | None:
    """Who is proposed: the city's liaison in the agreement, else the first of its co-ordinators."""
    known = list_coordinators([city_id])
    liaison = find_liaison(city_id, agreement_id)
    named = [user for user in known if liaison is not None and user.id == liaison.coordinator_id]
    return next(iter([*named, *known]), None)


def follow_visit(exchange: Exchange, visit: VisitTerms) -> None:
    """The visit is another one by now, or more or fewer came than was said."""
    exchange.title, exchange.persons = visit.title, visit.persons
    _move(exchange, visit.starts_on, visit.ends_on)
    db.session.flush()


def call_off_visit(exchange: Exchange, now: datetime) -> None:
    exchange.called_off_at = now
    db.session.flush()


def name_coordinator(exchange: Exchange, side: Side, coordinator_id: int, *, by: User, now: datetime) -> None:
    """Whoever is named hears of it. Raises OtherSide or CoordinatorElsewhere."""
    _check_side(exchange, side, by)
    city_id = exchange.city_of(side).id
    chosen = next((user for user in list_coordinators([city_id]) if user.id == coordinator_id), None)
    if chosen is None:
        raise CoordinatorElsewhere()
    former = exchange.coordinator_of(side)
    if side is Side.SENDING:
        exchange.sending_coordinator = chosen
    else:
        exchange.hosting_coordinator = chosen
    db.session.flush()
    if (former is None or former.id != chosen.id) and chosen.id != by.id:
        letters.write_named(exchange, side, now)


def tick_step(exchange: Exchange, step_id: int, *, done_on: date, note: str, by: User, now: datetime) -> None:
    """Said again, the latest counts. Raises StepNotFound, OtherSide or DoneLater."""
    step = find_step(exchange, step_id)
    _check_side(exchange, step.side, by)
    if done_on > today_of(exchange, now):
        raise DoneLater()
    step.done_on, step.note, step.done_by, step.done_at = done_on, note.strip(), by, now
    db.session.flush()


def open_step(exchange: Exchange, step_id: int, *, by: User) -> None:
    """It is not done after all. Raises StepNotFound or OtherSide."""
    step = find_step(exchange, step_id)
    _check_side(exchange, step.side, by)
    step.done_on, step.note, step.done_by, step.done_at = None, "", None, None
    db.session.flush()


def find_step(exchange: Exchange, step_id: int) -> ExchangeStep:
    """Raises StepNotFound."""
    for step in exchange.steps:
        if step.id == step_id:
            return step
    raise StepNotFound()


def _check_side(exchange: Exchange, side: Side, user: User) -> None:
    if side not in queries.sides_of(exchange, user):
        raise OtherSide()


def today_of(exchange: Exchange, now: datetime) -> date:
    """The day it is where the exchange takes place."""
    return exchange.hosting_city.today(now)


def set_steps(agreement: Agreement, steps: Sequence[Step]) -> None:
    """The template of the agreement, for exchanges that begin from now on; without any step the usual ones hold."""
    change_rows(delete(StepRule).where(StepRule.agreement_id == agreement.id))
    for position, step in enumerate(steps, start=1):
        rule = StepRule(agreement_id=agreement.id, position=position, title=step.title, side=step.side)
        rule.counted, rule.days = step.counted, step.days
        db.session.add(rule)
    db.session.flush()


# --------------------------------------------------------------------------------------------------- by itself


def follow_departures(now: datetime) -> int:
    """Where a departure has other days by now, so have the steps that are not done; returns how many moved."""
    moved = queries.list_moved()
    for exchange in moved:
        departure = exchange.departure
        if departure is None:
            continue
        _move(exchange, departure.starts_on, departure.ends_on)
    db.session.flush()
    return len(moved)


def _move(exchange: Exchange, starts_on: date, ends_on: date) -> None:
    exchange.starts_on, exchange.ends_on = starts_on, ends_on
    for step in exchange.steps:
        due_on = Step(step.title, step.side, step.counted, step.days).due_on(starts_on, ends_on)
        if due_on > step.due_on:
            step.times_reminded = 0
        step.due_on = due_on


def remind_coordinators(now: datetime) -> int:
    """By day: three days before a step is due and once it is overdue; one letter a day to each reader. Where a reader
    has had the day's letter already, a step waits for that of the next. Returns how many steps there were."""
    today = now.date()
    late = [step for step in queries.lock_due_steps(today, times=2) if step.due_on < today_of(step.exchange, now)]
    soon = queries.lock_due_steps(today + REMINDED_BEFORE, times=1)
    steps = {step.id: step for step in [*late, *soon] if is_daytime(now, _city_of(step).zone)}
    alike: dict[tuple[int, str], list[ExchangeStep]] = {}
    for step in sorted(steps.values(), key=lambda one: one.due_on):
        alike.setdefault((step.exchange_id, step.side), []).append(step)
    told: list[ExchangeStep] = []
    first: dict[User, ExchangeStep] = {}
    for of_side in alike.values():
        readers = letters.readers_of_due(of_side[0].exchange, of_side[0].side)
        if not letters.list_told_today(readers, _city_of(of_side[0]).today(now)):
            told += of_side
            first |= {reader: of_side[0] for reader in readers if reader not in first}
    for step in told:
        step.times_reminded = 2 if step.due_on < today_of(step.exchange, now) else 1
    for reader, step in first.items():
        letters.write_due(step.exchange, step.side, reader, _city_of(step).today(now), now)
    db.session.flush()
    return len(told)


def _city_of(step: ExchangeStep) -> City:
    return step.exchange.city_of(step.side)
