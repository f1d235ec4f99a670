"""Accounts whose owners want them deleted, and erasing them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import null, update

from exchange_app.accounts import service as accounts
from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import GOING_ON
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.noticeboard import service as noticeboard
from exchange_app.outbox.purging import forget_reader
from exchange_app.retention.errors import AccountOpen, AlreadyErased
from exchange_app.retention.models import AccountDeletion
from exchange_app.retention.queries import find_account_deletion


def ask_for_erasure(user: User, *, now: datetime) -> None:
    """Somebody wants their own account erased; asked again, it is the same request."""
    if find_account_deletion(user.id) is None:
        db.session.execute(insert_unless_there(AccountDeletion).values(user_id=user.id, asked_at=now))
        audit.record(What.DELETION_ASKED, by_id=user.id, user_id=user.id, now=now)


def withdraw_request(user: User) -> None:
    """The owner keeps the account after all."""
    request = find_account_deletion(user.id)
    if request is not None:
        db.session.delete(request)


def erase_account(user: User, *, by: User, now: datetime) -> None:
    """Of a closed account only its row stays, without a name, because bookings and the log tell who it was by number.
    Raises AccountOpen or AlreadyErased."""
    if user.is_active:
        raise AccountOpen()
    if user.is_erased:
        raise AlreadyErased()
    contact = Booking.contact_email == user.email, Booking.state.not_in(GOING_ON)
    change_rows(
        update(Booking).where(*contact).values(contact_name=null(), contact_email=null(), contact_phone_sealed=null())
    )
    forget_reader(user.id, now)
    noticeboard.forget_reader(user.id)
    accounts.erase_user(user)
    request = find_account_deletion(user.id)
    if request is None:
        request = AccountDeletion(user_id=user.id, asked_at=now)
        db.session.add(request)
    request.done_at, request.done_by_id = now, by.id
    audit.record(What.DATA_ERASED, by_id=by.id, user_id=user.id, now=now)
