"""The audit names whoever has seats without a right to them, or fewer or more than they should."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from exchange_app.bookings.audit import Misclaim, list_misclaims
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Claim
from tests.bookings.group import claims_of, hand_in
from tests.builders import make_departure, make_leader


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return hand_in(make_departure(), make_leader())


def slot_of(booking: Booking) -> int:
    return next(pool_id for pool_id in claims_of(booking) if pool_id != booking.departure.pool_id)


def test_who_has_their_seats_is_not_named(booking: Booking) -> None:
    assert list_misclaims() == []


def test_a_missing_and_a_wrong_claim_are_named(booking: Booking) -> None:
    with transaction():
        lost = slot_of(booking)
    with transaction():
        db.session.execute(delete(Claim).where(Claim.pool_id == lost))
        db.session.execute(update(Claim).values(seats=26))
    assert list_misclaims() == [
        Misclaim(booking.code, pool_id, 27, claimed)
        for pool_id, claimed in sorted({booking.departure.pool_id: 26, lost: 0}.items())
    ]


def test_a_cancelled_booking_with_seats_and_a_claim_elsewhere_are_named(app: Flask, booking: Booking) -> None:
    with transaction():
        other = make_departure()
        db.session.execute(insert(Claim).values(booking_id=booking.id, pool_id=other.pool_id, seats=3))
    assert list_misclaims() == [Misclaim(booking.code, other.pool_id, 0, 3)]
    with transaction():
        booking.state = BookingState.CANCELLED
    assert {one.claimed for one in list_misclaims()} == {27, 3}


def test_the_command_names_them_and_ends_badly(app: Flask, booking: Booking) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["seats", "audit"]).exit_code == 0
    with transaction():
        booking.state = BookingState.CANCELLED
    ended = runner.invoke(args=["seats", "audit"])
    assert ended.exit_code == 1
    assert f"booking {booking.code}: 27 seats of pool" in ended.output
