"""Whom letters about a booking are for."""

from __future__ import annotations

from exchange_app.accounts.ways import ways_of
from exchange_app.bookings.models import Booking, Follower
from exchange_app.outbox.ways import Recipient, way_to


def leader_of(booking: Booking) -> Recipient:
    """By the ways that the leader chose, at the addresses of the group's contact once there is one."""
    ways = ways_of(booking.leader, email=booking.contact_email, phone=booking.contact_phone)
    return Recipient(ways, booking.language, booking.leader_id)


def family_of(follower: Follower) -> Recipient:
    return Recipient([way_to(follower.address)], follower.language)
