"""Guardians who want everything about their child deleted: asking for it, and who still waits. `retention` carries it
out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.consents import service
from exchange_app.consents.errors import NothingToWithdraw
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.core.database import db
from exchange_app.rosters.models import Participant


def ask_for_deletion(booking: Booking, person: Participant, *, by: User | None, now: datetime) -> DeletionRequest:
    """Of the locked booking; ``by`` is whoever writes it down for the family, None where the guardian asks by the link.
    It takes back what the guardian agreed to. Asked again, it is the request that is open already."""
    request = find_open_request(person.uid)
    if request is not None:
        return request
    with suppress(NothingToWithdraw):
        service.withdraw(booking, person, now, recorded_by=by)
    request = DeletionRequest(
        booking_id=booking.id, person_uid=person.uid, asked_at=now, asked_by_id=by.id if by else None
    )
    db.session.add(request)
    db.session.flush()
    audit.record(
        What.DELETION_ASKED,
        by_id=by.id if by else None,
        now=now,
        subject=booking.log_subject,
        facts={"request": request.id},
    )
    return request


def find_open_request(person_uid: str) -> DeletionRequest | None:
    return db.session.scalar(
        select(DeletionRequest).where(DeletionRequest.person_uid == person_uid, DeletionRequest.done_at.is_(None))
    )


def find_last_request(person_uid: str) -> DeletionRequest | None:
    return db.session.scalar(
        select(DeletionRequest)
        .where(DeletionRequest.person_uid == person_uid)
        .order_by(DeletionRequest.id.desc())
        .limit(1)
    )


def list_waiting(booking_id: int) -> Sequence[tuple[Participant, DeletionRequest]]:
    """The persons of a roster whose deletion is asked for, longest waiting first."""
    rows = db.session.execute(
        select(Participant, DeletionRequest)
        .join(DeletionRequest, DeletionRequest.person_uid == Participant.uid)
        .where(Participant.booking_id == booking_id, DeletionRequest.done_at.is_(None))
        .order_by(DeletionRequest.id)
    )
    return [(person, request) for person, request in rows]


def list_requests(person_uid: str) -> Sequence[DeletionRequest]:
    return db.session.scalars(
        select(DeletionRequest).where(DeletionRequest.person_uid == person_uid).order_by(DeletionRequest.id)
    ).all()


def list_answers_about(person_uid: str) -> Sequence[ConsentAnswer]:
    """Every answer about a person, who may be deleted by now, the latest first."""
    return db.session.scalars(
        select(ConsentAnswer).where(ConsentAnswer.person_uid == person_uid).order_by(ConsentAnswer.id.desc())
    ).all()
