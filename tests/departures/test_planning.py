"""What organisers may do with departures, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Publication
from exchange_app.catalogue.terms import PackageTerms, StopTerms, fingerprint, terms_of
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.errors import (
    CapacityBelowTaken,
    DatesOutOfOrder,
    MinimumAboveCapacity,
    PackageHasOpenDepartures,
    PackageNotPublished,
    RosterDueTooEarly,
    RosterDueTooLate,
    SeatsTaken,
    StateNotReachable,
)
from exchange_app.departures.rules import Cause, DepartureState, Standing, Window, standing
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_package

pytestmark = pytest.mark.usefixtures("app")


def test_a_package_with_open_departures_is_not_withdrawn() -> None:
    with transaction():
        package = make_package()
        open_ones = [make_departure(package), make_departure(package)]
        with pytest.raises(PackageHasOpenDepartures) as refusal:
            departures.withdraw_package(package)
        with force_locale("en"):
            assert "2 departures" in refusal.value.sentence
        for departure in open_ones:
            departures.close_departure(departure)
        departures.withdraw_package(package)
        assert package.publication is Publication.WITHDRAWN
        with pytest.raises(PackageNotPublished):
            departures.open_departure(open_ones[0])


def test_the_capacity_never_falls_below_what_is_taken() -> None:
    with transaction():
        departure = make_departure()
        make_hold(departure, make_leader())  # 27 seats
    terms = departures.terms_of(departure)
    with pytest.raises(CapacityBelowTaken) as refusal, transaction():
        departures.change_departure(departure, replace(terms, capacity=26), seen=fingerprint(terms))
    assert refusal.value.facts == {"taken": 27}
    with transaction():
        departures.change_departure(departure, replace(terms, capacity=27), seen=fingerprint(terms))
    assert departure.pool.left == 0


def test_the_second_of_two_editors_is_told_of_the_first() -> None:
    with transaction():
        departure = make_departure()
    seen = departures.terms_of(departure)
    with transaction():
        departures.change_departure(departure, replace(seen, capacity=80), seen=fingerprint(seen))
    with pytest.raises(ChangedMeanwhile), transaction():
        departures.change_departure(departure, replace(seen, minimum=12), seen=fingerprint(seen))
    assert departure.pool.capacity == 80


def test_dates_follow_each_other() -> None:
    with transaction():
        departure = make_departure()
        terms = departures.terms_of(departure)
        early, late = terms.opens_at - timedelta(days=1), terms.meets_at + timedelta(days=1)
        for wrong in (replace(terms, closes_at=early), replace(terms, closes_at=late)):
            with pytest.raises(DatesOutOfOrder):
                departures.change_departure(departure, wrong, seen=fingerprint(terms))
        with pytest.raises(RosterDueTooLate):
            departures.change_departure(departure, replace(terms, roster_due_at=late), seen=fingerprint(terms))
        too_early = replace(terms, roster_due_at=terms.closes_at - timedelta(minutes=1))
        with pytest.raises(RosterDueTooEarly):  # the last to register must have time for it
            departures.change_departure(departure, too_early, seen=fingerprint(terms))
        departures.change_departure(departure, replace(terms, roster_due_at=terms.closes_at), seen=fingerprint(terms))


def test_a_departure_with_groups_is_not_withdrawn() -> None:
    with transaction():
        departure, empty = make_departure(), make_departure()
        make_hold(departure, make_leader())
        departures.withdraw_departure(empty)
    assert empty.state is DepartureState.DRAFT
    with pytest.raises(SeatsTaken), transaction():
        departures.withdraw_departure(departure)


def test_what_was_called_off_stays_so() -> None:
    with transaction():
        departure = make_departure()
        departures.call_off(departure, cause=Cause.WEATHER, reason=both("Typhoon"), now=NOW)
        terms = departures.terms_of(departure)
        with pytest.raises(StateNotReachable):
            departures.open_departure(departure)
        with pytest.raises(StateNotReachable):
            departures.change_departure(departure, terms, seen=fingerprint(terms))


def test_a_departure_ends_as_its_package_does_when_it_opens() -> None:
    with transaction():
        package = make_package(days=1, publication=Publication.DRAFT)
        departure = make_departure(package, is_open=False)
        terms = terms_of(package, PackageTerms)
        catalogue.change_package(package, replace(terms, days=2), seen=fingerprint(terms))
        catalogue.add_stop(package, replace(terms_of(package.stops[0], StopTerms), day=2))
        catalogue.publish_package(package)
        departures.open_departure(departure)
    assert departure.ends_on == departure.starts_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "window", "left", "expected"),
    [
        (DepartureState.OPEN, Window.OPEN, 1, Standing.OPEN),
        (DepartureState.OPEN, Window.OPEN, 0, Standing.FULL),
        (DepartureState.OPEN, Window.NOT_YET, 60, Standing.NOT_YET),
        (DepartureState.OPEN, Window.OVER, 60, Standing.OVER),
        (DepartureState.CLOSED, Window.OPEN, 60, Standing.OVER),
        (DepartureState.CALLED_OFF, Window.OPEN, 60, Standing.CALLED_OFF),
        (DepartureState.DONE, Window.OVER, 0, Standing.DONE),
        (DepartureState.DRAFT, Window.OPEN, 60, Standing.DRAFT),
    ],
)
def test_why_a_departure_takes_registrations_or_not(
    state: DepartureState, window: Window, left: int, expected: Standing
) -> None:
    assert standing(state, window, left) is expected


def test_nobody_needs_more_persons_than_there_are_seats(app: Flask) -> None:
    with pytest.raises(MinimumAboveCapacity), transaction():
        make_departure(capacity=20, minimum=21)
