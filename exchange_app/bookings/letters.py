"""Which letter goes to whom when a booking changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.bookings.models import Booking, ChangeRequest, Follower
from exchange_app.bookings.queries import count_confirmations, list_approvals, list_approver_users, list_followers
from exchange_app.bookings.readers import family_of, leader_of
from exchange_app.bookings.rules import Party, held_letter_at
from exchange_app.catalogue.models import Approver
from exchange_app.departures.models import Departure
from exchange_app.outbox.service import NewLetter, letter_to, stamp, write_letters
from exchange_app.outbox.ways import Recipient


def write_held(booking: Booking, now: datetime) -> None:
    """To whoever made the hold, or made it again, some minutes later; of a group that is handed over meanwhile, another
    letter tells."""
    facts = {"leader": booking.leader_id, "until": _written(booking.hold_ends_at)}
    letter = _to_leader(booking, "booking_held", f"held:{stamp(now)}", now, **facts)
    write_letters([replace(letter, due_at=held_letter_at(now, booking.persons))], now)


def write_submitted(booking: Booking, now: datetime) -> None:
    """Organisers hear of it, but for those who decide first: `write_approval_wanted` tells them."""
    to_organisers = [] if booking.approvers[:1] == [Approver.HOST] else _to_organisers(booking, now)
    write_letters([_to_leader(booking, "booking_submitted", "submitted", now), *to_organisers], now)


def write_confirmed(booking: Booking, now: datetime, *, times: int = 0) -> None:
    """``times`` is how often it was confirmed before; families were told then that it is not certain any more. The
    organisers' notice has the key of a submission's."""
    slug = f"confirmed:{times}" if times else "confirmed"
    to_organisers = [] if Approver.HOST in booking.approvers else _to_organisers(booking, now)
    to_families = _to_families(booking, "family_confirmed", slug, now) if times else []
    write_letters([_to_leader(booking, "booking_confirmed", slug, now), *to_organisers, *to_families], now)


def write_approved(booking: Booking, approver: Approver, comment: str, now: datetime) -> None:
    """One has said yes and others still decide; the last yes is a confirmation."""
    facts = {"approver": str(approver), "awaiting": str(booking.awaiting), "reason": comment}
    write_letters([_to_leader(booking, "booking_approved", f"approved:{stamp(now)}", now, **facts)], now)


def write_declined(booking: Booking, comment: str, now: datetime) -> None:
    """Taken back, it may be declined again: each time is a letter of its own. The comment is meant for the school."""
    slug = f"declined:{stamp(now)}"
    facts = {"reason": comment, "approver": str(list_approvals(booking.id)[-1].approver)}
    to_families = _to_families_who_counted_on_it(booking, "family_declined", slug, now)
    write_letters([_to_leader(booking, "booking_declined", slug, now, **facts), *to_families], now)


def write_cancelled(booking: Booking, reason: str, now: datetime) -> None:
    to_organisers = _to_organisers(booking, now, "organiser_cancellation", "cancelled:organiser", reason=reason)
    to_families = _to_families(booking, "family_cancelled", "cancelled", now, reason=reason)
    to_leader = _to_leader(booking, "booking_cancelled", "cancelled", now, reason=reason)
    write_letters([to_leader, *to_organisers, *to_families], now)


def write_called_off(booking: Booking, now: datetime) -> None:
    """Its reason is the departure's."""
    to_families = _to_families(booking, "family_called_off", "called_off", now)
    write_letters([_to_leader(booking, "booking_called_off", "called_off", now), *to_families], now)


def write_queued(booking: Booking, now: datetime) -> None:
    write_letters([_to_leader(booking, "booking_queued", "queued", now)], now)


def write_offered(booking: Booking, now: datetime) -> None:
    write_letters([_to_leader(booking, "booking_offered", "offered", now, until=_written(booking.hold_ends_at))], now)


def write_list_ended(booking: Booking, now: datetime) -> None:
    """An offer lapsed (``hold_ends_at`` still says when), or registration ended before seats came free."""
    until = _written(booking.hold_ends_at)
    write_letters([_to_leader(booking, "booking_list_ended", "list_ended", now, until=until)], now)


def write_approval_wanted(booking: Booking, approver: Approver, now: datetime) -> None:
    """To everybody who can speak for the approver; ``times_reminded`` says whether it is the first time."""
    since = booking.awaiting_since or now
    slug = f"wanted:{approver}:{stamp(since)}:{booking.times_reminded}"
    facts = {"approver": str(approver), "since": since.isoformat(), "times": booking.times_reminded}
    people = list_approver_users(booking, approver)
    write_letters([_to_person(booking, person, "approval_wanted", slug, now, **facts) for person in people], now)


def write_taken_back(booking: Booking, reason: str, now: datetime) -> None:
    slug = f"taken_back:{stamp(now)}"
    to_families = _to_families_who_counted_on_it(booking, "family_unsettled", slug, now)
    write_letters([_to_leader(booking, "booking_taken_back", slug, now, reason=reason), *to_families], now)


def write_changed(booking: Booking, before: Party, now: datetime, *, roster_was_due: bool = False) -> None:
    """The group is larger or smaller than ``before``, by itself or because its ``roster_was_due``."""
    facts = {
        "pupils_before": before.pupils,
        "staff_before": before.staff,
        "pupils": booking.pupils,
        "staff": booking.staff,
        "roster_was_due": roster_was_due,
    }
    slug = f"changed:{stamp(now)}"
    to_organisers = _to_organisers(booking, now, "organiser_change", f"{slug}:organiser", **facts)
    write_letters([_to_leader(booking, "booking_changed", slug, now, **facts), *to_organisers], now)


def write_moved(booking: Booking, before: Departure, now: datetime) -> None:
    facts = {"before": before.starts_on.isoformat(), "before_until": before.ends_on.isoformat()}
    slug = f"moved:{stamp(now)}"
    to_organisers = _to_organisers(booking, now, "organiser_move", f"{slug}:organiser", **facts)
    to_families = _to_families(booking, "family_moved", slug, now, **facts)
    write_letters([_to_leader(booking, "booking_moved", slug, now, **facts), *to_organisers, *to_families], now)


def write_rescheduled(
    booking: Booking, now: datetime, *, former: Mapping[str, Any], meeting: Mapping[str, Any]
) -> None:
    """The host changed when or where its groups meet; both as `Meeting.facts` writes them down."""
    slug = f"rescheduled:{stamp(now)}"
    facts = {"former": former, "meeting": meeting}
    to_families = _to_families(booking, "family_rescheduled", slug, now, **facts)
    write_letters([_to_leader(booking, "booking_rescheduled", slug, now, **facts), *to_families], now)


def write_following(booking: Booking, follower: Follower, now: datetime) -> None:
    """Once to each address, however often it is left."""
    write_letters([_to_family(booking, follower, "family_following", "following", now)], now)


def write_handed_over(booking: Booking, now: datetime) -> None:
    write_letters([_to_leader(booking, "booking_handed_over", f"handed_over:{stamp(now)}", now)], now)


def write_change_asked(request: ChangeRequest, now: datetime) -> None:
    facts = {"request": request.id, "kind": str(request.kind), "reason": request.reason, **request.facts}
    slug = f"asked:{request.id}"
    write_letters(_to_organisers(request.booking, now, "organiser_request", slug, **facts), now)


def write_change_answered(request: ChangeRequest, now: datetime) -> None:
    facts = {
        "kind": str(request.kind),
        "is_granted": bool(request.is_granted),
        "reason": request.comment or "",
        **request.facts,
    }
    write_letters(
        [_to_leader(request.booking, "booking_request_answered", f"answered:{request.id}", now, **facts)], now
    )


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _to_leader(booking: Booking, kind: str, slug: str, now: datetime, /, **facts: Any) -> NewLetter:
    return _letter(booking, kind, slug, now, leader_of(booking), facts)


def _to_organisers(
    booking: Booking, now: datetime, kind: str = "organiser_notice", slug: str = "organiser", /, **facts: Any
) -> list[NewLetter]:
    """One letter for everybody who keeps the package, each in their own language."""
    organisers = list_approver_users(booking, Approver.HOST)
    return [_to_person(booking, organiser, kind, slug, now, **facts) for organiser in organisers]


def _to_person(booking: Booking, person: User, kind: str, slug: str, now: datetime, /, **facts: Any) -> NewLetter:
    return _letter(booking, kind, f"{slug}:{person.id}", now, recipient_of(person), facts)


def _to_families(booking: Booking, kind: str, slug: str, now: datetime, /, **facts: Any) -> list[NewLetter]:
    followers = list_followers(booking.id)
    return [_to_family(booking, follower, kind, slug, now, **facts) for follower in followers]


def _to_families_who_counted_on_it(booking: Booking, kind: str, slug: str, now: datetime) -> list[NewLetter]:
    """Only of a booking that was confirmed once; of any other, families were told nothing that could change."""
    return _to_families(booking, kind, slug, now) if count_confirmations(booking.id) else []


def _to_family(booking: Booking, follower: Follower, kind: str, slug: str, now: datetime, /, **facts: Any) -> NewLetter:
    slug = f"{slug}:{follower.address_hash[:32]}"
    return _letter(booking, kind, slug, now, family_of(follower), facts)


def _letter(
    booking: Booking, kind: str, slug: str, now: datetime, recipient: Recipient, facts: Mapping[str, Any]
) -> NewLetter:
    key = f"booking:{booking.id}:{slug}"
    return letter_to(recipient, key=key, kind=kind, subject_id=booking.id, due_at=now, facts=facts)
