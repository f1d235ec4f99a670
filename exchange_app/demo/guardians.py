"""What the guardians of a demo group answer. Where they differ, most agree, one refuses, one withdraws, one wants the
data deleted, one signed on paper, two are silent; else all agree, some without photos."""

from __future__ import annotations

from datetime import datetime, timedelta

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.rules import PHOTOS
from exchange_app.consents.service import Answer
from exchange_app.consents.wording import wording_of
from exchange_app.core.database import db
from exchange_app.retention.persons import ask_by_link

SILENT, REFUSES, WITHDRAWS, DELETES, SIGNS = (3, 16), 6, 11, 14, 8  # by their places in the roster
WITHOUT_PHOTOS_EVERY = 5


def let_guardians_agree(booking: Booking, leader: User, at: datetime) -> None:
    wording = wording_of(booking)
    children = queries.list_children(booking.id)
    tokens = service.make_links(booking, children, by=leader, now=at)
    for place, child in enumerate(children):
        choices = {**dict.fromkeys(wording.keys, True), PHOTOS: place % WITHOUT_PHOTOS_EVERY != 0}
        answer = Answer(choices, child.guardian_name or child.name)
        service.answer_by_link(tokens[child.uid], answer, seen=wording.text_hash, now=at)


def hear_guardians(booking: Booking, leader: User, at: datetime) -> None:
    wording = wording_of(booking)
    children = queries.list_children(booking.id)
    tokens = service.make_links(booking, children, by=leader, now=at)
    for place, child in enumerate(children):
        if place in SILENT:
            continue
        choices = dict.fromkeys(wording.keys, place != REFUSES)
        choices[PHOTOS] = place % WITHOUT_PHOTOS_EVERY != 0
        answer = Answer(choices, child.guardian_name or child.name)
        answered_at = at + timedelta(minutes=4 * place)
        if place == SIGNS:
            day = booking.departure.today(at)
            service.record_paper(
                booking, child.id, answer, text=wording.text_hash, signed_on=day, by=leader, now=answered_at
            )
            continue
        service.answer_by_link(tokens[child.uid], answer, seen=wording.text_hash, now=answered_at)
        if place == WITHDRAWS:
            db.session.flush()
            service.withdraw_by_link(tokens[child.uid], now=answered_at + timedelta(minutes=30))
        if place == DELETES:
            db.session.flush()
            ask_by_link(tokens[child.uid], now=answered_at + timedelta(days=1))
