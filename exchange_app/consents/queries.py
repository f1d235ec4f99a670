"""Reads of consents. A leader comes through a booking that they may see, a guardian through a link's token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import joinedload

from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import WITH_DEPARTURE, WITH_STOPS
from exchange_app.consents.errors import ChildNotNamed, LinkOver, LinkReplaced, LinkUnknown, NotAPupil
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentNotice
from exchange_app.consents.rules import ConsentState
from exchange_app.consents.wording import essence_of
from exchange_app.core.database import db
from exchange_app.core.sealing import keys
from exchange_app.departures.models import Departure
from exchange_app.rosters.models import Participant
from exchange_app.rosters.queries import get_participant, list_participants
from exchange_app.rosters.rules import Role


@dataclass(frozen=True, slots=True)
class Asked:
    """A link that leads somewhere: the child, and the answer to what is asked now, if there is one."""

    link: ConsentLink
    booking: Booking
    child: Participant
    answer: ConsentAnswer | None


class Count(NamedTuple):
    """How many of a roster's pupils stand how."""

    pupils: int
    agreed: int
    refused: int
    withdrawn: int

    @property
    def missing(self) -> int:
        return self.pupils - self.agreed - self.refused - self.withdrawn


def token_hash(token: str) -> str:
    return keys().fingerprint(token, "consent_link")


def find_link(token: str) -> ConsentLink | None:
    return db.session.scalar(select(ConsentLink).where(ConsentLink.token_hash == token_hash(token)))


def get_asked(token: str, now: datetime) -> Asked:
    """Raises LinkUnknown, LinkReplaced, LinkOver or ChildNotNamed."""
    link = find_link(token)
    if link is None:
        raise LinkUnknown()
    if link.replaced_at is not None:
        raise LinkReplaced()
    if now >= link.ends_at:
        raise LinkOver()
    child = db.session.scalar(select(Participant).where(Participant.uid == link.person_uid))
    if child is None:
        raise ChildNotNamed()
    booking = get_booking_of(link)
    return Asked(link, booking, child, find_answer(booking, child))


def get_booking_of(link: ConsentLink) -> Booking:
    return db.session.get_one(
        Booking, link.booking_id, options=[*WITH_DEPARTURE, *WITH_STOPS, joinedload(Booking.leader)]
    )


def get_child(booking: Booking, person_id: int) -> Participant:
    """Raises PersonNotFound or, for an adult, NotAPupil."""
    child = get_participant(booking, person_id)
    if child.role is not Role.PUPIL:
        raise NotAPupil()
    return child


def list_children(booking_id: int) -> list[Participant]:
    """The pupils of a roster, in its order."""
    return [person for person in list_participants(booking_id) if person.role is Role.PUPIL]


def find_answer(booking: Booking, child: Participant) -> ConsentAnswer | None:
    """The answer that counts."""
    return map_answers(booking, child.uid).get(child.uid)


def find_standing(booking: Booking, child: Participant) -> ConsentAnswer | None:
    """What the guardian agreed to and has not withdrawn: the answer that counts; else the last one, to which nobody has
    answered anew since something else is asked."""
    given = db.session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.booking_id == booking.id, ConsentAnswer.person_uid == child.uid)
        .order_by(ConsentAnswer.id)
    ).all()
    asked_now = essence_of(booking.departure)
    counting = [answer for answer in given if answer.essence == asked_now]
    standing = (answer for answer in (*counting[-1:], *given[-1:]) if answer.state is ConsentState.AGREED)
    return next(standing, None)


def map_answers(booking: Booking, person_uid: str | None = None) -> Mapping[str, ConsentAnswer]:
    """The answers that count, of one child or of all, by the child's ``uid``."""
    answers = (
        select(ConsentAnswer)
        .options(joinedload(ConsentAnswer.recorded_by), joinedload(ConsentAnswer.withdrawal_recorded_by))
        .where(ConsentAnswer.booking_id == booking.id, ConsentAnswer.essence == essence_of(booking.departure))
        .order_by(ConsentAnswer.id)
    )
    if person_uid is not None:
        answers = answers.where(ConsentAnswer.person_uid == person_uid)
    return {answer.person_uid: answer for answer in db.session.scalars(answers)}


def list_answers(booking: Booking, child: Participant) -> Sequence[ConsentAnswer]:
    """Every answer ever given about the child, with the texts, the latest first."""
    return db.session.scalars(
        select(ConsentAnswer)
        .options(
            joinedload(ConsentAnswer.notice),
            joinedload(ConsentAnswer.recorded_by),
            joinedload(ConsentAnswer.withdrawal_recorded_by),
        )
        .where(ConsentAnswer.booking_id == booking.id, ConsentAnswer.person_uid == child.uid)
        .order_by(ConsentAnswer.id.desc())
    ).all()


def map_links(booking_id: int) -> Mapping[str, ConsentLink]:
    """The links that still count, by the child's ``uid``."""
    links = db.session.scalars(
        select(ConsentLink).where(ConsentLink.booking_id == booking_id, ConsentLink.replaced_at.is_(None))
    )
    return {link.person_uid: link for link in links}


def list_notices(booking: Booking) -> Sequence[ConsentNotice]:
    """The texts that ask what is asked now, in the order in which they were written."""
    return db.session.scalars(
        select(ConsentNotice)
        .where(ConsentNotice.booking_id == booking.id, ConsentNotice.essence == essence_of(booking.departure))
        .order_by(ConsentNotice.id)
    ).all()


def find_notice(booking_id: int, text_hash: str) -> ConsentNotice | None:
    return db.session.scalar(
        select(ConsentNotice).where(ConsentNotice.booking_id == booking_id, ConsentNotice.text_hash == text_hash)
    )


def count_consents(booking: Booking) -> Count:
    answers = map_answers(booking)
    pupils = db.session.scalars(
        select(Participant.uid).where(Participant.booking_id == booking.id, Participant.role == Role.PUPIL)
    ).all()
    states = [answers[uid].state for uid in pupils if uid in answers]
    counted = (states.count(state) for state in (ConsentState.AGREED, ConsentState.REFUSED, ConsentState.WITHDRAWN))
    return Count(len(pupils), *counted)


def lacks_answers(departures: Sequence[Departure]) -> ColumnElement[bool]:
    """Whether a booking of one of these departures names a pupil about whom nobody answered what is asked now."""
    asked_now = [(departure.id, essence_of(departure)) for departure in departures]
    answered = (
        exists()
        .where(ConsentAnswer.booking_id == Booking.id, ConsentAnswer.person_uid == Participant.uid)
        .where(tuple_(Booking.departure_id, ConsentAnswer.essence).in_(asked_now))
        .correlate(Booking, Participant)
    )
    return exists().where(Participant.booking_id == Booking.id, Participant.role == Role.PUPIL, ~answered)


def count_notices_until(notice: ConsentNotice) -> int:
    """Which version of its group's text this is."""
    earlier = select(func.count()).where(ConsentNotice.booking_id == notice.booking_id, ConsentNotice.id <= notice.id)
    return db.session.scalar(earlier) or 0
