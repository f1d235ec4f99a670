"""Families who want word of a booking by letter: addresses that they leave themselves when they check it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select

from exchange_app.bookings import letters
from exchange_app.bookings.errors import NothingToFollow, TooManyFollowers
from exchange_app.bookings.models import Booking, Follower
from exchange_app.bookings.rules import GOING_ON, BookingState
from exchange_app.core.database import change_rows, db
from exchange_app.core.sealing import keys, new_uid
from exchange_app.departures.models import Departure

MOST_FOR_EACH_PERSON = 3
KEPT_AFTERWARDS = timedelta(days=2)
ENDED = (BookingState.CANCELLED, BookingState.CALLED_OFF, BookingState.EXPIRED, BookingState.LAPSED)


def follow(booking: Booking, address: str, *, language: str, now: datetime) -> None:
    """Word goes to this address from now on; it hears so once. Raises NothingToFollow where the booking has ended and
    TooManyFollowers."""
    # One after the other, so that whoever sends the same form twice finds the address there and none is one too many.
    db.session.refresh(booking, with_for_update={"key_share": True, "of": Booking})
    if booking.state_at(now) not in GOING_ON:
        raise NothingToFollow()
    found = _hash(booking, address)
    own = select(func.count()).where(Follower.booking_id == booking.id)
    if db.session.scalar(own.where(Follower.address_hash == found)):
        return
    if (db.session.scalar(own) or 0) >= booking.persons * MOST_FOR_EACH_PERSON:
        raise TooManyFollowers()
    follower = Follower(uid=new_uid(), booking_id=booking.id, address_hash=found, language=language, since=now)
    follower.address = address
    db.session.add(follower)
    letters.write_following(booking, follower, now)


def unfollow(booking: Booking, address: str) -> None:
    """No more letters to this address, whether it got any or not."""
    own = Follower.booking_id == booking.id, Follower.address_hash == _hash(booking, address)
    change_rows(delete(Follower).where(*own))


def forget_followers(now: datetime) -> int:
    """Addresses are not kept once the exchange is over or the booking has ended; returns how many were forgotten."""
    over = Departure.ends_on < (now - KEPT_AFTERWARDS).date()
    ended = select(Booking.id).join(Booking.departure).where(or_(over, Booking.state.in_(ENDED)))
    return change_rows(delete(Follower).where(Follower.booking_id.in_(ended)))


def _hash(booking: Booking, address: str) -> str:
    """Equal for equal addresses of one booking, and for no others."""
    return keys().fingerprint(f"{booking.uid}:{address}", "followers.address")
