"""Whose data a breach concerns: groups, what was kept about their children then, and what an account looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import WITH_DEPARTURE, visible_to
from exchange_app.bookings.rules import LOG_SUBJECT
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.retention.models import Breach, Erasure
from exchange_app.retention.rules import Data, Kept, Scope
from exchange_app.rosters.models import Disclosure, Participant
from exchange_app.rosters.rules import Role


@dataclass(frozen=True, slots=True)
class Group:
    """A group whose data were kept in that time. ``looked_at`` is how often the account looked at them in full, or took
    them away; None where no account is concerned."""

    booking: Booking
    children: int
    kinds: Sequence[Data]
    looked_at: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a group there still is."""

    persons: int
    pupils: int
    documents: int
    health_notes: int


NOTHING = Held(0, 0, 0, 0)


def list_affected(breach: Breach, school_id: int | None = None) -> list[Group]:
    """The groups that a breach concerns, of one school or of all, by their departures."""
    bookings = _select_concerned(breach)
    if school_id is not None:
        bookings = bookings.where(Booking.school_id == school_id)
    found = db.session.scalars(
        bookings.options(*WITH_DEPARTURE, joinedload(Booking.leader))
        .join(Departure, Departure.id == Booking.departure_id)
        .where(Booking.created_at <= breach.ended_at)
        .order_by(Departure.starts_on, Booking.id)
    ).all()
    ids = [booking.id for booking in found]
    held, erased = _map_held(ids), _map_erasures(ids)
    looks = _count_looks(breach) if breach.scope is Scope.ACCOUNT else None
    groups = []
    for booking in found:
        now_held = held.get(booking.id, NOTHING)
        if kinds := _kinds_kept(booking, breach.began_at, now_held, erased.get(booking.id, {})):
            children = now_held.pupils or min(booking.named, booking.pupils)
            groups.append(Group(booking, children, kinds, None if looks is None else looks[booking.id]))
    return groups


def list_guardians(groups: Sequence[Group]) -> Sequence[tuple[Group, Sequence[Participant]]]:
    """The pupils of each group who are still in a roster, with whom to call."""
    ids = [group.booking.id for group in groups]
    people: dict[int, list[Participant]] = {booking_id: [] for booking_id in ids}
    for person in db.session.scalars(
        select(Participant)
        .where(Participant.booking_id.in_(ids), Participant.role == Role.PUPIL)
        .order_by(Participant.booking_id, Participant.position, Participant.id)
    ):
        people[person.booking_id].append(person)
    return [(group, people[group.booking.id]) for group in groups if people[group.booking.id]]


def _select_concerned(breach: Breach) -> Select[Booking]:
    match breach.scope:
        case Scope.ACCOUNT:
            assert breach.user is not None
            return visible_to(breach.user)
        case Scope.DEPARTURE:
            return select(Booking).where(Booking.departure_id == breach.departure_id)
        case Scope.GROUP:
            return select(Booking).where(Booking.id == breach.booking_id)
        case Scope.EVERYTHING:
            return select(Booking)


def _kinds_kept(booking: Booking, since: datetime, held: Held, erased: Mapping[Kept, Erasure]) -> list[Data]:
    """What was kept of the group when the breach began, or later: what had been deleted by then, nobody has."""

    def went_later(kept: Kept) -> bool:
        return kept in erased and erased[kept].at >= since and erased[kept].count > 0

    asked = booking.departure.package.asked_fields
    were_documents = went_later(Kept.DOCUMENTS)
    kinds = {
        Data.NAMES: held.persons > 0 or went_later(Kept.ROSTERS),
        Data.DOCUMENTS: held.documents > 0 or (were_documents and "document_number" in asked),
        Data.HEALTH: held.health_notes > 0 or (were_documents and "health_note" in asked),
    }
    return [kind for kind, was_kept in kinds.items() if was_kept]


def _map_held(booking_ids: Sequence[int]) -> dict[int, Held]:
    pupils = func.sum(case((Participant.role == Role.PUPIL, 1), else_=0))
    rows = db.session.execute(
        select(
            Participant.booking_id,
            func.count(),
            pupils,
            func.count(Participant.document_number_sealed),
            func.count(Participant.health_note_sealed),
        )
        .where(Participant.booking_id.in_(booking_ids))
        .group_by(Participant.booking_id)
    )
    return {booking_id: Held(*counts) for booking_id, *counts in rows}


def _map_erasures(booking_ids: Sequence[int]) -> dict[int, dict[Kept, Erasure]]:
    erased: dict[int, dict[Kept, Erasure]] = {}
    for one in db.session.scalars(select(Erasure).where(Erasure.booking_id.in_(booking_ids))):
        erased.setdefault(one.booking_id, {})[one.kept] = one
    return erased


def _count_looks(breach: Breach) -> Counter[int]:
    """How often the account looked at a group's data in full in that time, or took some of them away."""
    user: User | None = breach.user
    assert user is not None
    looks: Counter[int] = Counter()
    seen = select(Disclosure.booking_id).where(
        Disclosure.by_id == user.id, Disclosure.at.between(breach.began_at, breach.ended_at)
    )
    looks.update(db.session.scalars(seen))
    named = db.session.scalars(
        select(AuditEntry.subject).where(
            AuditEntry.by_id == user.id,
            AuditEntry.at.between(breach.began_at, breach.ended_at),
            AuditEntry.subject.startswith(LOG_SUBJECT),
            AuditEntry.what != What.DISCLOSED,  # those are counted by their own table
        )
    ).all()
    codes = Counter((subject or "").removeprefix(LOG_SUBJECT) for subject in named)
    for booking_id, code in db.session.execute(select(Booking.id, Booking.code).where(Booking.code.in_(codes))):
        looks[booking_id] += codes[code]
    return looks
