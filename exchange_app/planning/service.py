"""What an organiser plans: moving a departure, many dates at once, and undoing a step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exchange_app.accounts.models import User
from exchange_app.bookings import rescheduling
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db, insert_unless_there
from exchange_app.core.text import Translated
from exchange_app.departures import series
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure_of
from exchange_app.departures.service import Terms, terms_of, terms_on_day
from exchange_app.planning import queries, seasons
from exchange_app.planning.errors import AlreadyUndone, DayIsOver, GroupsHaveCome, NoDayChosen, TooManyDays
from exchange_app.planning.models import PlanStep, StepKind
from exchange_app.planning.rules import CLOSING_TIME, MOST_AT_ONCE, OPENING_TIME


@dataclass(frozen=True, slots=True)
class SeriesTerms:
    """What all departures of a series have in common; days are counted back from the first day."""

    meets: time
    meeting_point: Translated
    opens_days: int
    closes_days: int
    roster_days: int
    capacity: int
    minimum: int


def _begin(what: StepKind, *, form_token: str, by: User, now: datetime) -> PlanStep | None:
    """A new step; None where this form did it before."""
    made = db.session.scalar(
        insert_unless_there(PlanStep)
        .values(form_token=form_token, by_id=by.id, at=now, what=what, facts={})
        .returning(PlanStep.id)
    )
    return None if made is None else db.session.get_one(PlanStep, made)


def _find_done(form_token: str, by: User) -> PlanStep:
    step = queries.find_step_of_form(by, form_token)
    assert step is not None, "the row that was in the way is there"
    return step


# --------------------------------------------------------------------------------------------------------------- moving


def move_departure(departure: Departure, day: date, *, seen: str, form_token: str, by: User, now: datetime) -> PlanStep:
    """To another day, as `rescheduling.change_departure` does it, and raises what that raises; or DayIsOver.

    ``seen`` is the fingerprint of the terms that the organiser saw.
    """
    if day < departure.today(now):
        raise DayIsOver()
    step = _begin(StepKind.MOVE, form_token=form_token, by=by, now=now)
    if step is None:
        return _find_done(form_token, by)
    former = terms_of(departure)
    rescheduling.change_departure(departure, terms_on_day(departure, day, now=now), seen=seen, by=by, now=now)
    db.session.refresh(departure)  # a fingerprint is of moments as the database gives them
    step.facts = {
        "departure_id": departure.id,
        "seen": fingerprint(terms_of(departure)),
        "starts_on": former.starts_on.isoformat(),
        **{name: getattr(former, name).isoformat() for name in ("meets_at", "opens_at", "closes_at", "roster_due_at")},
    }
    db.session.flush()
    return step


def _move_back(facts: dict[str, Any], *, by: User, now: datetime) -> None:
    departure = get_departure_of(facts["departure_id"], by)
    if rescheduling.count_groups(departure.id, now):
        raise GroupsHaveCome()
    terms = replace(
        terms_of(departure),
        starts_on=date.fromisoformat(facts["starts_on"]),
        meets_at=datetime.fromisoformat(facts["meets_at"]),
        opens_at=datetime.fromisoformat(facts["opens_at"]),
        closes_at=datetime.fromisoformat(facts["closes_at"]),
        roster_due_at=datetime.fromisoformat(facts["roster_due_at"]),
    )
    rescheduling.change_departure(departure, terms, seen=facts["seen"], by=by, now=now)


# --------------------------------------------------------------------------------------------------------------- series


def terms_on(package: Package, day: date, terms: SeriesTerms) -> Terms:
    """A departure of the series that begins on this day."""
    zone = ZoneInfo(package.host_city.time_zone)

    def before(days: int, at: time) -> datetime:
        return datetime.combine(day - timedelta(days=days), at, zone)

    meets_at = before(0, terms.meets)
    closes_at = min(before(terms.closes_days, CLOSING_TIME), meets_at)
    return Terms(
        starts_on=day,
        meets_at=meets_at,
        meeting_point=terms.meeting_point,
        opens_at=before(terms.opens_days, OPENING_TIME),
        closes_at=closes_at,
        roster_due_at=min(max(before(terms.roster_days, CLOSING_TIME), closes_at), meets_at),
        capacity=terms.capacity,
        minimum=terms.minimum,
        persons_per_adult=package.persons_per_adult,
        supervision_basis=package.supervision_basis,
    )


def plan_series(
    package: Package,
    days: Collection[date],
    terms: SeriesTerms,
    *,
    is_open: bool,
    form_token: str,
    by: User,
    now: datetime,
) -> PlanStep:
    """A departure on each of these days, all or none. Raises NoDayChosen, TooManyDays, and what
    `departures.series.plan_departures` raises."""
    if not days:
        raise NoDayChosen()
    if len(days) > MOST_AT_ONCE:
        raise TooManyDays(most=MOST_AT_ONCE)
    step = _begin(StepKind.SERIES, form_token=form_token, by=by, now=now)
    if step is None:
        return _find_done(form_token, by)
    planned = series.plan_departures(package, [terms_on(package, day, terms) for day in sorted(days)], is_open=is_open)
    step.facts = {"departures": [departure.id for departure in planned], "first": min(days).isoformat()}
    db.session.flush()
    return step


def _remove_departures(ids: Sequence[int]) -> None:
    queries.lock_departures(ids)
    if queries.has_bookings(ids):
        raise GroupsHaveCome()
    series.remove_departures(ids)


# -------------------------------------------------------------------------------------------------------------- seasons


def copy_season(season: seasons.Season, *, form_token: str, by: User, now: datetime) -> PlanStep:
    """The season's menu, packages and departures as drafts with other dates. Raises what `seasons.copy` raises."""
    step = _begin(StepKind.SEASON, form_token=form_token, by=by, now=now)
    if step is None:
        return _find_done(form_token, by)
    step.facts = seasons.copy(season)
    db.session.flush()
    return step


# ----------------------------------------------------------------------------------------------------------------- undo


def undo(step_id: int, *, by: User, now: datetime) -> PlanStep:
    """Raises StepNotFound, AlreadyUndone, GroupsHaveCome, UsedMeanwhile or DeparturesInUse, and what
    `rescheduling.change_departure` raises where a departure was changed since."""
    step = queries.lock_step(step_id, by)
    if step.undone_at is not None:
        raise AlreadyUndone()
    match step.what:
        case StepKind.MOVE:
            _move_back(step.facts, by=by, now=now)
        case StepKind.SERIES:
            _remove_departures(step.facts["departures"])
        case StepKind.SEASON:
            _remove_departures(step.facts["departures"])
            seasons.remove(step.facts)
    step.undone_at = now
    db.session.flush()
    return step
